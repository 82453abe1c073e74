"""The prose of a Markdown source: the same lines with everything that is not prose blanked out.

Columns and line numbers stay, so that a finding in the prose is a finding in the file.
"""

import re
from collections.abc import Iterator

_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_FENCE = re.compile(
    r"^(?P<indent>[ ]*)(?P<fence>`{3,}|~{3,})[^\n]*\n.*?^(?P=indent)(?P=fence)[ ]*$", re.DOTALL | re.MULTILINE
)
_CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`)(?:[^\n]|\n(?!\n))+?(?<!`)\1(?!`)")
_MATH = re.compile(r"\$\$.*?\$\$|(?<![\\$])\$(?=[^\s$])[^$\n]*?(?<=[^\s$\\])\$", re.DOTALL)


def blank(pattern: re.Pattern[str], text: str) -> str:
    """`text` with every match turned to spaces, line ends kept."""
    return pattern.sub(lambda match: spaces(match[0]), text)


def spaces(text: str) -> str:
    """As many spaces as `text` has characters, line ends kept."""
    return re.sub(r"[^\n]", " ", text)


def without_code(text: str) -> str:
    """`text` without front matter, comments, fenced code and code spans."""
    for pattern in (_FRONT_MATTER, _COMMENT, _FENCE, _CODE_SPAN):
        text = blank(pattern, text)
    return text


def without_math(text: str) -> str:
    """`text` without formulas in dollars."""
    return blank(_MATH, text)


def numbered(pattern: str | re.Pattern[str], text: str) -> Iterator[tuple[int, re.Match[str]]]:
    """Every match of `pattern` with its line, counted from 1."""
    for match in re.finditer(pattern, text):
        yield text.count("\n", 0, match.start()) + 1, match
