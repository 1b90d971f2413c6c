from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.conversations import database
from bot.conversations.archive import Archive, Away
from bot.conversations.feedback import rate
from bot.conversations.spool import Spool
from bot.conversations.tables import conversations, feedback
from tests.conversations.making import MEGABYTE, MarkFinder, Talk, archive_of


def test_it_is_tied_to_its_answer(engine: Engine, tmp_path: Path) -> None:
    archive = archive_of(engine, tmp_path)
    batch = Talk("a").turn("does coffee matter")
    archive.keep(batch)
    message = batch.turns[0]["message"]
    for helpful, word, down in ((True, "", 0), (False, "ask SECRETname", 1), (False, "no", 1), (True, "", 0)):
        rate("a", message, helpful, word, archive, MarkFinder())
        with engine.connect() as connection:
            (row,) = connection.execute(sa.select(feedback)).all()
            assert connection.execute(sa.select(conversations.c.thumbs_down)).scalar() == down
        assert (row.helpful, row.topic, row.knowledge) == (helpful, "caffeine", "version-1")
        assert row.word == word.replace("SECRETname", "<name>")


def test_of_a_message_that_nobody_knows(engine: Engine, tmp_path: Path) -> None:
    archive = archive_of(engine, tmp_path)
    rate("a", "message-1", False, "", archive)
    with engine.connect() as connection:
        assert connection.execute(sa.select(feedback.c.topic)).scalar() is None


def test_a_database_that_is_away_is_told(tmp_path: Path) -> None:
    archive = Archive(database.engine("postgresql://nobody@127.0.0.1:1/none"), Spool(tmp_path, MEGABYTE))
    with pytest.raises(Away):
        rate("a", "message-1", True, "", archive)
