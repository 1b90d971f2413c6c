"""What the channel asks of an archive: what was answered, the history, feedback, a receipt."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa

from bot.channels.web.records import MOST_TURNS, Records
from bot.conversations import database
from bot.conversations.archive import Archive
from bot.conversations.erasure import erase
from bot.conversations.tables import feedback
from tests.conversations.making import Talk, archive_of

T = TypeVar("T")


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    made = archive_of(database.engine(f"sqlite:///{tmp_path}/conversations.db"), tmp_path)
    yield made
    made.close()


def asked(archive: Archive, question: Callable[[Records], Awaitable[T]]) -> T:
    async def run() -> T:
        return await question(Records(archive))

    return asyncio.run(run())


def kept(archive: Archive, name: str, *texts: str) -> list[Any]:
    """The rows of turns that were kept."""
    talk, rows = Talk(name), []
    for text in texts:
        batch = talk.turn(text)
        archive.keep(batch)
        rows.append(batch.turns[0])
    return rows


def test_a_message_that_was_answered_is_answered_the_same_and_in_no_other_conversation(archive: Archive) -> None:
    (row,) = kept(archive, "web-1", "does magnesium help")
    found = asked(archive, lambda records: records.answered("web-1", row["message"]))
    assert found
    assert (found.id, found.received, found.answered) == (row["message"], row["at"], row["answered"])
    assert found.messages[0]["text"] == "It may help."
    assert asked(archive, lambda records: records.answered("web-2", row["message"])) is None
    assert asked(archive, lambda records: records.answered("web-1", "message-0")) is None


def test_the_history_is_in_order_and_of_one_conversation(archive: Archive) -> None:
    kept(archive, "web-1", "one", "two SECRETname", "three")
    kept(archive, "web-2", "another")
    history = asked(archive, lambda records: records.history("web-1"))
    # As it was kept: what could tell who wrote is gone.
    assert [turn["text"] for turn in history] == ["one", "two <name>", "three"]
    assert all(set(turn) == {"id", "text", "received", "answered", "messages"} for turn in history)
    assert all(turn["received"] <= turn["answered"] for turn in history)
    assert asked(archive, lambda records: records.history("web-3")) == []


def test_of_a_very_long_conversation_the_last_turns_are_shown(archive: Archive) -> None:
    kept(archive, "web-1", *(f"question {number}" for number in range(MOST_TURNS + 3)))
    history = asked(archive, lambda records: records.history("web-1"))
    assert [turn["text"] for turn in history] == [f"question {number}" for number in range(3, MOST_TURNS + 3)]


def test_a_second_thumb_replaces_the_first(archive: Archive) -> None:
    (row,) = kept(archive, "web-1", "does magnesium help")
    for helpful in (True, False):
        asked(archive, lambda records, helpful=helpful: records.rate("web-1", row["message"], helpful, ""))
    with archive.ready().connect() as connection:
        rows = connection.execute(sa.select(feedback.c.message, feedback.c.helpful)).all()
    assert [tuple(each) for each in rows] == [(row["message"], False)]


def test_a_conversation_that_was_deleted_has_a_receipt_and_nothing_else(archive: Archive) -> None:
    (row,) = kept(archive, "web-1", "does magnesium help")
    assert asked(archive, lambda records: records.receipt("web-1")) is None
    receipt = erase(archive, "web-1")
    assert asked(archive, lambda records: records.receipt("web-1")) == receipt
    assert asked(archive, lambda records: records.history("web-1")) == []
    assert asked(archive, lambda records: records.answered("web-1", row["message"])) is None
