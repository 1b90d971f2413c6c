"""Every evidence fact is used, or its absence is explained."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from bot.knowledge.base import KnowledgeBase, read
from bot.knowledge.coverage import REASONS, page, uses
from bot.knowledge.errors import KnowledgeError, KnowledgeErrors
from bot.settings import ROOT

KNOWLEDGE = ROOT / "knowledge"


@pytest.fixture(scope="module")
def base() -> KnowledgeBase:
    return read(KNOWLEDGE)


def tried(tmp_path: Path, base: KnowledgeBase, reasons: str, facts: str = "") -> str:
    """What is wrong with a reasons file, and with a fact that is added."""
    (tmp_path / REASONS).write_text(reasons, encoding="utf-8")
    (tmp_path / "safety.yml").symlink_to(KNOWLEDGE / "safety.yml")
    (tmp_path / "facts.csv").write_text((KNOWLEDGE / "facts.csv").read_text(encoding="utf-8") + facts, encoding="utf-8")
    if facts:
        extra = base.facts["DEF-01"].copy(update={"id": "ZEB-01"})
        base = KnowledgeBase(base.groups, base.topics, base.sources, {**base.facts, "ZEB-01": extra})
    try:
        uses(tmp_path, base)
    except KnowledgeErrors as problem:
        return str(problem)
    return ""


def test_all_facts_are_there(base: KnowledgeBase) -> None:
    derived = [fact for fact in base.facts.values() if fact.status.startswith("derived")]
    assert (len(base.facts) - len(derived), len(derived)) == (400, 8)


def test_every_fact_is_used_or_explained(base: KnowledgeBase) -> None:
    assert all(use.used or use.reason for use in uses(KNOWLEDGE, base))


def test_whoever_names_a_fact_cites_what_it_rests_on(base: KnowledgeBase) -> None:
    # "expert" and "n/a" stand for no publication.
    for use in uses(KNOWLEDGE, base):
        sources = set(base.facts[use.fact].sources) & set(base.sources)
        if use.topics and sources:
            assert any(sources & set(base.topics[topic].sources) for topic in use.topics), use.fact


def test_the_page_is_up_to_date(base: KnowledgeBase) -> None:
    mend = "run 'rls knowledge coverage docs/coverage.md'"
    assert (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8") == page(base, uses(KNOWLEDGE, base)), mend


def test_the_page_names_every_fact(base: KnowledgeBase) -> None:
    text = page(base, uses(KNOWLEDGE, base))
    with (KNOWLEDGE / "facts.csv").open(encoding="utf-8", newline="") as file:
        assert all(f"| {row['id']} |" in text for row in csv.DictReader(file))


def test_a_fact_without_a_use_is_found(tmp_path: Path, base: KnowledgeBase) -> None:
    told = tried(tmp_path, base, "{}", "ZEB-01,Zebras,high,verified,aasm-2025\n")
    assert "facts.csv:410: nothing uses 'ZEB-01'; name it in a topic that tells it" in told


def test_a_reason_is_enough(tmp_path: Path, base: KnowledgeBase) -> None:
    assert tried(tmp_path, base, "ZEB-01: It is about zebras.", "ZEB-01,Zebras,high,verified,aasm-2025\n") == ""


def test_a_reason_shows_on_the_page(tmp_path: Path, base: KnowledgeBase) -> None:
    found = uses(KNOWLEDGE, base)
    unused = type(found[0])("DEF-01", (), (), "It is about zebras.")
    assert "| DEF-01 | high | verified | not used: It is about zebras. |" in page(base, [unused, *found[1:]])


@pytest.mark.parametrize(
    ("reasons", "told"),
    [
        ("DEF-01: No use.", "unused_facts.yml:1: 'DEF-01' is used after all; remove its reason"),
        ("NOT-01: No use.", "unused_facts.yml:1: there is no fact 'NOT-01'; remove it"),
        ("- DEF-01", "not a list of 'fact: reason' lines"),
        ("DEF-01:", "not a list of 'fact: reason' lines"),
    ],
)
def test_a_wrong_reason_is_found(tmp_path: Path, base: KnowledgeBase, reasons: str, told: str) -> None:
    assert told in tried(tmp_path, base, reasons)


def test_a_fact_of_a_safety_reply_is_used(base: KnowledgeBase) -> None:
    found = [use for use in uses(KNOWLEDGE, base) if use.safety]
    assert found
    assert all(use.used for use in found)
    text = page(base, uses(KNOWLEDGE, base))
    assert f"| {found[0].fact} |" in text
    assert f"safety: {found[0].safety[0]}" in text


def test_no_reasons_file_is_told(tmp_path: Path, base: KnowledgeBase) -> None:
    with pytest.raises(KnowledgeError, match=r"unused_facts\.yml:1: no such file"):
        uses(tmp_path, base)


def test_an_empty_reasons_file_gives_no_reasons(tmp_path: Path, base: KnowledgeBase) -> None:
    assert tried(tmp_path, base, "# every fact is used\n") == ""


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path, base: KnowledgeBase) -> None:
    told = tried(tmp_path, base, "DEF-01: No use.\nNOT-01: No use.\n", "ZEB-01,Zebras,high,verified,aasm-2025\n")
    assert [line.rpartition("/")[2].partition(";")[0] for line in told.splitlines()] == [
        "unused_facts.yml:2: there is no fact 'NOT-01'",
        "unused_facts.yml:1: 'DEF-01' is used after all",
        "facts.csv:410: nothing uses 'ZEB-01'",
    ]


def test_each_section_of_the_page_has_its_own_table(base: KnowledgeBase) -> None:
    text = page(base, uses(KNOWLEDGE, base))
    sections = list(dict.fromkeys(fact.section for fact in base.facts.values()))
    assert [line.removeprefix("## ") for line in text.splitlines() if line.startswith("## ")] == sections
    assert text.count("| fact | strength | status | used by |\n") == len(sections)
