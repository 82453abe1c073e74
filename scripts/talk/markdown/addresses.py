"""Addresses of slides and headings, made from their titles."""

import re
from itertools import count

from talk.words import latin


def slugify(title: str, separator: str = "-") -> str:
    """A title as an address: `Who is addmm?` → `who-is-addmm`. Also the `slugify` of mkdocs.yml's toc."""
    return re.sub(r"[^a-z0-9]+", separator, latin(title)).strip(separator) or "slide"


class Addresses:
    """Addresses of one page's slides, in order: a title seen before gets a number."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def give(self, title: str, explicit: str) -> str:
        """The address of the next slide: `explicit`, or one made from its title."""
        made = slugify(title)
        # reveal.js takes an address of digits alone for a slide's number.
        address = explicit or self._free(f"slide-{made}" if made.isdigit() else made)
        self._taken.add(address)
        return address

    def is_taken(self, address: str) -> bool:
        """Whether a slide above has it."""
        return address in self._taken

    def _free(self, address: str) -> str:
        if address not in self._taken:
            return address
        return next(numbered for n in count(2) if (numbered := f"{address}-{n}") not in self._taken)
