"""Circle 8 on a GPU: the two kernels that come after `circle6_triton`, for very large products and for very low ones.

Both work under TRITON_INTERPRET=1 too, on tensors in the memory of the CPU.
"""

import triton
import triton.language as tl


@triton.jit  # type: ignore[untyped-decorator,unused-ignore]
def place(tile, tiles_down, tiles_across, group: tl.constexpr):  # type: ignore[no-untyped-def]
    """Row and column of tiles: `group` tiles down before one to the right, whose columns of B are still in L2."""
    first = tile // (group * tiles_across) * group
    height = min(tiles_down - first, group)
    inside = tile % (group * tiles_across)
    return first + inside % height, inside // height


# Tensor cores bind it, so everything else has to keep out of their way. Tiles come and go by bulk copies (TMA): one
# thread asks for a whole tile, and no other computes an address. A program stays on its multiprocessor and takes one
# tile of C after another: while one leaves, the operands of the next are on their way. Half a tile of C leaves at a
# time, so that shared memory has room for one more stage of operands. What is left is power: the card lowers its clock.
@triton.jit  # type: ignore[untyped-decorator,unused-ignore]
def persistent(  # type: ignore[no-untyped-def]
    a, b, c, n, m, p,
    tall: tl.constexpr, wide: tl.constexpr, deep: tl.constexpr, group: tl.constexpr,
    flat: tl.constexpr, halves: tl.constexpr, transposed: tl.constexpr, precision: tl.constexpr,
):  # fmt: skip
    """C = A·B of three descriptors; B's is of its transpose where `transposed`, C's of half a tile where `halves`.

    `flat` joins the loop over tiles and the loop over steps into one, so that copies run on from tile to tile.
    """
    tiles_down, tiles_across = tl.cdiv(n, tall), tl.cdiv(p, wide)
    for tile in tl.range(tl.program_id(0), tiles_down * tiles_across, tl.num_programs(0), flatten=flat):
        down, across = place(tile, tiles_down, tiles_across, group)
        i, j = down * tall, across * wide
        total = tl.zeros((tall, wide), dtype=tl.float32)
        for k in range(0, m, deep):
            a_tile = a.load([i, k])
            b_tile = b.load([j, k]).T if transposed else b.load([k, j])
            total = tl.dot(a_tile, b_tile, total, precision)
        if halves:
            left, right = tl.split(tl.permute(tl.reshape(total, (tall, 2, wide // 2)), (0, 2, 1)))
            c.store([i, j], left.to(c.dtype))
            c.store([i, j + wide // 2], right.to(c.dtype))
        else:
            c.store([i, j], total.to(c.dtype))


# The launch and the latency of memory bind it: the Conformer's products are of few rows, and have fewer tiles than the
# card has multiprocessors. So several programs share the sum of one tile, each takes every `splits`-th step of it, and
# the last to arrive adds the parts up, in their order: the result does not depend on who was last.
@triton.jit  # type: ignore[untyped-decorator,unused-ignore]
def split(  # type: ignore[no-untyped-def]
    a, b, c, bias, parts, arrived, n, m, p, a_stride, b_down, b_right, c_stride, splits,
    tall: tl.constexpr, wide: tl.constexpr, deep: tl.constexpr, group: tl.constexpr,
    silu: tl.constexpr, precision: tl.constexpr,
):  # fmt: skip
    """C = A·B, or SiLU(bias + A·B). `parts` has room for `splits` tiles for each tile, `arrived` is zero for each."""
    tile, part = tl.program_id(0) // splits, tl.program_id(0) % splits
    down, across = place(tile, tl.cdiv(n, tall), tl.cdiv(p, wide), group)
    y, x = tl.arange(0, tall)[:, None], tl.arange(0, wide)[None, :]
    i, j = down * tall + y, across * wide + x
    right, below = tl.arange(0, deep)[None, :], tl.arange(0, deep)[:, None]
    total = tl.zeros((tall, wide), dtype=tl.float32)
    for k0 in range(part * deep, m, splits * deep):
        a_tile = tl.load(a + i * a_stride + (k0 + right), (i < n) & (k0 + right < m), 0.0)
        b_tile = tl.load(b + (k0 + below) * b_down + j * b_right, (k0 + below < m) & (j < p), 0.0)
        total = tl.dot(a_tile, b_tile, total, precision)
    first = parts + tile * splits * tall * wide + y * wide + x
    tl.store(first + part * tall * wide, total)
    tl.debug_barrier()  # the whole block has stored its part before one thread of it says so
    if tl.atomic_add(arrived + tile, 1) == splits - 1:
        total = tl.zeros((tall, wide), dtype=tl.float32)
        for each in range(splits):
            total += tl.load(
                first + each * tall * wide, cache_modifier=".cg"
            )  # other multiprocessors wrote it: from L2
        if silu:
            total += tl.load(bias + j, j < p, 0.0)
            total *= tl.sigmoid(total)
        tl.store(c + i * c_stride + j, total, (i < n) & (j < p))
        tl.store(arrived + tile, 0)  # the next launch counts anew
