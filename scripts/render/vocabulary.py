"""The words that names of values are made of: they tell a mistaken name from one that nobody has measured yet.

Which names a record will answer is known only once it is there. But every word of such a name is written somewhere: in
the code of the experiment's values, in its schema, or in the names that other records answer.
"""

import ast
import re
from functools import lru_cache
from pathlib import Path

from scripts.paths import ROOT

_NAME = re.compile(r"[A-Za-z0-9_.]*")


def is_known(name: str, answered: tuple[str, ...], root: Path = ROOT) -> bool:
    """Whether `name`, its experiment first, is made of words that it knows; `answered` are names that records have.

    Sizes do not matter: who has measured a side of 512 has not misspelt one of 1024.
    """
    experiment, _, rest = name.partition(".")
    known = _words_of_code(experiment, root) | _words_of_names(experiment, answered)
    return all(word in known or all(part in known for part in word.split("_")) for word in _words(rest))


@lru_cache(maxsize=32)
def _words_of_names(experiment: str, names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word for name in names if name.startswith(f"{experiment}.") for word in _words(name))


@lru_cache(maxsize=32)
def _words_of_code(experiment: str, root: Path) -> frozenset[str]:
    scripts = root / "scripts"
    files = [scripts / folder / f"{experiment}.py" for folder in ("render", "records")]
    for folder in ("render", "records"):
        files += sorted((scripts / folder / experiment).glob("*.py"))
    # Labs are called what their notebooks are.
    found = {word for path in (root / "docs" / experiment).glob("*.ipynb") for word in _words(path.stem)}
    for path in files:
        if path.is_file():
            for node in ast.walk(ast.parse(path.read_bytes())):
                found |= _words(_written(node))
    return frozenset(found)


def _written(node: ast.AST) -> str:
    """A string that could be a name or a part of one, holes left out; empty for anything else."""
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    text = "".join(part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str))
    return text.replace("aten::", "").replace("::", "_") if _NAME.fullmatch(text.replace("::", "_")) else ""


def _words(name: str) -> set[str]:
    """`s121_512_2048.time_1000` → {"s", "time"}."""
    return {re.sub(r"\d+", "", word).strip("_") for word in name.split(".")} - {""}
