from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy.engine import Engine

from bot.channels.messaging import tables as messaging
from bot.console.filter import Filter
from bot.console.listing import Listing
from bot.console.tables import metadata
from bot.conversations import database
from bot.conversations.archive import insert
from tests.conversations.making import Talk, archive_of


def test_the_tables_are_the_ones_that_are_described(engine: Engine) -> None:
    def ours(obj: object, name: str | None, kind: str, reflected: bool, other: object) -> bool:
        # The index of the visitor's words is the databases' own matter.
        return not (name or "").startswith(("turns_text", "turns_words", "words")) and name != database.VERSIONS

    # Described elsewhere, and described once the module is known.
    assert messaging.outbox.metadata is metadata
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": ours})
        assert compare_metadata(context, metadata) == []


def test_migrating_again_changes_nothing(engine: Engine) -> None:
    database.migrate(engine)
    database.check(engine)


def test_a_database_that_was_never_migrated_is_told(url: str) -> None:
    with pytest.raises(database.DatabaseError, match="at version none and the bot needs 0"):
        database.check(database.engine(url))


@pytest.mark.parametrize(
    ("url", "told"),
    [("nonsense", "not a SQLAlchemy URL"), ("mysql://localhost/x", "mysql is not supported"), ("oracle://x", "not supported")],
)
def test_a_database_that_can_not_be_used_is_told(url: str, told: str) -> None:
    with pytest.raises(database.DatabaseError, match=told):
        database.engine(url)


def test_a_database_that_does_not_answer_is_told() -> None:
    with pytest.raises(database.DatabaseError, match="does not answer"):
        database.check(database.engine("postgresql://nobody@127.0.0.1:1/none"))


def test_what_is_deleted_is_overwritten(sqlite: Engine) -> None:
    with sqlite.connect() as connection:
        assert connection.execute(sa.text("PRAGMA secure_delete")).scalar() == 1


@pytest.mark.parametrize("version", ["0001", "0002", "0003"])
def test_what_a_filled_database_of_an_older_version_holds_stays(url: str, tmp_path: Path, version: str) -> None:
    engine = database.engine(url)
    config = Config()
    config.set_main_option("script_location", str(database.MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, version)
    # The tables that hold what visitors said have had the same columns since the first version.
    archive, talk = archive_of(engine, tmp_path), Talk("a")
    batches = [talk.turn("does coffee matter"), talk.turn("one leg is swollen", safety="emergency", kind="safety")]
    with engine.begin() as connection:
        for batch in batches:
            insert(connection, batch)
    database.migrate(engine)
    database.check(engine)
    assert [turn["said"] for turn in archive.history("a", 10)] == ["does coffee matter", "one leg is swollen"]
    known = archive.recent("a")
    assert known
    assert known[0] == talk.state
    with engine.connect() as connection:
        for narrowed, number in (("words=swollen", 1), ("safety=emergency", 1), ("topic=alcohol", 0)):
            chosen, _ = Filter.read(dict([narrowed.split("=")]))
            assert len(Listing(connection, chosen).page().rows) == number, narrowed
    engine.dispose()
