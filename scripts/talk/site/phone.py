"""What the local network may ask of a served talk: the phone's page, and what that page asks. Nothing else.

It listens on an address and a port of its own. The page holds nothing secret: its token stands in the fragment of the
address, which browsers send to nobody, so a preview of the link does not use it up. All that the page asks is a POST
with JSON, first with the token, then with the phone's own secret.
"""

import json
import socket
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from threading import BoundedSemaphore, Thread
from typing import TYPE_CHECKING, Any

from talk.errors import TalkError
from talk.paths import ASSETS
from talk.settings import settings
from talk.site.brand import brand_sheet
from talk.site.clicker import Clicker, RefusedError
from talk.site.policy import code_hash
from talk.words import fill, language

if TYPE_CHECKING:
    from _typeshed import SupportsRead

_PAGE = ASSETS / "served"
_MOST_BYTES = 1000  # of what a phone says
_PATIENCE_S = 10.0  # for who has connected and says nothing
_MOST_AT_ONCE = 32  # connections; a phone has two
_NOWHERE = ("192.0.2.1", 9)  # kept for documents: nothing is sent there, but the system tells which way it would go
_STATUS = {"wrong": 403, "replaced": 403, "taken": 409, "often": 429}
_MEND_ADDRESS = "name an address of this machine, as `REMOTE=192.168.1.5`"


def local_address(asked: str = "") -> str:
    """The address of this machine in the local network, or `asked` where that is one. Raises TalkError."""
    if asked:
        try:
            return str(ip_address(asked))
        except ValueError:
            raise TalkError("--remote", f"{asked!r} is no address", "write one as 192.168.1.5, or none") from None
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect(_NOWHERE)
        except OSError:
            raise TalkError(
                "--remote", "this machine is in no local network", f"join the phone's own hotspot, or {_MEND_ADDRESS}"
            ) from None
        return str(asking.getsockname()[0])


def read_given(body: "SupportsRead[bytes]", length: str | None, most_bytes: int) -> Mapping[str, Any]:
    """The JSON object that a request brings. Raises ValueError where it is none, or longer than `most_bytes`."""
    bytes_of_it = int(length or -1)
    if not 0 <= bytes_of_it <= most_bytes:
        raise ValueError(length)
    try:
        given = json.loads(body.read(bytes_of_it))
    except RecursionError:
        raise ValueError("it is nested too deep") from None
    if not isinstance(given, dict):
        raise ValueError("it is no object")
    return given


class PhoneServer(ThreadingHTTPServer):
    """Serves the phone's page until the process ends."""

    daemon_threads = True
    request_queue_size = _MOST_AT_ONCE

    def __init__(self, clicker: Clicker, address: str, port: int) -> None:
        """Listen there, or on another port where that one is taken. Raises TalkError."""
        self.clicker = clicker
        self.page, self.policy = make_page()
        self._free = BoundedSemaphore(_MOST_AT_ONCE)
        self.address_family = socket.AF_INET6 if ip_address(address).version == 6 else socket.AF_INET
        try:
            super().__init__((address, port), _Handler)
        except OSError:
            try:
                super().__init__((address, 0), _Handler)
            except OSError as error:
                what = f"nobody can listen at {address}: {error.strerror or error}"
                raise TalkError("--remote", what, _MEND_ADDRESS) from None
        shown = f"[{address}]" if ":" in address else address
        self.host = f"{shown}:{self.server_port}"

    def start(self) -> None:
        """Serve in the background."""
        Thread(target=self.serve_forever, daemon=True).start()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve the connection, unless there are too many already."""
        if self._free.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """As the base class does, counting."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that breaks off is nothing to tell of."""

    @property
    def link(self) -> str:
        """What the QR code says; empty while no phone is waited for."""
        token = self.clicker.token
        return f"http://{self.host}/#{token}" if token else ""


class _Handler(BaseHTTPRequestHandler):
    server: PhoneServer
    timeout = _PATIENCE_S
    server_version, sys_version = "talk", ""

    def do_GET(self) -> None:
        """The page, and nothing else."""
        if not self._is_ours():
            self._answer(403, b"", "text/plain")
        elif self.path != "/":
            self._answer(404, b"", "text/plain")
        else:
            self._answer(200, self.server.page, "text/html; charset=utf-8")

    def do_POST(self) -> None:
        """What the page asks: to join, for news, to turn."""
        try:
            given = self._given()
        except ValueError:
            self._answer(400, b"", "text/plain")
            return
        address, clicker = self.client_address[0], self.server.clicker
        try:
            if self.path == "/join":
                self._say(200, {"secret": clicker.join(_text(given, "token"), address)})
                return
            clicker.admit(_text(given, "secret"), address)
            if self.path == "/news":
                after = given.get("after")
                self._say(200, clicker.news_for_phone(after if isinstance(after, int) else 0))
            elif self.path == "/press":
                self._say(200, {"done": clicker.press(_text(given, "command"))})
            else:
                self._answer(404, b"", "text/plain")
        except RefusedError as refused:
            self._say(_STATUS[refused.why], {"why": refused.why})
        except ValueError:
            self._answer(400, b"", "text/plain")

    def _is_ours(self) -> bool:
        """Whether the request is meant for this server: a page of another site, or name, is not listened to."""
        host, origin = self.headers.get("Host"), self.headers.get("Origin")
        return host == self.server.host and origin in (None, f"http://{self.server.host}")

    def _given(self) -> Mapping[str, Any]:
        if not self._is_ours() or self.headers.get_content_type() != "application/json":
            raise ValueError
        return read_given(self.rfile, self.headers.get("Content-Length"), _MOST_BYTES)

    def _say(self, status: int, what: Mapping[str, Any]) -> None:
        self._answer(status, json.dumps(what).encode(), "application/json")

    def _answer(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        for name, value in {
            "Content-Type": kind,
            "Content-Length": str(len(body)),
            "Content-Security-Policy": self.server.policy,
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Who asks is not told: the terminal is the speaker's."""


def _text(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name)
    if not isinstance(value, str):
        raise ValueError(name)
    return value


def make_page(folder: Path = _PAGE) -> tuple[bytes, str]:
    """The phone's page, one file, and the policy that lets nothing but it run."""
    parts = {kind: (folder / f"phone.{kind}").read_text(encoding="utf-8") for kind in ("html", "css", "js")}
    style = brand_sheet(settings()) + parts["css"]
    page = fill(parts["html"], language()).replace("{{ style }}", style).replace("{{ script }}", parts["js"])
    directives = {
        "default-src": "'none'",
        "script-src": code_hash(parts["js"]),
        "style-src": code_hash(style),
        "connect-src": "'self'",
        "img-src": "data:",  # the icon, which is empty: nobody asks for another one
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    return page.encode(), "; ".join(f"{name} {value}" for name, value in directives.items())
