from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.conversations import search
from bot.conversations.search import condition
from bot.conversations.tables import turns
from tests.conversations.making import Talk, archive_of

SAID = ("does coffee make my legs worse", "walking helps me", "Café au lait at night", "is 400 mg too much", "%_ odd 100%")


@pytest.fixture
def filled(engine: Engine, tmp_path: Path) -> Engine:
    archive = archive_of(engine, tmp_path)
    for number, text in enumerate(SAID):
        archive.keep(Talk(f"c{number}").turn(text))
    return engine


def found(engine: Engine, words: str) -> list[str]:
    with engine.connect() as connection:
        return list(connection.execute(sa.select(turns.c.said).where(condition(engine, words)).order_by(turns.c.id)).scalars())


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("coffee", [0]),
        ("COFFEE legs", [0]),
        ("coffee walking", []),
        ("walk", [1]),
        ("walks", [1]),
        ("cof", [0]),
        ("400 mg", [3]),
        ("", range(5)),
        ("  ", range(5)),
        ("???", []),
        ("100%", [4]),
        ("nothing", []),
    ],
)
def test_it_works(filled: Engine, words: str, expected: list[int]) -> None:
    assert found(filled, words) == [SAID[number] for number in expected]


@pytest.mark.parametrize(
    "words",
    [
        '"',
        "'; DROP TABLE turns; --",
        "coffee OR walking",
        "NEAR(coffee walking)",
        "said:coffee AND",
        "a* b^ -c",
        "!coffee | (",
        "coffee:*",
    ],
)
def test_nothing_that_is_typed_is_an_operator(filled: Engine, words: str) -> None:
    assert len(found(filled, words)) <= 1
    assert len(found(filled, "")) == len(SAID)


def test_a_changed_and_a_deleted_turn(filled: Engine) -> None:
    with filled.begin() as connection:
        connection.execute(turns.update().where(turns.c.said == SAID[0]).values(said="tea"))
        connection.execute(turns.delete().where(turns.c.said == SAID[1]))
    assert found(filled, "coffee") == found(filled, "walking") == []
    assert found(filled, "tea") == ["tea"]


def test_of_a_frequent_word_the_newest_are_found(filled: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MOST", 2)
    archive = archive_of(filled, tmp_path)
    for number in range(4):
        archive.keep(Talk(f"n{number}").turn(f"magnesium {number}"))
    assert found(filled, "magnesium") == ["magnesium 2", "magnesium 3"]


def test_tables_that_are_made_without_a_migration_have_it_too() -> None:
    engine = sa.create_engine("sqlite://")
    turns.create(engine)
    assert found(engine, "coffee") == []
