"""The audit log: who looked at or changed what, and when; never what a visitor wrote."""

from __future__ import annotations

import hashlib
import time
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.console.tables import audit

PAGE = 100


def note(connection: Connection, staff: str, action: str, what: str = "", detail: str = "") -> None:
    """Write a line of it."""
    row = {"at": time.time(), "staff": staff, "action": action, "what": what, "detail": detail[:500]}
    connection.execute(audit.insert().values(row))


def code(conversation: str) -> str:
    """How staff and the audit log call a conversation; it does not lead back to its name."""
    return hashlib.sha256(conversation.encode()).hexdigest()[:8]


def lines(connection: Connection, staff: str = "", what: str = "", before: int | None = None) -> list[Any]:
    """Lines of the log, newest first, one more than a page holds.

    Args:
        connection: to the database.
        staff: only of this member of staff.
        what: only about this.
        before: only with a smaller id.
    """
    query = sa.select(audit).order_by(audit.c.id.desc()).limit(PAGE + 1)
    if staff:
        query = query.where(audit.c.staff == staff)
    if what:
        query = query.where(audit.c.what == what)
    if before is not None:
        query = query.where(audit.c.id < before)
    return list(connection.execute(query))
