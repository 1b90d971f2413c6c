"""A YAML file whose values know their lines: what is kept of it, and how each misfit is told."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from bot.knowledge.document import Document
from bot.knowledge.errors import KnowledgeError, KnowledgeErrors


class Tea(BaseModel):
    class Config:
        extra = "forbid"

    name: str
    cups: int = 1


def document(folder: Path, text: str) -> Document:
    path = folder / "tea.yml"
    path.write_bytes(text.encode())
    return Document.read(path)


def refusal(folder: Path, text: str) -> str:
    with pytest.raises((KnowledgeError, KnowledgeErrors)) as raised:
        document(folder, text).parse(Tea)
    assert str(raised.value).startswith(f"{folder / 'tea.yml'}:")
    return str(raised.value).removeprefix(f"{folder / 'tea.yml'}:")


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_files_of_other_editors_read_the_same(tmp_path: Path, end: str, mark: str) -> None:
    read = document(tmp_path, mark + end.join(["name: mint", "cups: 2", ""]))
    assert read.data == {"name": "mint", "cups": 2}
    assert read.line(("cups",)) == 2


def test_a_block_value_is_found_at_its_key(tmp_path: Path) -> None:
    read = document(tmp_path, "# a comment\n\nname: >\n  mint\n  and lemon\nkinds:\n  - green\n  - of: black\n")
    lines = {key: read.line(key) for key in (("name",), ("kinds",), ("kinds", 0), ("kinds", 1, "of"))}
    assert lines == {("name",): 3, ("kinds",): 6, ("kinds", 0): 7, ("kinds", 1, "of"): 8}


def test_what_is_missing_is_told_at_what_is_around_it(tmp_path: Path) -> None:
    read = document(tmp_path, "a:\n  b:\n    c: 1\n")
    assert read.line(("a", "b", "nothing", "there")) == 2
    assert read.line(("nothing",)) == 1
    assert str(read.error(("a", "x"), "no x", "add it")) == f"{tmp_path / 'tea.yml'}:1: no x; add it"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on: 2026-12-02", {"on": datetime.date(2026, 12, 2)}),
        ("yes: no", {"yes": False}),
        ("1: one", {"1": "one"}),
        ("due: 2028-02-29", {"due": datetime.date(2028, 2, 29)}),
        ("name: ", {"name": None}),
        ("- é\n- 睡眠\n- 🦵", ["é", "睡眠", "🦵"]),
        ("", None),
        ("# only a comment\n", None),
    ],
)
def test_keys_stay_words_and_values_become_what_they_are(tmp_path: Path, text: str, value: Any) -> None:
    assert document(tmp_path, text).data == value


def test_an_anchor_may_be_used_again(tmp_path: Path) -> None:
    assert document(tmp_path, "a: &one [1, 2]\nb: *one\n").data == {"a": [1, 2], "b": [1, 2]}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name: mint\n---\nname: lemon\n", "2: not YAML (but found another document)"),
        ("name: mint\nname: lemon\n", "2: 'name' stands twice; keep one of the two"),
        ("name: 'mint\n", "2: not YAML ("),
        ("name: mint\n\tcups: 2\n", "2: not YAML ("),
        ("name: mint\x07\n", "1: not YAML ("),
        ("name: mint\ncups: 2026-02-30\n", "2: not a value ("),
        ("name: !!python/name:os.system x\n", "1: not a value ("),
        ('name: !!int ""\n', "1: not a value ("),
        ("name: !!timestamp soon\n", "1: not a value ("),
        ("name: !!bool perhaps\n", "1: not a value ("),
        ("name: mint\ncups: &cups\n  - *cups\n", "too deep, or a value within itself; write it out"),
        ("- mint\n", "1: not a list of 'key: value' lines; see docs/knowledge.md"),
        ("mint\n", "1: not a list of 'key: value' lines"),
        ("cups: 2\n", "1: 'name' is missing; add 'name:'"),
        ("name: mint\nsugar: 1\n", "2: 'sugar' is not known; remove it or mend its name"),
        ("name: mint\ncups: many\n", "2: 'cups': value is not a valid integer; mend the value"),
    ],
)
def test_each_misfit_is_told_with_its_line_and_mend(tmp_path: Path, text: str, told: str) -> None:
    assert told in refusal(tmp_path, text)


def test_every_value_that_does_not_fit_has_its_own_line(tmp_path: Path) -> None:
    told = refusal(tmp_path, "cups: many\nsugar: 1\n").splitlines()
    assert len(told) == 3


def test_a_part_is_named_by_its_place(tmp_path: Path) -> None:
    read = document(tmp_path, "- name: mint\n- name: lemon\n  cups: many\n")
    assert read.parse(Tea, (0,)) == Tea(name="mint")
    with pytest.raises(KnowledgeErrors, match=r"tea\.yml:3: '1\.cups': "):
        read.parse(Tea, (1,))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match=r"none\.yml:1: no such file; create it or remove what names it"):
        Document.read(tmp_path / "none.yml")


def test_a_file_that_can_not_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "tea.yml").mkdir()
    with pytest.raises(KnowledgeError, match=r"tea\.yml:1: can't be read \(Is a directory\)"):
        Document.read(tmp_path / "tea.yml")


def test_another_encoding_is_named(tmp_path: Path) -> None:
    (tmp_path / "tea.yml").write_bytes("name: thé".encode("latin-1"))
    with pytest.raises(KnowledgeError, match=r"tea\.yml:1: not UTF-8 text; save the file as UTF-8"):
        Document.read(tmp_path / "tea.yml")


WORDS = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=12)
VALUES = st.recursive(
    WORDS | st.integers() | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=8,
)


@given(VALUES)
def test_what_was_written_is_read_and_each_value_has_a_line(tmp_path_factory: pytest.TempPathFactory, value: Any) -> None:
    text = yaml.safe_dump(value, allow_unicode=True)
    read = document(tmp_path_factory.getbasetemp(), text)
    assert read.data == value
    assert all(1 <= line <= text.count("\n") + 1 for line in read.lines.values())

    def held(part: Any, key: tuple[str | int, ...]) -> None:
        assert key in read.lines
        for step, inner in part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ():
            held(inner, (*key, step))

    held(value, ())
