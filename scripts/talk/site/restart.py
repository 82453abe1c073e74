"""A server that runs draws by the code that it has loaded: when the files change, it starts anew."""

import os
import shutil
import sys
from collections.abc import Callable

from talk.errors import TalkError
from talk.paths import PACKAGE, SCRIPTS
from talk.render.render import is_code_changed


def restart_if_code_changed(site_dir: str, keep: Callable[[], object]) -> None:
    """Replace this process by the same command where its Python files have changed. `site_dir` is its temporary site.

    `keep` is called at the last moment, to leave in the environment what the next process is to know.

    Raises TalkError for a file that is no Python: the server goes on until that is mended.
    """
    if not is_code_changed():
        return
    for folder in (PACKAGE, SCRIPTS):
        for path in folder.rglob("*.py"):
            try:
                compile(path.read_bytes(), path, "exec")
            except (SyntaxError, ValueError) as error:
                line = getattr(error, "lineno", None)
                raise TalkError(path, f"is no Python ({error.args[0]})", "mend that line", line=line) from None
    print("scripts changed: the server restarts", file=sys.stderr, flush=True)
    shutil.rmtree(site_dir, ignore_errors=True)  # who makes it removes it at the end, to which it does not come
    keep()
    os.execv(sys.executable, sys.orig_argv)
