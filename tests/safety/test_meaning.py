from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bot.safety.meaning import HARMLESS, MOST_PARTS, THRESHOLD, Meaning, parts

Floats = NDArray[np.float32]
CALM = "The garden was lovely and we had tea with my sister in the shade. "


class Words:
    """A machine that knows danger by one example."""

    intents = ("crisis_self_harm", "emergency", HARMLESS)

    def scores(self, likeness: Floats) -> Floats:
        likely = float(likeness[0])
        return np.array([likely / 3, likely * 2 / 3, 1 - likely], dtype=np.float32)


class Likener:
    """Knows one example, which a text is like by one word; counts what it is asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, texts: Sequence[str]) -> Floats:
        self.asked += texts
        return np.array([[0.9 if "danger" in text and len(text.split()) < 20 else 0.0] for text in texts], dtype=np.float32)


def read(text: str, liken: Likener | None = None, threshold: float = THRESHOLD) -> str | None:
    return Meaning(liken or Likener(), Words()).category(Likener()([text])[0], text, threshold)


def test_it_works() -> None:
    assert read("there is danger") == "emergency"
    assert read("there is none") is None


def test_the_kinds_of_danger_count_together() -> None:
    score, category = Meaning(Likener(), Words()).score(Likener()(["danger"])[0])
    assert (round(score, 3), category) == (0.9, "emergency")


def test_a_higher_threshold_asks_for_more() -> None:
    assert read("there is danger", threshold=0.95) is None


def test_a_short_message_is_read_once() -> None:
    liken = Likener()
    read("tea. cake. there is danger here.", liken)
    assert liken.asked == []


def test_a_long_message_is_read_in_parts_too() -> None:
    assert read(CALM * 2 + "now there is danger here. " + CALM) == "emergency"


def test_of_a_very_long_message_both_ends_are_read() -> None:
    liken = Likener()
    assert read("first there is danger here. " + CALM * 30, liken) == "emergency"
    assert read(CALM * 30 + "at last there is danger here.", liken) == "emergency"
    assert len(liken.asked) == 2 * MOST_PARTS


def test_parts_are_the_sentences_that_say_enough() -> None:
    assert parts("short and sweet. " * 3) == []
    assert parts(CALM + "Yes. " + CALM) == [CALM.strip(" .")] * 2
    # One sentence is no part of itself.
    assert parts("and so on " * 20) == []
