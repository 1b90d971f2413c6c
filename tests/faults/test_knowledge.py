"""Knowledge that is half written when the server is told to read it: answers stay as they were."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot.knowledge import library as module
from bot.knowledge import store
from bot.knowledge.base import read
from bot.knowledge.library import library, renew
from bot.settings import ROOT, settings


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A knowledge base of its own, built and opened."""
    shutil.copytree(ROOT / "knowledge", tmp_path / "knowledge")
    monkeypatch.setenv("RLS_KNOWLEDGE", str(tmp_path / "knowledge"))
    monkeypatch.setenv("RLS_DATABASE", f"sqlite:///{tmp_path / 'knowledge.db'}")
    settings.cache_clear()
    library.cache_clear()
    library()
    yield tmp_path / "knowledge"
    settings.cache_clear()
    library.cache_clear()


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_what_was_built_is_answered_after_a_renewal(copy: Path) -> None:
    change(copy / "topics" / "augmentation.yml", "title: What is augmentation?", "title: What does augmentation mean?")
    store.save(read(copy), store.engine(settings().database))
    assert library().base.topics["augmentation"].title == "What is augmentation?"
    renew()
    assert library().base.topics["augmentation"].title == "What does augmentation mean?"


@pytest.mark.parametrize("file", ["names.yml", "foods/synonyms.yml", "safety.yml"])
def test_a_file_that_is_half_written_changes_nothing(copy: Path, file: str) -> None:
    before = library()
    path = copy / file
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2] + b"\n  - {")
    with pytest.raises(Exception, match=file.rsplit("/", 1)[-1]):
        renew()
    assert library() is before


def test_a_database_that_is_gone_changes_nothing(copy: Path, tmp_path: Path) -> None:
    before = library()
    (tmp_path / "knowledge.db").write_bytes(b"no database, only words" * 1000)
    with pytest.raises(Exception, match="database"):
        renew()
    assert library() is before


def test_the_server_says_so_and_goes_on(copy: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.server import reload_knowledge

    def broken() -> str:
        raise RuntimeError("half written")

    monkeypatch.setattr(module, "renew", broken)
    with caplog.at_level(logging.WARNING):
        asyncio.run(reload_knowledge(SimpleNamespace(ctx=SimpleNamespace(agent=None))))
    assert "answers stay as they were" in caplog.text


def test_where_the_disclaimer_can_not_be_read_answers_stay_as_they_were(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.server import reload_knowledge

    before = library()
    (settings().knowledge / "disclaimer.yml").write_text("wordings: {}", encoding="utf-8")
    asyncio.run(reload_knowledge(SimpleNamespace(ctx=SimpleNamespace(agent=None))))
    assert library() is before
