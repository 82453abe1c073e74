"""The MkDocs plugin: `mkdocs build` and `mkdocs serve` alone are enough.

It makes what pages show, refuses mistaken sources and gives every page its security policy. Pages themselves need only
the Markdown extension `talk.markdown` and what `prepare` makes, so other engines show them as well.
"""

import errno
import os
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from jinja2 import TemplateNotFound
from mkdocs.config.base import Config
from mkdocs.exceptions import Abort, MkDocsException
from mkdocs.plugins import BasePlugin, CombinedEvent, event_priority

from talk.errors import TalkError, is_to_be_shown_whole, unforeseen
from talk.paths import DOCS, GENERATED_ASSETS, MACHINE_PAGES, SITE
from talk.records.files import cannot_write
from talk.records.schema import moment
from talk.render.render import finish_pages
from talk.render.values import current_values
from talk.site.check import find_refuted_claims
from talk.site.copies import Copied, write_copies
from talk.site.feed import write_feed
from talk.site.mistakes import find_mistakes
from talk.site.policy import write_policies
from talk.site.port import refuse_taken
from talk.site.prepare import prepare
from talk.site.rebuild import Rebuilder, watch_edits
from talk.site.restart import restart_if_code_changed
from talk.site.search import apart, copy_index, name_in_menu
from talk.site.served import Served
from talk.site.tabs import leave_out_tabs

_FIRST, _LAST = 200, -200
_NO_ROOM = {errno.EFBIG, errno.ENOSPC, errno.EDQUOT, errno.EROFS}
_SEARCH = "material/search"
_SPEAKER = (GENERATED_ASSETS / "deck" / "speaker.html").relative_to(DOCS)


class Options(Config):  # type: ignore[no-untyped-call]
    """None: what a talk may set is in `extra.talk`, where every engine has it."""


class TalkPlugin(BasePlugin[Options]):  # type: ignore[no-untyped-call]
    """Entry point `mkdocs.plugins: talk`."""

    def __init__(self) -> None:
        self._serving = False
        self._is_built = False
        self._rebuilder = Rebuilder()
        self._served: Served | None = None
        self._copied: list[Copied] = []
        self._content = ""  # of the page that is being indexed, as readers get it

    def on_startup(self, *, command: str, **_: Any) -> None:
        """Remember whether MkDocs is about to serve. Having this method, the plugin lives through all its builds."""
        self._serving = command == "serve"

    def on_serve(self, server: Any, *, config: Any, **_: Any) -> Any:
        """Look for edits more often than MkDocs does, and answer what served pages ask."""
        assert self._served is not None
        server.set_app(self._served.before(server.get_app()))
        watch_edits(server, [config.docs_dir, config.config_file_path])
        return server

    def on_pre_build(self, *, config: Any) -> None:
        """Make what pages show. Raises TalkError where a source is mistaken."""
        self._copied = []  # a build that broke off has left its own
        if self._serving and not self._is_built:
            refuse_taken(*config.dev_addr)
            self._served = self._served or Served(*config.dev_addr)
        elif self._served is not None:
            restart_if_code_changed(config.site_dir, self._served.keep)
        prepare(config.site_name, config.site_author or "")
        _date_by_records()
        if mistakes := find_mistakes():
            tell(mistakes[:-1])
            raise mistakes[-1]
        if self._serving:  # who builds is told by `talk build`
            tell(f"warning: {refuted}" for refuted in find_refuted_claims())

    def on_files(self, files: Any, **_: Any) -> Any:
        """Leave out pages of machines: they are still being drawn, and MkDocs need not see them."""
        for file in [file for file in files if Path(file.abs_src_path).parent == MACHINE_PAGES]:
            files.remove(file)
        self._rebuilder.begin(files)
        return files

    @event_priority(_LAST)
    def on_page_markdown(self, markdown: str, *, page: Any, **_: Any) -> str:
        """While serving, take a page as it was where nothing that it is made of has changed."""
        if self._serving:
            self._rebuilder.take_former(page, markdown)
        return markdown

    @event_priority(_LAST)
    def on_page_content(self, html: str, *, page: Any, **_: Any) -> str:
        """While serving, keep what the page became."""
        if self._serving:
            self._rebuilder.keep(page, html)
        return html

    def on_env(self, env: Any, *, config: Any, **_: Any) -> Any:
        """Keep templates compiled, and tell them whether search.js answers here."""
        self._rebuilder.keep_templates(env)
        env.globals["own_search"] = _SEARCH in config.plugins
        env.globals["has_copies"] = not self._serving
        return env

    @event_priority(_FIRST)
    def _before_search(self, context: Any, *, page: Any, config: Any, **_: Any) -> Any:
        if self._serving:
            self._rebuilder.take_former_entries(page, config)
        self._content = page.content
        page.content = apart(page.content)
        return context

    @event_priority(_LAST)
    def _after_search(self, context: Any, *, page: Any, config: Any, **_: Any) -> Any:
        page.content = self._content
        if _SEARCH in config.plugins:
            name_in_menu(config.plugins[_SEARCH].search_index.entries, page)
        if self._serving:
            self._rebuilder.keep_entries(page, config)
        elif page.meta.get("template") is None:  # the deck has its chapters' slides once more
            order = context["nav"].pages
            place = order.index(page) if page in order else len(order)
            self._copied.append(Copied(page.file.dest_uri, page.title, page.content, place))
        return context

    on_page_context = CombinedEvent(_before_search, _after_search)  # type: ignore[arg-type]

    def on_post_page(self, output: str, *, page: Any, **_: Any) -> str:
        """While serving, give the deck what only a served one has."""
        is_deck = page.meta.get("template") == "deck.html"
        return self._served.join(output, "deck") if self._served is not None and is_deck else output

    def on_post_build(self, *, config: Any) -> None:
        """Put the pages of machines among the others, and give every page its policy, whatever it was made of."""
        self._is_built = True
        site = Path(config.site_dir)
        if self._served is not None:
            window = site / _SPEAKER
            window.write_text(self._served.join(window.read_text(encoding="utf-8"), "speaker"), encoding="utf-8")
        copy_index(site)
        finish_pages()
        if MACHINE_PAGES.is_dir():
            hidden = shutil.ignore_patterns(".*")
            shutil.copytree(MACHINE_PAGES, site / MACHINE_PAGES.name, ignore=hidden, dirs_exist_ok=True)
        address = config.site_url or ""
        if not self._serving:
            write_copies(site, self._copied, config.site_name, config.site_description or "", address)
        write_feed(site, config.site_name, config.site_author or "", address)
        if not self._serving:  # the reloading script that a server puts into pages has no one hash
            write_policies(site)
            leave_out_tabs(site)

    def on_build_error(self, *, error: Exception) -> None:
        """An error is one line, not a traceback; MkDocs has its own ways to tell of its own."""
        if isinstance(error, MkDocsException) or (not isinstance(error, TalkError) and is_to_be_shown_whole()):
            return
        if isinstance(error, OSError) and error.errno in _NO_ROOM:
            told: TalkError = cannot_write(SITE, error)
        elif isinstance(error, TemplateNotFound):
            what = f"a page asks for the template {error.name}, and there is none"
            told = TalkError(DOCS, what, "mend `template:` in that page's front matter")
        else:
            told = error if isinstance(error, TalkError) else unforeseen(error)
        raise Abort(str(told)) from told


def tell(problems: Iterable[object]) -> None:
    """Print problems, one a line. Not by MkDocs' logger: a claim that a laptop refutes must not fail a strict build."""
    for problem in problems:
        print(problem, file=sys.stderr)


def _date_by_records() -> None:
    """Let MkDocs date the site map by the newest record instead of the day of the build."""
    newest = max((moment(record.measured_at) for record in current_values().records), default=None)
    if newest is not None:
        os.environ["SOURCE_DATE_EPOCH"] = str(int(newest.timestamp()))
