"""A talk in either language."""

import pytest

from talk import settings
from talk.settings import Settings


@pytest.fixture
def russian(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "settings", lambda: Settings(language="ru"))


@pytest.fixture
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "settings", lambda: Settings(language="en"))
