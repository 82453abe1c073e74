"""The made record has every part: whatever a page asks of this experiment, it could answer."""

from talk.markdown.locate import read_source, source_files
from talk.render.claims import read_claims
from talk.render.values import Values
from tests.shared.asked import references_in


def test_every_name_that_pages_and_claims_ask_for_could_be_measured() -> None:
    asked = {reference for path in source_files() for reference in references_in(read_source(path))}
    asked |= {name for claim in read_claims().values() for name in claim.names if "*" not in name}
    nothing_measured = Values([])
    mine = {name for name in asked if name.rpartition("/")[2].startswith("decks.")}
    assert [name for name in sorted(mine) if not nothing_measured.is_known(name)] == []
    assert nothing_measured.is_known("decks.talk.first_slide")
    assert not nothing_measured.is_known("decks.talk.frist_slide")
