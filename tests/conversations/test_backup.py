from __future__ import annotations

import gzip
import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.conversations import database, feedback
from bot.conversations.archive import Archive
from bot.conversations.backup import BackupError, backup, restore
from bot.conversations.export import export
from bot.conversations.search import condition
from bot.conversations.spool import Spool
from bot.conversations.tables import turns
from tests.conversations.conftest import Server
from tests.conversations.making import MEGABYTE, MarkFinder, Talk, archive_of


@pytest.fixture
def filled(engine: Engine, tmp_path: Path) -> Iterator[Archive]:
    archive = archive_of(engine, tmp_path)
    talk = Talk("a")
    for number in range(3):
        batch = talk.turn(f"question {number} — £5 🦵")
        archive.keep(batch)
    feedback.rate("a", batch.turns[0]["message"], True, "", archive, MarkFinder())
    archive.spool.add(talk.turn("waiting"))
    yield archive
    archive.close()


def plain(archive: Archive) -> dict[str, object]:
    return {**export(archive, "a"), "exported": 0}


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_backup_fills_a_database_of_either_kind(filled: Archive, kind: str, postgresql: Server, tmp_path: Path) -> None:
    file = tmp_path / "backup.gz"
    counts = backup(filled.engine, filled.spool, file)
    assert counts == {"conversations": 1, "events": 12, "feedback": 1, "turns": 3, "spool": 1}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    url = f"sqlite:///{tmp_path / 'other.db'}" if kind == "sqlite" else postgresql.create()
    other = archive_of(database.engine(url), tmp_path / "other")
    assert restore(other.engine, other.spool, file) == counts
    assert plain(other) == plain(filled)
    with other.engine.connect() as connection:
        assert len(connection.execute(sa.select(turns.c.id).where(condition(other.engine, "question"))).all()) == 3
    # It counts on from what was restored.
    assert other.drain() == 1
    assert [turn["said"] for turn in other.history("a", 10)][-1] == "waiting"
    other.close()


def test_a_file_is_not_overwritten(filled: Archive, tmp_path: Path) -> None:
    (tmp_path / "backup.gz").write_text("mine")
    with pytest.raises(BackupError, match="is there already"):
        backup(filled.engine, filled.spool, tmp_path / "backup.gz")
    assert (tmp_path / "backup.gz").read_text() == "mine"


def test_only_an_empty_database_is_filled(filled: Archive, tmp_path: Path) -> None:
    backup(filled.engine, filled.spool, tmp_path / "backup.gz")
    with pytest.raises(BackupError, match="restore into an empty one"):
        restore(filled.engine, filled.spool, tmp_path / "backup.gz")


def rewritten(file: Path, change: str) -> None:
    lines = [json.loads(line) for line in gzip.decompress(file.read_bytes()).splitlines()]
    if change == "end":
        lines.pop()
    elif change == "row":
        lines.pop(2)
    elif change == "version":
        lines[0]["version"] = "9999"
    elif change == "format":
        lines[0] = {"hello": 1}
    elif change == "table":
        lines[1]["table"] = "unknown"
    with gzip.open(file, "wt", encoding="utf-8") as out:
        out.writelines(json.dumps(line) + "\n" for line in lines)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("end", "its end is missing"),
        ("row", "has lost rows"),
        ("version", "was made at version 9999"),
        ("format", "is no backup of conversations"),
        ("table", "a table 'unknown'"),
    ],
)
def test_a_file_that_is_not_whole_changes_nothing(sqlite: Engine, tmp_path: Path, change: str, told: str) -> None:
    archive = archive_of(sqlite, tmp_path)
    archive.keep(Talk("a").turn("hello"))
    file = tmp_path / "backup.gz"
    backup(sqlite, archive.spool, file)
    rewritten(file, change)
    other = database.engine(f"sqlite:///{tmp_path / 'other.db'}")
    with pytest.raises(BackupError, match=told):
        restore(other, Spool(tmp_path / "other", MEGABYTE), file)
    with other.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(turns)).scalar() == 0
    other.dispose()


@pytest.mark.parametrize("content", [b"", b"hello", b"\x1f\x8b\x08\x00broken"])
def test_what_is_no_backup_is_told(sqlite: Engine, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(BackupError, match="is no whole backup"):
        restore(sqlite, Spool(tmp_path / "spool", MEGABYTE), tmp_path / "file")
    with pytest.raises(BackupError, match="there is no file"):
        restore(sqlite, Spool(tmp_path / "spool", MEGABYTE), tmp_path / "none")
