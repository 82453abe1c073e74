"""What a served talk answers beside its pages, and whom."""

import io
import json
import os
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest

from talk.paths import REMOTE
from talk.site import clicker as clicker_module
from talk.site import served as module
from talk.site.on_stage import NotMeasuredError
from talk.site.phone import read_given
from talk.site.served import Served

PAGE = "<html><head><title>Deck</title></head><body></body></html>"
PORT = 8000


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """With a phone's server on this machine alone."""
    monkeypatch.setenv(REMOTE, "127.0.0.1")
    monkeypatch.setattr(clicker_module, "_POLL_S", 0.01)
    made = Served("127.0.0.1", PORT)
    yield made
    close(made)


def close(served: Served) -> None:
    assert served._phone
    served._phone.shutdown()
    served._phone.server_close()


def known(served: Served) -> dict[str, Any]:
    """What the deck's page holds."""
    found = re.search(r'<meta name="served" content="([^"]*)">', served.join(PAGE, "deck"))
    assert found
    return dict(json.loads(unescape(found[1])))


def ask(served: Served, path: str, given: Any = None, **changes: str) -> tuple[str, Any]:
    """The answer's status and what it says, asked as the deck's page asks; `changes` are of WSGI's environment."""
    body = json.dumps({} if given is None else given).encode()
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": f"127.0.0.1:{PORT}",
        "HTTP_ORIGIN": f"http://127.0.0.1:{PORT}",
        "HTTP_X_TALK": known(served)["token"],
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    }
    environ |= changes
    said: list[str] = []

    def pages(*_: Any) -> list[bytes]:
        said.append("a page")
        return [b'"page"']

    answer = served.before(pages)(
        {name: value for name, value in environ.items() if value is not None}, lambda status, _: said.append(status)
    )
    return said[0], json.loads(b"".join(answer) or b"null")


def test_pages_are_left_to_the_engine(served: Served) -> None:
    assert ask(served, "/slides/") == ("a page", "page")
    assert ask(served, "/.talking/") == ("a page", "page")


def test_a_built_site_has_none_of_this(site_text: str) -> None:
    assert "/.talk/" not in site_text
    assert 'name="served"' not in site_text


@pytest.fixture(scope="module")
def site_text() -> str:
    """The templates and scripts that a build copies."""
    from talk.paths import ASSETS, TEMPLATES

    folders = (TEMPLATES, ASSETS / "deck", ASSETS / "scripts")
    return "".join(path.read_text(encoding="utf-8") for folder in folders for path in folder.rglob("*.*"))


@pytest.mark.parametrize(
    "changes",
    [
        {"REQUEST_METHOD": "GET"},
        {"REQUEST_METHOD": "OPTIONS"},
        {"REMOTE_ADDR": "192.168.1.7"},
        {"REMOTE_ADDR": "fe80::1%eth0"},
        {"HTTP_HOST": "evil.example"},
        {"HTTP_HOST": f"evil.example:{PORT}"},
        {"HTTP_HOST": "127.0.0.1:81"},
        {"HTTP_HOST": ""},
        {"HTTP_ORIGIN": "http://evil.example"},
        {"HTTP_ORIGIN": "null"},
        {"HTTP_X_TALK": "wrong"},
        {"HTTP_X_TALK": ""},
        {"HTTP_X_TALK": "\xff"},
    ],
)
@pytest.mark.parametrize("path", ["measure", "deck", "state", "phone", "nothing"])
def test_nobody_else_is_answered(
    served: Served, path: str, changes: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "measure_now", lambda _: pytest.fail("measured for a stranger"))
    given = {"name": "relay.fine", "deck": "a", "after": 0, "claims": True, "state": {}, "another": True}
    token = served._clicker.token if served._clicker else ""
    assert ask(served, f"/.talk/{path}", given, **changes)[0] == "403 Forbidden"
    assert served._clicker
    assert served._clicker.token == token
    assert served._clicker.news_for_phone(0)["deck"] is False


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_this_machine_by_each_of_its_names_is_answered(served: Served, host: str) -> None:
    own = {"HTTP_HOST": f"{host}:{PORT}", "HTTP_ORIGIN": f"http://{host}:{PORT}"}
    assert ask(served, "/.talk/phone", **own)[0] == "200 OK"


def test_what_is_measured_is_asked_by_name(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(module, "measure_now", lambda name: asked.append(name) or {"rows": []})
    assert ask(served, "/.talk/measure", {"name": "relay.fine"}) == ("200 OK", {"rows": []})
    assert asked == ["relay.fine"]

    def fail(_: str) -> None:
        raise NotMeasuredError("too wet")

    monkeypatch.setattr(module, "measure_now", fail)
    assert ask(served, "/.talk/measure", {"name": "relay.fine"}) == ("200 OK", {"why": "too wet"})


@pytest.mark.parametrize(
    "given", [[], "x", {"deck": "a"}, {"deck": "a", "after": "x", "claims": 1}, {"x": "y" * 200_000}]
)
def test_nonsense_is_refused(served: Served, given: Any) -> None:
    assert ask(served, "/.talk/deck", given)[0] == "400 Bad Request"


def test_what_is_nested_deep_is_refused() -> None:
    deep = b'{"a":' * 20_000
    with pytest.raises(ValueError, match="nested too deep"):
        read_given(io.BytesIO(deep), str(len(deep)), len(deep))


def test_scripts_are_served_and_no_other_file(served: Served) -> None:
    def get(path: str) -> str:
        environ = {"REQUEST_METHOD": "GET", "PATH_INFO": path, "REMOTE_ADDR": "127.0.0.1"}
        said: list[str] = []
        served.before(lambda *_: [])(environ, lambda status, _: said.append(status))
        return said[0]

    assert [get(f"/.talk/{name}.js") for name in ("deck", "speaker")] == ["200 OK"] * 2
    assert {get(f"/.talk/{name}") for name in ("phone.js", "../served.py", "", "phone.html")} == {"403 Forbidden"}


def test_the_deck_hears_the_phone_and_the_phone_the_deck(served: Served) -> None:
    assert served._clicker
    ask(served, "/.talk/deck", {"deck": "a", "after": 0, "claims": True})
    ask(served, "/.talk/state", {"deck": "a", "state": {"title": "Two"}})
    assert served._clicker.news_for_phone(0)["state"] == {"title": "Two"}


def test_a_code_is_shown_until_a_phone_has_come(served: Served) -> None:
    assert served._clicker
    shown = ask(served, "/.talk/phone")[1]
    assert shown["phone"] == "none"
    assert shown["code"].startswith("<svg")
    served._clicker.join(served._clicker.token, "127.0.0.1")
    shown = ask(served, "/.talk/phone")[1]
    assert (shown["phone"], shown["code"]) == ("here", "")
    assert ask(served, "/.talk/phone", {"another": True})[1]["code"].startswith("<svg")


def test_a_server_that_starts_anew_keeps_its_tokens_and_its_port(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert served._clicker
    assert served._phone
    secret = served._clicker.join(served._clicker.token, "127.0.0.1")
    token, port = known(served)["token"], served._phone.server_port
    served.keep()
    close(served)
    successor = Served("127.0.0.1", PORT)
    try:
        assert known(successor)["token"] == token
        assert successor._phone
        assert successor._phone.server_port == port
        assert successor._clicker
        successor._clicker.admit(secret, "127.0.0.1")
        assert module._KEPT not in os.environ, "what it starts need not know"
    finally:
        close(successor)
        monkeypatch.setattr(served._phone, "shutdown", lambda: None)


def test_without_being_asked_for_there_is_no_phone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(REMOTE, raising=False)
    served = Served("127.0.0.1", PORT)
    assert served._phone is None
    assert served.join(PAGE, "speaker") == PAGE
    assert known(served)["phone"] is False
    assert {
        ask(served, f"/.talk/{path}", {"deck": "a", "after": 0, "claims": True, "state": 1})[0]
        for path in ("deck", "state", "phone")
    } == {"404 Not Found"}
