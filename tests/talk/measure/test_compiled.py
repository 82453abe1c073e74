"""What is compiled has a folder, wherever the talk lies."""

import os
import subprocess
import sys
from pathlib import Path

from talk.measure.compiled import compiled_folder

_PROGRAM = """
import os, sys
from pathlib import Path
from talk import paths
paths.CACHE = Path(sys.argv[1])
from talk.measure.compiled import keep_compiled
keep_compiled()
from numba import njit
@njit(cache=True)
def twice(number):
    return 2 * number
print(twice(21), os.environ["NUMBA_CACHE_DIR"])
"""


def test_it_is_kept_with_the_talk(tmp_path: Path) -> None:
    assert compiled_folder(tmp_path) == tmp_path / "numba"


def test_where_nothing_can_be_written_it_compiles_all_the_same(tmp_path: Path) -> None:
    """A file stands where the folders would be made: nobody, root included, can make one under it."""
    (tmp_path / "file").touch()
    (tmp_path / "program.py").write_text(_PROGRAM, encoding="utf-8")
    nowhere = str(tmp_path / "file" / "under")
    environment = os.environ | {"HOME": nowhere, "XDG_CACHE_HOME": nowhere}
    command = [sys.executable, str(tmp_path / "program.py"), nowhere]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    answer, folder = done.stdout.split()
    assert answer == "42"
    assert not Path(folder).exists(), "it goes with the process"
