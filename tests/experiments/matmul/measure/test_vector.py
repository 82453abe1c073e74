"""The micro-kernel at every vector width, whatever machine runs the test: LLVM splits vectors that are too wide."""

import re
from pathlib import Path

import numpy as np
import pytest
from numba import njit

from experiments.matmul.measure import vector
from experiments.matmul.measure.circle4_one_thread import block_sides
from experiments.matmul.measure.vector import (
    Caches,
    lower_kernel,
    machine_caches,
    machine_tile,
    micro_kernel,
    tile_for,
)
from shared.simd import Tile

FEATURES = {
    "AVX-512": (["avx512f", "avx2", "fma"], 32, 16),
    "AVX2": (["avx2", "fma"], 16, 8),
    "NEON": (["neon"], 32, 4),
    "SSE": (["sse2"], 16, 4),
}


@pytest.mark.parametrize("name", FEATURES)
def test_the_tile_fits_the_registers(name: str) -> None:
    features, registers, lanes = FEATURES[name]
    tile = tile_for(features)
    assert tile.lanes == lanes
    assert tile.rows * tile.vectors + tile.vectors + 1 <= registers
    assert tile.rows * tile.vectors >= 8


@pytest.mark.parametrize("name", FEATURES)
@pytest.mark.parametrize(("depth", "unroll"), [(0, 1), (1, 1), (7, 1), (8, 2), (8, 4), (0, 4)])
@pytest.mark.parametrize("add", [0, 1])
def test_tile_product(name: str, depth: int, unroll: int, add: int) -> None:
    tile = tile_for(FEATURES[name][0])
    kernel = micro_kernel(tile, unroll=unroll)
    ahead = 0 if unroll > 1 else -1
    columns = tile.columns

    @njit
    def run(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> None:
        kernel(depth, a, 3, a.shape[1], b, 5, columns, c, 2, c.shape[1], add, a, ahead, 1)

    random = np.random.default_rng(depth)
    # Integers, so that every order of summation is exact; borders, so that a stray write is seen.
    a = random.integers(-9, 9, (tile.rows + 1, depth + 4)).astype(np.float32)
    b = random.integers(-9, 9, depth * columns + 9).astype(np.float32)
    c = random.integers(-9, 9, (tile.rows + 1, columns + 5)).astype(np.float32)
    expected = c.copy()
    left = a.ravel()[3 : 3 + tile.rows * (depth + 4)].reshape(tile.rows, -1)[:, :depth]
    right = b[5 : 5 + depth * columns].reshape(depth, columns)
    inside = expected[: tile.rows, 2 : 2 + columns]
    inside[...] = left @ right + add * inside
    run(a, b, c)
    np.testing.assert_array_equal(c, expected)


@pytest.mark.parametrize("name", FEATURES)
@pytest.mark.parametrize("add", [0, 1])
def test_a_lower_tile_writes_its_rows_alone(name: str, add: int) -> None:
    tile, depth = tile_for(FEATURES[name][0]), 8
    kernel = lower_kernel(tile, unroll=4)

    @njit
    def run(rows: int, a: np.ndarray, b: np.ndarray, c: np.ndarray) -> None:
        kernel(rows, depth, a, 0, depth, b, 0, b.shape[1], c, 0, c.shape[1], add, b, 0, b.shape[1])

    random = np.random.default_rng(add)
    a = random.integers(-9, 9, (tile.rows, depth)).astype(np.float32)
    b = random.integers(-9, 9, (depth, tile.columns)).astype(np.float32)
    for rows in range(1, tile.rows):
        c = random.integers(-9, 9, (tile.rows, tile.columns)).astype(np.float32)
        expected = c.copy()
        expected[:rows] = a[:rows] @ b + add * c[:rows]
        run(rows, a, b, c)
        np.testing.assert_array_equal(c, expected)


# `vmovups` of 512 bits to the stack or from it, as machine code: EVEX that names no register past RDI, the opcode, and
# an address that is RSP and an offset.
_ADDRESS = re.escape(bytes(byte for byte in range(0xC0) if byte % 8 == 4))
ON_THE_STACK = re.compile(rb"\x62[\x61\x71\xe1\xf1]\x7c\x48[\x10\x11][" + _ADDRESS + rb"]\x24", re.DOTALL)


@pytest.mark.skipif(machine_tile().lanes < 16, reason="it reads the machine code of AVX-512")
@pytest.mark.parametrize("unroll", [1, 4])
def test_the_sums_stay_in_registers(unroll: int) -> None:
    kernel, lower = micro_kernel(machine_tile(), unroll=unroll), lower_kernel(machine_tile(), unroll=unroll)

    @njit
    def run(a: np.ndarray, b: np.ndarray, c: np.ndarray, rows: int, depth: int, ahead: int, stride: int) -> None:
        p = c.shape[1]
        for i in range(rows):
            kernel(depth, a, i * depth, depth, b, 0, p, c, i * p, p, i, b, ahead, stride)
            lower(i, depth, a, i * depth, depth, b, 0, p, c, i * p, p, i, b, ahead, stride)

    matrix = "float32[:, ::1]"
    run.compile(f"({matrix}, {matrix}, {matrix}, int64, int64, int64, int64)")
    machine_code = run.overloads[run.signatures[0]].library._get_compiled_object()
    # Before the loops a vector or two may pass through the stack. Sums that do are dozens: on Zen 5 LLVM's own order of
    # instructions has made them.
    assert len(ON_THE_STACK.findall(machine_code)) <= machine_tile().vectors


@pytest.mark.parametrize("name", FEATURES)
@pytest.mark.parametrize("depth", [0, 4, 12])
def test_a_kernel_that_packs_multiplies_and_copies_what_it_read(name: str, depth: int) -> None:
    tile = tile_for(FEATURES[name][0])
    kernel = micro_kernel(tile, unroll=4, packs=True)
    columns = tile.columns

    @njit
    def run(a: np.ndarray, b: np.ndarray, c: np.ndarray, packed: np.ndarray) -> None:
        kernel(depth, a, 0, a.shape[1], b, 2, b.shape[1], c, 0, columns, 0, packed, 3, columns)

    random = np.random.default_rng(depth)
    a = random.integers(-9, 9, (tile.rows, depth + 1)).astype(np.float32)
    b = random.integers(-9, 9, (depth + 1, columns + 3)).astype(np.float32)
    c, packed = np.full((tile.rows, columns), np.nan, np.float32), np.full(columns * depth + 5, np.inf, np.float32)
    run(a, b, c, packed)
    read = b[:depth, 2 : 2 + columns]
    np.testing.assert_array_equal(c, a[:, :depth] @ read)
    np.testing.assert_array_equal(packed, [*[np.inf] * 3, *read.ravel(), *[np.inf] * 2])


@pytest.mark.parametrize("caches", [Caches(32 << 10, 256 << 10, 8 << 20), Caches(48 << 10, 2 << 20, 32 << 20)])
def test_blocks_fit_the_caches(caches: Caches) -> None:
    for features, _, _ in FEATURES.values():
        tile = tile_for(features)
        depth, columns = block_sides(tile, caches)
        assert columns % tile.columns == 0
        assert depth * tile.rows * 4 <= caches.l1 / 2
        assert depth * columns * 4 <= caches.l2 / 2


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ({"1": "48K", "2": "2048K", "3": "32M"}, Caches(48 << 10, 2 << 20, 32 << 20)),
        ({"1": "64K", "2": "1024K"}, Caches(64 << 10, 1 << 20, 0)),
        ({"3": "32M"}, Caches(32 << 10, 512 << 10, 8 << 20, told=False)),
        ({}, Caches(32 << 10, 512 << 10, 8 << 20, told=False)),
    ],
)
def test_what_the_system_does_not_tell_is_not_said_to_be_told(
    told: dict[str, str], found: Caches, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for level, size in told.items():
        index = tmp_path / f"index{level}"
        index.mkdir()
        for name, text in (("type", "Unified"), ("level", level), ("size", size)):
            (index / name).write_text(f"{text}\n")
    monkeypatch.setattr(vector, "_CACHES", tmp_path)
    assert machine_caches.__wrapped__() == found


def test_the_machine_knows_itself() -> None:
    caches = machine_caches()
    assert 8 << 10 <= caches.l1 < caches.l2 <= 64 << 20
    assert isinstance(machine_tile(), Tile)
