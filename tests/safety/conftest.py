"""The real rules, loaded once, and the meaning that was trained."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from bot.nlu.encoder import SentenceEncoder
from bot.nlu.examples import Examples, Reader
from bot.nlu.kernel import KernelMachine
from bot.nlu.understanding import DANGER
from bot.safety.meaning import Liken, Meaning
from bot.safety.replies import Replies
from bot.safety.rules import RuleBook
from bot.safety.screen import Screen
from bot.settings import ROOT


@pytest.fixture(scope="session")
def safety_file() -> Path:
    return ROOT / "knowledge" / "safety.yml"


@pytest.fixture(scope="session")
def book(safety_file: Path) -> RuleBook:
    return RuleBook.load(safety_file)


@pytest.fixture(scope="session")
def screen(book: RuleBook) -> Screen:
    return Screen(book)


@pytest.fixture(scope="session")
def replies(book: RuleBook) -> Replies:
    return Replies(book)


@pytest.fixture(scope="session")
def encoder() -> SentenceEncoder:
    return SentenceEncoder()


@pytest.fixture(scope="session")
def prepared(book: RuleBook, encoder: SentenceEncoder, trained_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Screen:
    """The screen of the trained model: rules and meaning."""
    folder = tmp_path_factory.mktemp("model")
    with tarfile.open(trained_model) as archive:
        archive.extractall(folder, [member for member in archive if "Understanding" in member.name])
    (part,) = (path.parent for path in folder.rglob(f"{DANGER}.npy"))
    screen = Screen(book)
    screen.meaning = Meaning(Reader(encoder, Examples.load(part)), KernelMachine.load(part, DANGER))
    return screen


@pytest.fixture(scope="session")
def liken(prepared: Screen) -> Liken:
    """How like the examples a text is."""
    assert prepared.meaning
    return prepared.meaning.liken
