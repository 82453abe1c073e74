"""What CI does: its files are sound, nobody else's code gets to the GPU, and every step does what it says.

A machine of tests has no GPU, no GitHub and no hour to spare: `nvidia-smi` and `gh` are stand-ins, `make` says what it
would run, and the rest is run.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from talk.paths import PACKAGE, ROOT

GITHUB = ROOT / ".github"
BIN = Path(sys.executable).parent
FILES = sorted([*GITHUB.glob("workflows/*.yml"), *GITHUB.glob("actions/*/action.yml")])
PUBLISH = "o/talk/.github/workflows/publish.yml@refs/heads/main"


def read(file: Path) -> Any:
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    if True in content:  # what YAML 1.1 makes of the key `on`
        content["on"] = content.pop(True)
    return content


WORKFLOWS = {file.stem: read(file) for file in FILES if file.parent.name == "workflows"}


def jobs() -> Iterator[tuple[str, str, Any]]:
    for workflow, content in WORKFLOWS.items():
        for name, job in content["jobs"].items():
            yield workflow, name, job


@pytest.mark.parametrize("words", [["actionlint"], ["zizmor", "--offline", "--no-progress", "--pedantic", ".github"]])
def test_nothing_is_wrong_with_the_files(words: list[str]) -> None:
    done = subprocess.run([str(BIN / words[0]), *words[1:]], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.parent.name + "/" + file.stem)
def test_actions_are_pinned_by_digest(file: Path) -> None:
    used = re.findall(r"uses: (.+)", file.read_text(encoding="utf-8"))
    assert used
    ours = "$/.github/actions/setup"
    assert [
        each for each in used if each != ours and not re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", each)
    ] == []


def test_jobs_have_the_least_permissions_and_an_end() -> None:
    assert all(content["permissions"] == {} for content in WORKFLOWS.values())
    may_write = {
        (workflow, name): {what for what, access in job["permissions"].items() if access == "write"}
        for workflow, name, job in jobs()
    }
    assert {job: what for job, what in may_write.items() if what} == {
        ("publish", "deploy"): {"pages", "id-token"},
        ("publish", "propose"): {"contents", "pull-requests"},
    }
    assert all(0 < job["timeout-minutes"] <= 90 for _, _, job in jobs())
    assert not re.search(r"\bsecrets\.", "".join(file.read_text(encoding="utf-8") for file in FILES))


def test_only_main_gets_to_the_gpu() -> None:
    on_gpu = [(workflow, name, job) for workflow, name, job in jobs() if "self-hosted" in job["runs-on"]]
    assert [(workflow, name) for workflow, name, _ in on_gpu] == [("publish", "measure")]
    assert "github.ref == 'refs/heads/main'" in on_gpu[0][2]["if"]
    triggers = WORKFLOWS["publish"]["on"]
    assert set(triggers) == {"push", "schedule", "workflow_dispatch"}
    assert triggers["push"] == {"branches": ["main"]}


def test_without_a_measurement_nothing_is_published() -> None:
    published = WORKFLOWS["publish"]["jobs"]
    assert published["build"]["needs"] == "measure"
    assert "(needs.measure.result == 'success' || inputs.committed)" in published["build"]["if"]
    assert published["deploy"]["needs"] == "build"
    assert "needs.build.result == 'success'" in published["deploy"]["if"]
    assert set(published["propose"]["needs"]) == {"measure", "build"}
    assert "if" not in published["propose"], "success of both is the default"


class Queues:
    """What GitHub does with `concurrency` where nothing in progress is cancelled: in each group one goes on and one,
    the latest, waits."""

    def __init__(self) -> None:
        self.going_on: dict[str, str] = {}
        self.waiting: dict[str, str] = {}
        self.cancelled: list[str] = []

    def come(self, who: str, concurrency: Any, **inputs: bool) -> None:
        assert concurrency["cancel-in-progress"] is False
        group = evaluated(concurrency["group"], inputs)
        if group not in self.going_on:
            self.going_on[group] = who
        else:
            self.cancelled += [self.waiting[group]] if group in self.waiting else []
            self.waiting[group] = who

    def end(self, who: str) -> None:
        (group,) = (group for group, each in self.going_on.items() if each == who)
        del self.going_on[group]
        if group in self.waiting:
            self.going_on[group] = self.waiting.pop(group)


def evaluated(text: str, inputs: dict[str, bool]) -> str:
    """`text` with each `${{ inputs.NAME && 'one' || 'other' }}` in it said; an input that a push lacks is false."""
    choice = re.compile(r"\$\{\{ inputs\.(\w+) && '([\w-]+)' \|\| '([\w-]+)' \}\}")
    said = choice.sub(lambda found: found[2] if inputs.get(found[1]) else found[3], text)
    assert "${{" not in said, f"this test cannot say {said}"
    return said


def test_a_run_that_waits_for_its_gpu_holds_back_no_publication() -> None:
    rules = WORKFLOWS["publish"]["concurrency"]
    runs = Queues()
    runs.come("push", rules)  # and waits for a GPU that is absent
    runs.come("committed", rules, committed=True)
    assert set(runs.going_on.values()) == {"push", "committed"}
    runs.come("second push", rules)
    runs.come("third push", rules)
    assert set(runs.going_on.values()) == {"push", "committed"}
    assert runs.cancelled == ["second push"], "of the pushes that wait the latest is taken, and nothing else is lost"
    runs.end("push")
    assert set(runs.going_on.values()) == {"third push", "committed"}


def test_two_runs_never_deploy_at_once() -> None:
    rules = WORKFLOWS["publish"]["jobs"]["deploy"]["concurrency"]
    deploys = Queues()
    deploys.come("push", rules)
    deploys.come("committed", rules, committed=True)
    assert list(deploys.going_on.values()) == ["push"]
    deploys.end("push")
    assert list(deploys.going_on.values()) == ["committed"]


# Every step that runs a command, and what is done with it here.
STEPS = {
    ("check", "test", "Format, lint, types, tests"): "asked",
    ("check", "preview", "Set up"): "asked",
    ("check", "preview", "Build"): "run",
    ("publish", "measure", "Wait for a free GPU"): "run with stand-ins",
    ("publish", "measure", "Measure"): "asked",
    ("publish", "build", "Set up"): "asked",
    ("publish", "build", "Build"): "run",
    ("publish", "propose", "Open a pull request"): "run with stand-ins",
    ("audit", "packages", "Ask the registries"): "asked",
    ("audit", "links", "Follow every link"): "asked",
}


def command(workflow: str, job: str, step: str) -> str:
    found = [each for each in WORKFLOWS[workflow]["jobs"][job]["steps"] if each.get("name") == step]
    return str(found[0]["run"])


def test_every_step_is_run_here() -> None:
    steps = [(workflow, name, step) for workflow, name, job in jobs() for step in job["steps"]]
    assert {(workflow, name, step["name"]) for workflow, name, step in steps if "run" in step} == set(STEPS)
    assert not [step for _, _, step in steps if "run" in step and "uses" in step]
    assert not [step for step in read(GITHUB / "actions" / "setup" / "action.yml")["runs"]["steps"] if "run" in step]


@pytest.fixture
def stand_ins(tmp_path: Path) -> Path:
    """A folder of commands that go before the system's: `make` that says what it would run, and a browser."""
    folder = tmp_path / "stand-ins"
    folder.mkdir()
    make = shutil.which("make")
    assert make is not None
    stand_in(folder, "make", f'exec {make} --dry-run "$@"')
    stand_in(folder, "chromium", "exit 0")
    return folder


def stand_in(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def run(text: str, folder: Path, stand_ins: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run a step's command as GitHub does: not inside `make test`, whose variables would make a make below it talk."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", text],
        cwd=folder,
        env=ours | {"PATH": f"{stand_ins}:{os.environ['PATH']}", **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """As much of a fresh clone as make looks at."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    for name in (".ci", ".github", "scripts"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.mark.parametrize(
    ("step", "environment", "last"),
    [
        (("check", "test", "Format, lint, types, tests"), {}, r"-m pytest\b"),
        (("check", "preview", "Set up"), {}, r"^touch .venv/.pages$"),
        (("publish", "build", "Set up"), {}, r"^touch .venv/.pages$"),
        (("publish", "measure", "Measure"), {"FRESH": ""}, r"talk build --take-away *$"),
        (("publish", "measure", "Measure"), {"FRESH": "1"}, r"talk build --take-away --fresh *$"),
        (("audit", "packages", "Ask the registries"), {}, r'npm\(\["audit"\], cwd="\.talk/npm"\)'),
        (("audit", "links", "Follow every link"), {}, r"-m talk\.site\.links$"),
    ],
)
def test_a_long_step_asks_for_what_there_is(
    step: tuple[str, str, str], environment: dict[str, str], last: str, checkout: Path, stand_ins: Path
) -> None:
    assert STEPS[step] == "asked"
    done = run(command(*step), checkout, stand_ins, **environment)
    assert done.returncode == 0, done.stderr
    assert re.search(last, done.stdout.splitlines()[-1]), done.stdout


def test_the_site_is_built_of_the_records_handed_over(tmp_path: Path, stand_ins: Path) -> None:
    """For the address that Pages gives: links of 404.html hold at any depth of it, the site map names it."""
    assert command("check", "preview", "Build") == command("publish", "build", "Build")
    talk = tmp_path / "talk"
    words = [sys.executable, "-m", "talk"]
    subprocess.run([*words, "new", str(talk), "--lang", "en"], cwd=tmp_path, check=True, capture_output=True)
    (talk / ".talk").mkdir(exist_ok=True)
    (talk / ".talk" / "npm").symlink_to(ROOT / ".talk" / "npm")  # no test fetches packages
    handed_over = talk / "docs" / "results"
    subprocess.run([*words, "measure", "sorting", "--quick", "--out", str(handed_over)], cwd=talk, check=True)
    (machine,) = (folder.name for folder in handed_over.iterdir())
    (talk / ".venv" / "bin").mkdir(parents=True)
    stand_in(talk / ".venv" / "bin", "talk", f'exec {sys.executable} -m talk "$@"')
    environment = {"SITE_URL": "https://example.org/talk", "CHROMIUM": "none"}  # printing has tests of its own
    done = run(command("publish", "build", "Build"), talk, stand_ins, **environment)
    assert done.returncode == 0, done.stderr
    site = talk / "site"
    assert f'data-record="{machine}/sorting"' in (site / "sorting" / "index.html").read_text(encoding="utf-8")
    assert 'href="/talk/assets/' in (site / "404.html").read_text(encoding="utf-8")
    assert "<loc>https://example.org/talk/slides/</loc>" in (site / "sitemap.xml").read_text(encoding="utf-8")


GPU = """case "$1" in
--query-gpu*) echo "Some GPU, 580.1" ;;
*) [ ! -f busy ] || { cat busy; [ ! -f ends ] || rm busy; } ;;
esac"""


@pytest.mark.parametrize(
    ("script", "busy", "message"),
    [
        (GPU, None, None),
        (GPU, "1234, python", "the GPU was busy for 0 s (1234, python): the published site stays as it is"),
        ("echo 'Failed to initialize NVML' >&2; exit 9", None, "no GPU here, or its driver does not answer"),
    ],
)
def test_a_gpu_that_is_absent_or_busy_ends_the_chain(
    script: str, busy: str | None, message: str | None, checkout: Path, stand_ins: Path
) -> None:
    stand_in(stand_ins, "nvidia-smi", script)
    if busy:
        (checkout / "busy").write_text(busy)
    done = run(command("publish", "measure", "Wait for a free GPU"), checkout, stand_ins, WAIT_S="0")
    assert done.returncode == (0 if message is None else 1), done.stderr
    assert (message or "") in done.stderr


def test_a_gpu_that_gets_free_is_waited_for(checkout: Path, stand_ins: Path) -> None:
    stand_in(stand_ins, "nvidia-smi", GPU)
    stand_in(stand_ins, "sleep", "exit 0")
    (checkout / "busy").write_text("1234, python")
    (checkout / "ends").touch()
    done = run(command("publish", "measure", "Wait for a free GPU"), checkout, stand_ins, WAIT_S="60")
    assert done.returncode == 0, done.stderr
    assert not (checkout / "busy").exists()


@pytest.mark.parametrize(
    ("asked", "taken"),
    [
        (PUBLISH, True),
        ("o/talk/.github/workflows/publish.yml@refs/pull/7/merge", False),
        ("o/talk/.github/workflows/check.yml@refs/heads/main", False),
        ("o/talk/.github/workflows/publish.yml@refs/heads/branch", False),
        ("fork/talk/.github/workflows/publish.yml@refs/heads/main", False),
        ("", False),
    ],
)
def test_the_runner_refuses_every_other_job(asked: str, taken: bool, checkout: Path, stand_ins: Path) -> None:
    """A fork may put `runs-on: self-hosted` into a workflow of its own pull request."""
    hook = "bash .github/scripts/only-publish.sh"
    assert (
        run(hook, checkout, stand_ins, TALK_REPOSITORY="o/talk", GITHUB_WORKFLOW_REF=asked).returncode == 0
    ) is taken
    assert run(hook, checkout, stand_ins, GITHUB_WORKFLOW_REF=asked).returncode != 0


@pytest.fixture
def clone(checkout: Path) -> Path:
    """A clone whose origin lies beside it, with one record."""
    (checkout / "docs" / "results" / "box").mkdir(parents=True)
    (checkout / "docs" / "results" / "box" / "profiling.json").write_text("{}\n")
    (checkout / "README.md").write_text("talk\n")
    for words in (
        ["init", "--quiet", "--bare", "../origin"],
        ["init", "--quiet", "--initial-branch=main"],
        ["add", "."],
        ["-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "--quiet", "--message=first"],
        ["remote", "add", "origin", "../origin"],
        ["push", "--quiet", "origin", "main"],
    ):
        git(checkout, *words)
    return checkout


def git(folder: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=True).stdout


def propose(clone: Path, stand_ins: Path, open_now: int) -> str:
    """Run the step; returns what it said and what it asked of `gh`."""
    stand_in(stand_ins, "gh", f'case "$2" in list) echo {open_now} ;; *) echo "gh $1 $2" ;; esac')
    done = run(command("publish", "propose", "Open a pull request"), clone, stand_ins, GH_TOKEN="token")
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_fresh_records_and_nothing_else_are_proposed(clone: Path, stand_ins: Path) -> None:
    (clone / "docs" / "results" / "box" / "profiling.json").write_text('{"fresh": true}\n')
    (clone / "docs" / "results" / "box" / "matmul.json").write_text("{}\n")
    (clone / "README.md").write_text("changed by chance\n")
    assert "gh pr create" in propose(clone, stand_ins, open_now=0)
    changed = git(clone, "--git-dir=../origin", "diff", "--name-only", "main", "fresh-records").split()
    assert changed == ["docs/results/box/matmul.json", "docs/results/box/profiling.json"]


def test_an_open_proposal_is_renewed(clone: Path, stand_ins: Path) -> None:
    for content in ("1", "2"):
        (clone / "docs" / "results" / "box" / "profiling.json").write_text(content)
        said = propose(clone, stand_ins, open_now=1)
        git(clone, "reset", "--quiet", "--hard", "origin/main")
    assert "gh pr create" not in said
    assert git(clone, "--git-dir=../origin", "show", "fresh-records:docs/results/box/profiling.json") == "2"


def test_no_fresher_record_no_proposal(clone: Path, stand_ins: Path) -> None:
    assert propose(clone, stand_ins, open_now=0) == "no record is fresher than main's\n"
    assert git(clone, "--git-dir=../origin", "branch", "--list", "fresh-records") == ""


def test_versions_are_held() -> None:
    """npm's packages by integrity and nobody's address; Python's by the day up to which they were published."""
    locked = json.loads((PACKAGE / "npm" / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    installed = {name: package for name, package in locked.items() if name}
    assert installed
    assert [name for name, package in installed.items() if not package["integrity"].startswith("sha512-")] == []
    assert [name for name, package in installed.items() if "resolved" in package] == []
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT.*Z", tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["uv"]["exclude-newer"]
    )
