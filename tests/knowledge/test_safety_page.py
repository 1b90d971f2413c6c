"""The made part of a page: what can't be renewed is told, and what a person wrote stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.knowledge.errors import KnowledgeError
from bot.knowledge.safety_page import END, START, renewed, tables
from bot.safety.rules import URGENT, RuleBook
from bot.settings import ROOT


@pytest.fixture(scope="module")
def book() -> RuleBook:
    return RuleBook.load(ROOT / "knowledge" / "safety.yml")


def page(folder: Path, text: str) -> Path:
    path = folder / "safety.md"
    path.write_text(text, encoding="utf-8")
    return path


def test_renewing_again_changes_nothing(book: RuleBook, tmp_path: Path) -> None:
    once = renewed(page(tmp_path, f"# Häzards\n{START}{END}\n\nThe end.\n"), book)
    assert once == f"# Häzards\n{START}\n\n{tables(book)}\n\n{END}\n\nThe end.\n"
    assert renewed(page(tmp_path, once), book) == once


@pytest.mark.parametrize("text", ["", START, END, f"{END} and then {START}"])
def test_both_marks_in_their_order_are_needed(book: RuleBook, tmp_path: Path, text: str) -> None:
    path = page(tmp_path, text)
    with pytest.raises(KnowledgeError) as raised:
        renewed(path, book)
    assert str(raised.value) == f"{path}:1: '{START}' or '{END}' is missing; restore both marks"


def test_a_page_in_another_encoding_is_told(book: RuleBook, tmp_path: Path) -> None:
    path = tmp_path / "safety.md"
    path.write_bytes(f"caf\xe9 {START}{END}".encode("latin-1"))
    with pytest.raises(KnowledgeError, match=r"safety\.md:1: not UTF-8 text; save the file as UTF-8"):
        renewed(path, book)


def test_a_folder_is_no_page(book: RuleBook, tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="can't be read: Is a directory; name the safety case"):
        renewed(tmp_path, book)


def test_every_row_has_as_many_cells_as_its_head(book: RuleBook) -> None:
    for table in tables(book).split("\n\n"):
        assert len({line.count("|") for line in table.splitlines()}) == 1, table.splitlines()[0]


def test_danger_is_said_to_be_urgent_and_a_boundary_is_not(book: RuleBook) -> None:
    rows = [line.split(" | ") for line in tables(book).partition("\n\n")[0].splitlines()[2:]]
    urgent = {cells[0].strip("| `"): cells[2] for cells in rows}
    assert {name for name, told in urgent.items() if told == "yes"} == set(URGENT)
