from __future__ import annotations

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.engine import Engine

from bot.channels.messaging import tables as messaging
from bot.console.tables import metadata
from bot.conversations import database


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
