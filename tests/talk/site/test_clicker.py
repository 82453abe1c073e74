"""One phone and the deck: who is let in, what is turned, what is told."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from talk.site import clicker as module
from talk.site.clicker import Clicker, RefusedError

HERE, THERE = "192.168.1.7", "192.168.1.8"


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def clicker(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Clicker:
    monkeypatch.setattr(module, "_POLL_S", 0.01)
    monkeypatch.setattr(module, "_GONE_S", 3.0)
    monkeypatch.setattr(module, "_ANSWER_S", 0.05)
    return Clicker(clock=clock)


def refusal(clicker: Clicker, token: str, address: str = HERE) -> str:
    with pytest.raises(RefusedError) as refused:
        clicker.join(token, address)
    return refused.value.why


def is_phone(clicker: Clicker, secret: str, address: str = HERE) -> str:
    try:
        clicker.admit(secret, address)
    except RefusedError as refused:
        return refused.why
    return "yes"


def test_a_token_lets_one_phone_in_and_no_other(clicker: Clicker) -> None:
    token = clicker.token
    assert len(token) >= 20
    secret = clicker.join(token, HERE)
    assert secret != token
    assert is_phone(clicker, secret) == "yes"
    assert clicker.token == "", "no code is shown any more"
    assert refusal(clicker, token, THERE) == "taken"
    assert is_phone(clicker, token) == "wrong"
    assert is_phone(clicker, "") == "wrong"


@pytest.mark.parametrize("token", ["", "x", "ё", "\ud800"])
def test_a_wrong_token_lets_nobody_in(clicker: Clicker, token: str) -> None:
    assert refusal(clicker, token) == "wrong"
    assert clicker.phone() == "none"
    assert is_phone(clicker, token, THERE) == "wrong", "nobody has joined: no secret is right, the empty one neither"


def test_wrong_tries_of_an_address_are_limited_and_those_of_others_are_not(clicker: Clicker, clock: Clock) -> None:
    tries = [refusal(clicker, "wrong", THERE) for _ in range(7)]
    assert tries == ["wrong"] * 5 + ["often"] * 2
    assert refusal(clicker, clicker.token, THERE) == "often", "a right one is no way to tell that it is right"
    assert is_phone(clicker, "wrong", THERE) == "often"
    secret = clicker.join(clicker.token, HERE)
    assert is_phone(clicker, secret) == "yes"
    clock.now_s += 61
    assert refusal(clicker, "wrong", THERE) == "wrong"


def test_the_phone_itself_is_let_in_whatever_was_tried_from_its_address(clicker: Clicker) -> None:
    """One address stands for everybody behind a phone's hotspot."""
    secret = clicker.join(clicker.token, HERE)
    assert [refusal(clicker, "wrong") for _ in range(6)] == ["wrong"] * 5 + ["often"]
    assert is_phone(clicker, secret) == "yes"
    assert is_phone(clicker, "wrong") == "often"


def test_another_phone_takes_the_place_when_it_comes(clicker: Clicker) -> None:
    first = clicker.join(clicker.token, HERE)
    clicker.renew()
    assert is_phone(clicker, first) == "yes", "until the other one comes"
    second = clicker.join(clicker.token, THERE)
    assert is_phone(clicker, second, THERE) == "yes"
    assert [is_phone(clicker, first) for _ in range(9)] == ["replaced"] * 9, "it is told so, and is no stranger"


def test_a_phone_that_went_and_came_back_goes_on(clicker: Clicker, clock: Clock) -> None:
    secret = clicker.join(clicker.token, HERE)
    assert clicker.phone() == "here"
    clock.now_s += 600
    assert clicker.phone() == "gone"
    assert is_phone(clicker, secret, THERE) == "yes", "from another address even: it has changed networks"
    assert clicker.phone() == "here"


def test_a_server_that_starts_anew_knows_its_phone(clicker: Clicker) -> None:
    token = clicker.token
    secret = clicker.join(token, HERE)
    successor = Clicker(clicker.to_keep())
    assert is_phone(successor, secret) == "yes"
    assert refusal(successor, token) == "taken"
    assert successor.token == ""
    assert is_phone(Clicker(), secret) == "wrong", "one that was ended and started again does not"


def open_deck(clicker: Clicker, deck: str = "a", *, claims: bool = False) -> list[str]:
    commands: list[str] = clicker.news_for_deck(deck, 0, claims=claims)["commands"]
    return commands


def test_a_press_waits_until_the_deck_takes_it(clicker: Clicker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_ANSWER_S", 30.0)
    open_deck(clicker)
    with ThreadPoolExecutor() as pool:
        pressed = [pool.submit(clicker.press, command) for command in ("next", "previous")]
        taken: list[str] = []
        while len(taken) < 2:
            taken += open_deck(clicker)
        assert sorted(taken) == ["next", "previous"]
        assert [each.result() for each in pressed] == [True, True]
    assert open_deck(clicker) == []


def test_a_press_that_no_deck_takes_is_forgotten(clicker: Clicker, clock: Clock) -> None:
    assert clicker.press("next") is False, "no deck was ever open"
    open_deck(clicker)
    assert clicker.press("next") is False
    assert open_deck(clicker) == [], "the slide must not turn by itself, later"
    clock.now_s += 4
    assert clicker.press("next") is False


def test_only_two_commands_are_known(clicker: Clicker) -> None:
    with pytest.raises(ValueError, match="report"):
        clicker.press("report")


def test_of_two_decks_the_one_last_touched_is_driven_and_heard(clicker: Clicker, clock: Clock) -> None:
    open_deck(clicker, "a", claims=True)
    open_deck(clicker, "b", claims=True)
    clicker.tell("a", "of a")
    clicker.tell("b", "of b")
    assert clicker.news_for_phone(0)["state"] == "of b"
    assert clicker.news_for_deck("a", 0, claims=False)["driven"] is False
    clock.now_s += 4
    assert clicker.news_for_deck("a", 0, claims=False)["driven"] is True, "the other one was closed"


def test_the_phone_is_told_what_the_deck_shows_and_since_when(clicker: Clicker, clock: Clock) -> None:
    assert clicker.news_for_phone(0) | {"age_ms": 0, "version": 1} == {
        "version": 1,
        "deck": False,
        "state": None,
        "age_ms": 0,
    }
    open_deck(clicker)
    clicker.tell("a", {"title": "Круг 5"})
    clock.now_s += 2
    news = clicker.news_for_phone(0)
    assert (news["deck"], news["state"], news["age_ms"]) == (True, {"title": "Круг 5"}, 2000)
    assert clicker.news_for_phone(news["version"])["version"] == news["version"], "no news, after a while"
