"""The one builder of measured tables: rows of HTML cells, each row named by its first, in a box that scrolls."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape


@dataclass(frozen=True)
class Cell:
    """A cell that is more than its text (HTML): with a title, over several columns, or of a class of its own."""

    text: str
    title: str = ""
    span: int = 1
    kind: str = ""

    def html(self, tag: str, scope: str = "") -> str:
        """The cell as an element; `scope` is that of a header."""
        attributes = {
            "scope": scope,
            "class": self.kind,
            "colspan": str(self.span) if self.span > 1 else "",
            "title": self.title,
        }
        written = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items() if value)
        return f"<{tag}{written}>{self.text}</{tag}>"


Row = Sequence[str | Cell]


def table(
    label: str, head: Row, rows: Iterable[Row], *, foot: Row | None = None, kind: str = "operators", named: int = 0
) -> str:
    """A table under `head`. `label` (plain text) is what a screen reader calls the box that it scrolls in.

    `named` is the column of the cells that head their rows, `kind` the table's class.
    """
    heads = "".join(_cell(each).html("th", "col") for each in head)
    body = "".join(_row(row, named) for row in rows)
    tail = f"<tfoot>{_row(foot, named)}</tfoot>" if foot is not None else ""
    drawn = f'<table class="{kind}"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody>{tail}</table>'
    return scrolling(label, drawn)


def scrolling(label: str, drawn: str) -> str:
    """A wide table scrolls inside its figure, with the keyboard too; the page does not."""
    return f'<div class="table-scroll" role="group" aria-label="{escape(label)}" tabindex="0">{drawn}</div>'


def _row(row: Row, named: int) -> str:
    cells = [_cell(each) for each in row]
    return f"<tr>{''.join(c.html('th', 'row') if at == named else c.html('td') for at, c in enumerate(cells))}</tr>"


def _cell(each: str | Cell) -> Cell:
    return each if isinstance(each, Cell) else Cell(each)
