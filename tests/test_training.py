"""What a model depends on, and what may change without a training."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.settings import ROOT, settings
from bot.training import fingerprint


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the knowledge base that the settings name."""
    shutil.copytree(ROOT / "knowledge", tmp_path / "knowledge")
    monkeypatch.setenv("RLS_KNOWLEDGE", str(tmp_path / "knowledge"))
    settings.cache_clear()
    yield tmp_path / "knowledge"
    settings.cache_clear()


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("topics/augmentation.yml", "  - what is augmentation\n", "  - what is this augmentation\n"),
        ("topics/augmentation.yml", "group: augmentation", "group: magnesium"),
        ("safety.yml", "id:", "id: "),
        ("vocabulary.yml", "\n", "\n# A word.\n"),
    ],
)
def test_what_is_trained_on_needs_another_model(copy: Path, file: str, old: str, new: str) -> None:
    before = fingerprint()
    change(copy / file, old, new)
    assert fingerprint() != before


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("topics/augmentation.yml", "title: What is augmentation?", "title: What does augmentation mean?"),
        ("sources.yml", "\n", "\n# A word.\n"),
        ("disclaimer.yml", "\n", "\n# A word.\n"),
    ],
)
def test_what_is_only_said_does_not(copy: Path, file: str, old: str, new: str) -> None:
    before = fingerprint()
    change(copy / file, old, new)
    assert fingerprint() == before


def test_a_topic_that_is_half_written_has_a_fingerprint_too(copy: Path) -> None:
    before = fingerprint()
    (copy / "topics" / "augmentation.yml").write_text("id: [", encoding="utf-8")
    assert fingerprint() != before


def test_a_model_of_other_content_is_not_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.dialogue.agent import fitting_model
    from bot.dialogue.errors import NoModel

    monkeypatch.setenv("RLS_MODELS", str(tmp_path))
    settings.cache_clear()
    try:
        with pytest.raises(NoModel, match="there is none at all; run 'rls train'"):
            fitting_model()
        (tmp_path / "rls-guide-000000000000.tar.gz").touch()
        with pytest.raises(NoModel, match=r"rls-guide-000000000000\.tar\.gz, was made from other content; run 'rls train'"):
            fitting_model()
    finally:
        settings.cache_clear()


def test_a_broken_model_is_named(tmp_path: Path) -> None:
    from bot.dialogue.errors import BrokenModel
    from bot.dialogue.processor import GuideProcessor

    for content in (b"", b"half of a file", b"\x1f\x8b\x08\x00half"):
        (tmp_path / "model.tar.gz").write_bytes(content)
        with pytest.raises(BrokenModel, match=r"model\.tar\.gz can't be read .*delete it and run 'rls train'"):
            GuideProcessor._load_model(tmp_path / "model.tar.gz")


def test_a_topic_with_a_day_that_there_is_none_has_a_fingerprint_too(copy: Path) -> None:
    before = fingerprint()
    topic = copy / "topics" / "augmentation.yml"
    topic.write_text(topic.read_text(encoding="utf-8") + "since: 2026-02-30\n", encoding="utf-8")
    assert fingerprint() != before
