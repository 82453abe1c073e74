"""Pages made by MkDocs, and what it finds wrong with them, each in one line of ours."""

import logging
import re
import sys
from functools import cache
from pathlib import Path
from typing import Any

from talk.errors import TalkError
from talk.markdown.locate import written_links
from talk.paths import CONFIG, DOCS, THEME
from talk.site.leftovers import find_leftovers
from talk.site.links import find_broken

# «Doc file 'a.md' contains a link 'b.md', but …», of a link, an absolute link or an unrecognized one.
_LINK = re.compile(r"Doc file '(?P<page>[^']+)' contains (?P<what>an? [\w ]*link '(?P<link>[^']*)'.*)", re.DOTALL)


def make_pages(site: Path) -> list[TalkError]:
    """Make every page into the folder `site`; returns what MkDocs warns of, such as a link that leads nowhere.

    Raises TalkError where a source is mistaken, and where MkDocs cannot go on.
    """
    from mkdocs.commands.build import build
    from mkdocs.config import load_config
    from mkdocs.exceptions import MkDocsException

    warnings = _Warnings()
    logger = logging.getLogger("mkdocs")
    logger.addHandler(warnings)
    THEME.mkdir(parents=True, exist_ok=True)  # mkdocs.yml names it, and the plugin fills it
    try:
        config = load_config(str(CONFIG), site_dir=str(site))
        config.plugins.on_startup(command="build", dirty=False)
        build(config)
        config.plugins.on_shutdown()
    except MkDocsException as error:
        if isinstance(error.__cause__, TalkError):
            raise error.__cause__ from None
        raise TalkError(CONFIG, str(error) or "the build was aborted", "mend what it names") from None
    finally:
        logger.removeHandler(warnings)
    found = [_problem(message) for message in warnings.messages]
    told = {(problem.where, problem.line) for problem in found}
    broken = [problem for problem in find_broken(site) if (problem.where, problem.line) not in told]
    return [*found, *find_leftovers(site), *broken]


@cache
def mkdocs_config() -> Any:
    """mkdocs.yml as MkDocs reads it, for whoever converts Markdown without building."""
    from mkdocs.config import load_config

    THEME.mkdir(parents=True, exist_ok=True)  # mkdocs.yml names it
    return load_config(str(CONFIG))


def find_page_problems(site: Path) -> list[TalkError]:
    """What `make_pages` finds wrong, whether or not it goes on."""
    try:
        return make_pages(site)
    except TalkError as error:
        return [error]


class _Warnings(logging.Handler):
    """Collects what MkDocs warns of. Of an error of ours it says which page it was at; ours says it better."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if not isinstance(sys.exc_info()[1], TalkError):
            self.messages.append(record.getMessage())


def _problem(message: str) -> TalkError:
    link = _LINK.fullmatch(message)
    if link is None:
        return TalkError(CONFIG, message, "mend what it names")
    # The deck shows links that a chapter wrote.
    built = f"{link['page'].removesuffix('.md')}/index.html"
    where, line = next(written_links(link["link"], built), (DOCS / link["page"], None))
    return TalkError(where, f"contains {link['what']}".rstrip("."), "mend the link", line=line)
