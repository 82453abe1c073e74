"""Spoil the sources of a talk as a hand or an enemy would, and see what `talk check` makes of each.

Two answers are right: a line that says what is wrong, at the file,
or a page that shows the text as text. What runs is a
new talk in a folder of its own: `python -m bench.sources COUNT` inside it prints the answers.
"""

import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.in_time import TooLongError, in_time
from talk.errors import TalkError

PAGE = "docs/odd.md"
_WITHIN_S = 20
_SEED = 1
VALUE = "sorting.largest.ratio"
_END = "///"  # of a block

# Each is a page of its own after a heading; what has to be told.
REFUSED_TEXTS = (
    # Slides that are none, or that lose what is written on them.
    "/// slide | A\n  layout: title\n\nx\n///", "/// slide | A\n    time: 5\n    time: 9\n\nx\n///",
    "/// slide | A\n    steps: rows\n\nx\n///", "/// slid | A\n\nx\n///", "/// Slide | A\n\nx\n///",
    "> /// slide | A\n>\n> x\n> ///", "- /// slide | A\n\n    x\n    ///", f"/// slide | {'long ' * 9999}\n\nx\n///",
    f"/// slide | A\n\n{'long ' * 9999}\n///", f"/// slide | A\n    layout: picture\n\n{'long ' * 9999}\n///",
    f"/// slide | A\n    layout: columns\n\n{'long ' * 9999}\n\n---\n\nb\n///", "/// slide | A\n\nx",
    "/// slide | A\n    layout: nope\n\nx\n///", "/// slide | A\n    nope: 1\n\nx\n///", "/// slide |\n\nx\n///",
    "/// slide | A\n    time: -5\n\nx\n///", "/// slide | A\n    time: soon\n\nx\n///",
    "/// slide | A\n    id: a b\n\nx\n///",
    "/// slide | A\n    id: s\n\nx\n///\n\n/// slide | B\n    id: s\n\ny\n///", "/// slide | A\n    - x\n\nx\n///",
    "/// slide | A\n\n/// slide | B\n\nx\n///\n///", "/// slide | A\n    cut: never\n\nx\n///",
    "/// slide | A\n    backup: perhaps\n\nx\n///", "/// slide | A\n    steps: items\n\nx\n///",
    "/// slide | A\n    steps: 9-12\n\n```\nx\n```\n///", "/// slide | A\n    auto-animate: 7\n\nx\n///",
    # References.
    "{{ sorting.largest.ratio | с мс }}", "{{ sorting.largest.ratio | .1 .2 }}", "{{ sorting.largest.ratio",
    "{{ nope.x }}", "{{ sorting.nope }}", "{{ sorting.largest.ratio | furlong }}", "{{ config }}", "{{ }}",
    "{{ nobody/sorting.largest.ratio }}", "{{ sorting..ratio }}", "{{ sorting.largest.ratio | .99 }}",
    "{{{ sorting.largest.ratio }}}", "| a |\n|---|\n| {{ nope.x | ms .1 }} |",
    "*[HTML]: {{ sorting.largest.ratio }}\n\nHTML",
    "[x](sorting.md '{{ sorting.largest.ratio }}')", "[x][y]\n\n[y]: sorting.md '{{ sorting.largest.ratio }}'",
    '<span title="{{ sorting.largest.ratio }}">x</span>', "<div>{{ sorting.largest.ratio }}</div>",
    "<table><tr><td>{{ sorting.largest.ratio }}</td></tr></table>", "$t = {{ sorting.largest.ratio }}$",
    "x\n{ data-x='{{ sorting.largest.ratio }}' }", "![{{ sorting.largest.ratio }}](x.png)",
    "/// details | {{ nope.x }}\n\nx\n///",
    # Claims.
    '<a href="claim:builtin-wins">x</a>', "[x](Claim:builtin-wins)", "[x](claim:nope)", "[x](claim:)", "[x](claim: )",
    "[x][c]\n\n[c]: claim:nope", "/// holds | nope\nx\n///", "/// fails |\nx\n///", "<claim:builtin-wins>",
    # Blocks.
    "/// measured\nx\n///", "/// measured | sorting.largest.ratio\nx", "/// measured | nope.x\nx\n///",
    "/// measure | sorting.largest.ratio\nx\n///", "///", "/// nope | x\ny\n///", "////", "/// details | x\n\ny",
    "/// chapter | sorting.md\n///\n\n/// chapter | nope.md\n///", "/// holds | builtin-wins | x\ny\n///",
    # Quotations.
    "[as fast](talk:999)", "[as fast](talk:)", "[as fast](talk:whatever)", "[as fast](Talk:1)",
    # Fragments.
    '--8<-- ".git/config"', '--8<-- "../secret.md"', "--8<-- nope.md", '--8<-- "nope.md"', 'see --8<-- "nope.md"',
    '--8<-- "sorting.md:999:1000"', '--8<-- ":"', '--8<-- "mkdocs.yml"', '--8<-- "/etc/passwd"',
    '--8<--\nnope.md\n--8<--',
    '--8<-- "generated"', '--8<-- "scripts/experiments/sorting/measure.py:nope"',
    # Formulas.
    r"$\frac{$", r"$\href{javascript:alert(1)}{x}$", "$" + "{" * 2000 + "$", r"$\def\x{\x\x}\x$", r"$$\begin{nope}$$",
    r"$\includegraphics{https://evil.example/a.png}$", r"$\htmlClass{x}{y}$",
    # Links and pictures that lead nowhere.
    "[x](nope.md)", "[x](sorting.md#nope)", "![x](nope.png)", '<img src="nope.png" alt="x">',
    '<a href="../nope/">x</a>',
    "x[^none]", "[x][none]", "[x](../../outside.md)", "<a href='#nope'>x</a>",
    # What the pages' policy stops.
    '<meta http-equiv="refresh" content="0;url=/x/">', '<script src="https://evil.example/a.js"></script>',
    "<script>alert(1)</script>", '<iframe src="https://evil.example"></iframe>', '<object data="x.swf"></object>',
    '<embed src="x.swf">', '<base href="https://evil.example/">', '<form action="https://evil.example/"></form>',
    '<link rel="stylesheet" href="https://evil.example/a.css">', '<img src="https://evil.example/a.png" alt="x">',
    '<img src="//evil.example/a.png" alt="x">', '<img srcset="https://evil.example/a.png 2x" alt="x">',
    "<style>@import url(https://evil.example/a.css)</style>", '<iframe srcdoc="<b>x</b>"></iframe>',
    '<a href="x" ping="https://evil.example/">x</a>', '<a href="data:text/html,<b>x</b>">x</a>',
    '<a href="vbscript:x">x</a>', '<a href="java&Tab;script:alert(1)">x</a>', "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))", "<!--><script>alert(1)</script>-->",
    '<noscript><p title="</noscript><img src=x onerror=a()>">',
    "<b onclick=alert(1)>x</b>", "<svg onload=alert(1)></svg>", "![x](https://evil.example/a.png)",
    "x\n{ onclick='alert(1)' }", "x\n{ style='background:url(https://evil.example/a.png)' }", "<video src=x></video>",
    "<math href='javascript:alert(1)'>x</math>", "<audio src=x></audio>",
    "<input formaction='https://evil.example/'>",
    "<svg><use href='https://evil.example/a.svg#x'/></svg>", "<p style='background:url(//evil.example/a)'>x</p>",
    "<body background='https://evil.example/a.png'>", "<a href='https&#58;//evil.example' ping=x>x</a>",
    "<svg><rect fill='url(https://evil.example/a.svg#x)'/></svg>",
    "<svg><path marker-end='url(//evil.example/a)'/></svg>",
    "<svg><textPath href='https://evil.example/a#b'>x</textPath></svg>", "<fencedframe></fencedframe>",
    "<applet code=x></applet>", "<script src=data:,alert(1)></script>",
    "<svg><pattern xlink:href='https://evil.example/a#b'/></svg>",
    "<meta http-equiv=x-dns-prefetch-control content=on>",
    "<style>p{background:u\\72l(https://evil.example/a)}</style>", "<link rel=prerender href='https://evil.example/'>",
    "<style>p{background:image-set('//evil.example/a' 1x)}</style>",
    "<style>p{cursor:url(https:\\/\\/evil.example/a),auto}</style>",
    "<p style='background:image-set(\"https://evil.example/a\" 1x)'>x</p>",
    "<link rel=import href='https://evil.example/'>",
    # What nobody finds, or what is gathered nowhere.
    "[x](file:///etc/passwd)", "[x](C:\\x)", "[x](https://)", "[x](https:///x)", "[x](claims:builtin-wins)",
    "[x](site:)",
    "/// chapter | odd.md\n///", "/// chapter | index.md\n///", "/// slide | \u200b\n\nx\n///",
    "  /// holds | nope\n  x\n  ///",
    "/// slide | A\n    steps: 1-99999999999\n\n```\nx\n```\n///", "$$\nx\n\ny\n$",
    '--8<-- "scripts/experiments/sorting/measure.py:1:0"', '--8<-- "scripts/experiments/sorting/measure.py:999:1000"',
    # Out of place.
    "x\n\n</body></html>", "<html><body>x", "<plaintext>", "<xmp>x", "/// slide | <b>\n\nx\n///",
    # Never closed.
    "<!-- so\n\nmore", "<![x more", "<div>\n\nmore", "<textarea>\n\nmore", "```\nmore", "<details>\n\nmore",
)  # fmt: skip
# What has to be shown as it is written, by a piece of the page's HTML.
SHOWN_TEXTS = (
    ("    {{ nope.x }}", "{{ nope.x }}"), ("`{{ nope.x }}`", "{{ nope.x }}"),
    ("```\n{{ nope.x }}\n```", "{{ nope.x }}"),
    ("`/// slide | A`", "/// slide | A"), ("<!-- /// slide | A -->\n\nshown", "shown"), ("{ x }", "{ x }"),
    ("```\n/// slide | A\n///\n```", "/// slide | A"), ("a \u2028 b\n\nshown", "shown"), ("a \f b\n\nshown", "shown"),
    ("\u202eshown\u202c", "shown"), ("\U0001f9d1‍\U0001f4bb shown", "shown"), ("Z̷̢̛shown", "shown"),
    ("]]> shown", "shown"),
    ("&lt;script&gt; shown", "shown"), ("`<script>` shown", "shown"), ("a < b shown", "shown"),
    ("<!-- {{ nope.x }} -->shown", "shown"),
    ("*[HTML]: a language\n\nHTML shown", "shown"),
    ("x[^1] shown\n\n[^1]: y", "shown"),
    ("`--8<-- \"nope.md\"` shown", "shown"), ("`[x](claim:nope)` shown", "shown"),
    ("[x](https://example.org) shown", "shown"),
    ("- [ ] shown", "shown"), ("shown\u00adagain", "shown"), ("\ufeffshown", "shown"), ("shown\r\nagain", "shown"),
    ("shown\ragain", "shown"),
    ("shown <?php x ?>", "shown"), ("shown &#xD800; &#x110000;", "shown"),
)  # fmt: skip
# Whole files: a path, its bytes.
REFUSED_FILES: tuple[tuple[str, bytes], ...] = (
    ("docs/odd.md", b"---\ntitle: {{ sorting.largest.ratio }}\n---\n# A\n"),
    ("docs/odd.md", b"---\ndescription: {{ sorting.largest.ratio }}\n---\n# A\n"),
    ("docs/odd.md", b"---\nnope: {{ sorting.largest.ratio }}\n---\n# A\n"),
    ("docs/odd.md", b"---\ntitle: [\n---\n# A\n"),
    ("docs/odd.md", b"---\n!!python/object/apply:os.system [ls]\n---\n# A\n"),
    ("docs/odd.md", b"---\na: &a [x]\nb: *b\n---\n# A\n"), ("docs/odd.md", "# слово".encode("cp1251")),
    ("docs/odd.md", b"# A\n\n\0\n"), ("docs/odd.md", b"\xff\xfe#\0 \0A\0"),
    ("docs/slides.md", b"---\ntemplate: deck.html\n---\n\n/// chapter | ../README.md\n///\n"),
    ("docs/slides.md", b"---\ntemplate: deck.html\n---\n\n/// chapter | https://evil.example\n///\n"),
    ("docs/slides.md", b"---\ntemplate: deck.html\n---\n\n/// chapter | nope.md\n///\n"),
    ("docs/slides.md", b"---\ntemplate: deck.html\n---\n\n/// chapter | slides.md\n///\n"),
    ("docs/odd.md", b"---\ntitle: [x]\n---\n# A\n"), ("docs/odd.md", b"---\ndescription: {a: b}\n---\n# A\n"),
    ("docs/evil.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><image href='https://evil.example/a.png'/></svg>"),
    ("docs/evil.svg", b"<?xml-stylesheet href='https://evil.example/a.css'?><svg xmlns='http://www.w3.org/2000/svg'/>"),
    ("docs/evil.xml", b"<x:script xmlns:x='http://www.w3.org/1999/xhtml'>alert(1)</x:script>"), ("docs/evil.svgz", b""),
    ("docs/slides.md", b"---\ntemplate: deck.html\n---\n\n/// chapter | labs\n///\n"),
    ("docs/slides.md", b"---\ntemplate: deck.html\n---\n\n/// chapter |\n///\n"),
    ("docs/slides.md", b"---\ntemplate: nope.html\n---\n\n/// chapter | sorting.md\n///\n"),
    *((f"docs/{name}", b"<script>alert(1)</script>") for name in ("evil.htm", "evil.xhtml", "evil.html", "x/y.html")),
    ("docs/evil.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
    ("docs/evil.svg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
    ("docs/results/evil-box/x.html", b"<b>x</b>"), ("docs/results/evil-box/nope.json", b"{}"),
    ("docs/labs/odd.ipynb", b"{"), ("docs/labs/odd.ipynb", b"[]"), ("docs/labs/odd.ipynb", b'{"cells": 5}'),
    ("docs/labs/odd.ipynb", b'{"cells": [{"cell_type": "markdown", "source": 5}], "nbformat": 4, "metadata": {}}'),
    ("docs/labs/odd.ipynb", b'{"cells": [{"cell_type": "markdown", "metadata": {}, "source": "# A\\n\\n{{ nope.x }}"}],'
     b' "nbformat": 4, "nbformat_minor": 4, "metadata": {}}'),
    ("mkdocs.yml", b"site_name: ["), ("mkdocs.yml", b""),
    ("mkdocs.yml", b"site_name: x\nextra: {talk: {language: xx}}\n"),
    ("mkdocs.yml", b"site_name: x\nextra: {talk: 5}\nplugins: [talk]\n"), ("mkdocs.yml", b"- x\n"),
    ("mkdocs.yml", b"\xff\xfe"),
    *((
        "docs/claims.toml", f'{{claims}}\n[odd]\nrelation = "{relation}"\n'.encode()) for relation in (
        "1e3 > sorting.largest.ratio", "-1 > 0", "1,5 > sorting.largest.ratio",
        "sorting.largest.ratio == sorting.largest.ratio",
        "sorting.largest.ratio > 1", "sorting.largest.ratio ≈ 1 ± 1000 %", "1.2.3 > sorting.largest.ratio", ". > 1",
        "± . %",
        "nobody/sorting.largest.ratio > 1", "nope.x > 1", "sorting.largest.ratio >", "",
        "sorting.largest.ratio > > 1",
        "max(sorting.largest.ratio) > 1", "max() > 1", "sorting.*.nope > 1", "sorting.largest.ratio > inf",
        "nan > nan",
    )),
    ("docs/claims.toml", b'{claims}\n[odd]\nrelation = "sorting.largest.ratio > 1"\nnope = 1\n'),
    ("docs/claims.toml", b"{claims}\n[odd]\nrelation = 5\n"), ("docs/claims.toml", b"{claims}\n[odd]\n"),
    ("docs/claims.toml", b"{claims}\nodd = 5\n"), ("docs/claims.toml", b"["), ("docs/claims.toml", b"\xff"),
    ("docs/claims.toml", b'{claims}\n[odd]\nrelation = "sorting.largest.ratio > 1"\nmargin = "x"\n'),
    ("docs/claims.toml", b'{claims}\n[odd]\nrelation = "sorting.largest.ratio > 1"\nmachines = "some"\n'),
    ("docs/talk.toml", b"["), ("docs/talk.toml", b"x = 5"), ("docs/talk.toml", b"[slides]\nx = 5"),
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A talk with one file changed: its path and bytes; `shown` has to be on the page, None where it is refused."""

    path: str
    content: bytes
    shown: str | None = None

    @property
    def about(self) -> str:
        """The case in a line."""
        return f"{self.path}: {self.content[:70]!r}"


def cases() -> list[Case]:
    """Every case of the lists above."""
    pages = [Case(PAGE, f"# Odd\n\n{text}\n".encode()) for text in REFUSED_TEXTS]
    pages += [Case(PAGE, f"# Odd\n\n{text}\n".encode(), shown) for text, shown in SHOWN_TEXTS]
    return [*pages, *(Case(path, content) for path, content in REFUSED_FILES)]


def made_cases(count: int) -> Iterator[Case]:
    """Cases of the same kinds, at most `count`: what has to be told, among what is well, at places where it is well."""
    chosen = random.Random(_SEED)
    around = (
        "@", "well\n\n@\n\nwell", "## Well\n\n@", "| a |\n|---|\n| b |\n\n@", "- well\n\n@", "$x$\n\n@\n",
        "> well\n\n@",
    )  # fmt: skip
    spoilt = [text for text in REFUSED_TEXTS if len(text) < 999]
    for _ in range(count):
        texts = chosen.sample(spoilt, chosen.choice((1, 1, 2)))
        content = "# Odd\n\n" + chosen.choice(around).replace("@", "\n\n".join(texts)) + "\n"
        content = content.replace("\n", chosen.choice(("\n", "\n", "\r\n")))
        if not (texts[-1] == _END and _is_open(texts[0])):  # one mends the other, and nothing is left to tell
            yield Case(PAGE, content.encode())


def _is_open(text: str) -> bool:
    first, *rest = text.splitlines()
    return first.startswith(f"{_END} ") and _END not in rest


def answer(case: Case, root: Path, look: Callable[[], Sequence[TalkError]], site: Path) -> str | None:
    """What is wrong with the answer to a case; None where it is right. `look` checks the talk in `root` into `site`."""
    path = root / case.path
    former = path.read_bytes() if path.is_file() else None
    there = {folder for folder in path.parents if folder.is_dir()}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(case.content.replace(b"{claims}", former or b"") if case.path.endswith(".toml") else case.content)
    try:
        with in_time(_WITHIN_S):
            told = [str(problem) for problem in look()]
    except TalkError as error:
        told = [str(error)]
    except TooLongError:
        return f"it takes over {_WITHIN_S} s"
    except (Exception, SystemExit) as error:
        return f"it raises {error!r:.200}"
    finally:
        path.unlink()
        if former is not None:
            path.write_bytes(former)
        for folder in path.parents:
            if folder not in there and folder.is_dir():
                shutil.rmtree(folder)
    if many := [line for line in told if "\n" in line]:
        return f"it is told in several lines: {many[0]!r:.200}"
    if vague := [line for line in told if "TALK_TRACEBACK" in line]:
        return f"it was not foreseen: {vague[0]:.200}"
    if case.shown is None:
        return None if told else "it is passed in silence"
    if told:
        return f"it is refused: {told[0]:.200}"
    pages = "".join(page.read_text(encoding="utf-8") for page in site.rglob("odd/index.html"))
    return None if case.shown in re.sub(r"<[^>]+>", "", pages) else "the page does not show it"


def all_answers(every: Sequence[Case]) -> list[str]:
    """What is wrong with the answers to cases of the talk that this process runs in."""
    from talk.paths import ROOT
    from talk.site.check import check
    from talk.site.pages import make_pages

    def look() -> list[TalkError]:
        told = check()[0]
        if all(str(problem) in before for problem in told):
            shutil.rmtree(site, ignore_errors=True)
            told = make_pages(site)
        return [problem for problem in told if str(problem) not in before]

    before: set[str] = set()
    (ROOT / PAGE).write_text("# Odd\n", encoding="utf-8")  # what is told of any page, that no menu names it, say
    with (ROOT / "docs" / "slides.md").open("a", encoding="utf-8") as deck:
        deck.write(f"\n/// chapter | {Path(PAGE).name}\n///\n")
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder, "site")
        # Pages first: they bring the packages that a check asks for.
        before |= {str(problem) for problem in [*make_pages(site), *look()]}
        wrong = []
        for case in every:
            if told := answer(case, ROOT, look, site):
                wrong.append(f"{case.about}: {told}")
                print(wrong[-1], file=sys.stderr, flush=True)
        return wrong


def spoil_sources(count: int) -> tuple[int, int, list[str]]:
    """How many answers were right, of how many, and what was wrong with the rest."""
    with tempfile.TemporaryDirectory() as folder:
        talk = Path(folder, "mine")
        subprocess.run([sys.executable, "-m", "talk", "new", talk], check=True, capture_output=True)
        environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
        words = [sys.executable, "-m", "bench.sources", str(count)]
        done = subprocess.run(words, cwd=talk, env=environment, capture_output=True, text=True, check=True)
    tried, wrong = json.loads(done.stdout.splitlines()[-1])
    return tried - len(wrong), tried, wrong


if __name__ == "__main__":
    _every = [*cases(), *made_cases(int(sys.argv[1]))]
    print(json.dumps([len(_every), all_answers(_every)]))
