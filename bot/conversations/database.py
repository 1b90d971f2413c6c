"""The conversations' database: SQLite by default, or PostgreSQL."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.pool import QueuePool, StaticPool

MIGRATIONS = Path(__file__).parent / "migrations"
VERSIONS = "conversations_schema"

# How long a statement may wait for a lock, for a connection, and for its own end, in seconds. A turn waits no longer.
PATIENCE = 2.0

# Any number that no other program takes for its advisory locks.
_LOCK = 7_253_190_844

# Who writes to which SQLite file from this process.
_LINES: dict[str, threading.Lock] = {}


class DatabaseError(RuntimeError):
    """The conversations' database can't be used; the message says how to mend it."""


def engine(url: str, patience: float = PATIENCE) -> Engine:
    """An engine for a SQLAlchemy URL; the folder of an SQLite file is made when it is missing.

    Args:
        patience: seconds that a statement may wait or, on PostgreSQL, take.

    Raises:
        DatabaseError: the URL can't be read, or is of a database that is not supported.
    """
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except sa.exc.ArgumentError:
        raise DatabaseError("RLS_CONVERSATIONS is not a SQLAlchemy URL; write e.g. sqlite:///var/conversations.db") from None
    if backend == "postgresql":
        seconds = max(1, round(patience))
        waits = f"-c lock_timeout={seconds}s -c statement_timeout={seconds}s"
        return sa.create_engine(
            parsed,
            pool_pre_ping=True,
            pool_timeout=patience,
            connect_args={"connect_timeout": min(10, max(2, seconds)), "options": waits},
        )
    if backend != "sqlite":
        raise DatabaseError(f"RLS_CONVERSATIONS: {backend} is not supported; take SQLite or PostgreSQL")
    if not parsed.database or parsed.database == ":memory:":
        # Each connection to memory is a database of its own, so there is only one.
        return sa.create_engine(parsed, poolclass=StaticPool, connect_args={"check_same_thread": False})
    Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    # For its owner only; the files that SQLite lays beside it are made in the same way.
    os.close(os.open(parsed.database, os.O_CREAT | os.O_RDWR, 0o600))
    made = sa.create_engine(
        parsed,
        poolclass=QueuePool,
        pool_timeout=patience,
        connect_args={"timeout": patience, "check_same_thread": False},
    )
    sa.event.listen(made, "connect", _set_up_sqlite)
    return made


def patient(url: str) -> Engine:
    """An engine for long work, such as a migration or a backup."""
    return engine(url, patience=3600)


def migrate(database: Engine) -> None:
    """Bring the tables to the newest shape; content of older databases of this project is taken over, redacted.

    Several processes may do it at the same time: one does, the others wait.
    """
    with database.connect() as connection:
        # Without waiting for whoever writes: mostly there is nothing to do.
        if _version(connection) == head():
            return
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.begin() as connection:
        _alone(connection)
        had = {name for name in OLD if sa.inspect(connection).has_table(name)} | _old_events(connection)
        config.attributes["connection"] = connection
        # Alembic tells of each step as of an event; it is one here only where it fails.
        logging.getLogger("alembic").setLevel(logging.WARNING)
        command.upgrade(config, "head")
    if had and database.dialect.name == "sqlite":
        scrub(database)


def check(database: Engine) -> None:
    """Make sure that the database can be used.

    Raises:
        DatabaseError: it does not answer, or its tables are not the ones that this version knows.
    """
    try:
        with database.connect() as connection:
            found = _version(connection)
    except sa.exc.SQLAlchemyError as error:
        raise DatabaseError(f"the conversations' database does not answer: {type(error).__name__}") from None
    expected = head()
    if found != expected:
        raise DatabaseError(
            f"the conversations' database is at version {found or 'none'} and the bot needs {expected}; start 'rls serve' once"
        )


def _version(connection: Connection) -> str | None:
    found: str | None = MigrationContext.configure(connection, opts={"version_table": VERSIONS}).get_current_revision()
    return found


def head() -> str:
    """The newest version of the tables."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    newest = ScriptDirectory.from_config(config).get_current_head()
    assert newest, "there is a first version"
    return newest


@contextlib.contextmanager
def writing(database: Engine) -> Iterator[Connection]:
    """A transaction that writes.

    SQLite takes one writer at a time, and whoever waits asks again every now and then: one who writes without a pause would
    keep all others out for longer than they are patient. Within this process they stand in line.
    """
    if database.dialect.name != "sqlite":
        with database.begin() as connection:
            yield connection
        return
    with _LINES.setdefault(str(database.url), threading.Lock()), database.begin() as connection:
        # Python's driver would begin with the first row that is written, which may be too late for what was read before.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield connection


def scrub(database: Engine) -> None:
    """Leave nothing of what was deleted in an SQLite file or in the files beside it."""
    if database.dialect.name != "sqlite" or not database.url.database:
        return
    with raw(database) as connection:
        with contextlib.suppress(sa.exc.OperationalError):
            connection.exec_driver_sql("VACUUM")
        settle(connection)


def settle(connection: Connection) -> None:
    """Put what SQLite keeps in its write-ahead log into the database itself, as far as readers allow."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").close()


@contextlib.contextmanager
def raw(database: Engine) -> Iterator[Connection]:
    """A connection outside any transaction."""
    with database.connect() as connection:
        yield connection.execution_options(isolation_level="AUTOCOMMIT")


# Tables of the first version: Rasa's own events, and what the web channel kept beside them.
OLD = ("web_turns", "web_feedback", "web_deletions")


def _old_events(connection: Connection) -> set[str]:
    inspector = sa.inspect(connection)
    if not inspector.has_table("events"):
        return set()
    return {"events"} if "sender_id" in {column["name"] for column in inspector.get_columns("events")} else set()


def _alone(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        # Python's driver begins no transaction by itself before tables are made.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.execute(sa.text("SET LOCAL lock_timeout = 0"))
        connection.execute(sa.text("SET LOCAL statement_timeout = 0"))
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def _set_up_sqlite(connection: Any, _: Any) -> None:
    cursor = connection.cursor()
    # Readers don't wait for a writer. A commit is on the disk before a turn counts as stored.
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    # What is deleted is overwritten.
    cursor.execute("PRAGMA secure_delete = ON")
    cursor.execute("PRAGMA cache_size = -16000")
    cursor.close()
