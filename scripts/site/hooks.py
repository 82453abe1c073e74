"""What MkDocs calls so that `mkdocs serve` alone is enough: bring the fragments up to date, refuse mistaken sources."""

import logging
from typing import Any

from mkdocs.exceptions import Abort, PluginError

from scripts.errors import TalkError
from scripts.render import render
from scripts.site.check import find_mistakes, find_refuted_claims
from scripts.site.sharing import write_sharing_pictures
from scripts.site.vendor import write_font_faces

# Not one of MkDocs' own loggers: a claim that a reader's laptop refutes must not fail a strict build.
_log = logging.getLogger("talk")


def on_pre_build(config: Any) -> None:
    """Make what pages show; stop with `FILE:LINE: what; mend` where a source is mistaken."""
    try:
        write_font_faces()
        write_sharing_pictures(config.site_name, config.site_author)
        render()
        mistakes = find_mistakes()
    except TalkError as error:
        raise PluginError(str(error)) from None
    if mistakes:
        raise PluginError("\n".join(map(str, mistakes)))
    for refuted in find_refuted_claims():
        _log.warning("%s", refuted)


def on_build_error(error: Exception) -> None:
    """What an extension finds while a page is converted (bad TeX, say) is one line too, not a traceback."""
    if isinstance(error, TalkError):
        raise Abort(str(error))
