"""The content security policy that every page carries: what a browser may load for it, and run.

A page loads the site's own files and nothing else. Of scripts written into a page only the theme's are let through,
each by its hash and only where it is word for word what the theme's templates say: a script that came by another way (a
record's string that somebody forgot to escape, say) stops the build. Styles are all let through: KaTeX and
matplotlib place things by thousands of `style` attributes, reveal.js moves them by a sheet that it writes as it goes; a
style runs nothing, and loads nothing from elsewhere.

A page that compiles WebAssembly says so: an element of it has the attribute `data-webassembly`, whose value is the
address of the script that does. Only there browsers may compile it: `'wasm-unsafe-eval'` lets through no other code
than modules, which reach nothing but what the site's own scripts hand them. From disk a worker starts from a `blob:` of
such a script alone (`for_disk`); a served page needs none.

MkDocs' pages get it from the plugin; `python -m talk.site.policy FOLDER` gives it to what another engine built.
"""

import argparse
import base64
import hashlib
import re
import sys
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

from talk.errors import TalkError, told_in_one_line
from talk.markdown.html import SETS, Attributes, addresses_in_set, start_tags

_DIRECTIVES = {
    "default-src": "'self'",  # Firefox loads the next page beforehand, and has no other directive for that
    "script-src": "'self'",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data:",  # the theme's icons are masks in its style sheet
    "font-src": "'self'",
    "connect-src": "'self'",
    "worker-src": "'self'",  # search
    "frame-src": "'none'",
    "media-src": "'none'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'none'",
}
_COMPUTES = "data-webassembly"
_PLACE = '<meta charset="utf-8">'  # what comes before it is not held by it
_SCRIPT = re.compile(r"<script>(?P<code>.*?)</script>", re.DOTALL)
_DATA = {"application/json", "application/ld+json"}
_ENGINES = ("material", "zensical")
_EXPRESSION = re.compile(r"\{\{.*?\}\}")
_META = '<meta http-equiv="Content-Security-Policy" content="'


# What the policy lets no browser load or do, by element.
_UNSHOWN = frozenset("applet audio base embed fencedframe frame frameset iframe object portal video".split())
_LOADING = frozenset({"src", "poster", "background", "data", "lowsrc", "manifest", "attributionsrc"})
_STYLED = frozenset("style fill stroke filter mask clip-path cursor marker marker-start marker-mid marker-end".split())
_DECLARED = frozenset({"", "content-type", "content-language", "x-ua-compatible"})  # the rest is the site's to decide
_FOLLOWED = frozenset({"a", "area", "link"})  # by a reader; what else has an address is loaded from it
_RUN = re.compile(r"(?:.*;)?(?:java|vb)script:|data:text/html|data:image/svg\+xml[^,]*,.*<script", re.IGNORECASE)
_INLINE = re.compile(r"(?:data|blob|filesystem):", re.IGNORECASE)
_SPACES = re.compile(r"[\x00-\x20]+")
_FOREIGN = re.compile(r"(?:https?|ftp|wss?):|(?:[a-z][a-z0-9+.-]*:)?[/\\]{2}", re.IGNORECASE)
# Of a `<link>` to another host: what a browser asks nobody for.
_NAMED = frozenset("alternate author bookmark canonical help license me next prev search tag".split())
# A style loads what stands in quotes or brackets; its escapes and comments are read first.
_FOREIGN_STYLE = re.compile(
    r"""@import|["'(]\s*(?:(?:https?|ftp|wss?):|(?:[a-z][a-z0-9+.-]*:)?[/\\]{2})""", re.IGNORECASE
)
_LOADS = re.compile(r"[@(\\]")
_PREFIX = re.compile(r"<[\w.-]+:(?=\w)")  # of XML: `<svg:script>`
_STYLE_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_STYLE_ESCAPE = re.compile(r"\\(?:(?P<code>[0-9a-f]{1,6})\s?|\n|(?P<sign>[^\n]))", re.IGNORECASE)
_MEND_SHOWN = "use a picture under docs/assets/, or link to it; if a record says so, measure again"
_HTML_BY_ANOTHER_NAME = frozenset(".htm .xhtml .xht .shtml .mht .mhtml .svgz .xsl .xslt .rdf".split())
# XML that a browser shows as a page, or draws by a sheet that may be another host's.
_PAGE_IN_XML = re.compile(r"w3\.org/1999/xhtml|w3\.org/2000/svg|<\?xml-stylesheet|<!ENTITY", re.IGNORECASE)
_SHEET_OF_XML = re.compile(r"<\?xml-stylesheet|<!ENTITY", re.IGNORECASE)
_MEND = "put the code into a file under docs/assets/scripts/, or escape what is shown"


@dataclass
class _Run:
    """What a browser would run of a page itself: the code of `scripts`, and `attributes` that hold code.

    `unshown` are elements that load what no page may, styles among them, or send a reader elsewhere. `computes` is
    whether it compiles WebAssembly.
    """

    scripts: list[str] = field(default_factory=list)
    attributes: list[str] = field(default_factory=list)
    unshown: list[str] = field(default_factory=list)
    computes: bool = False


def _run_of(html: str) -> _Run:
    run = _Run()
    for tag in start_tags(html):
        if tag.name == "script":
            given = dict(tag.attributes)
            if "src" not in given and given.get("type") not in _DATA:
                run.scripts.append(tag.text)
        elif tag.name == "style" and (foreign := _foreign_style(tag.text)):
            run.unshown.append(f"<style> with {foreign}")
        judged = _judge(tag.name, tag.attributes)
        run.attributes += judged.attributes
        run.unshown += judged.unshown
        run.computes |= judged.computes
    return run


@lru_cache(maxsize=4096)  # a page is mostly formulas, of a few tags over and over
def _judge(tag: str, attributes: Attributes) -> _Run:
    """What a browser would run of one start tag."""
    run, given = _Run(), dict(attributes)
    run.computes = _COMPUTES in given
    if tag == "link" and _is_foreign(given.get("href", "")):
        asked = set(given.get("rel", "").lower().split()) - _NAMED
        run.unshown += [f'<link rel="{rel}">' for rel in sorted(asked)]
    if tag in _UNSHOWN or (tag == "meta" and given.get("http-equiv", "").strip().lower() not in _DECLARED):
        run.unshown.append(f"<{tag}>")
    for name, value in attributes:
        is_drawn = tag not in _FOLLOWED and name in {"href", "xlink:href"}
        is_foreign = (
            ((name in _LOADING or is_drawn) and _is_foreign(value))
            or (name in SETS and any(map(_is_foreign, addresses_in_set(value))))
            or (name in _STYLED and _foreign_style(value) is not None)
        )
        is_foreign |= tag == "script" and name == "src" and _INLINE.match(_SPACES.sub("", value)) is not None
        if is_foreign or name in {"ping", "srcdoc", "formaction", "action"}:
            run.unshown.append(f'<{tag} {name}="{value[:40]}">')
        # Browsers read a scheme without the spaces in it, and end <noscript> wherever its end is written.
        if name.startswith("on") or _RUN.match(_SPACES.sub("", value)) or "</noscript" in value.lower():
            run.attributes.append(f'{name}="{value}"')
    return run


def _foreign_style(style: str) -> str | None:
    """What of a style, or of an attribute that is one, a browser would load from another host."""

    def sign(escape: re.Match[str]) -> str:
        code = int(escape["code"] or "0", 16)
        return chr(code) if 0 < code < 0x110000 else escape["sign"] or ""

    if not _LOADS.search(style):
        return None
    found = _FOREIGN_STYLE.search(_STYLE_ESCAPE.sub(sign, _STYLE_COMMENT.sub("", style)))
    return found[0] if found else None


def _is_foreign(address: str) -> bool:
    return _FOREIGN.match(_SPACES.sub("", address)) is not None


def policy(scripts: list[str] | None = None, *, computes: bool = False) -> str:
    """The policy of a page whose inline scripts are `scripts`; `computes` is whether it compiles WebAssembly."""
    compiling = ["'wasm-unsafe-eval'"] if computes else []
    inline = sorted({code_hash(code) for code in scripts or []})
    allowed = {"script-src": " ".join(["'self'", *compiling, *inline])}
    return "; ".join(f"{name} {sources}" for name, sources in (_DIRECTIVES | allowed).items())


def code_hash(code: str) -> str:
    """What a policy lets an inline script, or style, through by."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}'"


def with_policy(html: str, page: str) -> str:
    """The page `html` with its policy; `page` is what messages call it.

    Raises TalkError for an inline script or event handler that is not the theme's.
    """
    if "<html" not in html:  # a fragment is no page
        return html
    before, place, after = html.partition(_PLACE)
    if after.lstrip().startswith(_META):  # it has it
        return html
    run = _run_of(html)
    for code in run.scripts:
        if not any(known.fullmatch(code) for known in _theme_scripts()):
            raise TalkError(page, f"a script inside the page: {code.strip()[:60]}", _MEND)
    for attribute in run.attributes:
        raise TalkError(page, f"a script in an attribute: {attribute[:60]}", _MEND)
    for element in run.unshown:
        raise TalkError(page, f"{element}: pages load nothing of other hosts, no media and no frames", _MEND_SHOWN)
    if not place:
        raise TalkError(page, f"its head does not start with {_PLACE}", "mend its template in docs/theme/")
    return f'{before}{place}\n    {_META}{policy(run.scripts, computes=run.computes)}">{after}'


def for_disk(html: str) -> str:
    """A page that has its policy, and is to be opened from disk: there a script that compiles may start its workers."""
    if "'wasm-unsafe-eval'" not in html:
        return html
    return html.replace("worker-src 'self';", "worker-src 'self' blob:;", 1)


@cache
def _theme_scripts() -> tuple[re.Pattern[str], ...]:
    """The scripts in the templates of either engine; what a template fills in may be any address."""
    found = []
    for engine in _ENGINES:
        spec = find_spec(engine)
        for folder in (spec.submodule_search_locations or []) if spec else []:
            for template in sorted(Path(folder, "templates", "partials", "javascripts").glob("*.html")):
                for match in _SCRIPT.finditer(template.read_text(encoding="utf-8")):
                    literal = map(re.escape, _EXPRESSION.split(match["code"]))
                    found.append(re.compile("[^\"'<>]*".join(literal)))
    return tuple(found)


def write_policies(folder: Path) -> int:
    """Give every page under `folder` that has none its policy; returns how many pages there are.

    Raises TalkError as `with_policy` does, naming the page by its path in `folder`, and for what a browser would show
    as a page and that can have no policy.
    """
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    for path in files:
        name, kind = path.relative_to(folder).as_posix(), path.suffix.lower()
        if kind in _HTML_BY_ANOTHER_NAME:
            raise TalkError(name, "a page of this kind gets no policy", "call it .html, or delete it")
        if kind == ".svg":  # opened by itself it is a page, and has no policy either
            drawing = path.read_text(encoding="utf-8", errors="replace")
            run = _run_of(_PREFIX.sub("<", drawing))
            for code in (*run.scripts, *run.attributes):
                raise TalkError(name, f"a script in a drawing: {code.strip()[:60]}", "take it out")
            for part in (*run.unshown, *_SHEET_OF_XML.findall(drawing)):
                raise TalkError(name, f"{part}: a drawing loads nothing, and is made of nothing else", "take it out")
        if kind == ".xml" and _PAGE_IN_XML.search(path.read_text(encoding="utf-8", errors="replace")):
            raise TalkError(name, "a page written as XML gets no policy", "make it a page of docs/, or delete it")
    pages = [path for path in files if path.suffix.lower() == ".html"]
    for page in pages:
        html = page.read_text(encoding="utf-8")
        if "<html" not in html:
            name = page.relative_to(folder).as_posix()
            raise TalkError(name, "is HTML without <html>, which gets no policy", "make it a page, or delete it")
        page.write_text(with_policy(html, page.relative_to(folder).as_posix()), encoding="utf-8")
    return len(pages)


@told_in_one_line
def main() -> int:
    """Entry of `python -m talk.site.policy`; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m talk.site.policy", description="Give pages their policy.")
    parser.add_argument("folder", type=Path, help="what an engine built")
    print(f"{write_policies(parser.parse_args().folder)} pages have their policy")
    return 0


if __name__ == "__main__":
    sys.exit(main())
