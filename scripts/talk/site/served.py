"""What a served talk does besides showing pages: it measures what a slide shows, and has a phone turn the slides.

Pages of the deck and of the speaker's window get a script each and a token; what these ask goes to `/.talk/` of the
same server. It answers only this machine itself, called by its own names, and only who has the token: another site's
page that the same browser shows has none. A built site has none of this.
"""

import json
import os
import secrets
from collections.abc import Callable, Iterable, Mapping
from hmac import compare_digest
from html import escape
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from talk.paths import ASSETS, REMOTE
from talk.site.address import qr_code
from talk.site.clicker import Clicker
from talk.site.on_stage import NotMeasuredError, measurable, measure_now
from talk.site.phone import PhoneServer, local_address, read_given
from talk.words import fill, language

_KEPT = "TALK_SERVED"  # in the environment of a server that starts anew: what its predecessor knew

_SCRIPTS = ASSETS / "served"
_PLACE = "/.talk/"
_MOST_BYTES = 100_000
_HEAD = "</head>"

Answer = tuple[int, Any]
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Served:
    """What one process serves besides pages. `at` is the server's own host and port."""

    def __init__(self, host: str, port: int) -> None:
        """Take over what a predecessor left, and listen for a phone where one is asked for. Raises TalkError."""
        kept = json.loads(os.environ.pop(_KEPT, "{}"))
        self._token: str = kept.get("token") or secrets.token_urlsafe(16)
        names = {host, "localhost", "127.0.0.1", "::1"}
        self._hosts = {f"[{name}]:{port}" if ":" in name else f"{name}:{port}" for name in names}
        self._clicker: Clicker | None = None
        self._phone: PhoneServer | None = None
        if asked := os.environ.get(REMOTE):
            self._clicker = Clicker(kept.get("clicker"))
            address = local_address("" if asked == "1" else asked)
            self._phone = PhoneServer(self._clicker, address, kept.get("port") or port + 1)
            self._phone.start()

    def keep(self) -> None:
        """Leave what is known to the process that takes this one's place."""
        kept: dict[str, Any] = {"token": self._token}
        if self._clicker is not None and self._phone is not None:
            kept |= {"clicker": self._clicker.to_keep(), "port": self._phone.server_port}
        os.environ[_KEPT] = json.dumps(kept)

    def join(self, page: str, script: str) -> str:
        """The page with the script of that name, `deck` or `speaker`, and what it needs to know."""
        if script == "speaker" and self._clicker is None:
            return page
        known = {"token": self._token, "phone": self._clicker is not None, "measurable": measurable()}
        spoken = language()
        head = (
            f'<meta name="served" content="{escape(json.dumps(known))}">'
            f'<meta name="served-words" content="{fill("[[js:served]]", spoken)}">'
            f'<script src="{_PLACE}{script}.js" defer></script>'
        )
        return page.replace(_HEAD, f"{head}{_HEAD}", 1)

    def before(self, application: Application) -> Application:
        """The WSGI application that answers what is asked at `/.talk/`, and leaves the rest to that one."""

        def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
            path = environ["PATH_INFO"]
            if not path.startswith(_PLACE):
                return application(environ, start)
            name = path.removeprefix(_PLACE)
            if environ["REQUEST_METHOD"] == "GET" and name in {"deck.js", "speaker.js"}:
                return _sent(start, 200, (_SCRIPTS / name).read_bytes(), "text/javascript; charset=utf-8")
            status, said = self._answer(environ, name)
            return _sent(start, status, json.dumps(said).encode(), "application/json")

        return answer

    def _answer(self, environ: Mapping[str, Any], name: str) -> Answer:
        if environ["REQUEST_METHOD"] != "POST" or not self._is_ours(environ):
            return 403, {"why": "not for you"}
        try:
            given = read_given(environ["wsgi.input"], environ.get("CONTENT_LENGTH"), _MOST_BYTES)
            asked = {"measure": self._measure, "deck": self._deck, "state": self._state, "phone": self._phone_now}
            return asked[name](given) if name in asked else (404, {"why": "no such thing"})
        except (ValueError, KeyError, TypeError):
            return 400, {"why": "not understood"}

    def _is_ours(self, environ: Mapping[str, Any]) -> bool:
        host, origin = environ.get("HTTP_HOST", ""), environ.get("HTTP_ORIGIN")
        return (
            ip_address(environ["REMOTE_ADDR"].partition("%")[0]).is_loopback
            and host in self._hosts
            and (origin is None or urlsplit(origin).netloc == host)
            and compare_digest(environ.get("HTTP_X_TALK", "").encode("latin-1"), self._token.encode())
        )

    def _measure(self, given: Mapping[str, Any]) -> Answer:
        try:
            return 200, measure_now(str(given["name"]))
        except NotMeasuredError as error:
            return 200, {"why": str(error)}

    def _deck(self, given: Mapping[str, Any]) -> Answer:
        if self._clicker is None:
            return 404, {}
        return 200, self._clicker.news_for_deck(str(given["deck"]), int(given["after"]), claims=bool(given["claims"]))

    def _state(self, given: Mapping[str, Any]) -> Answer:
        if self._clicker is None:
            return 404, {}
        self._clicker.tell(str(given["deck"]), given["state"])
        return 200, {}

    def _phone_now(self, given: Mapping[str, Any]) -> Answer:
        """What the speaker's window shows of the phone; `another` asks for a code for another one."""
        if self._clicker is None or self._phone is None:
            return 404, {}
        if given.get("another"):
            self._clicker.renew()
        link = self._phone.link
        return 200, {
            "phone": self._clicker.phone(),
            "host": self._phone.host,
            "code": qr_code(link) if link else "",
        }


def _sent(start: Callable[..., Any], status: int, body: bytes, kind: str) -> Iterable[bytes]:
    words = {200: "200 OK", 400: "400 Bad Request", 403: "403 Forbidden", 404: "404 Not Found"}
    headers = [("Content-Type", kind), ("Content-Length", str(len(body))), ("Cache-Control", "no-store")]
    start(words[status], [*headers, ("X-Content-Type-Options", "nosniff")])
    return [body]
