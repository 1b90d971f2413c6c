from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bot.safety.meaning import HARMLESS, MOST_PARTS, THRESHOLD, Meaning, parts

Floats = NDArray[np.float32]
CALM = "The garden was lovely and we had tea with my sister in the shade. "


class Words:
    """A machine that knows danger by one word."""

    intents = ("crisis_self_harm", "emergency", HARMLESS)

    def scores(self, text: str, vector: Floats) -> Floats:
        likely = 0.9 if "danger" in text and len(text.split()) < 20 else 0.0
        return np.array([likely / 3, likely * 2 / 3, 1 - likely], dtype=np.float32)


class Encoder:
    """Counts what it is asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, texts: Sequence[str]) -> Floats:
        self.asked += texts
        return np.zeros((len(texts), 384), dtype=np.float32)


def read(text: str, encode: Encoder | None = None, threshold: float = THRESHOLD) -> str | None:
    return Meaning(encode or Encoder(), Words()).category(np.zeros(384, dtype=np.float32), text, threshold)


def test_it_works() -> None:
    assert read("there is danger") == "emergency"
    assert read("there is none") is None


def test_the_kinds_of_danger_count_together() -> None:
    score, category = Meaning(Encoder(), Words()).score("danger", np.zeros(384, dtype=np.float32))
    assert (round(score, 3), category) == (0.9, "emergency")


def test_a_higher_threshold_asks_for_more() -> None:
    assert read("there is danger", threshold=0.95) is None


def test_a_short_message_is_read_once() -> None:
    encode = Encoder()
    read("tea. cake. there is danger here.", encode)
    assert encode.asked == []


def test_a_long_message_is_read_in_parts_too() -> None:
    assert read(CALM * 2 + "now there is danger here. " + CALM) == "emergency"


def test_of_a_very_long_message_both_ends_are_read() -> None:
    encode = Encoder()
    assert read("first there is danger here. " + CALM * 30, encode) == "emergency"
    assert read(CALM * 30 + "at last there is danger here.", encode) == "emergency"
    assert len(encode.asked) == 2 * MOST_PARTS


def test_parts_are_the_sentences_that_say_enough() -> None:
    assert parts("short and sweet. " * 3) == []
    assert parts(CALM + "Yes. " + CALM) == [CALM.strip(" .")] * 2
    # One sentence is no part of itself.
    assert parts("and so on " * 20) == []
