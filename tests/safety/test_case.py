"""The safety case names what there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.knowledge.errors import KnowledgeError
from bot.knowledge.safety_page import END, START, renewed, tables
from bot.safety.rules import CATEGORIES, RuleBook
from bot.settings import ROOT

CASE = ROOT / "docs" / "safety.md"


def test_the_made_part_is_up_to_date(book: RuleBook) -> None:
    assert CASE.read_text(encoding="utf-8") == renewed(CASE, book), "run 'rls knowledge safety docs/safety.md'"


def test_every_test_that_it_names_is_there() -> None:
    named = set(re.findall(r"`(test_\w+)`", CASE.read_text(encoding="utf-8")))
    written = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    assert len(named) > 20
    assert {name for name in named if f"def {name}(" not in written} == set()


def test_every_hazard_has_a_test() -> None:
    rows = re.findall(r"^\| ([A-Z].*?) \|$", CASE.read_text(encoding="utf-8").partition(START)[0], re.M)
    hazards = [row.split(" | ") for row in rows]
    assert len(hazards) >= 15
    assert [cells[0] for cells in hazards if "`test_" not in cells[2]] == []


def test_every_rule_category_and_country_is_in_the_tables(book: RuleBook) -> None:
    text = tables(book)
    for name in [*CATEGORIES, *(rule.id for rule in book.rules)]:
        assert f"`{name}`" in text
    for country in book.file.countries.values():
        assert country.crisis in text


def test_a_page_without_the_marks_is_refused(book: RuleBook, tmp_path: Path) -> None:
    page = tmp_path / "safety.md"
    page.write_text(f"{START} but no end", encoding="utf-8")
    with pytest.raises(KnowledgeError, match="restore both marks"):
        renewed(page, book)


def test_a_page_that_is_not_there_is_refused(book: RuleBook, tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="can't be read"):
        renewed(tmp_path / "none.md", book)


def test_only_the_made_part_changes(book: RuleBook, tmp_path: Path) -> None:
    page = tmp_path / "safety.md"
    page.write_text(f"before {START} what was there {END} after", encoding="utf-8")
    text = renewed(page, book)
    assert text.startswith("before ")
    assert text.endswith(" after")
    assert "what was there" not in text


def test_nothing_is_left_to_fill_in() -> None:
    assert "@@" not in CASE.read_text(encoding="utf-8")
