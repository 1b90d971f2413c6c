"""All that is kept of one visitor, as plain data."""

from __future__ import annotations

import json
import time
from typing import Any

import sqlalchemy as sa

from bot.conversations.archive import Archive
from bot.conversations.erasure import SPOOL, holding
from bot.conversations.tables import CONVERSATION


def export(archive: Archive, conversation: str) -> dict[str, Any]:
    """The rows of every table that name a conversation, and what of it waits on disk; empty where there is none.

    Raises:
        Away: the database does not answer.
    """
    tables: dict[str, list[dict[str, Any]]] = {}
    with archive.answering(), archive.ready().connect() as connection:
        for name in holding(connection):
            table = sa.Table(name, sa.MetaData(), autoload_with=connection)
            # What the database computes for itself, such as its search index, says nothing more.
            kept = [column for column in table.columns if column.computed is None]
            query = sa.select(*kept).where(table.c[CONVERSATION] == conversation).order_by(*table.primary_key.columns)
            rows = connection.execute(query).mappings().all()
            if rows:
                tables[name] = [{column: _plain(value) for column, value in row.items()} for row in rows]
    waiting = [{"events": batch.events, "turns": batch.turns} for batch in archive.spool.of(conversation)]
    if waiting:
        tables[SPOOL] = waiting
    return {"conversation": conversation, "exported": time.time(), "tables": tables} if tables else {}


def _plain(value: Any) -> Any:
    """A value for JSON; what is JSON already is unpacked, and what is encrypted is only counted."""
    if isinstance(value, (bytes, memoryview)):
        return f"{len(value)} bytes"
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            # A visitor's own words may begin like it, and go on like it for long.
            return value
    return value if value is None or isinstance(value, (str, int, float, bool)) else str(value)
