"""The script that a page loads to measure: its parts, and the kernels, in one file.

One file, because a page from disk may fetch none; one function, because its own text is all that such a page can start
a worker from.
"""

import base64
import json
import re
from pathlib import Path
from typing import Any

from talk.records.schema import SCHEMA_VERSION

from . import kernels

_HERE = Path(__file__).parent
NAME = _HERE.parent.name  # a copy of this folder is called otherwise
PARTS = ("clock.js", "operands.js", "cpu.js", "pool.js", "gpu.js", "run.js", "record.js", "page.js", "start.js")
SHADERS = (
    "wgsl/shape.wgsl",
    "wgsl/naive.wgsl",
    "wgsl/coalesced.wgsl",
    "wgsl/workgroup.wgsl",
    "wgsl/thread.wgsl",
    "wgsl/vec4.wgsl",
    "wgsl/half.wgsl",
    "wgsl/subgroups.wgsl",
    "wgsl/transpose.wgsl",
    "wgsl/narrow.wgsl",
    "wgsl/peak.wgsl",
    "wgsl/read.wgsl",
    "wgsl/empty.wgsl",
)
_COMMENT = re.compile(r"^[ \t]*//.*\n|[ \t]+//.*$", re.MULTILINE)


def measuring_script(sources: dict[str, str]) -> str:
    """The whole script. `sources` are the hashes of the code that it is made of: records carry them."""
    parts = "\n".join(read_part(name) for name in PARTS)
    return f'(function measureHere() {{\n"use strict";\nconst BUILT = {json.dumps(built(sources))};\n{parts}\n}})();\n'


def built(sources: dict[str, str]) -> dict[str, Any]:
    """What the script's parts call BUILT: the kernels, and what they have to know of them."""
    return kernel_files() | {
        "tiles": [
            {"name": f"{tile.rows}x{tile.columns}", "rows": tile.rows, "columns": tile.columns}
            for tile in kernels.TILES
        ],
        "accumulators": kernels.ACCUMULATORS,
        "schema_version": SCHEMA_VERSION,
        "experiment": NAME,
        "sources": sources,
    }


def kernel_files() -> dict[str, Any]:
    """The kernels as they are served: WebAssembly by build, and shaders by name."""
    modules = {name: kernels.build(name) for name in kernels.BUILDS}
    return {
        "builds": {
            name: {"content": base64.b64encode(module.content).decode(), "sharing_at": module.sharing_at}
            for name, module in modules.items()
        },
        "shaders": {Path(name).stem: read_part(name) for name in SHADERS},
    }


def read_part(name: str) -> str:
    """A file of this folder without its comments."""
    return _COMMENT.sub("", (_HERE / name).read_text(encoding="utf-8"))
