"""Operators that only arrange."""

# None of them reads or writes a number.
ARRANGING = frozenset(
    f"aten::{name}"
    for name in (
        "view", "as_strided", "as_strided_", "t", "transpose", "expand", "reshape", "unsqueeze", "squeeze", "slice",
        "narrow", "permute", "select", "empty", "empty_strided", "empty_like", "linear", "matmul", "conv1d", "conv2d",
        "layer_norm", "softmax", "convolution", "_convolution", "_reshape_alias", "_unsafe_view", "resize_", "split",
    )
)  # fmt: skip
