"""The knowledge base in a database."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.knowledge import store, tables
from bot.knowledge.base import KnowledgeBase, read
from bot.knowledge.source import Source
from bot.knowledge.topic import Review


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


@pytest.mark.parametrize(
    "change",
    [
        tables.topics.update().values(grade="splendid"),
        tables.topics.update().values(consult=["astrologer"]),
        tables.sentences.delete(),
        tables.sentences.update().values(sources=[]),
        tables.questions.delete().where(tables.questions.c.position < 200),
        tables.sources.update().values(url="javascript:alert(1)"),
        tables.facts.update().values(status="verified"),
        tables.versions.delete(),
    ],
)
def test_whatever_was_changed_by_hand_is_refused_in_one_line(folder: Path, change: sqlalchemy.sql.Executable) -> None:
    engine = database(folder)
    store.save(read(folder), engine)
    with engine.begin() as connection:
        connection.execute(change)
    with pytest.raises(store.StoreError, match=r"^the knowledge database was changed by hand; run 'rls knowledge build'$"):
        store.load(engine)


def test_a_save_that_fails_leaves_what_was_there(folder: Path) -> None:
    engine, base = database(folder), read(folder)
    store.save(base, engine)
    twice = KnowledgeBase(base.groups, {**base.topics, "again": base.topics["caffeine"]}, base.sources, base.facts)
    with pytest.raises(sqlalchemy.exc.IntegrityError):
        store.save(twice, engine)
    assert store.load(engine) == base


def test_order_and_odd_letters_are_kept(folder: Path) -> None:
    base = read(folder)
    names = list(base.topics)[::-1]
    topics = {name: base.topics[name].copy(update={"ask": f"睡眠 🦵 {name} 'quoted' \"\n"}) for name in names}
    turned = KnowledgeBase(dict(reversed(base.groups.items())), topics, dict(reversed(base.sources.items())), base.facts)
    engine = store.engine("sqlite://")
    store.save(turned, engine)
    loaded = store.load(engine)
    assert loaded == turned
    assert [list(part) for part in (loaded.topics, loaded.groups, loaded.sources)] == [
        list(part) for part in (turned.topics, turned.groups, turned.sources)
    ]
    assert loaded.version == turned.version != base.version


def test_nothing_is_a_knowledge_base_too() -> None:
    engine, empty = store.engine("sqlite://"), KnowledgeBase({}, {}, {}, {})
    store.save(empty, engine)
    assert store.load(engine) == empty


def test_a_review_is_kept_with_its_days(folder: Path) -> None:
    base, engine = read(folder), store.engine("sqlite://")
    review = Review(status="reviewed", written="2024-02-29", due="2028-02-29", by="Dr Å", on="2026-12-31")
    topics = {**base.topics, "caffeine": base.topics["caffeine"].copy(update={"review": review})}
    store.save(KnowledgeBase(base.groups, topics, base.sources, base.facts), engine)
    assert store.load(engine).topics["caffeine"].review == review


@settings(deadline=None, max_examples=25)
@given(st.none() | st.integers(-9999, 9999) | st.text(max_size=16))
@example("²")
@example("٢٠٢٣")
@example("007")
@example("2023 (live)")
def test_whatever_stands_for_a_year_is_kept(year: int | str | None) -> None:
    source = Source(id="tea-2020", title="Tea", year=year, kind="rct", status="verified", read="All")
    engine = store.engine("sqlite://")
    store.save(KnowledgeBase({}, {}, {source.id: source}, {}), engine)
    assert store.load(engine).sources[source.id].year == source.year


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgres://guide:secret@db/knowledge", "'postgres://guide:***@db/knowledge'"),
        ("mysql://guide:se:cr@t@db/knowledge", "'mysql://guide:***@db/knowledge'"),
        ("postgresql+nothing://guide@db", "'postgresql+nothing://guide@db'"),
        ("var/knowledge.db", "'var/knowledge.db'"),
        ("", "''"),
    ],
)
def test_an_address_that_can_not_be_used_is_told_without_its_password(url: str, shown: str) -> None:
    with pytest.raises(store.StoreError) as raised:
        store.engine(url)
    assert str(raised.value) == f"RLS_DATABASE: {shown} is not a SQLAlchemy URL; write e.g. sqlite:///var/knowledge.db"


def test_the_folder_of_the_file_is_made(tmp_path: Path) -> None:
    store.migrate(store.engine(f"sqlite:///{tmp_path}/a/b/knowledge.db"))
    assert (tmp_path / "a" / "b" / "knowledge.db").exists()


def test_migrating_again_changes_nothing(folder: Path) -> None:
    engine, base = database(folder), read(folder)
    store.save(base, engine)
    store.migrate(engine)
    assert store.load(engine) == base
