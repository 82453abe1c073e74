"""What is carried to a machine without a network: what is imported here and is not there, in a wheel for its Python."""

import zipfile
from pathlib import Path

import pytest

from shared import carry

FREEZE = """
# what `pip freeze` may print
torch==2.11.0
PyYAML==6.0.3
lightning==2.6.6
-e /root/checkout
numpy @ file:///wheels/numpy-2.5.2-cp312-cp312-linux_x86_64.whl
"""


def test_the_names_in_a_freeze() -> None:
    assert carry.listed(FREEZE) == {"torch", "pyyaml", "lightning", "numpy"}


def test_what_is_there_is_not_carried() -> None:
    needed = {"torch": "2.13.0", "pyyaml": "6.0.2", "omegaconf": "2.3.0", "nvidia-nvvm": "13.0.88"}
    assert carry.to_carry(needed, carry.listed(FREEZE)) == {"omegaconf": "2.3.0"}


def test_lightning_is_carried_though_another_is_there() -> None:
    assert carry.to_carry({"lightning": "2.4.0"}, carry.listed(FREEZE)) == {"lightning": "2.4.0"}


def test_what_a_module_imports_is_found_with_what_that_imports() -> None:
    found = carry.imported(["yaml", "bs4"])
    assert {"pyyaml", "beautifulsoup4", "soupsieve"} <= found.keys()  # bs4 imports soupsieve
    assert "torch" not in found


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that pip takes for its only registry."""
    folder = tmp_path / "registry"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def wheel(folder: Path, tags: str) -> None:
    """A wheel without a module."""
    files = {
        "METADATA": "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n",
        "WHEEL": f"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: false\nTag: {tags}\n",
        "RECORD": "",
    }
    with zipfile.ZipFile(folder / f"tiny-1.0-{tags}.whl", "w") as archive:
        for name, text in files.items():
            archive.writestr(f"tiny-1.0.dist-info/{name}", text)


def test_the_wheel_is_that_for_the_other_machines_python(registry: Path, tmp_path: Path) -> None:
    for version in (311, 312, 313):
        wheel(registry, f"cp{version}-cp{version}-manylinux_2_28_x86_64")
    carry.gather({"tiny": "1.0"}, tmp_path / "carried", "3.12")
    assert [path.name for path in (tmp_path / "carried").iterdir()] == [
        "tiny-1.0-cp312-cp312-manylinux_2_28_x86_64.whl"
    ]


@pytest.mark.usefixtures("registry")
def test_what_cannot_be_had_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(carry, "imported", lambda _: {"tiny": "1.0"})
    there = tmp_path / "there.txt"
    there.write_text(FREEZE)
    assert carry.main([str(tmp_path / "carried"), "--there", str(there)]) == 1
    assert "carry: tiny==1.0 has no wheel for Python 3.12" in capfd.readouterr().err


def test_a_list_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert carry.main([str(tmp_path), "--there", str(tmp_path / "no.txt")]) == 1
    assert "no.txt: cannot be read" in capsys.readouterr().err
