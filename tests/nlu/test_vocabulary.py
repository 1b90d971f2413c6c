"""The names that messages hold, as patterns."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import spacy
import yaml
from spacy.language import Language

from bot.nlu.vocabulary import patterns
from bot.settings import ROOT


def write(folder: Path, vocabulary: Any = None, names: Any = None, foods: Any = None) -> Path:
    """A knowledge folder with these names."""
    (folder / "foods").mkdir()
    (folder / "vocabulary.yml").write_text(yaml.safe_dump(vocabulary or {}), encoding="utf-8")
    (folder / "names.yml").write_text(yaml.safe_dump(names or []), encoding="utf-8")
    (folder / "foods" / "synonyms.yml").write_text(yaml.safe_dump({"foods": foods or {}}), encoding="utf-8")
    return folder


def named(folder: Path) -> set[tuple[str, str, str]]:
    """The patterns that are plain words: label, words, what they stand for."""
    return {(each["label"], each["pattern"], each["id"]) for each in patterns(folder) if isinstance(each["pattern"], str)}


def test_a_name_and_its_other_forms_stand_for_the_name(tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        {"sex": {"female": ["woman", "lady"]}},
        [{"generic": "pregabalin", "brands": ["Lyrica"], "spellings": ["pregablin"]}, {"generic": "zinc"}],
        {"oats": {"also": ["porridge"]}, "almonds": {}},
    )
    assert named(folder) == {
        ("sex", "female", "female"), ("sex", "woman", "female"), ("sex", "lady", "female"),
        ("medicine", "pregabalin", "pregabalin"), ("medicine", "Lyrica", "pregabalin"), ("medicine", "pregablin", "pregabalin"),
        ("medicine", "zinc", "zinc"),
        ("food", "oats", "oats"), ("food", "porridge", "oats"), ("food", "almonds", "almonds"),
    }  # fmt: skip


def test_lists_that_are_left_empty_are_no_names(tmp_path: Path) -> None:
    folder = write(tmp_path, names=[{"generic": "zinc", "brands": None, "spellings": None}], foods={"oats": {"also": None}})
    assert named(folder) == {("medicine", "zinc", "zinc"), ("food", "oats", "oats")}


@pytest.mark.parametrize("missing", ["vocabulary.yml", "names.yml", "foods/synonyms.yml"])
def test_a_file_that_is_missing_is_named(tmp_path: Path, missing: str) -> None:
    folder = write(tmp_path)
    (folder / missing).unlink()
    with pytest.raises(FileNotFoundError, match=re.escape(missing)):
        patterns(folder)


def test_the_knowledge_base_has_each_label_and_no_name_that_is_no_word() -> None:
    found = patterns(ROOT / "knowledge")
    assert {each["label"] for each in found} == {
        "food", "medicine", "supplement_form", "life_stage", "age", "sex", "amount", "body_part",
    }  # fmt: skip
    for label, words, stands_for in named(ROOT / "knowledge"):
        assert words.strip() == words != "", (label, words)
        assert stands_for


@pytest.fixture(scope="module")
def ruler(tmp_path_factory: pytest.TempPathFactory) -> Language:
    """The figures alone, without the knowledge base's names."""
    made = spacy.blank("en")
    made.add_pipe("entity_ruler", config={"phrase_matcher_attr": "LOWER"}).add_patterns(  # type: ignore[attr-defined]
        patterns(write(tmp_path_factory.mktemp("knowledge")))
    )
    return made


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("is 300 mg too much", [("amount", "300 mg")]),
        ("300mg or 0.5g or 400IU", [("amount", "300mg"), ("amount", "0.5g"), ("amount", "400IU")]),
        ("two tablets and a handful", [("amount", "two tablets")]),
        ("one cup of oats, 2 OZ of almonds", [("amount", "one cup"), ("amount", "2 OZ")]),
        ("I am 34 years old", [("age", "34 years")]),
        ("a 7-year-old", [("age", "7-year")]),
        ("aged 62", [("age", "aged 62")]),
        ("I'm 45", [("age", "I'm 45")]),
        ("im 45 and she is aged 50", [("age", "im 45"), ("age", "aged 50")]),
        ("at age 7 or in the 1990s", []),
        ("mg of it", []),
        ("I have had it for 3 weeks", []),
    ],
)
def test_amounts_and_ages(ruler: Language, text: str, found: list[tuple[str, str]]) -> None:
    assert [(entity.label_, entity.text) for entity in ruler(text).ents] == found
