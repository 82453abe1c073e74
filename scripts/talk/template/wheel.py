"""A wheel of the very generator that runs.

No registry has the generator: a talk that asked one for it could be given a stranger's package of that name. So a talk
carries the generator with it. The wheel is put together of what is installed, whether itself from a wheel or as a
checkout, and the same files give the same bytes.
"""

import base64
import hashlib
import io
import zipfile
from importlib import metadata
from pathlib import PurePosixPath

from talk.errors import TalkError
from talk.paths import PACKAGE

DISTRIBUTION = "measured-talk"
_EARLIEST = (1980, 1, 1, 0, 0, 0)  # that a zip can name
_ABOUT = "Wheel-Version: 1.0\nGenerator: talk new\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def make_wheel() -> tuple[str, bytes]:
    """The wheel's file name and its bytes. Raises TalkError where the generator runs without being installed."""
    try:
        installed = metadata.distribution(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        mend = "run `make setup` in the generator's folder, then its .venv/bin/talk"
        raise TalkError(DISTRIBUTION, "the generator runs without being installed", mend) from None
    about = installed.read_text("METADATA") or installed.read_text("PKG-INFO") or ""
    entries = installed.read_text("entry_points.txt") or ""
    stem = f"{DISTRIBUTION.replace('-', '_')}-{installed.version}"
    files = {
        **_files_of_package(),
        f"{stem}.dist-info/METADATA": about.encode(),
        f"{stem}.dist-info/WHEEL": _ABOUT.encode(),
        f"{stem}.dist-info/entry_points.txt": entries.encode(),
    }
    record = f"{stem}.dist-info/RECORD"
    lines = [f"{name},{_hash(content)},{len(content)}" for name, content in files.items()]
    files[record] = "\n".join([*lines, f"{record},,", ""]).encode()
    return f"{stem}-py3-none-any.whl", _zipped(files)


def _files_of_package() -> dict[str, bytes]:
    inside = {
        PurePosixPath(PACKAGE.name, *path.relative_to(PACKAGE).parts): path
        for path in PACKAGE.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    hidden = {name for name in inside if any(part.startswith(".") for part in name.parts)}
    return {str(name): inside[name].read_bytes() for name in sorted(inside.keys() - hidden)}


def _hash(content: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest())
    return f"sha256={digest.decode().rstrip('=')}"


def _zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _EARLIEST)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return out.getvalue()
