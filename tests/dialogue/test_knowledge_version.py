"""Which knowledge base answers now."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.dialogue import knowledge_version as module
from bot.dialogue.knowledge_version import GOOD_FOR, knowledge_version
from bot.knowledge import store
from bot.settings import settings


@pytest.fixture(autouse=True)
def afresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing was read yet, and the database is one of our own."""
    monkeypatch.setenv("RLS_DATABASE", f"sqlite:///{tmp_path / 'knowledge.db'}")
    settings.cache_clear()
    monkeypatch.setattr(module, "_known", (float("-inf"), None))
    yield
    monkeypatch.undo()
    settings.cache_clear()


def test_without_a_knowledge_base_there_is_none() -> None:
    assert knowledge_version() is None


def test_a_database_that_can_not_be_read_is_told_without_its_address(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "knowledge.db").write_text("no database at all, only words that go on and on" * 100)
    assert knowledge_version() is None
    assert "can't be read" in caplog.text
    assert str(tmp_path) not in caplog.text


def test_what_was_read_is_taken_to_be_true_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.monotonic()
    versions = iter(["one", "two"])
    monkeypatch.setattr(store, "stored_version", lambda database: next(versions))
    monkeypatch.setattr(time, "monotonic", lambda: now)
    assert [knowledge_version(), knowledge_version()] == ["one", "one"]
    now += GOOD_FOR + 1
    assert knowledge_version() == "two"


def test_the_version_that_was_known_stays_while_the_database_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now)
    monkeypatch.setattr(store, "stored_version", lambda database: "one")
    assert knowledge_version() == "one"

    def away(database: object) -> str:
        raise store.StoreError("the knowledge database does not answer")

    monkeypatch.setattr(store, "stored_version", away)
    now += GOOD_FOR + 1
    assert knowledge_version() == "one"
