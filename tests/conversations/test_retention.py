from __future__ import annotations

import datetime
import re
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.conversations import retention as retaining
from bot.conversations.erasure import erase
from bot.conversations.naming import digest
from bot.conversations.retention import DAY, Retention, RetentionError, prune
from bot.conversations.search import INDEX, condition
from bot.conversations.tables import conversations, events, receipts, turns
from bot.settings import Settings
from tests.conversations.making import Talk, archive_of

NOW = 1_800_000_000.0


def kept(engine: Engine, folder: Path, ages: dict[str, tuple[str, float]]) -> None:
    archive = archive_of(engine, folder)
    for name, (channel, days) in ages.items():
        archive.keep(Talk(name).turn("hello"))
        with engine.begin() as connection:
            row = conversations.c.conversation == name
            connection.execute(conversations.update().where(row).values(channel=channel, last=NOW - days * DAY))


def names(engine: Engine, table: sa.Table = conversations) -> set[str]:
    with engine.connect() as connection:
        return set(connection.execute(sa.select(table.c.conversation)).scalars())


def test_what_is_too_old_goes(engine: Engine, tmp_path: Path) -> None:
    kept(engine, tmp_path, {"old": ("web", 91), "new": ("web", 89), "text": ("sms", 31), "text2": ("sms", 29)})
    gone = prune(engine, Retention(90, {"sms": 30}), now=NOW)
    assert gone == {"web": 1, "sms": 1}
    for table in (conversations, events, turns):
        assert names(engine, table) == {"new", "text2"}


def test_a_part_at_a_time(sqlite: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retaining, "AT_ONCE", 2)
    kept(sqlite, tmp_path, {f"old{number}": ("web", 100) for number in range(5)})
    pauses: list[float] = []
    assert prune(sqlite, Retention(), now=NOW, pause=pauses.append) == {"web": 5}
    assert len(pauses) == 2


def test_receipts_go_after_the_sessions_that_they_end(engine: Engine, tmp_path: Path) -> None:
    archive = archive_of(engine, tmp_path)
    erase(archive, "a")
    with engine.begin() as connection:
        connection.execute(receipts.update().values(at=NOW - 50 * DAY))
    assert prune(engine, Retention.read(30, "", 60), now=NOW) == {}
    assert prune(engine, Retention.read(30, "", 40), now=NOW) == {"receipts": 1}


def test_the_settings_are_read() -> None:
    assert Retention.read(90, " sms = 30, web=60,", 30) == Retention(90, {"sms": 30, "web": 60}, 90)
    assert Retention.read(20, "", 30) == Retention(20, {}, 30)


@pytest.mark.parametrize("value", ["sms", "sms=", "=30", "sms=0", "sms=-1", "sms=soon"])
def test_days_that_can_not_be_read_are_refused(value: str) -> None:
    with pytest.raises(RetentionError, match="is no channel and days"):
        Retention.read(90, value, 30)


def test_what_is_exactly_as_old_as_it_may_be_stays(sqlite: Engine, tmp_path: Path) -> None:
    second = 1 / DAY
    kept(
        sqlite,
        tmp_path,
        {"on the hour": ("web", 90), "a second more": ("web", 90 + second), "a second less": ("web", 90 - second)},
    )
    assert prune(sqlite, Retention(90), now=NOW) == {"web": 1}
    assert names(sqlite) == {"on the hour", "a second less"}


def test_a_channel_may_keep_longer_than_the_others(sqlite: Engine, tmp_path: Path) -> None:
    kept(sqlite, tmp_path, {"long": ("sms", 100), "too long": ("sms", 366), "web": ("web", 31)})
    assert prune(sqlite, Retention(30, {"sms": 365}), now=NOW) == {"sms": 1, "web": 1}
    assert names(sqlite) == {"long"}


def test_the_last_message_counts_and_not_the_first(sqlite: Engine, tmp_path: Path) -> None:
    kept(sqlite, tmp_path, {"a": ("web", 1)})
    with sqlite.begin() as connection:
        connection.execute(conversations.update().values(started=NOW - 1000 * DAY))
        connection.execute(turns.update().values(at=NOW - 1000 * DAY))
    assert prune(sqlite, Retention(90), now=NOW) == {}


def test_days_are_of_24_hours_whatever_the_clock_on_the_wall_does(
    sqlite: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over the end of summer time in Toronto, and over a leap day: by the server's clock each day is as long."""
    monkeypatch.setenv("TZ", "America/Toronto")
    time.tzset()
    for now in (datetime.datetime(2026, 11, 2, 12), datetime.datetime(2028, 3, 1, 12)):
        at = now.replace(tzinfo=datetime.timezone.utc).timestamp()
        for name, age in (("old", DAY * 2 + 1), ("new", DAY * 2 - 1)):
            archive_of(sqlite, tmp_path).store([Talk(f"{name} {now.year}").turn("hello")])
            with sqlite.begin() as connection:
                row = conversations.c.conversation == f"{name} {now.year}"
                connection.execute(conversations.update().where(row).values(last=at - age))
        prune(sqlite, Retention(2), now=at)
        assert names(sqlite) == {f"new {now.year}"}
    monkeypatch.undo()
    time.tzset()


def test_pruning_again_finds_nothing(sqlite: Engine, tmp_path: Path) -> None:
    kept(sqlite, tmp_path, {"old": ("web", 91), "new": ("web", 1)})
    assert prune(sqlite, Retention(90), now=NOW) == {"web": 1}
    assert prune(sqlite, Retention(90), now=NOW) == {}


def test_an_empty_database_has_nothing_to_forget(sqlite: Engine) -> None:
    assert prune(sqlite, Retention.read(1, "web=1", 1), now=NOW) == {}


def test_a_receipt_that_is_exactly_as_old_as_it_may_be_stays(sqlite: Engine, tmp_path: Path) -> None:
    for name, days in (("a", 40.0), ("b", 40 + 1 / DAY)):
        erase(archive_of(sqlite, tmp_path), name)
        with sqlite.begin() as connection:
            row = receipts.c.digest == digest(name)
            connection.execute(receipts.update().where(row).values(at=NOW - days * DAY))
    assert prune(sqlite, Retention(30, {}, 40), now=NOW) == {"receipts": 1}


def left(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("others", [0, 30])
def test_the_words_are_out_of_the_files_once_they_are_forgotten(sqlite: Engine, tmp_path: Path, others: int) -> None:
    """The index for searching is a file of words, too."""
    kept(sqlite, tmp_path, {f"new{number}": ("web", 1) for number in range(others)})
    archive_of(sqlite, tmp_path).store([Talk("old").turn("xylophonist knees")])
    with sqlite.begin() as connection:
        row = conversations.c.conversation == "old"
        connection.execute(conversations.update().where(row).values(last=NOW - 91 * DAY))
    assert b"xylophonist" in left(tmp_path)
    assert prune(sqlite, Retention(90), now=NOW) == {"web": 1}
    assert b"xylophonist" not in left(tmp_path)
    with sqlite.connect() as connection:
        found = connection.execute(sa.select(sa.func.count()).select_from(turns).where(condition(sqlite, "hello")))
        assert found.scalar() == others


def test_the_words_of_who_was_erased_go_too_where_nothing_else_is_too_old(sqlite: Engine, tmp_path: Path) -> None:
    archive = archive_of(sqlite, tmp_path)
    archive.store([Talk("a").turn("xylophonist knees"), Talk("b").turn("hello")])
    erase(archive, "a")
    assert prune(sqlite, Retention(10**5), now=NOW) == {}
    assert b"xylophonist" not in left(tmp_path)


def test_a_large_index_is_merged_a_part_at_a_time_while_turns_are_stored(
    sqlite: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retaining, "_MERGED", 1)
    monkeypatch.setattr(retaining, "PAUSE", 0.0)
    archive = archive_of(sqlite, tmp_path)
    for part in range(4):
        archive.store([Talk(f"{part}-{number}").turn(f"xyl{part}q{number} " * 3) for number in range(20)])
    archive.store([Talk("late").turn("xylophonist")])
    erase(archive, "late")
    assert prune(sqlite, Retention(10**5), now=NOW) == {}
    assert b"xylophonist" not in left(tmp_path)
    with sqlite.begin() as connection:
        # Raises where what is indexed is not what is there.
        connection.execute(sa.text(f"INSERT INTO {INDEX}({INDEX}) VALUES ('integrity-check')"))
        found = connection.execute(sa.select(turns.c.conversation).where(condition(sqlite, "xyl3q7")))
        assert {name for (name,) in found} >= {"3-7"}


def test_of_a_channel_that_is_named_twice_the_last_number_counts() -> None:
    assert Retention.read(90, "sms=30,sms=10", 1).by_channel == {"sms": 10}


@pytest.mark.parametrize("value", ["sms=²", "sms=1.5", "sms=30=40", "sms 30", "web=60,sms=1e3"])
def test_a_refusal_names_the_setting_the_part_and_how_to_write_it(value: str) -> None:
    part = value.rpartition(",")[2]
    with pytest.raises(RetentionError, match=f"RLS_KEEP_DAYS_BY_CHANNEL: '{re.escape(part)}' .* write e.g. twilio_sms=30"):
        Retention.read(90, value, 30)


def test_the_settings_are_those_of_the_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = Settings(keep_days=45, keep_days_by_channel="sms=7", web_renewal_days=10)
    monkeypatch.setattr(retaining, "settings", lambda: chosen)
    assert retaining.retention() == Retention(45, {"sms": 7}, 45)
