from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.conversations import archive as archives
from bot.conversations import database, state
from bot.conversations.archive import Archive, Away
from bot.conversations.batch import new_key
from bot.conversations.erasure import erase
from bot.conversations.spool import Spool
from bot.conversations.tables import conversations, events, turns
from tests.conversations.conftest import Server
from tests.conversations.making import MEGABYTE, Talk, archive_of


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "LEAVE_ALONE", 0.05)
    monkeypatch.setattr(archives, "TRY_EVERY", 0.05)


@pytest.fixture
def archive(engine: Engine, tmp_path: Path) -> Iterator[Archive]:
    made = archive_of(engine, tmp_path)
    yield made
    made.close()


def said(archive: Archive, conversation: str) -> list[str]:
    return [event["text"] for event in archive.events(conversation) if event["event"] == "user"]


def waited(archive: Archive) -> None:
    until = time.monotonic() + 20
    while archive.spool.size and time.monotonic() < until:
        time.sleep(0.02)
    assert not archive.spool.size


def rows(engine: Engine, table: sa.Table) -> list[dict[str, object]]:
    with engine.connect() as connection:
        order = table.c.id if "id" in table.c else table.c.conversation
        return [dict(row) for row in connection.execute(sa.select(table).order_by(order)).mappings()]


def test_it_works(archive: Archive, engine: Engine) -> None:
    talk = Talk("a")
    assert archive.keep(talk.turn("does coffee matter"))
    assert archive.keep(talk.turn("i am SECRETname", safety="emergency", kind="safety", topic=None))
    first, second = rows(engine, turns)
    assert (first["said"], first["kind"], first["topic"], first["group"]) == (
        "does coffee matter",
        "answer",
        "caffeine",
        "triggers_to_avoid",
    )
    assert (first["knowledge"], first["milliseconds"], first["unclear"], first["channel"]) == ("version-1", 12.5, False, "web")
    assert (second["said"], second["safety"], second["topic"]) == ("i am <name>", "emergency", None)
    (row,) = rows(engine, conversations)
    assert (row["turns"], row["flagged"], row["safety"], row["channel"], row["unclear"]) == (2, True, "emergency", "web", 0)
    known = archive.recent("a")
    assert known
    assert known[0] == talk.state
    assert [event["event"] for event in known[1]][:3] == ["session_started", "action", "user"]


def test_a_message_that_was_answered_twice_is_kept_once(archive: Archive, engine: Engine) -> None:
    talk = Talk("a")
    first = talk.turn("does coffee matter")
    archive.keep(first)
    # Another process could not know of it.
    archive.keep(replace(first, key=new_key()))
    archive.keep(talk.turn("and tea"))
    assert [row["said"] for row in rows(engine, turns)] == ["does coffee matter", "and tea"]
    assert said(archive, "a") == ["does coffee matter", "and tea"]
    (row,) = rows(engine, conversations)
    assert row["turns"] == 2


def test_an_unknown_conversation(archive: Archive) -> None:
    assert archive.recent("a") is None
    assert archive.events("a") == []
    assert archive.answered("a", "message-1") is None


def test_only_the_last_turns_are_read(archive: Archive) -> None:
    talk = Talk("a")
    for number in range(state.TURNS + 5):
        archive.keep(talk.turn(f"number {number}"))
    known = archive.recent("a")
    assert known
    assert [event["text"] for event in known[1] if event["event"] == "user"] == [
        f"number {n}" for n in range(5, state.TURNS + 5)
    ]
    assert len(said(archive, "a")) == state.TURNS + 5


def test_a_batch_is_stored_once(archive: Archive, engine: Engine) -> None:
    batch = Talk("a").turn("hello")
    archive.keep(batch)
    archive.keep(batch)
    archive.store([batch, Talk("b").turn("other")])
    assert [row["conversation"] for row in rows(engine, turns)] == ["a", "b"]


def test_events_and_rows_are_stored_together_or_not_at_all(archive: Archive, engine: Engine) -> None:
    batch = Talk("a").turn("hello")
    batch.turns[0]["kind"] = None
    archive.keep(batch)
    assert not rows(engine, turns) + rows(engine, events) + rows(engine, conversations)


def test_a_turn_that_is_refused_holds_up_no_other(archive: Archive, engine: Engine) -> None:
    bad = Talk("a").turn("hello")
    bad.turns[0]["kind"] = None
    archive.spool.add(bad)
    archive.spool.add(Talk("b").turn("hello"))
    assert archive.drain() == 2
    assert [row["conversation"] for row in rows(engine, turns)] == ["b"]


def test_turns_wait_while_the_database_is_gone(postgresql: Server, tmp_path: Path) -> None:
    engine = database.engine(postgresql.create())
    archive = archive_of(engine, tmp_path)
    talk, late = Talk("a"), Talk("b")
    archive.keep(talk.turn("before"))
    postgresql.stop()
    try:
        for text in ("first", "second"):
            assert not archive.keep(talk.turn(text))
        archive.keep(late.turn("new"))
        known = archive.recent("a")
        assert known
        assert [event["text"] for event in known[1] if event["event"] == "user"] == ["before", "first", "second"]
        assert archive.recent("b")
        with pytest.raises(Away):
            archive.events("a")
        # A restart in the meantime remembers only what is on the disk.
        again = archive_of(engine, tmp_path)
        kept = again.recent("a")
        assert kept
        assert [event["text"] for event in kept[1] if event["event"] == "user"] == ["first", "second"]
    finally:
        postgresql.start()
    waited(archive)
    assert archive.keep(talk.turn("after"))
    assert said(archive, "a") == ["before", "first", "second", "after"]
    assert [row["said"] for row in rows(engine, turns)] == ["before", "first", "second", "new", "after"]
    archive.close()


def test_turns_wait_while_the_database_is_locked(tmp_path: Path) -> None:
    engine = database.engine(f"sqlite:///{tmp_path / 'c.db'}", patience=0.1)
    database.migrate(engine)
    archive = archive_of(engine, tmp_path)
    with closing(sqlite3.connect(tmp_path / "c.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        assert not archive.keep(Talk("a").turn("hello"))
        assert time.monotonic() - began < 1
        other.rollback()
    waited(archive)
    assert said(archive, "a") == ["hello"]
    archive.close()


def test_what_waits_is_stored_after_a_restart(engine: Engine, tmp_path: Path) -> None:
    talk = Talk("a")
    spool = Spool(tmp_path / "spool", MEGABYTE)
    for text in ("one", "two"):
        spool.add(talk.turn(text))
    archive = archive_of(engine, tmp_path)
    archive.open()
    waited(archive)
    assert said(archive, "a") == ["one", "two"]
    archive.close()


def test_what_waits_is_read_in_its_place(archive: Archive) -> None:
    talk = Talk("a")
    archive.keep(talk.turn("one"))
    stored_late = talk.turn("two")
    archive.spool.add(stored_late)
    archive.spool.add(talk.turn("three"))
    assert said(archive, "a") == ["one", "two", "three"]
    assert [turn["said"] for turn in archive.history("a", 2)] == ["two", "three"]
    # Killed after it was stored and before it was forgotten.
    archive.store([stored_late])
    assert said(archive, "a") == ["one", "two", "three"]
    known = archive.recent("a")
    assert known
    assert known[0] == talk.state
    assert archive.drain() == 2
    assert said(archive, "a") == ["one", "two", "three"]


def test_nothing_overtakes_what_waits(archive: Archive) -> None:
    talk = Talk("a")
    archive.spool.add(talk.turn("one"))
    assert not archive.keep(talk.turn("two"))
    waited(archive)
    assert said(archive, "a") == ["one", "two"]


def test_two_processes_store_what_waits_once(engine: Engine, tmp_path: Path) -> None:
    first, second = archive_of(engine, tmp_path), archive_of(engine, tmp_path)
    for number in range(40):
        first.spool.add(Talk(f"c{number}").turn("hello"))

    def drain(one: Archive) -> None:
        # Each may find the other in its way, and tries again.
        while one.spool.size:
            with contextlib.suppress(Away):
                one.drain()

    threads = [threading.Thread(target=drain, args=(one,)) for one in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(rows(engine, turns)) == 40


def test_a_full_disk_costs_the_log_and_not_the_reply(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    archive = Archive(database.engine("postgresql://nobody@127.0.0.1:1/none"), Spool(tmp_path / "spool", 10))
    assert not archive.keep(Talk("a").turn("my words"))
    assert "could not be stored, nor kept on disk" in caplog.text
    assert "my words" not in caplog.text
    archive.close()


def test_history_begins_where_the_visitor_started_over(archive: Archive) -> None:
    talk = Talk("a")
    archive.keep(talk.turn("old"))
    archive.keep(
        talk.batch(
            [{"event": "restart", "timestamp": 2_000_000_000.0}, {"event": "session_started", "timestamp": 2_000_000_000.0}]
        )
    )
    assert archive.history("a", 10) == []
    later = talk.turn("new")
    later.turns[0]["at"] = 2_000_000_001.0
    archive.keep(later)
    assert [turn["said"] for turn in archive.history("a", 10)] == ["new"]
    assert said(archive, "a") == ["old", "new"]


def test_a_message_that_was_answered_is_found(archive: Archive) -> None:
    talk = Talk("a")
    stored, waiting = talk.turn("one"), talk.turn("two")
    archive.keep(stored)
    archive.spool.add(waiting)
    for batch in (stored, waiting):
        message = batch.turns[0]["message"]
        found = archive.answered("a", message)
        assert found
        assert found["reply"] == batch.turns[0]["reply"]
        assert archive.answered("b", message) is None


DANGER = {"safety": "emergency", "kind": "safety", "topic": None}


@pytest.mark.parametrize(
    ("status", "more", "expected"),
    [
        ("done", DANGER, ("new", None, None)),
        ("second_look", DANGER, ("new", None, None)),
        ("in_review", DANGER, ("in_review", None, None)),
        ("done", {}, ("done", "vera", "viktor")),
    ],
)
def test_what_was_done_is_new_again_with_a_new_danger(
    archive: Archive, engine: Engine, status: str, more: dict[str, Any], expected: tuple[str | None, ...]
) -> None:
    talk = Talk("a")
    archive.keep(talk.turn("one leg is swollen", **DANGER))
    with engine.begin() as connection:
        connection.execute(conversations.update().values(status=status, reviewer="vera", second_reviewer="viktor"))
    archive.keep(talk.turn("and now it is worse", **more))
    (row,) = rows(engine, conversations)
    assert (row["status"], row["reviewer"], row["second_reviewer"]) == expected
    # Another conversation is as it was.
    archive.keep(Talk("b").turn("my leg", **DANGER))
    assert [row["status"] for row in rows(engine, conversations)] == [expected[0], "new"]


def test_half_a_character_costs_the_log_and_not_the_reply(
    sqlite: Engine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It can be written neither to the database nor to the disk, and what comes after it can."""
    made = archive_of(sqlite, tmp_path)
    made.keep(Talk("a").turn("half \ud83d of it"))
    made.set_aside(Talk("b").turn("half \ud83d of it"))
    assert made.keep(Talk("c").turn("whole"))
    assert [row["said"] for row in rows(sqlite, turns)] == ["whole"]
    assert made.spool.size == 0
    assert len([record for record in caplog.records if record.levelname == "ERROR"]) == 2
    assert "of it" not in caplog.text
    made.close()


def test_of_a_conversation_that_was_erased_nothing_comes_from_what_waits(sqlite: Engine, tmp_path: Path) -> None:
    made, waiting = archive_of(sqlite, tmp_path), Talk("a").turn("before")
    erase(made, "a")
    made.spool.add(waiting)
    assert made.events("a") == []
    assert made.history("a", 10) == []
    made.drain()
    assert rows(sqlite, turns) == []
    made.close()


def test_history_holds_the_newest_turns_and_no_more_than_are_asked_for(sqlite: Engine, tmp_path: Path) -> None:
    made, talk = archive_of(sqlite, tmp_path), Talk("a")
    made.store([talk.turn(f"number {number}") for number in range(5)])
    made.spool.add(talk.turn("waiting"))
    assert [turn["said"] for turn in made.history("a", 3)] == ["number 3", "number 4", "waiting"]
    assert [turn["said"] for turn in made.history("a", 1)] == ["waiting"]
    assert made.history("b", 3) == []
    made.close()


def test_the_names_of_all_conversations(sqlite: Engine, tmp_path: Path) -> None:
    made = archive_of(sqlite, tmp_path)
    assert made.names() == []
    made.store([Talk(name).turn("hello") for name in ("b", "a", "é b/c")])
    assert sorted(made.names()) == ["a", "b", "é b/c"]
    made.close()
