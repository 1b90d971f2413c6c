"""The tokenizer's time."""

from __future__ import annotations

import time

import pytest
import spacy
from spacy.language import Language

from bot.affixes import LONGEST, leave_long_words_whole


@pytest.fixture(scope="module")
def stock() -> Language:
    return spacy.blank("en")


@pytest.fixture(scope="module")
def ours() -> Language:
    pipeline = spacy.blank("en")
    leave_long_words_whole(pipeline)
    return pipeline


@pytest.mark.parametrize(
    "text",
    [
        'Does magnesium help (a lot)? "Yes!", they said... 0.5mg/day, e.g. at 3a.m., isn\'t it?!',
        "https://www.example.org/legs?at=night, www.example.org.",
        f"({'a' * (LONGEST - 3)}!)",
        "",
    ],
)
def test_what_people_write_is_taken_apart_as_ever(stock: Language, ours: Language, text: str) -> None:
    assert [token.text for token in ours(text)] == [token.text for token in stock(text)]


@pytest.mark.parametrize("word", ["?", "$", "%", ":)", "'", "…", "\U0001f600"])
def test_a_word_of_signs_takes_no_time(ours: Language, word: str) -> None:
    text = word * (10_000 // len(word))
    began = time.process_time()
    document = ours(text)
    # Fifteen seconds before.
    assert time.process_time() - began < 1
    assert document.text == text
