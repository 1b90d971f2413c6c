"""Deleting a conversation for good, wherever it is kept, with a receipt."""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.conversations import database
from bot.conversations.archive import Archive
from bot.conversations.naming import digest
from bot.conversations.tables import CONVERSATION, receipts, turns

# Letters and digits that can't be taken for one another when read aloud.
RECEIPT_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"

# The type of a look-up that tells of a deletion.
KIND = "deletion"

# What waited on disk is counted under this name.
SPOOL = "spool"


@dataclass(frozen=True)
class Receipt:
    """Proof that a conversation was deleted: a code, when, how many messages it had, and how many rows of which table."""

    receipt: str
    at: float
    messages: int
    rows: dict[str, int] = field(default_factory=dict)

    @classmethod
    def issue(cls, messages: int, at: float | None = None, rows: dict[str, int] | None = None) -> Receipt:
        """A new receipt."""
        code = "".join(secrets.choice(RECEIPT_LETTERS) for _ in range(8))
        return cls(f"{code[:4]}-{code[4:]}", time.time() if at is None else at, messages, rows or {})

    def as_dict(self) -> dict[str, Any]:
        """As plain values for JSON, as a visitor gets it."""
        return {"receipt": self.receipt, "at": self.at, "messages": self.messages}


def erase(archive: Archive, conversation: str) -> Receipt:
    """Delete a conversation from every table that names it and from what waits on disk, and keep the receipt.

    Raises:
        Away: the database does not answer; nothing was deleted.
    """
    engine = archive.ready()
    with archive.spool.without(conversation) as waiting, archive.answering(), engine.begin() as connection:
        # A write comes first: SQLite lets nobody else write from here on, so what is counted is what goes.
        connection.execute(receipts.delete().where(receipts.c.digest == digest(conversation)))
        replies = connection.execute(sa.select(turns.c.reply).where(turns.c.conversation == conversation)).scalars()
        messages = sum(1 + len(json.loads(reply)) for reply in replies)
        rows = {**delete(connection, [conversation]), SPOOL: len(waiting)}
        if waiting:
            messages += sum(1 + len(json.loads(turn["reply"])) for batch in waiting for turn in batch.turns)
        receipt = Receipt.issue(messages, rows=rows)
        values = {**receipt.as_dict(), "digest": digest(conversation), "rows": json.dumps(rows, sort_keys=True)}
        connection.execute(receipts.insert().values(values))
    archive.forget(conversation)
    _settle(engine)
    return receipt


def receipt_of(archive: Archive, conversation: str) -> Receipt | None:
    """The receipt of a conversation that was deleted; None where it was not, or where nobody can tell now."""
    row = archive.receipt(digest(conversation))
    return row and Receipt(row.receipt, row.at, row.messages, json.loads(row.rows))


def receipt(message: dict[str, Any]) -> Receipt | None:
    """The receipt that a message of the bot holds."""
    lookup = (message.get("reply") or {}).get("lookup") or {}
    if lookup.get("type") != KIND:
        return None
    return Receipt(lookup["receipt"], lookup["at"], lookup["messages"])


def holding(connection: Connection) -> list[str]:
    """The tables whose rows name a conversation, as the database itself tells: those of other parts of the bot, too."""
    inspector = sa.inspect(connection)
    return [
        name
        for name in inspector.get_table_names()
        if CONVERSATION in {column["name"] for column in inspector.get_columns(name)}
    ]


def delete(connection: Connection, conversations: list[str]) -> dict[str, int]:
    """Delete all rows of some conversations; returns how many of each table."""
    counts = {}
    for name in holding(connection):
        column: Any = sa.column(CONVERSATION)
        statement = sa.delete(sa.table(name, column)).where(column.in_(conversations))
        counts[name] = connection.execute(statement).rowcount
    return counts


def _settle(engine: Engine) -> None:
    """Take what was deleted out of SQLite's write-ahead log, as far as readers allow."""
    if engine.dialect.name == "sqlite":
        with database.raw(engine) as connection:
            database.settle(connection)
