"""What the comparison of deck tools found: the same slides, built and opened with each."""

from dataclasses import dataclass

from talk.records.schema import Name, NonEmpty, PositiveInt, Seconds, check_unique


@dataclass(frozen=True, kw_only=True)
class DeckOpened:
    """A built deck in a browser. Bytes are as transferred, text compressed; `other_hosts`: asked besides its own."""

    first_view_bytes: PositiveInt
    first_view_requests: PositiveInt
    other_hosts: list[str]
    unanswered_requests: int
    first_slide_times_s: NonEmpty[Seconds]  # one a cold start, in order
    shown_from_disk: bool  # its first slide, with the network off
    failed_from_disk: int  # requests
    cut_slides: int  # slides with something that nobody sees
    cut_most_px: float  # how far the worst of it sticks out
    wrong_formulas: int


@dataclass(frozen=True, kw_only=True)
class DeckTool:
    """One tool. `opened` is None where it makes no deck, `failure` says why there is nothing at all."""

    name: Name
    version: str
    build_times_s: list[Seconds]
    opened: DeckOpened | None
    failure: str | None = None


@dataclass(frozen=True, kw_only=True)
class Decks:
    """Every tool on the same `slides`, of which `formulas` hold one, in a window of this size."""

    slides: PositiveInt
    formulas: int
    width_px: PositiveInt
    height_px: PositiveInt
    tools: NonEmpty[DeckTool]

    def __post_init__(self) -> None:
        check_unique("tools", (tool.name for tool in self.tools))
        if self.formulas > self.slides:
            raise ValueError(f"formulas: {self.formulas} of {self.slides} slides")

    def tool(self, name: str) -> DeckTool | None:
        """The tool of that name; None where it was not measured."""
        return next((tool for tool in self.tools if tool.name == name), None)


Data = Decks
