"""Pages of machines, drawn by several processes: what these leave and tell, and that they die with the build."""

import os
import re
import subprocess
import sys
import time
from multiprocessing import get_all_start_methods
from pathlib import Path

import pytest

from talk.errors import TalkError
from talk.paths import ROOT, python_path
from talk.site.replace import alone
from tests.talk.conftest import CHECKOUT

pytestmark = pytest.mark.skipif(
    (os.cpu_count() or 1) < 2 or "fork" not in get_all_start_methods(), reason="one process draws everything"
)

# Draws pages of two machines into the folder FOLDER; `draw` is what a test says.
_DRIVER = """
import os, sys, time
from pathlib import Path
from talk.errors import TalkError
from talk.render import pages
from talk.site.replace import alone
from tests.talk import samples

def drawing(record):
    def draw():
        {draw}
        return {{"who": f'<figure class="measured" data-record="{{record.name}}">{{os.getpid()}}'}}
    return draw

folder = Path(sys.argv[1])
pages.MACHINE_PAGES = folder
with alone(folder / "lock"):
    records = [samples.record(slug=slug) for slug in ("one", "two")]
    end = pages.begin([pages.Page(record, drawing(record), "0") for record in records])
    print(os.getpid(), flush=True)
    end()
"""


def driver(folder: Path, draw: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", _DRIVER.format(draw=draw), str(folder)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([python_path(), str(CHECKOUT)])}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=pipe, stderr=pipe, text=True)


def test_each_page_is_drawn_by_a_process_of_its_own(tmp_path: Path) -> None:
    own, errors = driver(tmp_path, "pass").communicate(timeout=60)
    assert errors == ""
    drawn = [re.findall(r">(\d+)</section>", page.read_text(encoding="utf-8")) for page in tmp_path.glob("*.html")]
    assert len({pid for found in drawn for pid in found} - {own.strip()}) == 2


def test_what_goes_wrong_with_a_page_is_told_at_the_end(tmp_path: Path) -> None:
    process = driver(tmp_path, 'raise TalkError("somewhere", "is wrong", "mend it")')
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert errors.count("TalkError") == 1
    assert errors.endswith("somewhere: is wrong; mend it\n")


def test_who_draws_dies_with_the_build_and_keeps_no_other_out(tmp_path: Path) -> None:
    process = driver(tmp_path, "time.sleep(60)")
    assert process.stdout is not None
    process.stdout.readline()
    with pytest.raises(TalkError, match="another build"), alone(tmp_path / "lock"):
        pass
    process.kill()
    process.wait()
    for attempt in range(50):
        try:
            with alone(tmp_path / "lock"):
                break
        except TalkError:
            assert attempt < 49
            time.sleep(0.1)
