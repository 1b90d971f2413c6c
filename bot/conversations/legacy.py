"""Taking over what older versions of the bot kept, redacted: Rasa's own events, and the web channel's tables."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.conversations import state, turns
from bot.conversations.archive import insert
from bot.conversations.batch import Batch, new_key
from bot.conversations.concealing import Finder, conceal
from bot.conversations.naming import kept_name
from bot.conversations.tables import conversations, feedback, receipts

ASIDE = "old_events"
# Its messages' replies were kept a second time; they are in the events.
DROPPED = "web_turns"

_events = sa.table(ASIDE, *map(sa.column, ("id", "sender_id", "data")))
_feedback = sa.table("web_feedback", *map(sa.column, ("sender", "message", "helpful", "word", "at")))
_deletions = sa.table("web_deletions", *map(sa.column, ("digest", "receipt", "at", "messages")))


def put_aside(connection: Connection) -> list[str]:
    """Rename old tables whose names are needed; returns the old tables that are there."""
    inspector = sa.inspect(connection)
    there = [name for name in (DROPPED, _feedback.name, _deletions.name) if inspector.has_table(name)]
    if inspector.has_table("events") and "sender_id" in {column["name"] for column in inspector.get_columns("events")}:
        connection.execute(sa.text(f"ALTER TABLE events RENAME TO {ASIDE}"))
        there.append(ASIDE)
    return there


def take_over(connection: Connection, old: list[str]) -> None:
    """Bring the content of old tables into the new ones, and drop the old ones."""
    if not old:
        return
    # Loading it takes seconds, which only those pay who have something to redact.
    from bot.conversations.redaction import redactor

    finder = redactor()
    if ASIDE in old:
        for conversation, said in _conversations(connection):
            _take_over(connection, conversation, said, finder)
    if _feedback.name in old:
        for row in connection.execute(sa.select(_feedback)).mappings().all():
            values = {name: row[name] for name in ("message", "at")}
            values.update(
                conversation=kept_name(row["sender"]), helpful=bool(row["helpful"]), word=finder.find(row["word"]).text
            )
            connection.execute(feedback.insert().values(values))
            if not row["helpful"]:
                talk = conversations.c.conversation == values["conversation"]
                more = {"thumbs_down": conversations.c.thumbs_down + 1}
                connection.execute(conversations.update().where(talk).values(more))
    if _deletions.name in old:
        for row in connection.execute(sa.select(_deletions)).mappings().all():
            connection.execute(receipts.insert().values(dict(row)))
    for name in old:
        connection.execute(sa.text(f"DROP TABLE {name}"))


def _conversations(connection: Connection) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    names = connection.execute(sa.select(_events.c.sender_id).distinct()).scalars().all()
    for name in names:
        query = sa.select(_events.c.data).where(_events.c.sender_id == name).order_by(_events.c.id)
        yield kept_name(name), [json.loads(data) for (data,) in connection.execute(query).all() if data]


def _take_over(connection: Connection, conversation: str, said: list[dict[str, Any]], finder: Finder) -> None:
    now = state.new()
    for events in _by_turn(said):
        concealed = conceal(events, finder)
        after = state.advance(now, concealed)
        rows = turns.rows(conversation, concealed, {**state.titles(now), **state.titles(after)})
        insert(connection, Batch(new_key(), conversation, concealed, rows, after))
        now = after


def _by_turn(said: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """The events in parts that begin with a message of the visitor, what comes before the first with it."""
    numbers = itertools.accumulate(int(event["event"] == "user") for event in said)
    for _, part in itertools.groupby(zip(numbers, said, strict=True), key=lambda pair: max(pair[0], 1)):
        yield [event for _, event in part]
