"""Which kernels ran is read from what libraries say of themselves, and is no reason to lose a measurement."""

import sys
from dataclasses import replace
from types import ModuleType

import pytest

from talk.measure import libraries
from talk.measure.libraries import find_libraries, told_by_torch
from talk.records.conditions import Library
from talk.render.captions import Provenance
from talk.words import say
from tests.talk import samples

_MKL = "MKL_VERBOSE oneMKL 2024.0 Update 2 Product build 20240605 for {}, Lnx 2.60GHz lp64 gnu_thread\n"
_ONEDNN = "onednn_verbose,v1,info,oneDNN v3.12.0 (commit 80afa71)\nonednn_verbose,v1,info,cpu,isa:{}\n"


@pytest.mark.parametrize(
    ("said", "kernel"),
    [
        ("Intel(R) 64 architecture Intel(R) Advanced Vector Extensions 512 (Intel(R) AVX-512)", "AVX-512"),
        ("Intel(R) 64 architecture Intel(R) Advanced Vector Extensions 2 (Intel(R) AVX2) enabled processors", "AVX2"),
        ("Intel(R) 64 architecture Intel(R) Architecture processors", None),  # on AMD
        # Matrix extensions have no float32: such a product runs on vectors.
        ("Intel(R) 64 architecture Intel(R) AVX-512 and Intel(R) Advanced Matrix Extensions (Intel(R) AMX)", "AVX-512"),
    ],
)
def test_mkl_tells_its_vectors(said: str, kernel: str | None) -> None:
    (mkl,) = told_by_torch(_MKL.format(said), threads=2)
    assert (mkl.name, mkl.serves, mkl.version, mkl.kernel, mkl.threads) == ("MKL", "torch", "2024.0", kernel, 2)
    assert mkl.said == said[:200]


@pytest.mark.parametrize(
    ("said", "kernel"),
    [
        ("Intel AVX10.1 and Intel AMX with bfloat16 and 8-bit integer support", "AMX"),
        ("Intel AVX-512 with AVX512BW, AVX512VL, and AVX512DQ extensions", "AVX-512"),
        ("Intel AVX2", "AVX2"),
        ("Intel SSE4.1", "SSE4"),
        ("Generic", None),
    ],
)
def test_onednn_tells_its_instructions(said: str, kernel: str | None) -> None:
    (onednn,) = told_by_torch(_ONEDNN.format(said), threads=1)
    assert (onednn.name, onednn.version, onednn.kernel) == ("oneDNN", "3.12.0", kernel)


def test_captions_name_the_kernel_of_each_rival() -> None:
    openblas = Library(name="OpenBLAS", serves="numpy", version="0.3.31", kernel="SkylakeX", threads=2)
    record = replace(samples.record(), libraries=[openblas, *told_by_torch(_MKL.format("Intel(R) AVX2"), 2)])
    titles = {"torch": "torch", "numpy": "NumPy", "scipy": "SciPy"}
    mkl, numpy = Provenance(record).kernels(titles).split("; ")
    assert mkl == "torch: MKL, AVX2"
    assert numpy.startswith("NumPy: OpenBLAS, ")
    assert "SkylakeX" in numpy
    untold = replace(record, libraries=told_by_torch(_MKL.format("Intel(R) Architecture processors"), 2))
    assert Provenance(untold).kernels(titles) == f"torch: MKL, {say('provenance.kernel_untold')}"
    assert Provenance(samples.record()).kernels(titles) == ""


def test_a_library_that_answers_otherwise_loses_no_measurement(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("torch", "numba", "threadpoolctl"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    assert find_libraries() == []


def test_a_process_that_loaded_nothing_asks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libraries, "_said_by_torch", lambda: pytest.fail("torch was not loaded"))
    for name in ("torch", "numba"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    assert all(each.name != "ATen" for each in find_libraries())
