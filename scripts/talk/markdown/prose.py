"""The prose of a Markdown source: the same lines with everything that is not prose blanked out.

Columns and line numbers stay, so that a finding in the prose is a finding in the file.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from talk.errors import TalkError

_SAID = ("title", "description", "template")  # of a page, each a text
_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
# Whichever comes first holds the others: a comment in fenced code is code, a fence in a comment is a comment.
_CODE_OR_COMMENT = re.compile(
    r"(?P<comment><!--.*?-->)"
    r"|^(?P<indent>[ ]*)(?P<fence>`{3,}|~{3,})[^\n]*\n.*?^(?P=indent)(?P=fence)[ ]*$"
    r"|(?<![`\\])(?P<ticks>`+)(?!`)(?:[^\n]|\n(?!\n))+?(?<!`)(?P=ticks)(?!`)",
    re.DOTALL | re.MULTILINE,
)
# A line after which nothing goes on indented: no item, note, definition, footnote or block.
_ENDS = re.compile(r"(?!\s|[-*+] |\d+[.)] |!!!|\?\?\?|: |\[\^|/{3}|===|\*\[)")
# A dollar after a letter or a digit opens no formula, except for what stands below or above that letter: CO$_2$.
FORMULA = re.compile(
    r"(?:(?<![\\$\w])\$(?![\s$])|(?<=\w)\$(?=[_^]))(?P<tex>(?:\\.|[^\\$\x02\x03])+?)(?<!\s)\$",
    re.DOTALL,
)
_DISPLAYED = re.compile(r"\$\$.*?\$\$", re.DOTALL)
_VARIABLE = re.compile(r"[A-Za-z_]\w+")
_TEX = re.compile(r"[\\^_{}=<>]")
# Two letters in a row of a script that mathematics does not use.
_WORDS = re.compile(r"[^\W\d_a-zA-Z\u0370-\u03ff]{2}")
# A number before the closing dollar, and what no operator joins it to: the number is a price, `from 5 to 10$`.
_PRICE = re.compile(r"(?:\d|[A-Za-z_]{2}).*[^\s+*/·×-][\s(]+\d+(?:[.,]\d+)*", re.DOTALL)


def is_formula(found: re.Match[str]) -> bool:
    """Whether a match of FORMULA is one, and not what stands between two prices or two variables of a shell."""
    tex, after = found["tex"], found.string[found.end() : found.end() + 2]
    # A value, {{ name }}, may follow.
    if after[:1].isdigit() or (after.startswith("{") and after != "{{"):
        return False
    if after[:1].isalpha() and (tex[-1] in "/:;,.@+=(-–—" or _VARIABLE.fullmatch(tex)):
        return False
    if _TEX.search(tex):
        return True
    return not (_WORDS.search(tex) or (re.search(r"[^\W\d_]{2}", tex) and _PRICE.fullmatch(tex)))


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # libyaml, where PyYAML has it
    """Refuses what is said twice: YAML would take the last."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        """A mapping whose keys are all different."""
        seen = set()
        for key, _ in node.value:
            if str(key.value) in seen:
                raise yaml.constructor.ConstructorError(None, None, f"{key.value} comes twice", key.start_mark)
            seen.add(str(key.value))
        return dict(super().construct_mapping(node, deep))


def read_yaml(text: str) -> Any:
    """What the YAML says. Raises yaml.YAMLError, and ValueError for a date that is none."""
    return yaml.load(text, _Loader)


def front_matter(path: Path, text: str) -> dict[str, Any]:
    """What the source `text` of the file `path` says of its page; empty where it says nothing.

    Raises TalkError for what is no YAML.
    """
    found = _FRONT_MATTER.match(text)
    if found is None:
        return {}
    mend = "write one `name: value` a line, in quotes where a value has signs of YAML"
    try:
        matter = read_yaml(found[0].strip().strip("-"))
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else 1
        raise TalkError(path, f"its front matter is no YAML{_twice(error)}", mend, line=line) from None
    if matter is not None and not isinstance(matter, dict):
        raise TalkError(path, "its front matter names nothing", mend, line=2)
    for name in _SAID:
        if isinstance((matter or {}).get(name), list | dict):
            line = next(
                at for at, each in enumerate(text.splitlines(), start=1) if each.lstrip("{ \"'").startswith(name)
            )
            raise TalkError(path, f"its {name} is no text", f'write `{name}: "…"`', line=line)
    return matter or {}


def _twice(error: Exception) -> str:
    problem = str(getattr(error, "problem", ""))
    return f": {problem}" if problem.endswith("twice") else ""


def blank(pattern: re.Pattern[str], text: str) -> str:
    """`text` with every match turned to spaces, line ends kept."""
    return pattern.sub(lambda match: spaces(match[0]), text)


def spaces(text: str) -> str:
    """As many spaces as `text` has characters, line ends kept."""
    return re.sub(r"[^\n]", " ", text)


@lru_cache(maxsize=64)  # each check of a source asks for it
def without_code(text: str) -> str:
    """`text` without front matter, comments, fenced and indented code, and code spans."""
    return _without_indented(blank(_CODE_OR_COMMENT, blank(_FRONT_MATTER, text)))


def _without_indented(text: str) -> str:
    """`text` without code that is indented after a paragraph; what goes on so in a list or a note is none."""
    lines = text.split("\n")
    before, is_after_blank, is_code = "", False, False
    for at, line in enumerate(lines):
        if not line.strip():
            is_after_blank = True
            continue
        # A slide begun too far right is a mistake to be told; whoever shows one as code writes a fence.
        is_indented = line.startswith(("    ", "\t")) and not line.lstrip().startswith("///")
        is_code = is_indented and (is_code or (is_after_blank and _ENDS.match(before) is not None))
        if is_code:
            lines[at] = spaces(line)
        else:
            before = line
        is_after_blank = False
    return "\n".join(lines)


def without_comments(text: str) -> str:
    """`text` without comments; what only looks like one, in code, stays."""
    return _CODE_OR_COMMENT.sub(lambda match: spaces(match[0]) if match["comment"] else match[0], text)


def comments(text: str) -> Iterator[tuple[int, str]]:
    """Line (from 1) and text of each comment outside code."""
    for line, found in numbered(_CODE_OR_COMMENT, text):
        if found["comment"]:
            yield line, found["comment"]


def without_math(text: str) -> str:
    """`text` without formulas in dollars."""
    return FORMULA.sub(lambda match: spaces(match[0]) if is_formula(match) else match[0], blank(_DISPLAYED, text))


def formulas(text: str) -> Iterator[tuple[int, str, bool]]:
    """Line (from 1), TeX, and whether it stands in a line of its own, of each formula in dollars."""
    for match in _found_formulas(text):
        is_displayed = match.re is _DISPLAYED
        yield text.count("\n", 0, match.start()) + 1, _tex(match), is_displayed


def formula_places(text: str) -> Iterator[tuple[int, int, str]]:
    """Beginning, end and TeX of each formula in dollars, in the order of the text."""
    yield from sorted((match.start(), match.end(), _tex(match)) for match in _found_formulas(text))


def _found_formulas(text: str) -> Iterator[re.Match[str]]:
    yield from _DISPLAYED.finditer(text)
    yield from filter(is_formula, FORMULA.finditer(blank(_DISPLAYED, text)))


def _tex(match: re.Match[str]) -> str:
    return (match[0][2:-2] if match.re is _DISPLAYED else match["tex"]).strip()


def numbered(pattern: str | re.Pattern[str], text: str) -> Iterator[tuple[int, re.Match[str]]]:
    """Every match of `pattern` with its line, counted from 1."""
    for match in re.finditer(pattern, text):
        yield text.count("\n", 0, match.start()) + 1, match
