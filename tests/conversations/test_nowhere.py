"""What could tell who wrote a message is nowhere on the disk, whatever happened meanwhile."""

from __future__ import annotations

import gzip
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.conversations import backup as copying
from bot.conversations import database, feedback
from bot.conversations.archive import Archive
from bot.conversations.spool import FILE, Spool
from tests.conversations.making import MEGABYTE
from tests.talk import Bot, Visitor

pytestmark = [pytest.mark.model, pytest.mark.filterwarnings("ignore")]

MARKS = (
    "zebulon",
    "quartermain",
    "zq77@example.org",
    "416-555-0142",
    "555-0142",
    "4111 1111 1111 1111",
    "12 rosewood",
    "1234-567-890-ab",
    "1961",
)
SAID = (
    "hi, my name is Zebulon Quartermain and my legs jump",
    "mail zq77@example.org, does magnesium help",
    "what about zebulon quartermain",
    "call 416-555-0142 or come to 12 Rosewood Avenue",
    "how much magnesium is in Zebulon Quartermain",
    "card 4111 1111 1111 1111, ohip 1234-567-890-AB, born 12/03/1961",
    "how much magnesium do I need a day?",
    "zebulon quartermain",
    "tell me more",
)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    """All that is logged at the level of `--verbose`."""
    file = tmp_path / "log"
    handler = logging.FileHandler(file)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield file
    root.setLevel(level)
    root.removeHandler(handler)
    handler.close()


def test_the_words_are_nowhere(bot: Bot, tmp_path: Path, log: Path) -> None:
    from bot.dialogue.tracker_store import GuideTrackerStore

    engine = database.engine(f"sqlite:///{tmp_path / 'c.db'}", patience=0.2)
    archive = Archive(engine, Spool(tmp_path / "spool", MEGABYTE))
    before = bot.agent.tracker_store
    bot.agent.tracker_store = bot.agent.processor.tracker_store = GuideTrackerStore(bot.agent.domain, archive=archive)
    found: list[tuple[str, Any]] = []
    try:
        visitor = Visitor(bot, "web-nowhere")
        for text in SAID:
            assert visitor.say(text).messages
        message = archive.history(visitor.name, 1)[0]["message"]
        feedback.rate(visitor.name, message, False, "I am Zebulon Quartermain, call 416-555-0142", archive)
        with closing(sqlite3.connect(tmp_path / "c.db")) as other:
            other.execute("BEGIN IMMEDIATE")
            for text in SAID:
                assert visitor.say(text).messages
            waiting = (tmp_path / "spool" / FILE).read_bytes()
            found += [("spool", mark) for mark in MARKS if mark.encode() in waiting.lower()]
            assert waiting
            copying.backup(engine, archive.spool, tmp_path / "backup.gz")
            other.rollback()
        logging.getLogger("tests").info("the log is written")
    finally:
        bot.agent.tracker_store = bot.agent.processor.tracker_store = before
        archive.close()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {"c.db", "log", "backup.gz"} <= {path.name for path in files}
    for path in files:
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        found += [(path.name, mark) for mark in MARKS if mark.encode() in content.lower()]
    assert not found
    assert b"the log is written" in log.read_bytes()
    # It was all there to be found: the messages were kept, without those words.
    with closing(sqlite3.connect(tmp_path / "c.db")) as kept:
        assert kept.execute("SELECT count(*) FROM turns WHERE said LIKE '%<name>%'").fetchone()[0] >= 3
