"""The places where popular claims and guidelines differ: each is told by a topic."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from bot.knowledge.base import KnowledgeBase, read
from bot.settings import ROOT

ROWS: list[dict[str, Any]] = yaml.safe_load((ROOT / "knowledge" / "differences.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def base() -> KnowledgeBase:
    return read(ROOT / "knowledge")


def test_all_rows_are_there() -> None:
    assert [row["id"] for row in ROWS] == list(range(1, 29))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['id']}-{row['topic']}")
def test_the_answer_says_both_sides(base: KnowledgeBase, row: dict[str, Any]) -> None:
    topic = base.topics[row["topic"]]
    text = " ".join((topic.text, topic.ask, topic.detail_text))
    missing = [pattern for pattern in row["must_say"] if not re.search(pattern, text, re.I)]
    assert missing == []
    assert row["id"] in topic.differences


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row["id"]))
def test_its_sources_are_known_and_the_topic_cites_one(base: KnowledgeBase, row: dict[str, Any]) -> None:
    assert set(row["sources"]) <= set(base.sources)
    assert set(row["sources"]) & set(base.topics[row["topic"]].sources)


def test_topics_name_only_rows_that_are_there(base: KnowledgeBase) -> None:
    known = {row["id"] for row in ROWS}
    assert {number for topic in base.topics.values() for number in topic.differences} <= known
