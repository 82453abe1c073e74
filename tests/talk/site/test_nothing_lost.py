"""`talk build` that is killed, out of disk, shut out of its folder or started twice: nothing is lost.

The talk is a small one; what builds it is the generator. `bench.kills` kills fifty builds of the whole talk.
"""

import ctypes
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.kills import STEPS
from bench.project import environment
from talk import cli
from talk.site import replace
from talk.site.replace import replace_folder, restore_folder

PUBLISHED = [("index.html", "published")]


@pytest.fixture
def unmeasured(small_talk: Path) -> Path:
    """A small talk whose record lies beside it, for its experiment to give, and a published site of one file."""
    shutil.move(small_talk / "docs" / "results", small_talk.parent / "takes")
    (small_talk / "site").mkdir()
    (small_talk / "site" / "index.html").write_text("published")
    return small_talk


def driver(talk: Path) -> list[str]:
    return [sys.executable, "-m", "bench.kills.driver", str(talk.parent / "takes")]


def build(talk: Path, before: Callable[[], object] | None = None) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        driver(talk),
        cwd=talk,
        env=environment(talk),
        capture_output=True,
        text=True,
        timeout=120,
        preexec_fn=before,
    )


def published(project: Path) -> list[tuple[str, str]]:
    """The files of the site, with what they say."""
    return [(path.name, path.read_text()) for path in (project / "site").rglob("*") if path.is_file()]


_KILLS = """
import sys
from pathlib import Path
from bench.kills import kill_again

for kill in kill_again(Path.cwd(), Path(sys.argv[1]), count=8):
    print(kill.step, kill.signal.name, *kill.losses)
"""


def test_a_kill_in_any_step_loses_nothing(unmeasured: Path) -> None:
    command = [sys.executable, "-c", _KILLS, str(unmeasured.parent / "takes")]
    done = subprocess.run(command, cwd=unmeasured, env=environment(unmeasured), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    kills = [line.split(maxsplit=2) for line in done.stdout.splitlines()]
    assert [step for step, *_ in kills] == [*STEPS, *STEPS]
    assert {name for _, name, *_ in kills} == {"SIGKILL", "SIGINT"}
    assert [losses for _, _, *losses in kills if losses] == []


@pytest.mark.parametrize(("most_bytes", "too_long"), [(300, "docs/results/.*/sleep.json"), (200_000, "site")])
def test_a_full_disk_is_one_line_and_loses_nothing(unmeasured: Path, most_bytes: int, too_long: str) -> None:
    """No file may grow past so many bytes: the record does not get past the first limit, the theme past the second."""
    done = build(unmeasured, lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes)))
    assert done.returncode == 1
    assert re.search(rf"^{too_long}: cannot be written \(.+\); free the disk", done.stderr, re.MULTILINE)
    assert "Traceback" not in done.stderr
    assert published(unmeasured) == PUBLISHED
    assert not list(unmeasured.rglob("*.partial"))
    again = build(unmeasured)
    assert again.returncode == 0, again.stderr
    assert ("measuring sleep" in again.stdout) == (too_long != "site")


def obey_permissions() -> None:
    """Root writes where it may not; without this capability it does so no more."""
    if os.geteuid() == 0:
        pr_capbset_drop, cap_dac_override = 24, 1
        assert ctypes.CDLL(None).prctl(pr_capbset_drop, cap_dac_override) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="drops a capability of Linux")
def test_a_read_only_folder_is_one_line_and_loses_nothing(unmeasured: Path) -> None:
    folders = [path for path in (unmeasured, *unmeasured.rglob("*")) if path.is_dir() and not path.is_symlink()]
    for folder in folders:
        folder.chmod(0o555)
    done = build(unmeasured, obey_permissions)
    for folder in folders:
        folder.chmod(0o755)
    assert done.returncode == 1
    assert re.search(r"cannot be written \(Permission denied\); free the disk or mend the permissions", done.stderr)
    assert "Traceback" not in done.stderr
    assert published(unmeasured) == PUBLISHED
    assert build(unmeasured).returncode == 0


def test_of_two_builds_at_once_the_second_is_one_line(unmeasured: Path) -> None:
    first = subprocess.Popen(
        driver(unmeasured),
        cwd=unmeasured,
        env=environment(unmeasured),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert first.stdout is not None
    assert first.stdout.readline() == "measuring sleep\n"
    first.send_signal(signal.SIGSTOP)  # for as long as the second needs
    try:
        second = build(unmeasured)
    finally:
        first.send_signal(signal.SIGCONT)
    first.communicate(timeout=120)
    assert second.returncode == 1
    assert second.stderr == ".cache/build.lock: another build is at work in this folder; wait until it ends\n"
    assert first.returncode == 0
    assert (unmeasured / "site" / "index.html").is_file()


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path, Path]:
    """`site`, with a file that says former, `built`, with one that says new, and no `former`."""
    for name, word in (("site", "former"), ("built", "new")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "index.html").write_text(word)
    return tmp_path / "site", tmp_path / "built", tmp_path / "former"


@pytest.mark.parametrize("in_one_step", [True, False])
def test_a_folder_is_replaced_and_nothing_is_left_of_the_former(
    folders: tuple[Path, Path, Path], in_one_step: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not in_one_step:
        monkeypatch.setattr(replace, "_exchange", lambda *_: False)
    site = folders[0]
    replace_folder(*folders)
    assert (site / "index.html").read_text() == "new"
    assert [path.name for path in site.parent.iterdir()] == ["site"]


@pytest.mark.skipif(sys.platform != "linux", reason="renameat2 is Linux's")
def test_on_linux_there_is_a_site_at_every_moment(
    folders: tuple[Path, Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def renamed(*_: object) -> None:
        raise AssertionError("two steps where one would do")

    monkeypatch.setattr(Path, "rename", renamed)
    replace_folder(*folders)
    assert (folders[0] / "index.html").read_text() == "new"


def test_where_a_replacement_takes_two_steps_a_kill_between_them_is_mended(folders: tuple[Path, Path, Path]) -> None:
    site, built, former = folders
    site.rename(former)  # the first step; the kill
    restore_folder(site, built, former)
    assert (site / "index.html").read_text() == "former"
    assert [path.name for path in site.parent.iterdir()] == ["site"]


def test_an_interrupt_while_a_class_is_made_is_an_interrupt(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Interrupting:
        def __set_name__(self, owner: type, name: str) -> None:
            raise KeyboardInterrupt

    monkeypatch.setattr("talk.site.build.build", lambda **_: type("Made", (), {"field": Interrupting()}))
    assert cli.main(["build"]) == 130
    assert capsys.readouterr().err == "interrupted; records and site/ are whole\n"
