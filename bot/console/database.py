"""The conversations' database as the console opens it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine, make_url

from bot.console.tables import metadata


def opened(url: str) -> Engine:
    """The database, with every table that the console needs."""
    database = connected(url)
    metadata.create_all(database)
    return database


def connected(url: str) -> Engine:
    """An engine for it. Parameters, which may be a visitor's words, stay out of its errors."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return sa.create_engine(parsed, future=True, pool_pre_ping=True, hide_parameters=True)
    database = sa.create_engine(parsed, future=True, hide_parameters=True, connect_args={"timeout": 10})

    @sa.event.listens_for(database, "connect")
    def _prepare(connection: Any, _: Any) -> None:
        # Readers and the bot that writes do not wait for one another.
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")

    return database
