"""A number in code that nobody measures and readers see, with why it is so: `given("16 kHz", reason="…")`."""

from html import escape


class Given(str):
    """Text that is given. Plain text takes it as it is; HTML, as `Markup.format` makes it, shows that it is given."""

    __slots__ = ("reason",)
    reason: str

    def __html__(self) -> str:
        return f'<span class="given" title="{escape(self.reason)}">{escape(self)}</span>'


def given(text: str, *, reason: str) -> Given:
    """`text` as it is written, numbers and all. Raises ValueError without a reason."""
    if not reason.strip():
        raise ValueError(f"«{text}» is given without a reason")
    found = Given(text)
    found.reason = reason
    return found
