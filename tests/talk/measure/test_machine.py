"""What the machine is called, and how many cores measure."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from talk.measure import machine


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    machine.current_machine.cache_clear()
    machine._gpu.cache_clear()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Intel(R) Xeon(R) Processor @ 2.80GHz 2c", "intel-xeon-2.80ghz-2c"),
        ("Intel(R) Core(TM) i7-9750H CPU @ 2.60GHz 6c", "intel-core-i7-9750h-2.60ghz-6c"),
        ("AMD Ryzen 9 5950X 16-Core Processor 16c", "amd-ryzen-9-5950x-16c"),
        ("Apple M2 8c", "apple-m2-8c"),
        ("AMD EPYC 7R32 24c NVIDIA GeForce RTX 3090 Ti", "amd-epyc-7r32-24c-nvidia-geforce-rtx-3090-ti"),
        ("../<script> Процессор 4c", "script-4c"),
    ],
)
def test_the_slug_is_made_of_the_hardware(name: str, expected: str) -> None:
    assert machine.slug(name) == expected


def test_this_machine_is_described() -> None:
    here = machine.current_machine()
    assert re.fullmatch(r"[a-z0-9][a-z0-9.-]*", here.slug)
    assert here.slug.endswith("c") or here.gpu is not None
    assert 1 <= here.cpu_cores <= (os.cpu_count() or 1)
    assert os.uname().nodename.lower() not in here.slug
    assert here.memory_bytes is None or here.memory_bytes > 2**28


def cpuinfo(path: Path, threads: list[tuple[int, int]]) -> Path:
    """A /proc/cpuinfo with a thread of (socket, core) each."""
    blocks = (
        f"processor\t: {index}\nmodel name\t: Test  CPU\nphysical id\t: {socket}\ncore id\t\t: {core}\n"
        f"flags\t\t: fpu hypervisor\n"
        for index, (socket, core) in enumerate(threads)
    )
    path.write_text("\n".join(blocks))
    return path


@pytest.mark.parametrize(
    ("threads", "allowed", "quota", "cores"),
    [
        ([(0, 0), (0, 0), (0, 1), (0, 1)], {0, 1, 2, 3}, "max 100000", 2),  # two threads a core
        ([(0, 0), (0, 1), (1, 0), (1, 1)], {0, 1, 2, 3}, "max 100000", 4),  # two sockets
        ([(0, 0), (0, 1), (0, 2), (0, 3)], {0, 2}, "max 100000", 2),  # the process is pinned
        ([(0, 0), (0, 1), (0, 2), (0, 3)], {0, 1, 2, 3}, "150000 100000", 1),  # a container's limit
        ([], {0, 1, 2}, "max 100000", 3),  # a kernel that tells nothing
    ],
)
def test_cores_are_the_physical_ones_that_may_be_used(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    threads: list[tuple[int, int]],
    allowed: set[int],
    quota: str,
    cores: int,
) -> None:
    limit = tmp_path / "cpu.max"
    limit.write_text(f"{quota}\n")
    monkeypatch.setattr(machine, "_CPUINFO", cpuinfo(tmp_path / "cpuinfo", threads))
    monkeypatch.setattr(machine, "_CPU_QUOTA", limit)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: allowed, raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: len(allowed))
    here = machine.current_machine()
    assert here.cpu_cores == cores
    if threads:
        assert (here.cpu, machine.is_virtual()) == ("Test CPU", True)


@pytest.mark.parametrize(
    ("answer", "visible", "name", "memory_bytes"),
    [
        ("echo 'NVIDIA H200, 143771, 580.159.04'", "", None, None),  # hidden from this process
        ("echo 'NVIDIA H200, 143771, 580.159.04'", "0", "NVIDIA H200", 143_771 * 2**20),
        ("echo 'No devices were found'; exit 6", "0", None, None),
        ("echo 'NVIDIA-SMI has failed because it could not communicate with the driver'", "0", None, None),
    ],
)
def test_the_gpu_is_asked_of_its_driver(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
    visible: str,
    name: str | None,
    memory_bytes: int | None,
) -> None:
    tool = tmp_path / "nvidia-smi"
    tool.write_text(f"#!/bin/sh\n{answer}\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    here = machine.current_machine()
    assert (here.gpu, here.gpu_memory_bytes) == (name, memory_bytes)
    assert here.slug.endswith("-nvidia-h200") == (name is not None)


@pytest.mark.parametrize("set_before", [{}, {"CUDA_DEVICE_ORDER": "FASTEST_FIRST"}])
def test_cuda_counts_gpus_as_their_driver_does_before_torch_comes(set_before: dict[str, str]) -> None:
    """Else a machine of two unlike cards measures the one and names the other."""
    program = "import os, sys, talk.experiment; print('torch' in sys.modules, os.environ['CUDA_DEVICE_ORDER'])"
    ours = {name: value for name, value in os.environ.items() if name != "CUDA_DEVICE_ORDER"} | set_before
    done = subprocess.run([sys.executable, "-c", program], env=ours, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "PCI_BUS_ID"]


def test_versions_are_of_what_is_installed() -> None:
    found = machine.versions(("pyyaml", "pytest", "no-such-package-at-all"))
    assert {"python", "pyyaml", "pytest"} <= found.keys()
    assert "no-such-package-at-all" not in found
    assert all(re.match(r"\d", version) for version in found.values())
