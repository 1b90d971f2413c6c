"""`rls conversations` as an operator meets it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from bot.cli import main
from bot.conversations import archive as archives
from bot.conversations.archive import the_archive
from bot.conversations.tables import conversations, feedback, turns
from bot.settings import settings
from tests.conversations.making import Talk


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("RLS_CONVERSATIONS", f"sqlite:///{tmp_path / 'c.db'}")
    monkeypatch.setenv("RLS_SPOOL", str(tmp_path / "spool"))
    settings.cache_clear()
    yield
    # What waits for a database that is away would go on trying, and say so, beside other tests.
    if archives.archive.cache_info().currsize:
        the_archive().close()
    archives.archive.cache_clear()
    monkeypatch.undo()
    settings.cache_clear()


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["conversations", *words])


def test_erase_and_export() -> None:
    the_archive().keep(Talk("web-1").turn("hello"))
    shown = run("export", "web-1")
    assert shown.exit_code == 0
    assert json.loads(shown.output)["tables"]["turns"][0]["said"] == "hello"
    erased = run("erase", "web-1")
    assert "2 messages deleted" in erased.output
    assert "turns: 1" in erased.output
    assert run("export", "web-1").output == "Error: there is no conversation 'web-1'\n"
    assert "There was no such conversation." in run("erase", "web-1").output


def test_prune(monkeypatch: pytest.MonkeyPatch) -> None:
    the_archive().keep(Talk("web-1").turn("hello"))
    # The messages of the tests are of long ago.
    assert run("prune").output == "web: 1 deleted\n"
    assert run("prune").output == "Nothing is too old.\n"
    monkeypatch.setenv("RLS_KEEP_DAYS_BY_CHANNEL", "sms")
    settings.cache_clear()
    assert run("prune").output.startswith("Error: RLS_KEEP_DAYS_BY_CHANNEL: 'sms' is no channel and days")


def test_backup_and_restore(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    the_archive().keep(Talk("web-1").turn("hello"))
    file = str(tmp_path / "backup.gz")
    assert f"turns: 1 in {file}" in run("backup", file).output
    assert run("backup", file).output == f"Error: {file} is there already; name a new file\n"
    assert "restore into an empty one" in run("restore", file).output
    monkeypatch.setenv("RLS_CONVERSATIONS", f"sqlite:///{tmp_path / 'other.db'}")
    settings.cache_clear()
    assert "turns: 1 restored" in run("restore", file).output
    assert [turn["said"] for turn in the_archive().history("web-1", 5)] == ["hello"]


def test_demo() -> None:
    the_archive().keep(Talk("web-1").turn("hello"))
    for _ in range(2):
        done = run("demo", "--count", "150")
        assert "150 made-up conversations" in done.output
    engine = the_archive().engine
    with engine.connect() as connection:
        made = connection.execute(sa.select(conversations).where(conversations.c.demo.is_(True))).mappings().all()
        said = connection.execute(sa.select(turns).where(turns.c.conversation.like("demo-%"))).mappings().all()
        rated = connection.execute(sa.select(feedback)).all()
    assert len(made) == 150
    assert {row["conversation"][:5] for row in made} == {"demo-"}
    assert len({row["channel"] for row in made}) >= 4
    assert max(row["last"] for row in made) - min(row["last"] for row in made) > 60 * 24 * 3600
    assert {"answer", "clarify", "out_of_scope", "safety", "smalltalk"} == {row["kind"] for row in said}
    assert all(row["knowledge"] and json.loads(row["reply"])[0]["reply"]["disclaimer"] for row in said)
    assert {row.helpful for row in rated} == {True, False}
    assert any(row["flagged"] for row in made)
    assert run("demo", "--remove").output == "150 made-up conversations deleted.\n"
    with engine.connect() as connection:
        assert connection.execute(sa.select(conversations.c.conversation)).scalars().all() == ["web-1"]


@pytest.mark.parametrize("words", [("erase", "a"), ("export", "a"), ("prune",), ("backup", "/tmp/none/at/all.gz"), ("demo",)])
def test_a_database_that_is_away_is_one_line(monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]) -> None:
    monkeypatch.setenv("RLS_CONVERSATIONS", "postgresql://somebody:hunter2@127.0.0.1:1/none")
    settings.cache_clear()
    done = run(*words)
    assert done.exit_code == 1
    assert done.output.count("\n") == 1
    assert "hunter2" not in done.output
    assert "Traceback" not in done.output


def test_a_database_that_is_not_supported_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RLS_CONVERSATIONS", "mysql://localhost/x")
    settings.cache_clear()
    assert run("prune").output == "Error: RLS_CONVERSATIONS: mysql is not supported; take SQLite or PostgreSQL\n"
