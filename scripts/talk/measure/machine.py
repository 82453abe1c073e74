"""The machine at hand: what it is made of, what can measure on it, and which versions run there.

Importing this needs the standard library alone.
"""

import math
import os
import platform
import re
import subprocess
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from talk.errors import NoDeviceError
from talk.records.schema import Device, Machine

WantedDevice = Literal["auto", "cpu", "cuda"]

# CUDA counts the fastest GPU first; `nvidia-smi`, which names the GPU in records, counts along the bus. Set before CUDA
# starts, here and in processes started from here, this makes both count alike.
os.environ["CUDA_DEVICE_ORDER"] = "PCI_BUS_ID"

_CPUINFO = Path("/proc/cpuinfo")
_CPU_QUOTA = Path("/sys/fs/cgroup/cpu.max")
# Words that vendors put into a processor's name and that tell no two machines apart.
_NOISE = re.compile(r"\((r|tm)\)|\bcpu\b|\bprocessor\b|\b\d+-core\b|\bwith radeon graphics\b|@", re.IGNORECASE)


@cache
def current_machine() -> Machine:
    """The hardware that this process runs on. The slug follows from hardware alone: the same after every boot."""
    cpu, cores, gpu = _cpu_name(), _cores(), _gpu()
    parts = [cpu, f"{cores}c"] + ([gpu["name"]] if gpu else [])
    return Machine(
        slug=slug(" ".join(parts)),
        cpu=cpu,
        cpu_cores=cores,
        memory_bytes=_memory_bytes(),
        gpu=gpu["name"] if gpu else None,
        gpu_memory_bytes=int(gpu["memory.total"]) * 2**20 if gpu else None,
        system=_system(),
    )


def find_devices(wanted: WantedDevice) -> list[Device]:
    """The devices that `--device WANTED` speaks of; auto: the CPU, and the GPU where there is one.

    Imports torch, where it is installed. Raises NoDeviceError for a GPU that PyTorch does not see.
    """
    if find_spec("torch") is None:
        if wanted == "cuda":
            raise NoDeviceError("--device cuda", "PyTorch, which drives the GPU, is not installed", "install torch")
        return ["cpu"]
    import torch

    there = torch.cuda.is_available()
    if wanted == "cuda" and not there:
        what = "PyTorch sees no GPU" if torch.version.cuda else f"PyTorch {torch.__version__} is built without CUDA"
        mend = "use --device cpu, or install the driver and a CUDA build of PyTorch"
        raise NoDeviceError("--device cuda", what, mend)
    choices: dict[WantedDevice, list[Device]] = {
        "auto": ["cpu", "cuda"] if there else ["cpu"],
        "cpu": ["cpu"],
        "cuda": ["cuda"],
    }
    return choices[wanted]


def is_virtual() -> bool:
    """Whether the processor reports that a hypervisor runs it: then neighbours share it unseen."""
    return any(line.startswith("flags") and " hypervisor" in line for line in _cpuinfo())


def versions(requirements: Iterable[str]) -> dict[str, str]:
    """Versions of Python, of `requirements` where they are installed, and of what PyTorch computes with."""
    found = {"python": platform.python_version()}
    for package in (requirement.partition("[")[0] for requirement in requirements):
        with suppress(metadata.PackageNotFoundError):
            found[package] = metadata.version(package)
    if "torch" in found:
        found |= _versions_under_torch()
    return found


def _versions_under_torch() -> dict[str, str]:
    import torch

    cudnn: Any = torch.backends.cudnn  # not typed
    found = {}
    for name, pattern in {"mkl": r"oneAPI Math Kernel Library Version (\S+)", "onednn": r"MKL-DNN v(\S+)"}.items():
        if match := re.search(pattern, torch.__config__.show()):
            found[name] = match[1]
    gpu = _gpu()
    if torch.cuda.is_available() and gpu:
        found |= {"cuda": str(torch.version.cuda), "cudnn": str(cudnn.version())}
        found["driver"] = gpu["driver_version"]
    return found


def slug(text: str) -> str:
    """`text` as a folder's name: of a-z, 0-9, dots and hyphens only."""
    return re.sub(r"[^a-z0-9.]+", "-", _NOISE.sub(" ", text).lower()).strip("-.")


def _cpuinfo() -> list[str]:
    return _CPUINFO.read_text(errors="replace").splitlines() if _CPUINFO.is_file() else []


def _cpu_name() -> str:
    for line in _cpuinfo():
        if line.startswith("model name"):
            return " ".join(line.partition(":")[2].split())
    return _answer("sysctl", "-n", "machdep.cpu.brand_string") or platform.processor() or platform.machine()


def _cores() -> int:
    """Physical cores that this process may use: two threads of one core add nothing to dense arithmetic."""
    allowed = set(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else set(range(os.cpu_count() or 1))
    cores = set()
    for block in "\n".join(_cpuinfo()).split("\n\n"):
        fields = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in block.splitlines())}
        if "core id" in fields and int(fields["processor"]) in allowed:
            cores.add((fields.get("physical id"), fields["core id"]))
    return min(len(cores) or len(allowed), _quota() or len(allowed))


def _quota() -> int | None:
    """Cores that the container's limit leaves, None where there is no limit."""
    if not _CPU_QUOTA.is_file():
        return None
    quota, _, period = _CPU_QUOTA.read_text().partition(" ")
    return None if quota == "max" else max(1, math.floor(int(quota) / int(period)))


def _memory_bytes() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None


def _system() -> str:
    try:
        name = platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        name = f"{platform.system()} {platform.release()}"
    return f"{name}, {platform.machine()}"


@cache
def _gpu() -> dict[str, str] | None:
    """Name, memory in MiB and driver of the first NVIDIA GPU that this process may use."""
    found = ask_gpu("name", "memory.total", "driver_version")
    return found if found.get("memory.total", "").isdigit() else None


def ask_gpu(*fields: str) -> dict[str, str]:
    """What the driver answers of the first NVIDIA GPU that this process may use, by the names of nvidia-smi's fields.

    Empty where there is none, and where it does not know one of them.
    """
    visible = os.environ.get("CUDA_VISIBLE_DEVICES", "0").split(",")[0].strip()
    if visible in ("", "-1"):
        return {}
    answer = _answer("nvidia-smi", "-i", visible, f"--query-gpu={','.join(fields)}", "--format=csv,noheader,nounits")
    values = [value.strip() for value in answer.split("\n")[0].split(",")]
    return dict(zip(fields, values, strict=True)) if answer and len(values) == len(fields) else {}


def _answer(*command: str) -> str:
    """What `command` prints, "" where it does not exist or fails."""
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=10).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""
