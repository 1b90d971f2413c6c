"""What the channel itself remembers: which messages were answered with what, feedback, and receipts of deletion.

The conversation is kept by Rasa's tracker store; nothing that a visitor wrote is kept here but a word of feedback.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.pool import StaticPool

from bot.conversations.erasure import Receipt

metadata = sa.MetaData()

turns = sa.Table(
    "web_turns",
    metadata,
    sa.Column("sender", sa.String(64), primary_key=True),
    sa.Column("message", sa.String(64), primary_key=True),
    sa.Column("received", sa.Float, nullable=False, index=True),
    sa.Column("answered", sa.Float),
    sa.Column("reply", sa.Text),
)

feedback = sa.Table(
    "web_feedback",
    metadata,
    sa.Column("sender", sa.String(64), primary_key=True),
    sa.Column("message", sa.String(64), primary_key=True),
    sa.Column("helpful", sa.Boolean, nullable=False),
    sa.Column("word", sa.Text, nullable=False),
    sa.Column("at", sa.Float, nullable=False, index=True),
)

deletions = sa.Table(
    "web_deletions",
    metadata,
    # The conversation's name is gone with it; its digest tells that its sessions are no longer good.
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("receipt", sa.String(16), nullable=False),
    sa.Column("at", sa.Float, nullable=False, index=True),
    sa.Column("messages", sa.Integer, nullable=False),
)


@dataclass(frozen=True)
class Answered:
    """A message that was answered: with what, and when both happened by the server's clock."""

    id: str
    received: float
    answered: float
    messages: list[dict[str, Any]]

    def as_dict(self) -> dict[str, Any]:
        """As plain values for JSON."""
        return asdict(self)


def engine(url: str) -> sa.engine.Engine:
    """An engine for a database; a file's folder is made."""
    parsed = sa.engine.make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return sa.create_engine(parsed, pool_pre_ping=True)
    if not parsed.database or parsed.database == ":memory:":
        # Each connection to memory is a database of its own, so there is only one.
        return sa.create_engine(parsed, poolclass=StaticPool, connect_args={"check_same_thread": False})
    Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    return sa.create_engine(parsed, connect_args={"timeout": 10})


class Records:
    """The tables, in the conversations' database."""

    def __init__(self, database: sa.engine.Engine, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock
        metadata.create_all(database)

    def begin(self, sender: str, message: str) -> bool:
        """Note that a message came; False where it had come before."""
        try:
            with self._database.begin() as connection:
                connection.execute(turns.insert().values(sender=sender, message=message, received=self._clock()))
        except sa.exc.IntegrityError:
            return False
        return True

    def finish(self, sender: str, message: str, messages: list[dict[str, Any]]) -> Answered:
        """Keep the reply to a message."""
        now = self._clock()
        row = (turns.c.sender == sender) & (turns.c.message == message)
        with self._database.begin() as connection:
            connection.execute(turns.update().where(row).values(answered=now, reply=json.dumps(messages)))
            received = connection.execute(sa.select(turns.c.received).where(row)).scalar()
        return Answered(message, received or now, now, messages)

    def unkept(self, message: str, messages: list[dict[str, Any]]) -> Answered:
        """A reply that is only said."""
        return Answered(message, self._clock(), self._clock(), messages)

    def answered(self, sender: str, message: str) -> Answered | None:
        """The kept reply to a message."""
        query = sa.select(turns).where((turns.c.sender == sender) & (turns.c.message == message))
        with self._database.connect() as connection:
            row = connection.execute(query).first()
        if row is None or row.reply is None:
            return None
        return Answered(message, row.received, row.answered, json.loads(row.reply))

    def rate(self, sender: str, message: str, helpful: bool, word: str) -> None:
        """Keep feedback for an answer; a second thought replaces the first."""
        row = (feedback.c.sender == sender) & (feedback.c.message == message)
        with self._database.begin() as connection:
            connection.execute(feedback.delete().where(row))
            values = {"sender": sender, "message": message, "helpful": helpful, "word": word, "at": self._clock()}
            connection.execute(feedback.insert().values(values))

    def erase(self, sender: str, receipt: Receipt) -> None:
        """Forget a conversation and keep the receipt."""
        with self._database.begin() as connection:
            connection.execute(turns.delete().where(turns.c.sender == sender))
            connection.execute(feedback.delete().where(feedback.c.sender == sender))
            connection.execute(deletions.insert().values(digest=digest(sender), **receipt.as_dict()))

    def receipt(self, sender: str) -> Receipt | None:
        """The receipt of a conversation that was deleted."""
        query = sa.select(deletions).where(deletions.c.digest == digest(sender))
        with self._database.connect() as connection:
            row = connection.execute(query).first()
        return row and Receipt(row.receipt, row.at, row.messages)

    def prune(self, replies_before: float, receipts_before: float) -> int:
        """Forget replies that nobody resends for any more, and receipts whose sessions have all ended."""
        with self._database.begin() as connection:
            gone = connection.execute(turns.delete().where(turns.c.received < replies_before)).rowcount
            gone += connection.execute(deletions.delete().where(deletions.c.at < receipts_before)).rowcount
        return int(gone)


def digest(sender: str) -> str:
    """A conversation's name, so that it can be recognised and not read."""
    return hashlib.sha256(sender.encode()).hexdigest()
