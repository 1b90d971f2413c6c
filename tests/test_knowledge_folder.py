from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.knowledge.base import KnowledgeBase, read
from bot.knowledge.errors import KnowledgeError, KnowledgeErrors
from bot.knowledge_folder import read_all
from bot.settings import ROOT


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "knowledge", tmp_path / "knowledge"))


@pytest.fixture(scope="module")
def base() -> KnowledgeBase:
    return read(ROOT / "knowledge")


def test_a_folder_that_is_whole_is_the_knowledge_base(folder: Path, base: KnowledgeBase) -> None:
    assert read_all(folder).version == base.version


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("safety.yml", "words:", "wrods:"),
        ("disclaimer.yml", "default:", "usual:"),
        ("intake.csv", ",female,", ",woman,"),
        ("interactions.csv", "\n", "\nnothing,\n"),
        ("names.yml", "generic:", "generik:"),
        ("foods/synonyms.yml", "\nfoods:", "\nfood:"),
        ("vocabulary.yml", "\n", "\n- {\n"),
        ("languages.yml", "\n", "\n- {\n"),
    ],
)
def test_a_file_beside_the_topics_that_can_not_be_used_is_named(
    folder: Path, base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch, name: str, old: str, new: str
) -> None:
    # The topics are as they were, and take seconds to read.
    monkeypatch.setattr("bot.knowledge_folder.read", lambda folder: base)
    path = folder / name
    content = path.read_text(encoding="utf-8")
    assert old in content
    path.write_text(content.replace(old, new, 1), encoding="utf-8")
    with pytest.raises((KnowledgeError, KnowledgeErrors)) as refusal:
        read_all(folder)
    assert Path(name).name in str(refusal.value)
