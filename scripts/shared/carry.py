"""Gathers the wheels that measuring needs on a machine without a network, beside what that machine has.

    .venv/bin/python scripts/shared/carry.py DIR --there there.txt --python 3.12

`there.txt` is what `python3 -m pip freeze` prints on that machine. What is needed is what measuring imports here, in
the versions of here: NeMo asks for hundreds of packages, and its encoder imports a tenth of them. There,
`python3 -m pip install --no-index --no-deps --target SITE DIR/*.whl` and `export PYTHONPATH=SITE TALK_OFFLINE=1`.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

# What the experiments import, with all that this imports. NeMo has Librosa import its own parts when they are called.
MODULES = (
    "nemo.collections.asr.models",
    "nemo.collections.asr.modules",
    "librosa.filters",
    "librosa.util.files",
    "rapidfuzz",
    "soundfile",
    "sympy",
    "threadpoolctl",
)
# NeMo refuses Lightning from 2.5 on, as it is imported and not only in its metadata: an own one is always carried.
_ALWAYS = frozenset(("lightning",))
_OF_THE_GPU = "nvidia-"  # libraries that come with the torch and the driver of a machine, and fit no other
_GLIBC = range(5, 40)  # minor versions of the C library that a wheel may ask for
_ASK = """
import json, logging, sys, warnings
from importlib import import_module
from importlib.metadata import packages_distributions, version

logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")
for module in sys.argv[2:]:
    import_module(module)
used = {name.partition(".")[0] for name in sys.modules}
found = {each for name, several in packages_distributions().items() if name in used for each in several}
open(sys.argv[1], "w").write(json.dumps({name: version(name) for name in found}))
"""


def imported(modules: Sequence[str]) -> dict[str, str]:
    """The packages, by their names for pip, that a fresh Python has imported after `modules`, and their versions."""
    with tempfile.TemporaryDirectory() as folder:
        found = Path(folder, "found.json")
        subprocess.run([sys.executable, "-c", _ASK, found, *modules], check=True)
        return {_plain(name): version for name, version in json.loads(found.read_text()).items()}


def listed(freeze: str) -> set[str]:
    """The names in what `pip freeze` prints."""
    lines = (re.match(r"[A-Za-z0-9][\w.-]*", line) for line in freeze.splitlines())
    return {_plain(line[0]) for line in lines if line is not None}


def to_carry(needed: dict[str, str], there: Iterable[str]) -> dict[str, str]:
    """Of the packages `needed` those that the other machine lacks."""
    lacking = needed.keys() - (set(there) - _ALWAYS)
    return {name: needed[name] for name in sorted(lacking) if not name.startswith(_OF_THE_GPU)}


def gather(packages: dict[str, str], folder: Path, python: str) -> None:
    """Put a wheel of each package for Linux, x86-64 and that Python into `folder`.

    Raises CalledProcessError where the registry has none, and no wheel for every machine can be built of its source.
    """
    pip = [sys.executable, "-m", "pip"]
    platforms = [f"--platform=manylinux_2_{minor}_x86_64" for minor in _GLIBC]
    platforms += [f"--platform=manylinux{year}_x86_64" for year in (1, 2010, 2014)]
    target = ["--only-binary=:all:", f"--python-version={python}", "--implementation=cp", *platforms]
    for name, version in packages.items():
        asked = ["--quiet", "--no-deps", f"{name}=={version}"]
        if subprocess.run([*pip, "download", *target, f"--dest={folder}", *asked], capture_output=True).returncode:
            subprocess.run([*pip, "wheel", f"--wheel-dir={folder}", *asked], check=True)


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def main(words: Sequence[str] | None = None) -> int:
    """Gather, and say what was gathered."""
    parser = argparse.ArgumentParser(
        description="gather the wheels that measuring needs on a machine without a network"
    )
    parser.add_argument("folder", type=Path, metavar="DIR", help="where the wheels go")
    parser.add_argument("--there", type=Path, required=True, metavar="FILE", help="what `pip freeze` prints there")
    parser.add_argument("--python", default="3.12", metavar="X.Y", help="the Python there (3.12)")
    options = parser.parse_args(words)
    try:
        there = listed(options.there.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        print(f"{options.there}: cannot be read ({error}); write `pip freeze` of the other machine", file=sys.stderr)
        return 1
    packages = to_carry(imported(MODULES), there)
    try:
        gather(packages, options.folder, options.python)
    except subprocess.CalledProcessError as error:
        package = error.cmd[-1]
        print(
            f"carry: {package} has no wheel for Python {options.python}; build one into {options.folder}",
            file=sys.stderr,
        )
        return 1
    wheels = list(options.folder.glob("*.whl"))
    print(f"{len(wheels)} wheels, {sum(each.stat().st_size for each in wheels) / 1e6:.1f} MB in {options.folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
