"""A copy of the whole database in one file, from SQLite or PostgreSQL and back into either."""

from __future__ import annotations

import base64
import contextlib
import gzip
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.conversations import database
from bot.conversations.batch import Batch
from bot.conversations.search import INDEX
from bot.conversations.spool import Spool
from bot.conversations.tables import conversations

FORMAT = "rls-conversations 1"
_ROWS = 500


class BackupError(RuntimeError):
    """The file or the database can't be used; the message says why."""


def backup(engine: Engine, spool: Spool, file: Path) -> dict[str, int]:
    """Write all tables as they are at this moment, and what waits on disk, to a compressed file of JSON lines.

    The bot may run meanwhile. Only the owner may read the file.

    Returns:
        how many rows of which table.

    Raises:
        BackupError: the file is there already.
    """
    if file.exists():
        raise BackupError(f"{file} is there already; name a new file")
    part = file.with_name(file.name + ".part")
    counts: dict[str, int] = {}
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as raw:
            with gzip.open(raw, "wt", encoding="utf-8", compresslevel=5) as lines, _snapshot(engine) as connection:
                _write(lines, {"format": FORMAT, "version": database.head(), "at": time.time()})
                for table in _tables(connection):
                    for row in connection.execution_options(stream_results=True).execute(sa.select(table)).mappings():
                        _write(lines, {"table": table.name, "row": {name: _packed(value) for name, value in row.items()}})
                        counts[table.name] = counts.get(table.name, 0) + 1
                # After the tables: what was stored meanwhile is in the copy twice, and is restored once.
                for batch in spool.waiting():
                    _write(lines, {"waiting": batch.as_line().decode()})
                    counts["spool"] = counts.get("spool", 0) + 1
                _write(lines, {"end": counts})
            raw.flush()
            os.fsync(raw.fileno())
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
    return counts


def restore(engine: Engine, spool: Spool, file: Path) -> dict[str, int]:
    """Fill an empty database from a backup, all of it or nothing.

    Returns:
        how many rows of which table.

    Raises:
        BackupError: the file is no whole backup of this version, or the database holds conversations.
    """
    database.migrate(engine)
    counts: dict[str, int] = {}
    waiting: list[Batch] = []
    with engine.begin() as connection:
        if connection.execute(sa.select(conversations.c.conversation).limit(1)).first() or spool.size:
            raise BackupError("the database holds conversations; restore into an empty one")
        tables = {table.name: table for table in _tables(connection)}
        rows: dict[str, list[dict[str, Any]]] = {}
        for line in _lines(file):
            if "row" in line:
                if line["table"] not in tables:
                    raise BackupError(f"{file} has a table {line['table']!r}, which this version does not know")
                pending = rows.setdefault(line["table"], [])
                pending.append({name: _unpacked(value) for name, value in line["row"].items()})
                counts[line["table"]] = counts.get(line["table"], 0) + 1
                if len(pending) == _ROWS:
                    connection.execute(tables[line["table"]].insert(), pending)
                    rows[line["table"]] = []
            elif "waiting" in line:
                waiting.append(Batch.from_line(line["waiting"].encode()))
                counts["spool"] = counts.get("spool", 0) + 1
            elif line.get("end", counts) != counts:
                raise BackupError(f"{file} has lost rows")
        for name, pending in rows.items():
            if pending:
                connection.execute(tables[name].insert(), pending)
        _count_on(connection, tables)
    for batch in waiting:
        spool.add(batch)
    return counts


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    """The lines of a backup, once it is sure that all are there."""
    last: dict[str, Any] = {}
    try:
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for number, text in enumerate(lines):
                last = json.loads(text)
                if not number:
                    _check(file, last)
                yield last
    except FileNotFoundError:
        raise BackupError(f"there is no file {file}") from None
    except (OSError, EOFError, ValueError) as error:
        raise BackupError(f"{file} is no whole backup ({type(error).__name__})") from None
    if "end" not in last:
        raise BackupError(f"{file} is no whole backup: its end is missing")


def _check(file: Path, first: dict[str, Any]) -> None:
    if first.get("format") != FORMAT:
        raise BackupError(f"{file} is no backup of conversations")
    if first["version"] != database.head():
        raise BackupError(
            f"{file} was made at version {first['version']} of the tables, and this is {database.head()}; restore it with the "
            "version of the bot that made it, then update"
        )


@contextlib.contextmanager
def _snapshot(engine: Engine) -> Iterator[Connection]:
    """A connection that sees one moment."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            if engine.dialect.name == "sqlite":
                # Python's driver begins a transaction only before a write.
                connection.exec_driver_sql("BEGIN")
            yield connection


def _tables(connection: Connection) -> list[sa.Table]:
    """Every table with its content's columns: not the versions, nor what the search index keeps."""
    names = sa.inspect(connection).get_table_names()
    found = []
    for name in sorted(names):
        if name == database.VERSIONS or name.startswith((INDEX, "sqlite_")):
            continue
        table = sa.Table(name, sa.MetaData(), autoload_with=connection)
        kept = [sa.Column(column.name, column.type) for column in table.columns if column.computed is None]
        found.append(sa.Table(name, sa.MetaData(), *kept))
    return found


def _count_on(connection: Connection, tables: dict[str, sa.Table]) -> None:
    """Let PostgreSQL count on from the highest number."""
    if connection.dialect.name != "postgresql":
        return
    for table in tables.values():
        if "id" in table.c:
            sequence = connection.execute(sa.select(sa.func.pg_get_serial_sequence(table.name, "id"))).scalar()
            if sequence:
                highest = connection.execute(sa.select(sa.func.max(table.c.id))).scalar()
                connection.execute(sa.select(sa.func.setval(sequence, highest or 1, highest is not None)))


def _write(lines: Any, value: dict[str, Any]) -> None:
    lines.write(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n")


def _packed(value: Any) -> Any:
    if isinstance(value, (bytes, memoryview)):
        return {"bytes": base64.b64encode(bytes(value)).decode()}
    return value


def _unpacked(value: Any) -> Any:
    return base64.b64decode(value["bytes"]) if isinstance(value, dict) and set(value) == {"bytes"} else value
