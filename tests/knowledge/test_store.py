"""The knowledge base in a database."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy

from bot.knowledge import store, tables
from bot.knowledge.base import read


def database(folder: Path) -> sqlalchemy.engine.Engine:
    return store.engine(f"sqlite:///{folder / 'var' / 'knowledge.db'}")


def test_what_is_loaded_is_what_was_saved(folder: Path) -> None:
    base = read(folder)
    engine = database(folder)
    store.save(base, engine)
    assert store.load(engine) == base
    assert store.load(engine).version == base.version == store.stored_version(engine)


def test_saving_again_replaces(folder: Path) -> None:
    engine = database(folder)
    store.save(read(folder), engine)
    path = folder / "topics" / "caffeine.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("ask: ", "ask: Please. ", 1), encoding="utf-8")
    store.save(read(folder), engine)
    assert store.load(engine) == read(folder)


def test_an_empty_database_says_what_to_do(folder: Path) -> None:
    with pytest.raises(store.StoreError, match="run 'rls knowledge build'"):
        store.load(database(folder))
    assert store.stored_version(database(folder)) is None


def test_a_database_changed_by_hand_is_refused(folder: Path) -> None:
    engine = database(folder)
    store.save(read(folder), engine)
    with engine.begin() as connection:
        connection.execute(tables.topics.update().values(ask="Take more."))
    with pytest.raises(store.StoreError, match="changed by hand"):
        store.load(engine)


def test_the_migrations_make_the_tables_that_the_code_uses(folder: Path) -> None:
    engine = database(folder)
    store.migrate(engine)
    inspector = sqlalchemy.inspect(engine)
    for table in tables.metadata.sorted_tables:
        assert {column["name"] for column in inspector.get_columns(table.name)} == set(table.columns.keys())


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(store.StoreError, match="not a SQLAlchemy URL"):
        store.engine("nonsense")
