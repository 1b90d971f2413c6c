"""How like the examples a message is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.nlu import examples as module
from bot.nlu.encoder import SentenceEncoder
from bot.nlu.examples import MOST_CHARACTERS, SHARPNESS, WORDS, Examples, Reader
from bot.nlu.vectors import Vectors
from bot.nlu.whole_numbers import Floats

TEXTS = ["does tea make my legs worse", "can children have it", "what is on television", "is cola a trigger"]


@pytest.fixture(scope="module")
def vectors() -> Floats:
    # What is rounded already is compared without a loss.
    return Vectors.rounded(SentenceEncoder().encode(TEXTS)).floats()


@pytest.fixture(scope="module")
def examples(vectors: Floats) -> Examples:
    return Examples.learn(TEXTS, vectors)


def test_a_message_is_most_like_the_example_that_it_is(examples: Examples, vectors: Floats) -> None:
    likeness = examples.likeness(TEXTS, vectors)
    assert likeness.shape == (4, 4)
    # Rounding leaves a length of nearly 1.
    itself = np.exp(SHARPNESS * ((vectors**2).sum(axis=1) - 1))
    assert np.allclose(itself, 1, atol=5e-3)
    assert np.allclose(np.diag(likeness), itself + 2 * WORDS, atol=1e-4)
    assert (likeness.argmax(axis=1) == range(4)).all()


def test_likeness_is_of_meaning_and_of_words(examples: Examples, vectors: Floats) -> None:
    meaning = np.exp(SHARPNESS * (vectors @ vectors[0] - 1))
    assert np.allclose(examples.likeness(["zzz"], vectors[:1])[0], meaning, atol=1e-5)
    assert examples.likeness(["television"], vectors[:1])[0, 2] > meaning[2] + 0.05


def test_texts_are_read_together_as_one_by_one(examples: Examples, vectors: Floats) -> None:
    together = examples.likeness(TEXTS, vectors)
    alone = [examples.likeness([text], vector[None, :])[0] for text, vector in zip(TEXTS, vectors, strict=True)]
    assert np.allclose(together, alone, atol=1e-6)


@pytest.mark.parametrize("rows", [1, 3, 100])
def test_the_likeness_among_the_examples_is_made_in_pieces(
    examples: Examples, vectors: Floats, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    monkeypatch.setattr(module, "ROWS", rows)
    assert np.allclose(np.triu(examples.among_themselves()), np.triu(examples.likeness(TEXTS, vectors)), atol=1e-5)


def test_the_middle_of_a_long_text_is_left_out(examples: Examples, vectors: Floats) -> None:
    ends = "tea " * (MOST_CHARACTERS // 4)
    half = MOST_CHARACTERS // 2
    long = f"{ends[:half]}{'children ' * 1000}{ends[-half:]}"
    both = examples.likeness([long, f"{ends[:half]} {ends[-half:]}"], vectors[:2][[0, 0]])
    assert np.allclose(both[0], both[1])


def test_what_was_saved_likens_the_same(examples: Examples, vectors: Floats, tmp_path: Path) -> None:
    examples.save(tmp_path)
    again = Examples.load(tmp_path)
    assert np.allclose(again.likeness(TEXTS, vectors), examples.likeness(TEXTS, vectors))


def test_a_reader_needs_only_the_words(examples: Examples, vectors: Floats) -> None:
    reader = Reader(SentenceEncoder(), examples)
    assert np.allclose(reader(TEXTS), examples.likeness(TEXTS, vectors), atol=1e-3)
