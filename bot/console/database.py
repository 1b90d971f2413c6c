"""The conversations' database as the console opens it."""

from __future__ import annotations

from sqlalchemy.engine import Engine

from bot.conversations.archive import Archive
from bot.conversations.database import engine, migrate
from bot.conversations.spool import Spool
from bot.settings import Settings

# A page may wait longer than a visitor's turn.
PATIENCE = 15.0


def opened(url: str) -> Engine:
    """The database, in its newest shape. Parameters, which may be a visitor's words, stay out of its errors.

    Raises:
        bot.conversations.database.DatabaseError: it is not one that is supported.
    """
    database = engine(url, patience=PATIENCE)
    database.hide_parameters = True
    migrate(database)
    return database


def archive(settings: Settings) -> Archive:
    """The conversations, in the database and on disk where they wait for it.

    Raises:
        bot.conversations.database.DatabaseError: the database is not one that is supported.
    """
    return Archive(opened(settings.conversations), Spool(settings.spool, settings.spool_bytes))
