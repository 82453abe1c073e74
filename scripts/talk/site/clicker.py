"""The phone that turns slides: who it is, what it asks of the deck, and what the deck tells it.

A phone joins with a one-time token, which the speaker's window shows as a QR code, and has a secret of its own from
then on. There is one phone: who joins with a newer token takes the place of the former. Of several windows that show
the deck one is driven: the one that was opened or touched last.
"""

import secrets
import time
from collections import deque
from collections.abc import Callable, Mapping
from hmac import compare_digest
from threading import Condition
from typing import Any, Literal

COMMANDS = ("next", "previous")

_TOKEN_BYTES = 16
_ANSWER_S = 2.0  # a press that no deck has taken by then is forgotten: the speaker has pressed again
_POLL_S = 5.0  # how long a question for news waits for them
_GONE_S = _POLL_S + 3.0  # who has not asked for so long is not there
_MOST_WRONG, _WRONG_S = 5, 60.0  # tries of one address, and how long each counts
_MOST_REMEMBERED = 1000

Refusal = Literal["wrong", "taken", "often", "replaced"]


class RefusedError(Exception):
    """A phone is not let in; `why` is wrong, taken (the token is used up), often, or replaced by another phone."""

    def __init__(self, why: Refusal) -> None:
        super().__init__(why)
        self.why = why


class Clicker:
    """One phone and the deck, each told of the other. Every method may be called by any thread."""

    def __init__(self, kept: Mapping[str, str] | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        """`kept` is what `to_keep` gave before the server started anew: the phone goes on as if nothing had been."""
        self._clock = clock
        kept = kept or {"token": _new_token(), "used": "", "secret": "", "replaced": ""}
        self._token, self._used = kept["token"], kept["used"]
        self._secret, self._replaced = kept["secret"], kept["replaced"]
        self._changed = Condition()
        self._version = 1  # who knows none asks for what comes after 0
        self._pressed: list[str] = []  # and not carried out yet
        self._wrong: deque[tuple[str, float]] = deque(maxlen=_MOST_REMEMBERED)
        self._phone_seen_s = self._deck_seen_s = float("-inf")
        self._deck = ""
        self._told: Any = None
        self._told_s = 0.0

    def to_keep(self) -> dict[str, str]:
        """What a server that starts anew needs to know."""
        with self._changed:
            return {"token": self._token, "used": self._used, "secret": self._secret, "replaced": self._replaced}

    @property
    def token(self) -> str:
        """What lets the next phone in; empty while one is in and nobody has asked for another."""
        with self._changed:
            return self._token

    def renew(self) -> None:
        """Let another phone in: the one that is here stays until that one comes."""
        with self._changed:
            self._token = _new_token()
            self._change()

    def join(self, token: str, address: str) -> str:
        """The secret of the phone that shows this token, which lets nobody else in. Raises RefusedError."""
        with self._changed:
            self._refuse_often(address)
            if self._token and _same(token, self._token):
                self._used, self._token = self._token, ""
                self._replaced, self._secret = self._secret, _new_token()
                self._phone_seen_s = self._clock()
                self._change()
                return self._secret
            if self._used and _same(token, self._used):
                raise RefusedError("taken")
            self._wrong.append((address, self._clock()))
            raise RefusedError("wrong")

    def admit(self, secret: str, address: str) -> None:
        """Raises RefusedError for whoever is not the phone."""
        with self._changed:
            # The phone itself, first: others at its address, behind one hotspot, may have tried too often.
            if self._secret and _same(secret, self._secret):
                self._phone_seen_s = self._clock()
                return
            self._refuse_often(address)
            if self._replaced and _same(secret, self._replaced):
                raise RefusedError("replaced")
            self._wrong.append((address, self._clock()))
            raise RefusedError("wrong")

    def press(self, command: str) -> bool:
        """Have the deck carry out the command; False where no deck takes it. Raises ValueError for an unknown one."""
        if command not in COMMANDS:
            raise ValueError(command)
        with self._changed:
            if not self._has_deck():
                return False
            waiting = self._pressed
            waiting.append(command)
            self._change()
            if self._changed.wait_for(lambda: self._pressed is not waiting, _ANSWER_S):
                return True
            waiting.remove(command)
            return False

    def tell(self, deck: str, state: Any) -> None:
        """The deck is at this state now. Decks other than the driven one are not listened to."""
        with self._changed:
            if deck == self._deck:
                self._told, self._told_s = state, self._clock()
                self._change()

    def news_for_phone(self, after: int) -> dict[str, Any]:
        """What the deck shows, as soon as it is news to who knows the version `after`, or after a few seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self._version != after, _POLL_S)
            age_ms = round(1000 * (self._clock() - self._told_s))
            return {"version": self._version, "deck": self._has_deck(), "state": self._told, "age_ms": age_ms}

    def news_for_deck(self, deck: str, after: int, *, claims: bool) -> dict[str, Any]:
        """What the phone asks the deck for, as soon as it does. `claims`: this deck is the one to be driven."""
        with self._changed:
            if claims or not self._has_deck():
                if self._deck != deck:
                    self._change()
                self._deck = deck
            self._see(deck)
            self._changed.wait_for(lambda: self._version != after, _POLL_S)
            self._see(deck)
            commands: list[str] = []
            if self._deck == deck and self._pressed:
                commands, self._pressed = self._pressed, []
                self._change()
            return {"version": self._version, "driven": self._deck == deck, "commands": commands}

    def phone(self) -> Literal["none", "here", "gone"]:
        """Whether a phone has joined, and still asks for news."""
        with self._changed:
            if not self._secret:
                return "none"
            return "here" if self._clock() - self._phone_seen_s < _GONE_S else "gone"

    def _see(self, deck: str) -> None:
        if deck == self._deck:
            self._deck_seen_s = self._clock()

    def _has_deck(self) -> bool:
        return self._clock() - self._deck_seen_s < _GONE_S

    def _change(self) -> None:
        self._version += 1
        self._changed.notify_all()

    def _refuse_often(self, address: str) -> None:
        oldest_s = self._clock() - _WRONG_S
        if sum(each == address and moment_s > oldest_s for each, moment_s in self._wrong) >= _MOST_WRONG:
            raise RefusedError("often")


def _new_token() -> str:
    return secrets.token_urlsafe(_TOKEN_BYTES)


def _same(given: str, right: str) -> bool:
    """In a time that does not tell how much of it is right."""
    return compare_digest(given.encode("utf-8", "surrogatepass"), right.encode())
