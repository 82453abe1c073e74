"""What is promised of Triton's kernels, read off their machine code: no GPU is needed for it."""

from functools import cache

import pytest

pytest.importorskip("triton")

from experiments.matmul import sample
from experiments.matmul.measure import circle8_gpu, compiled_triton, sass
from experiments.matmul.measure.circle6_triton import Product, Tiles, candidates, launch_of, shared_bytes
from experiments.matmul.measure.compiled_triton import CARDS, compiled, contenders, described
from experiments.matmul.record import Compiled, Matmul

_TENSOR = {80: "HMMA", 86: "HMMA", 89: "HMMA", 90: "HGMMA", 100: "UTCHMMA"}
_BULK = ("gpu_triton_bfloat16", "gpu_triton_tf32_transposed")
_SEVERAL = ("gpu_triton_tf32x3", "gpu_triton_bf16x3", "gpu_triton_bf16x6")
_EVERYWHERE = ("gpu_triton", "gpu_triton_tf32", "gpu_triton_bfloat16")


@cache
def tried(name: str, arch: int) -> list[Tiles]:
    return list(candidates(contenders()[name], CARDS[arch]))


@cache
def made(name: str, tiles: Tiles, arch: int) -> Compiled:
    return described(name, contenders()[name], tiles, arch)


def test_every_kernel_is_one_that_is_measured() -> None:
    measured = [entry.name for entry in circle8_gpu.entries() if entry.package == "triton"]
    assert sorted(contenders()) == sorted(measured)


@pytest.mark.parametrize("name", _BULK)
def test_on_hopper_tensor_cores_are_fed_by_bulk_copies_and_nothing_is_spilled(name: str) -> None:
    for tiles in tried(name, 90):
        kernel = made(name, tiles, 90)
        assert (kernel.tensor, kernel.load, kernel.fetches, kernel.stack_bytes) == ("HGMMA", "UTMALDG", 2, 0)
        loop = sass.read(compiled(launch_of(contenders()[name], tiles), 90).asm["cubin"]).loop
        assert not any(sass.count(loop, other) for other in ("LDG", "LDGSTS", "LDL", "STL", "HMMA"))


@pytest.mark.parametrize("name", _BULK)
def test_one_tile_after_another_a_program_computes_few_addresses(name: str) -> None:
    alone = next(tiles for tiles in tried(name, 90) if not tiles.flat and tiles.tall == 128 and tiles.wide == 256)
    assert made(name, alone, 90).instructions < 100


def test_float32_by_fma_is_nearly_nothing_but_fma() -> None:
    for tiles in tried("gpu_triton", 90):
        kernel = made("gpu_triton", tiles, 90)
        assert kernel.fma_share >= 0.84
        assert (kernel.tensor, kernel.load) == (None, "LDGSTS.128")
        code = sass.read(compiled(launch_of(contenders()["gpu_triton"], tiles), 90).asm["cubin"])
        # 128 totals a thread take all 255 registers: some versions of Triton spill a handful of numbers.
        takes_all = tiles.tall * tiles.wide // (32 * tiles.num_warps) == 128
        spilled = sum(sass.count(code.loop, each) for each in ("LDL", "STL"))
        assert spilled <= (0.01 * len(code.loop) if takes_all else 0)
        assert code.stack_bytes <= (64 if takes_all else 16)


@pytest.mark.parametrize("arch", CARDS)
@pytest.mark.parametrize("name", _EVERYWHERE)
def test_every_architecture_multiplies_by_its_own_units_and_spills_nothing(name: str, arch: int) -> None:
    tiles = tried(name, arch)[0]
    first = made(name, tiles, arch)
    assert (first.tensor, first.stack_bytes) == (None if name == "gpu_triton" else _TENSOR[arch], 0)
    # What a block takes of shared memory was known before: nothing that cannot run is compiled.
    foretold = shared_bytes(contenders()[name], tiles, CARDS[arch])
    assert abs(first.shared_bytes - foretold) <= 256
    assert first.shared_bytes <= CARDS[arch].shared_bytes


@pytest.mark.parametrize("name", _SEVERAL)
def test_float32_as_several_numbers_is_multiplied_by_tensor_cores(name: str) -> None:
    first = made(name, tried(name, 90)[0], 90)
    assert (first.tensor, first.stack_bytes) == ("HGMMA", 0)
    assert first.shared_bytes <= shared_bytes(contenders()[name], tried(name, 90)[0], CARDS[90])


@pytest.mark.parametrize("name", contenders())
def test_low_products_are_shared_out_and_every_candidate_fits(name: str) -> None:
    for arch, card in CARDS.items():
        assert tried(name, arch), arch
        assert all(shared_bytes(contenders()[name], tiles, card) <= card.shared_bytes for tiles in tried(name, arch))
    shared = [tiles for tiles in tried("gpu_silu", 90) if tiles.splits > 1]
    programs = [-(-121 // tiles.tall) * -(-512 // tiles.wide) * tiles.splits for tiles in shared]
    assert max(programs) >= 2 * 132 - 32


def test_a_record_takes_what_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def fields(name: str, _product: Product, tiles: Tiles, arch: int) -> Compiled:
        tile = f"{tiles.tall}x{tiles.wide}x{tiles.deep}"
        threads = 32 * tiles.num_warps
        return sample.compiled(name, arch=f"sm_{arch}", tile=tile, threads=threads, stages=tiles.num_stages)

    monkeypatch.setattr(compiled_triton, "described", fields)
    found = compiled_triton.all_compiled()
    assert {each.name for each in found if each.arch == "sm_90"} == set(contenders())
    Matmul(tiling=None, contenders=[], peaks=[], bandwidths=[], distributed=[], compiled=found)


def test_a_shared_sum_spills_nothing() -> None:
    shared = next(tiles for tiles in tried("gpu_silu", 90) if tiles.splits > 1)
    assert made("gpu_silu", shared, 90).stack_bytes == 0
