"""Reading HTML that anybody may have written."""

from html.parser import HTMLParser


class HtmlReader(HTMLParser):
    """An HTMLParser that no text stops: it raises AssertionError for `<![x`, which browsers take for a comment."""

    def parse_html_declaration(self, i: int) -> int:
        """Where what begins at `i` ends; -1 where it does not."""
        try:
            return super().parse_html_declaration(i)
        except AssertionError:
            return self.rawdata.find(">", i) + 1 or -1
