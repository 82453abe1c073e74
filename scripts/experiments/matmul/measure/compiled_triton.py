"""Triton's kernels compiled for GPUs that are not there: what came out of the compiler can be read anywhere."""

from typing import Any

import torch
import triton
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource
from triton.tools.tensor_descriptor import TensorDescriptor

from .tuning import Launch

_WORDS = {torch.float32: "fp32", torch.bfloat16: "bf16", torch.float16: "fp16", torch.int32: "i32"}


def compiled(launch: Launch, arch: int) -> Any:
    """The kernel as Triton compiles it for this architecture. It is kept in Triton's cache directory."""
    signature: dict[str, str] = {}
    constants: dict[tuple[int], Any] = {}
    attributes: dict[tuple[int], list[list[Any]]] = {}
    for index, parameter in enumerate(launch.kernel.params):
        argument = launch.arguments[parameter.name]
        signature[parameter.name] = "constexpr" if parameter.is_constexpr else _word(argument)
        if signature[parameter.name] == "constexpr":
            constants[index,] = argument
        elif isinstance(argument, torch.Tensor) or (isinstance(argument, int) and argument % 16 == 0):
            attributes[index,] = [["tt.divisibility", 16]]
    options = {"num_warps": launch.num_warps, "num_stages": launch.num_stages}
    source = ASTSource(fn=launch.kernel, signature=signature, constexprs=constants, attrs=attributes)
    return triton.compile(source, target=GPUTarget("cuda", arch, 32), options=options)


def _word(argument: Any) -> str:
    """The type of an argument in Triton's words. One is a constant: it is the stride of what lies side by side."""
    if isinstance(argument, TensorDescriptor):
        return f"tensordesc<{_WORDS[argument.base.dtype]}{argument.block_shape}>"
    if isinstance(argument, torch.Tensor):
        return f"*{_WORDS[argument.dtype]}"
    return "constexpr" if argument == 1 else "i32"
