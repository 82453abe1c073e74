"""The site's address for those in the hall: `--8<-- "generated/address.html"` shows it with its QR code.

Nothing is shown where `site_url` of mkdocs.yml is not set: nobody knows then where the site will be.
"""

from html import escape
from urllib.parse import urlsplit

import segno

from talk.paths import ADDRESS_SNIPPET
from talk.records.files import write_if_changed
from talk.settings import published_address


def write_address() -> None:
    """Bring the fragment up to date with mkdocs.yml. Raises TalkError where that cannot be read."""
    url = published_address()
    write_if_changed(ADDRESS_SNIPPET, address_html(url) if url else "")


def address_html(url: str) -> str:
    """The address, a link that is read and scanned."""
    parts = urlsplit(url)
    read = f"{parts.netloc}{parts.path}".rstrip("/")
    return f'<p class="site-address"><a href="{escape(url)}">{qr_code(url)}<span>{escape(read)}</span></a></p>\n'


def qr_code(text: str) -> str:
    """The text as SVG of the class `qr`."""
    # Black on white with its margin, whatever is around: cameras read no other well.
    code = segno.make(text, error="m", micro=False)
    return str(code.svg_inline(dark="#000", light="#fff", omitsize=True, svgclass="qr"))
