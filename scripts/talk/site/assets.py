"""Everything that pages link and the generator brings along, written into the talk's folder before a build."""

import subprocess
import sys
from pathlib import Path

from talk.errors import TalkError
from talk.paths import ASSETS, GENERATED_ASSETS, VENDOR, shown
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
