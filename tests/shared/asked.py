"""The names of values that pages, labs, conditions and claims ask for."""

from talk.markdown.conditions import CONDITION, FORKS
from talk.markdown.locate import read_source, source_files
from talk.markdown.prose import numbered, without_code
from talk.markdown.values import REFERENCE as WRITTEN
from talk.render.claims import read_claims
from talk.render.values import REFERENCE


def references_in(markdown: str) -> list[str]:
    """Every value that a Markdown source refers to, outside code."""
    return [match["reference"] for _, match in numbered(WRITTEN, without_code(markdown))]


def names_asked_for(experiment: str) -> set[str]:
    """Every name of the experiment's values, with the machine where one is named."""
    sources = [read_source(path) for path in source_files()]
    asked = {name for text in sources for name in references_in(text)}
    asked |= {found["name"] for text in sources for found in CONDITION.finditer(text) if found["kind"] not in FORKS}
    asked |= {name for claim in read_claims().values() for name in claim.names if "*" not in name}
    parts = {name: REFERENCE.fullmatch(name) for name in asked}
    return {name for name, found in parts.items() if found and found["name"].startswith(f"{experiment}.")}
