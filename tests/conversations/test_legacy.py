"""A database of an earlier version: Rasa's own events, and the web channel's tables beside them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.conversations import database
from bot.conversations.erasure import Receipt, receipt_of
from bot.conversations.naming import digest
from bot.conversations.tables import conversations, events, feedback, turns
from tests.conversations.making import archive_of, begun, bot, user

SECRETS = ("Gonzalez", "maria@example.org", "416-555-0199")

OLD = (
    "CREATE TABLE events (id {serial} PRIMARY KEY, sender_id VARCHAR(255) NOT NULL, type_name VARCHAR(255) NOT NULL, timestamp FLOAT, "
    "intent_name VARCHAR(255), action_name VARCHAR(255), data TEXT)",
    "CREATE INDEX ix_events_sender_id ON events (sender_id)",
    "CREATE TABLE web_turns (sender VARCHAR(64), message VARCHAR(64), received FLOAT NOT NULL, answered FLOAT, reply TEXT, "
    "PRIMARY KEY (sender, message))",
    "CREATE TABLE web_feedback (sender VARCHAR(64), message VARCHAR(64), helpful BOOLEAN NOT NULL, word TEXT NOT NULL, at FLOAT NOT NULL, "
    "PRIMARY KEY (sender, message))",
    "CREATE TABLE web_deletions (digest VARCHAR(64) PRIMARY KEY, receipt VARCHAR(16) NOT NULL, at FLOAT NOT NULL, messages INTEGER NOT NULL)",
)


@pytest.fixture
def old(url: str) -> Engine:
    """Two conversations, feedback with words, and a receipt."""
    engine = database.engine(url)
    with engine.begin() as connection:
        for statement in OLD:
            serial = "SERIAL" if engine.dialect.name == "postgresql" else "INTEGER"
            connection.execute(sa.text(statement.format(serial=serial)))
        said = [
            *begun(),
            user("my name is Maria Gonzalez, mail maria@example.org", message_id="message-1"),
            bot("Hello Maria Gonzalez."),
            {"event": "slot", "name": "country", "value": "UK", "timestamp": 5.0},
            user("call 416-555-0199 about magnesium", message_id="message-2"),
            bot("It may help.", kind="clarify", topic=None),
        ]
        insert = sa.text("INSERT INTO events (sender_id, type_name, timestamp, data) VALUES (:sender, :type, :at, :data)")
        for sender in ("web-1", "web-2"):
            for event in said:
                values = {"sender": sender, "type": event["event"], "at": event["timestamp"], "data": json.dumps(event)}
                connection.execute(insert, values)
        connection.execute(sa.text("INSERT INTO web_turns VALUES ('web-1', 'message-1', 1.0, 2.0, 'Maria Gonzalez')"))
        feedback_row = {"helpful": False, "word": "told Maria Gonzalez nothing"}
        connection.execute(
            sa.text("INSERT INTO web_feedback VALUES ('web-1', 'message-1', :helpful, :word, 3.0)"), feedback_row
        )
        connection.execute(
            sa.text("INSERT INTO web_deletions VALUES (:digest, 'ABCD-EFGH', 4.0, 6)"), {"digest": digest("web-3")}
        )
    return engine


def test_everything_is_taken_over_redacted(old: Engine, tmp_path: Path) -> None:
    database.migrate(old)
    database.check(old)
    archive = archive_of(old, tmp_path)
    with old.connect() as connection:
        assert not set(sa.inspect(connection).get_table_names()) & {"old_events", "web_turns", "web_feedback", "web_deletions"}
        said = connection.execute(sa.select(turns.c.said).order_by(turns.c.id)).scalars().all()
        assert said == ["my name is <name>, mail <email>", "call <phone> about magnesium"] * 2
        assert connection.execute(sa.select(sa.func.count()).select_from(events)).scalar() == 16
        (row,) = connection.execute(sa.select(feedback)).all()
        assert (row.conversation, row.message, row.helpful, row.word) == ("web-1", "message-1", False, "told <name> nothing")
        listed = connection.execute(sa.select(conversations).order_by(conversations.c.conversation)).mappings().all()
        assert [(each["conversation"], each["turns"], each["unclear"], each["thumbs_down"]) for each in listed] == [
            ("web-1", 2, 1, 1),
            ("web-2", 2, 1, 0),
        ]
        text = "\n".join(
            str(row) for table in (events, turns, conversations) for row in connection.execute(sa.select(table)).all()
        )
    assert not [secret for secret in SECRETS if secret.casefold() in text.casefold()]
    assert receipt_of(archive, "web-3") == Receipt("ABCD-EFGH", 4.0, 6)
    known = archive.recent("web-1")
    assert known
    assert known[0]["now"]["slots"] == {"country": "UK"}


def test_nothing_of_the_words_is_left_in_the_file(tmp_path: Path) -> None:
    engine = database.engine(f"sqlite:///{tmp_path / 'conversations.db'}")
    with engine.begin() as connection:
        connection.execute(sa.text(OLD[0].format(serial="INTEGER")))
        data = json.dumps(user("my name is Maria Gonzalez"))
        connection.execute(
            sa.text("INSERT INTO events (sender_id, type_name, data) VALUES ('web-1', 'user', :data)"), {"data": data}
        )
    database.migrate(engine)
    engine.dispose()
    for path in tmp_path.iterdir():
        assert b"Gonzalez" not in path.read_bytes()


def test_a_migration_that_fails_leaves_the_old_tables(old: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.conversations import legacy

    def fail(*_: object) -> None:
        raise RuntimeError("the power went out")

    with monkeypatch.context() as patched:
        patched.setattr(legacy, "insert", fail)
        with pytest.raises(RuntimeError, match="power"):
            database.migrate(old)
    with old.connect() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM events WHERE sender_id = 'web-1'")).scalar() == 8
        assert not sa.inspect(connection).has_table("turns")
    database.migrate(old)
    database.check(old)
