from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.conversations import retention as retaining
from bot.conversations.erasure import erase
from bot.conversations.retention import DAY, Retention, RetentionError, prune
from bot.conversations.tables import conversations, events, receipts, turns
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
