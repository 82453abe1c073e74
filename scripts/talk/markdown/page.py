"""Which page is being converted. Python-Markdown does not tell its extensions, the engines do, each in its own way."""

from typing import Any

from markdown import Markdown


class PageMarkdown(Markdown):
    """Python-Markdown for whoever converts a page without an engine; `page` is its path under docs/."""

    def __init__(self, page: str, **kwargs: Any) -> None:
        self.page = page
        super().__init__(**kwargs)


def page_of(md: Markdown) -> str | None:
    """The path under docs/ of the page that `md` converts; None where nobody told it."""
    if isinstance(md, PageMarkdown):
        return md.page
    if is_mkdocs(md):
        processor: Any = md.treeprocessors["relpath"]
        return str(processor.file.src_uri)
    if "rendering_context" in md.preprocessors:  # Zensical's
        context: Any = md.preprocessors["rendering_context"]
        return str(context.page.path)
    return None


def is_mkdocs(md: Markdown) -> bool:
    """Whether MkDocs converts: it resolves the links that Markdown writes, and leaves those in raw HTML alone."""
    return "relpath" in md.treeprocessors
