"""What MkDocs calls so that `mkdocs serve` alone is enough.

The fragments are brought up to date, mistaken sources refused, every page gets its security policy.
"""

import logging
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mkdocs.exceptions import Abort, PluginError
from mkdocs.plugins import event_priority
from mkdocs.structure.pages import Page

from talk.errors import TalkError
from talk.paths import DOCS, MACHINE_PAGES
from talk.records.notebooks import find_notebooks
from talk.render.render import finish_pages, render_fragments
from talk.render.values import current_values
from talk.site.check import find_mistakes, find_refuted_claims
from talk.site.labs import as_markdown, find_lab, lab_of, with_outputs, write_executed
from talk.site.policy import write_policies
from talk.site.rebuild import is_unchanged
from talk.site.sharing import write_sharing_pictures
from talk.site.vendor import write_assets

# Not one of MkDocs' own loggers: a claim that a reader's laptop refutes must not fail a strict build.
_log = logging.getLogger("talk")
_serving = False


def on_startup(command: str, **_: Any) -> None:
    """Remember whether MkDocs is about to serve: the reloading script that it then puts into pages has no one hash."""
    global _serving
    _serving = command == "serve"


def on_pre_build(config: Any) -> None:
    """Make what pages show; stop with `FILE:LINE: what; mend` where a source is mistaken."""
    try:
        write_assets()
        write_sharing_pictures(config.site_name, config.site_author)
        render_fragments()
        _date_by_records()
        mistakes = find_mistakes()
    except TalkError as error:
        raise PluginError(str(error)) from None
    if mistakes:
        raise PluginError("\n".join(map(str, mistakes)))
    for refuted in find_refuted_claims():
        _log.warning("%s", refuted)


@event_priority(-100)  # after mkdocs-jupyter has made pages of them
def on_files(files: Any, config: Any) -> Any:
    """Put the executed copy of every lab in its place. Pages of machines, still being drawn, MkDocs need not see."""
    del config
    for file in [file for file in files if Path(file.abs_src_path).parent == MACHINE_PAGES]:
        files.remove(file)
    for path in find_notebooks(DOCS):
        files.get_file_from_path(path.relative_to(DOCS).as_posix()).abs_src_path = str(
            write_executed(path, find_lab(path.stem))
        )
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    """A lab is Markdown as every other page is."""
    del config, files
    lab = lab_of(page)
    return as_markdown(lab, find_lab(lab.stem)) if lab else markdown


def on_page_content(html: str, page: Any, config: Any, files: Any) -> str:
    """A lab: what mkdocs-jupyter made of its outputs goes among the site's own prose and code."""
    lab = lab_of(page)
    if lab is None or is_unchanged(page):
        return html
    Page.render(page, config, files)
    return with_outputs(page.content, html, lab)


def on_build_error(error: Exception) -> None:
    """What an extension finds while a page is converted (bad TeX, say) is one line too, not a traceback."""
    if isinstance(error, TalkError):
        raise Abort(str(error))


def on_post_build(config: Any) -> None:
    """Put the pages of machines among the others, and give every page its policy, whatever it was made of."""
    site = Path(config.site_dir)
    try:
        finish_pages()
        if MACHINE_PAGES.is_dir():
            shutil.copytree(
                MACHINE_PAGES, site / MACHINE_PAGES.name, ignore=shutil.ignore_patterns(".*"), dirs_exist_ok=True
            )
        if not _serving:
            write_policies(site)
    except TalkError as error:
        raise PluginError(str(error)) from None


def _date_by_records() -> None:
    """MkDocs dates the site map by the day of the build; ours is of the day when its freshest record was measured."""
    measured = (record.measured_at for record in current_values().records)
    moments = (datetime.fromisoformat(moment) for moment in measured if "T" in moment)
    newest = max(moments, default=datetime(2024, 10, 1, tzinfo=UTC))
    os.environ["SOURCE_DATE_EPOCH"] = str(int(newest.timestamp()))
