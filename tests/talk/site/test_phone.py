"""What the local network gets of a served talk: one page, and answers to its phone alone."""

import json
import re
import socket
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any

import pytest

from talk.errors import TalkError
from talk.site import clicker as module
from talk.site.clicker import Clicker
from talk.site.phone import PhoneServer, local_address, make_page

JSON = {"Content-Type": "application/json"}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[PhoneServer]:
    monkeypatch.setattr(module, "_POLL_S", 0.01)
    monkeypatch.setattr(module, "_ANSWER_S", 0.05)
    with PhoneServer(Clicker(), "127.0.0.1", 0) as serving:
        serving.start()
        yield serving
        serving.shutdown()


def ask(
    server: PhoneServer, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
) -> tuple[int, bytes, dict[str, str]]:
    connection = HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read(), dict(answer.getheaders())
    finally:
        connection.close()


def post(server: PhoneServer, path: str, given: Any, headers: dict[str, str] | None = None) -> tuple[int, Any]:
    status, body, _ = ask(server, "POST", path, json.dumps(given).encode(), JSON | (headers or {}))
    return status, json.loads(body) if body else None


def join(server: PhoneServer) -> str:
    secret: str = post(server, "/join", {"token": server.clicker.token})[1]["secret"]
    return secret


@pytest.mark.parametrize(
    "path",
    ["/index.html", "/slides/", "/?", "/..", "/join", "/news", "/phone.js", "/.talk/deck.js", "/favicon.ico"],
)
def test_nothing_but_the_page_is_served(server: PhoneServer, path: str) -> None:
    assert ask(server, "GET", path)[0] == 404


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "HEAD", "TRACE", "PATCH"])
def test_no_other_method_is_known(server: PhoneServer, method: str) -> None:
    status, _, headers = ask(server, method, "/")
    assert status == 501
    assert not any(name.lower().startswith("access-control") for name in headers)


def test_the_page_holds_no_secret_and_may_load_nothing(server: PhoneServer) -> None:
    status, page, headers = ask(server, "GET", "/")
    assert status == 200
    token = server.clicker.token
    secret = join(server)
    assert token.encode() not in page
    assert secret.encode() not in page
    assert not re.search(rb"""(?:src|href)=["'](?!data:)""", page)
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert not any(name.lower().startswith("access-control") for name in headers)


def test_the_link_has_its_token_where_browsers_keep_it_to_themselves(server: PhoneServer) -> None:
    address, _, fragment = server.link.partition("#")
    assert address == f"http://127.0.0.1:{server.server_port}/"
    assert fragment == server.clicker.token
    ask(server, "GET", "/")  # a preview
    join(server)
    assert server.link == ""


def test_who_is_not_the_phone_learns_and_turns_nothing(server: PhoneServer) -> None:
    for path in ("/news", "/press", "/nothing"):
        assert post(server, path, {"secret": "wrong", "command": "next", "after": 0})[0] in {403, 429}
    secret = join(server)
    assert post(server, "/join", {"token": "wrong"})[0] == 403
    assert post(server, "/news", {"secret": secret, "after": 0})[1]["state"] is None
    assert post(server, "/press", {"secret": secret, "command": "next"}) == (200, {"done": False})
    assert post(server, "/press", {"secret": secret, "command": "reset"})[0] == 400
    assert post(server, "/nothing", {"secret": secret})[0] == 404


def test_reasons_are_told(server: PhoneServer) -> None:
    token = server.clicker.token
    join(server)
    assert post(server, "/join", {"token": token}) == (409, {"why": "taken"})
    for _ in range(5):
        assert post(server, "/join", {"token": "wrong"}) == (403, {"why": "wrong"})
    assert post(server, "/join", {"token": "wrong"}) == (429, {"why": "often"})


@pytest.mark.parametrize("host", ["evil.example", "localhost:{port}", "127.0.0.1", ""])
def test_another_name_is_not_answered(server: PhoneServer, host: str) -> None:
    """A page of another site that has its name lead here must not be let in."""
    headers = {"Host": host.format(port=server.server_port)}
    assert ask(server, "GET", "/", headers=headers)[:2] == (403, b"")
    assert post(server, "/join", {"token": server.clicker.token}, headers)[0] == 400
    assert server.clicker.phone() == "none"


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://127.0.0.1:{port}"])
def test_another_sites_page_is_not_answered(server: PhoneServer, origin: str) -> None:
    headers = {"Origin": origin.format(port=server.server_port)}
    assert post(server, "/join", {"token": server.clicker.token}, headers)[0] == 400
    assert server.clicker.phone() == "none"
    assert post(server, "/join", {"token": "x"}, {"Origin": f"http://127.0.0.1:{server.server_port}"})[0] == 403


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"", JSON),
        (b"{", JSON),
        (b"[]", JSON),
        (b"\xff", JSON),
        (b"[" * 900, JSON),
        (b'{"token": 1}', JSON),
        (b'{"token": "' + b"x" * 2000 + b'"}', JSON),
        (b'{"token": "x"}', {"Content-Type": "text/plain"}),
        (b'{"token": "x"}', JSON | {"Content-Length": "-5"}),
        (b'{"token": "x"}', JSON | {"Content-Length": "many"}),
    ],
)
def test_nonsense_ends_nothing(server: PhoneServer, body: bytes, headers: dict[str, str]) -> None:
    assert ask(server, "POST", "/join", body, headers)[0] == 400
    assert join(server)


def test_a_crowd_of_silent_connections_leaves_the_server_whole(server: PhoneServer) -> None:
    crowd = [socket.create_connection(("127.0.0.1", server.server_port)) for _ in range(80)]
    for each in crowd:
        each.close()
    while True:
        try:
            assert ask(server, "GET", "/")[0] == 200
            break
        except ConnectionError:
            continue  # the crowd is still being seen out


def test_a_taken_port_is_no_reason_to_give_up() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        PhoneServer(Clicker(), "127.0.0.1", taken.getsockname()[1]) as server,
    ):
        assert server.server_port != taken.getsockname()[1]


def test_an_address_that_is_not_this_machines_is_one_line() -> None:
    with pytest.raises(TalkError, match=r"^--remote: nobody can listen at 192\.0\.2\.7: .*; name an address"):
        PhoneServer(Clicker(), "192.0.2.7", 0)
    with pytest.raises(TalkError, match=r"^--remote: 'somewhere' is no address"):
        local_address("somewhere")
    assert local_address("192.168.1.5") == "192.168.1.5"


def test_the_page_is_in_the_talks_language() -> None:
    page = make_page()[0].decode()
    assert "[[" not in page.partition("<script>")[0]
    assert "{{" not in page.partition("<script>")[0]
    assert "Next" in page
