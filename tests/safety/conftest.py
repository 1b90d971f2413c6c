"""The real rules, loaded once."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.safety.replies import SAFETY_FILE, Replies
from bot.safety.rules import RuleBook
from bot.safety.screen import Screen


@pytest.fixture(scope="session")
def safety_file() -> Path:
    return SAFETY_FILE


@pytest.fixture(scope="session")
def book(safety_file: Path) -> RuleBook:
    return RuleBook.load(safety_file)


@pytest.fixture(scope="session")
def screen(book: RuleBook) -> Screen:
    return Screen(book)


@pytest.fixture(scope="session")
def replies(book: RuleBook) -> Replies:
    return Replies(book)
