"""The labs: notebooks under docs/labs/, executed from top to bottom. Their outputs are what is recorded."""

import json
import os
import time
from pathlib import Path
from typing import Any

from talk.errors import TalkError
from talk.experiment import Task
from talk.labs.record import Executed, Lab, Labs
from talk.paths import DOCS, ROOT, python_path
from talk.records.notebooks import find_notebooks, read_notebook

_CELL_TIMEOUT_S = 120


def run(task: Task) -> Labs:
    """Execute every lab, quick or not. Raises TalkError naming the notebook, the cell and what it raised."""
    devices = task.devices
    notebooks = find_notebooks(DOCS)
    labs = []
    with task.progress.bar("labs", len(notebooks)) as advance:
        for path in notebooks:
            labs.append(execute(path, gpu="cuda" in devices))
            advance(1)
    return Labs(devices=devices, labs=labs)


def execute(path: Path, *, gpu: bool = False) -> Lab:
    """Run the notebook in a new kernel of this very Python, from the project's root."""
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
    from traitlets.config import Config

    read_notebook(path)  # refuses what is no notebook in our own words
    notebook: Any = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    # No folder is searched for kernels: one of that name, installed by the user, may belong to another Python.
    config = Config({"KernelSpecManager": {"kernel_dirs": []}, "KernelManager": {"transport": "ipc"}})
    client = NotebookClient(notebook, config=config, timeout=_CELL_TIMEOUT_S, coalesce_streams=True)
    environment = os.environ | {"PYTHONPATH": python_path()} | ({} if gpu else {"CUDA_VISIBLE_DEVICES": ""})
    start = time.perf_counter()
    try:
        client.execute(cwd=str(ROOT), env=environment)
    except CellExecutionError as error:
        what = f"cell {_current(notebook)} raised {error.ename}: {error.evalue}"
        raise TalkError(path, what, "mend it, or what it calls") from None
    except (CellTimeoutError, DeadKernelError) as error:
        raise TalkError(path, f"cell {_current(notebook)}: {error}", "make it lighter") from None
    run_time_s = time.perf_counter() - start
    cells = [
        Executed(id=cell["id"], code=cell["source"], outputs=_plain(cell["outputs"]))
        for cell in notebook["cells"]
        if cell["cell_type"] == "code"
    ]
    return Lab(name=path.stem, run_time_s=run_time_s, cells=cells)


def _plain(outputs: Any) -> list[dict[str, Any]]:
    """Outputs as plain JSON, without the path at which the project lies on this machine."""
    plain: list[dict[str, Any]] = json.loads(json.dumps(outputs).replace(f"{ROOT}{os.sep}", ""))
    return plain


def _current(notebook: Any) -> str:
    """The id of the cell that was running: the last that was begun."""
    begun = [cell["id"] for cell in notebook["cells"] if "iopub.status.busy" in cell["metadata"].get("execution", {})]
    return begun[-1] if begun else "?"
