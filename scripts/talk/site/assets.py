"""Everything that pages link and the generator brings along, written into the talk's folder before a build."""

import hashlib
import subprocess
import sys
from contextlib import suppress
from importlib import metadata
from pathlib import Path

from talk.errors import TalkError
from talk.experiment import Found, find_experiments
from talk.paths import ASSETS, CACHE, GENERATED_ASSETS, VENDOR, shown
from talk.records.files import write_if_changed
from talk.records.sources import hash_sources
from talk.settings import settings
from talk.site.brand import write_brand
from talk.site.bundles import write_bundles
from talk.site.generated import write_folder
from talk.site.theme import write_theme
from talk.site.vendor import vendor
from talk.words import Language, fill, language


def write_assets() -> bool:
    """Bring docs/assets/vendor/, docs/assets/generated/ and .talk/theme/ up to date with mkdocs.yml.

    Returns whether packages from npm were fetched or copied anew.
    Raises TalkError where a setting cannot be had, npm fails, or a file cannot be written.
    """
    chosen, spoken = settings(), language()
    fetched = vendor()
    write_theme(spoken)
    write_brand(chosen, spoken)
    write_scripts(spoken)
    write_bundles(chosen, spoken)
    return fetched


def write_scripts(spoken: Language, target: Path = GENERATED_ASSETS) -> None:
    """Copy the generator's scripts and its speaker's window, in the talk's language."""
    for folder in ("scripts", "deck"):
        files = {
            path.relative_to(ASSETS / folder): fill(path.read_text(encoding="utf-8"), spoken)
            for path in (ASSETS / folder).iterdir()
        }
        write_folder(target / folder, files)


def write_experiments(target: Path = GENERATED_ASSETS, stamps: Path = CACHE / "assets") -> None:
    """What experiments bring, each into a folder of its name. Made anew only where what makes it has changed.

    Raises TalkError for a file that an experiment cannot bring, and as `Found.assets` does.
    """
    for name, experiment in find_experiments().items():
        if not experiment.has_assets:
            continue
        folder, stamp = target / name, stamps / name
        made_by = _digest_of(experiment)
        if stamp.is_file() and folder.is_dir():
            key, *names = stamp.read_text(encoding="utf-8").splitlines()
            if key == made_by and all((folder / each).is_file() for each in names):
                continue
        files = experiment.assets()
        for each in files:
            if Path(each).name != each:
                raise TalkError(experiment.folder / "assets.py", f"{each!r} is no file's name", "use a plain name")
        if name in _OWN_FOLDERS:
            what = f"its files would lie among the generator's own: {shown(folder)}"
            raise TalkError(experiment.folder, what, "call the experiment something else")
        write_folder(folder, {Path(each): content for each, content in files.items()})
        write_if_changed(stamp, "\n".join([made_by, *files]))


# What the generator itself writes to docs/assets/generated/.
_OWN_FOLDERS = frozenset({"brand", "deck", "labs", "machines", "scripts", "sharing"})


def _digest_of(experiment: Found) -> str:
    """Of all that makes an experiment's files: its folder, what measures, and the packages that it needs."""
    files = (each for each in experiment.folder.rglob("*") if each.is_file() and each.suffix != ".pyc")
    folder = {
        each.relative_to(experiment.folder).as_posix(): hashlib.sha256(each.read_bytes()).hexdigest()
        for each in sorted(files)
    }
    versions = [_version(requirement.partition("[")[0]) for requirement in experiment.about.packages.values()]
    return hashlib.sha256(repr((folder, hash_sources(experiment), versions)).encode()).hexdigest()


def _version(package: str) -> str | None:
    with suppress(metadata.PackageNotFoundError):
        return metadata.version(package)
    return None


def main() -> int:
    """Entry of `python -m talk.site.assets`; the exit status."""
    try:
        fetched = write_assets()
    except (TalkError, OSError, subprocess.SubprocessError) as error:
        print(error, file=sys.stderr)
        return 1
    if fetched:
        print(f"npm packages are in {shown(VENDOR)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
