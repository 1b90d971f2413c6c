"""All that is kept of one visitor, and nothing of another."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.conversations import database
from bot.conversations.archive import Archive, Away
from bot.conversations.export import export
from bot.conversations.feedback import rate
from bot.conversations.spool import Spool
from bot.conversations.tables import notes, tags
from tests.conversations.making import MEGABYTE, MarkFinder, Talk, archive_of


@pytest.fixture
def archive(sqlite: Engine, tmp_path: Path) -> Archive:
    return archive_of(sqlite, tmp_path)


def test_every_table_that_names_the_visitor_is_in_it_and_no_other_visitor(archive: Archive) -> None:
    mine, other = Talk("a").turn("does coffee matter"), Talk("b").turn("somebody else asks")
    archive.store([mine, other])
    rate("a", mine.turns[0]["message"], False, "no", archive, MarkFinder())
    with archive.engine.begin() as connection:
        connection.execute(notes.insert().values(conversation="a", staff="vera", at=1.0, text="asked twice"))
        connection.execute(tags.insert(), [{"conversation": "a", "tag": "odd"}, {"conversation": "b", "tag": "not mine"}])
    found = export(archive, "a")
    assert set(found["tables"]) == {"conversations", "events", "turns", "feedback", "notes", "tags"}
    assert [row["said"] for row in found["tables"]["turns"]] == ["does coffee matter"]
    assert [row["tag"] for row in found["tables"]["tags"]] == ["odd"]
    assert "somebody else" not in json.dumps(found)


def test_tables_of_other_parts_are_found_by_their_column(archive: Archive) -> None:
    archive.store([Talk("a").turn("hello")])
    with archive.engine.begin() as connection:
        connection.execute(
            sa.text("CREATE TABLE appointments (id INTEGER PRIMARY KEY, conversation TEXT, secret BLOB, day DATE)")
        )
        connection.execute(sa.text("INSERT INTO appointments VALUES (1, 'a', X'0102', '2028-02-29'), (2, 'b', NULL, NULL)"))
    (row,) = export(archive, "a")["tables"]["appointments"]
    assert row == {"id": 1, "conversation": "a", "secret": "2 bytes", "day": "2028-02-29"}


def test_what_waits_on_disk_belongs_to_it(archive: Archive) -> None:
    archive.store([Talk("a").turn("stored")])
    archive.spool.add(Talk("a").turn("waiting"))
    archive.spool.add(Talk("b").turn("not mine"))
    (waiting,) = export(archive, "a")["tables"]["spool"]
    assert waiting["turns"][0]["said"] == "waiting"


def test_somebody_of_whom_nothing_is_kept_gets_nothing(archive: Archive) -> None:
    archive.store([Talk("a").turn("hello")])
    assert export(archive, "A") == export(archive, "") == export(archive, "a' OR '1'='1") == {}


def test_rows_come_in_the_order_in_which_they_were_written(archive: Archive) -> None:
    talk = Talk("a")
    archive.store([talk.turn(f"number {number}") for number in range(12)])
    assert [row["said"] for row in export(archive, "a")["tables"]["turns"]] == [f"number {number}" for number in range(12)]


def test_what_is_kept_as_json_is_unpacked(archive: Archive) -> None:
    archive.store([Talk("a").turn("hello")])
    tables = export(archive, "a")["tables"]
    assert tables["turns"][0]["topics"] == ["caffeine"]
    assert tables["conversations"][0]["state"]["since"] == 0.0
    assert json.loads(json.dumps(tables)) == tables


@pytest.mark.parametrize(
    "said", ["[not json", "{", "[" * 2000, '{"a":' * 2000], ids=["list", "object", "many lists", "many objects"]
)
def test_words_that_only_begin_like_json_come_as_they_were_written(archive: Archive, said: str) -> None:
    archive.store([Talk("a").turn(said)])
    assert export(archive, "a")["tables"]["turns"][0]["said"] == said


def test_a_database_that_is_away_is_told(tmp_path: Path) -> None:
    archive = Archive(database.engine("postgresql://nobody@127.0.0.1:1/none"), Spool(tmp_path, MEGABYTE))
    with pytest.raises(Away, match="does not answer; try again"):
        export(archive, "a")
