"""A made record of the comparison, with every tool that has named values, in round numbers."""

from .record import DeckOpened, Decks, DeckTool


def sample() -> Decks:
    """We build in 1.2 s what plain pages are built of in 1 s; the others take 2 s, and one of them fails."""
    opened = DeckOpened(
        first_view_bytes=100_000,
        first_view_requests=10,
        other_hosts=["cdn.example"],
        unanswered_requests=1,
        first_slide_times_s=[0.1, 0.2, 0.3],
        shown_from_disk=True,
        failed_from_disk=1,
        cut_slides=2,
        cut_most_px=40.0,
        wrong_formulas=1,
    )
    others = ("Marp", "Slidev", "reveal-md", "mkdocs-revealjs")
    tools = [
        DeckTool(name="talk", version="—", build_times_s=[1.1, 1.2, 1.3], opened=opened),
        DeckTool(name="Material", version="—", build_times_s=[1.0, 1.0, 1.0], opened=None),
        *(DeckTool(name=name, version="1.0.0", build_times_s=[2.0, 2.0, 2.0], opened=opened) for name in others),
        DeckTool(name="another", version="1.0.0", build_times_s=[], opened=None, failure="cannot be installed"),
    ]
    return Decks(slides=20, formulas=4, width_px=1366, height_px=768, tools=tools)
