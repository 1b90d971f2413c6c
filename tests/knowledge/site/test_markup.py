"""What search engines are told: only what the page says, and nothing that is not so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.base import KnowledgeBase, read
from bot.knowledge.site.markup import dumped, page_data, topic_data
from bot.knowledge.topic import Review


def told(base: KnowledgeBase, **changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(topic_data(base.topics["caffeine"].copy(update=changes), base, None))
    return found


def test_a_source_is_told_by_what_is_known_of_it(folder: Path) -> None:
    base = read(folder)
    name = base.topics["caffeine"].sources[0]
    bare = base.sources[name].copy(update={"by": None, "year": None, "url": None})
    sources = {**base.sources, name: bare}
    first, *others = told(KnowledgeBase(base.groups, base.topics, sources, base.facts))["citation"]
    assert first == {"@type": "CreativeWork", "name": bare.title}
    assert all({"name", "author", "url"} <= other.keys() for other in others)


def test_a_year_is_text(folder: Path) -> None:
    base = read(folder)
    name = base.topics["caffeine"].sources[0]
    for year in (2020, "2023 (live)"):
        sources = {**base.sources, name: base.sources[name].copy(update={"year": year})}
        assert told(KnowledgeBase(base.groups, base.topics, sources, base.facts))["citation"][0]["datePublished"] == str(year)


def test_a_review_is_told_only_where_a_clinician_read_it(folder: Path) -> None:
    dates = {"written": "2026-11-24", "due": "2027-11-24"}
    read_by = {"by": "Dr A", "on": "2028-02-29"}
    base = read(folder)
    reviewed = told(base, review=Review(status="reviewed", **read_by, **dates))
    assert reviewed["lastReviewed"] == "2028-02-29"
    assert reviewed["reviewedBy"] == {"@type": "Person", "name": "Dr A"}
    planned = told(base, review=Review(status="unreviewed", **read_by, **dates))
    assert not {"lastReviewed", "reviewedBy"} & planned.keys()
    assert planned["dateCreated"] == "2026-11-24"


def test_an_address_is_told_where_there_is_one(folder: Path) -> None:
    base = read(folder)
    url = "https://example.org/topics/caffeine.html"
    assert json.loads(topic_data(base.topics["caffeine"], base, url))["url"] == url
    assert "url" not in told(base)
    assert json.loads(page_data("All", url, []))["url"] == url
    assert not {"url", "hasPart"} & json.loads(page_data("All", None, [])).keys()


def test_parts_keep_their_order() -> None:
    assert [part["name"] for part in json.loads(page_data("All", None, ["b", "a"]))["hasPart"]] == ["b", "a"]


@pytest.mark.parametrize("text", ["</script>", "<!--", "]]>", "&lt;", "\u2028", "é 睡眠 🦵"])
def test_no_text_ends_the_element_or_changes(text: str) -> None:
    assert not set("<>&") & set(dumped({"a": text}))
    assert json.loads(dumped({"a": text})) == {"a": text}


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=20) | st.lists(st.text(max_size=8), max_size=3), max_size=3))
def test_whatever_is_written_is_read(data: dict[str, Any]) -> None:
    assert json.loads(dumped(data)) == data
    assert not set("<>&") & set(dumped(data))
