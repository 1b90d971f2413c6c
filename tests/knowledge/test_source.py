"""Sources and the evidence facts: what is read, and how each broken row is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.knowledge.errors import KnowledgeError, KnowledgeErrors
from bot.knowledge.source import Kind, load_facts, load_sources
from tests.knowledge.conftest import write

SOURCE: dict[str, Any] = {"id": "tea-2020", "title": "Tea", "kind": "rct", "status": "verified", "read": "All of it"}
HEAD = "id,section,strength,status,sources\n"


def sources(folder: Path, *entries: dict[str, Any]) -> Any:
    write(folder / "sources.yml", [dict(entry) for entry in entries])
    return load_sources(folder / "sources.yml")


def facts(folder: Path, text: str) -> Any:
    (folder / "facts.csv").write_bytes(text.encode())
    return load_facts(folder / "facts.csv")


def test_sources_keep_their_order(tmp_path: Path) -> None:
    found = sources(tmp_path, SOURCE, {**SOURCE, "id": "a-2019"}, {**SOURCE, "id": "9-lives"})
    assert list(found) == ["tea-2020", "a-2019", "9-lives"]
    assert found["tea-2020"].url is None


@pytest.mark.parametrize(("year", "kept"), [(2020, 2020), ("2020", 2020), ("2023 (live)", "2023 (live)"), (None, None)])
def test_a_year_is_a_number_where_it_can_be(tmp_path: Path, year: Any, kept: Any) -> None:
    assert sources(tmp_path, {**SOURCE, "year": year})["tea-2020"].year == kept


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"id": "Tea 2020"}, "'0.id': "),
        ({"url": "ftp://example.org/tea"}, "'0.url': "),
        ({"url": "https://example.org/a b"}, "'0.url': "),
        ({"url": "javascript:alert(1)"}, "'0.url': "),
        ({"status": "read"}, "'0.status': "),
        ({"kind": "blog"}, "'0.kind': "),
        ({"read": None}, "'0.read': "),
        ({"doi": "10.1/tea"}, "'0.doi' is not known"),
    ],
)
def test_a_source_that_does_not_fit_is_told(tmp_path: Path, change: dict[str, Any], told: str) -> None:
    with pytest.raises(KnowledgeErrors) as raised:
        sources(tmp_path, {**SOURCE, **change})
    assert len(raised.value.errors) == 1
    assert told in str(raised.value)


def test_all_sources_that_do_not_fit_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeErrors) as raised:
        sources(tmp_path, {**SOURCE, "kind": "blog"}, SOURCE, SOURCE, {"id": "x"})
    told = [error.what for error in raised.value.errors]
    assert told[0].startswith("'0.kind'")
    assert told[1] == "source 'tea-2020' stands twice"
    assert {"'3.title' is missing", "'3.kind' is missing", "'3.status' is missing", "'3.read' is missing"} == set(told[2:])
    assert raised.value.errors[1].line == 11


@pytest.mark.parametrize("text", ["", "id: tea-2020\n", "tea\n"])
def test_no_list_of_sources_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "sources.yml").write_text(text, encoding="utf-8")
    with pytest.raises(KnowledgeErrors, match=r"sources\.yml:1: not a list of sources; start each source with '- id:'"):
        load_sources(tmp_path / "sources.yml")


def test_a_kind_is_told_in_words() -> None:
    assert Kind.RCT.text == "randomised trial"
    assert Kind.GOVERNMENT_FACT_SHEET.text == "government fact sheet"
    assert all("_" not in kind.text for kind in Kind)


def test_facts_keep_their_order_and_sources(tmp_path: Path) -> None:
    found = facts(tmp_path, HEAD + 'B-1,"Tea, mostly",high,verified,b-2020  a-2019\r\nA-1,Tea,low,from_memory,\n')
    assert list(found) == ["B-1", "A-1"]
    assert found["B-1"].section == "Tea, mostly"
    assert found["B-1"].sources == ("b-2020", "a-2019")
    assert found["A-1"].sources == ()


def test_a_list_without_facts_is_empty(tmp_path: Path) -> None:
    assert facts(tmp_path, HEAD) == facts(tmp_path, "") == {}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (HEAD + "A-1,Tea,low,verified\n", "2: a column is missing; give id, section, strength, status, sources"),
        (HEAD + "A-1,Tea,low,verified,a\n\n\nB-1\n", "5: a column is missing"),
        (HEAD + 'A-1,"Tea\nor not",low,verified,a\nB-1\n', "4: a column is missing"),
        ("id,section,status,sources\nA-1,Tea,verified,a\n", "2: a column is missing"),
        ("sources,id,section,strength,status\na,A-1,Tea,low\n", "2: a column is missing"),
        (HEAD + "A-1,Tea,low,verified,a\nA-1,Tea,high,verified,a\n", "3: fact 'A-1' stands twice; keep one of the two"),
    ],
)
def test_a_broken_row_is_told_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(KnowledgeError) as raised:
        facts(tmp_path, text)
    assert f"facts.csv:{told}" in str(raised.value)


def test_facts_that_are_not_there_are_told(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match=r"facts\.csv:1: no such file; restore knowledge/facts\.csv"):
        load_facts(tmp_path / "facts.csv")


def test_facts_in_another_encoding_are_told(tmp_path: Path) -> None:
    (tmp_path / "facts.csv").write_bytes((HEAD + "A-1,Thé,low,verified,a\n").encode("latin-1"))
    with pytest.raises(KnowledgeError, match=r"facts\.csv:1: not UTF-8 text; save the file as UTF-8"):
        load_facts(tmp_path / "facts.csv")
