"""Opening what the bot looks things up in."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.knowledge import store
from bot.knowledge.base import read
from bot.knowledge.errors import KnowledgeError, KnowledgeErrors
from bot.knowledge.library import Library, library, renew
from bot.settings import ROOT, settings

# Reading all foods takes longer than all of these tests.
FOODS = {
    "foods.csv": "fdc_id,description,food_group,mg_per_100g,common_names,survey\n1,Oats,Cereal Grains,138,,\n",
    "portions.csv": "fdc_id,amount,measure,grams\n1,1,cup,80\n",
    "synonyms.yml": "foods:\n  oats: {group: grains, rows: {raw: 1}, portion: 1 cup}\n",
}


@pytest.fixture
def whole(folder: Path) -> Path:
    """The small folder with all that a library needs."""
    (folder / "foods").mkdir()
    for name, text in FOODS.items():
        (folder / "foods" / name).write_text(text, encoding="utf-8")
    shutil.copy(ROOT / "knowledge" / "safety.yml", folder)
    return folder


@pytest.fixture
def named(whole: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The settings name that folder and a database beside it."""
    monkeypatch.setenv("RLS_KNOWLEDGE", str(whole))
    monkeypatch.setenv("RLS_DATABASE", address(whole))
    settings.cache_clear()
    library.cache_clear()
    yield whole
    settings.cache_clear()
    library.cache_clear()


def address(folder: Path) -> str:
    return f"sqlite:///{folder / 'var' / 'knowledge.db'}"


def ask_anew(folder: Path) -> None:
    path = folder / "topics" / "caffeine.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("ask: ", "ask: Please. ", 1), encoding="utf-8")


def test_a_database_that_is_empty_is_filled_from_the_files(whole: Path) -> None:
    opened = Library.open(whole, address(whole))
    assert opened.base == read(whole)
    assert store.stored_version(store.engine(address(whole))) == opened.base.version


def test_a_database_that_is_there_is_taken_as_it_is(whole: Path) -> None:
    first = Library.open(whole, address(whole)).base
    ask_anew(whole)
    assert Library.open(whole, address(whole)).base == first
    store.save(read(whole), store.engine(address(whole)))
    assert Library.open(whole, address(whole)).base == read(whole) != first


def test_files_that_can_not_be_used_fill_no_database(whole: Path) -> None:
    (whole / "topics" / "caffeine.yml").write_text("id: 3\n", encoding="utf-8")
    with pytest.raises(KnowledgeErrors, match=r"caffeine\.yml"):
        Library.open(whole, address(whole))
    assert store.stored_version(store.engine(address(whole))) is None


@pytest.mark.parametrize("name", ["names.yml", "interactions.csv", "intake.csv", "safety.yml", "foods/synonyms.yml"])
def test_a_table_that_is_not_there_is_named(whole: Path, name: str) -> None:
    (whole / name).unlink()
    with pytest.raises((KnowledgeError, KnowledgeErrors), match=Path(name).name):
        Library.of(read(whole), whole)


def test_a_file_that_is_no_database_is_told_in_one_line(whole: Path) -> None:
    path = whole / "var" / "knowledge.db"
    path.parent.mkdir()
    path.write_text("just words, and more than a header's length of them" * 10, encoding="utf-8")
    with pytest.raises(store.StoreError, match=r"^the knowledge database does not answer or is no database; check RLS_"):
        Library.open(whole, address(whole))


def test_a_folder_is_no_database(whole: Path) -> None:
    with pytest.raises(store.StoreError, match="does not answer or is no database"):
        Library.open(whole, f"sqlite:///{whole}")


def test_it_is_opened_once(named: Path) -> None:
    assert library() is library()


def test_renewing_reads_the_database_again_and_tells_its_version(named: Path) -> None:
    first = library()
    ask_anew(named)
    assert renew() == first.base.version
    store.save(read(named), store.engine(address(named)))
    version = renew()
    assert version == read(named).version != first.base.version
    assert library().base.version == version
    assert library() is library()


def test_a_renewal_that_fails_keeps_what_was_open(named: Path) -> None:
    first = library()
    (named / "intake.csv").write_text("nonsense\n", encoding="utf-8")
    with pytest.raises((KnowledgeError, KnowledgeErrors)):
        renew()
    assert library() is first
