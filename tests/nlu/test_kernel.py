"""The classifier's exact solution."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.nlu.encoder import SentenceEncoder
from bot.nlu.kernel import MOST_CHARACTERS, Floats, KernelMachine

EXAMPLES = [
    ("does tea make my legs worse", "caffeine"),
    ("coffee and twitchy legs", "caffeine"),
    ("is cola a trigger", "caffeine"),
    ("can children have it", "children"),
    ("my son's legs ache at bedtime", "children"),
    ("restless legs in a toddler", "children"),
    ("what is on television", "out_of_scope"),
    ("book me a table", "out_of_scope"),
]
TEXTS = [text for text, _ in EXAMPLES]
LABELS = [label for _, label in EXAMPLES]


@pytest.fixture(scope="module")
def vectors() -> Floats:
    return SentenceEncoder().encode(TEXTS)


@pytest.fixture(scope="module")
def machine(vectors: Floats) -> KernelMachine:
    return KernelMachine.fit(TEXTS, vectors, LABELS)[0]


def test_it_works(machine: KernelMachine) -> None:
    text = "does coffee bring it on"
    scores = machine.scores(text, SentenceEncoder().encode([text])[0])
    assert machine.intents == ("caffeine", "children", "out_of_scope")
    assert machine.intents[int(scores.argmax())] == "caffeine"


def test_left_out_scores_are_those_of_a_machine_without_the_example(vectors: Floats) -> None:
    _, left_out = KernelMachine.fit(TEXTS, vectors, LABELS)
    # The weights of words must stay those of all examples, which a second training would change.
    machine, _ = KernelMachine.fit(TEXTS, vectors, LABELS)
    words = machine.words
    likeness = np.exp(2.0 * (vectors @ vectors.T - 1)) + 0.2 * (words.T @ words).toarray()
    targets = np.array([[float(label == intent) for intent in machine.intents] for label in LABELS])
    for out in range(len(TEXTS)):
        kept = [index for index in range(len(TEXTS)) if index != out]
        weights = np.linalg.solve(likeness[np.ix_(kept, kept)] + 0.2 * np.eye(len(kept)), targets[kept])
        assert np.allclose(likeness[out, kept] @ weights, left_out[out], atol=1e-4)


def test_what_was_saved_scores_the_same(machine: KernelMachine, vectors: Floats, tmp_path: Path) -> None:
    machine.save(tmp_path)
    again = KernelMachine.load(tmp_path)
    assert np.allclose(again.scores(TEXTS[0], vectors[0]), machine.scores(TEXTS[0], vectors[0]))


def test_the_middle_of_a_long_text_is_left_out(machine: KernelMachine, vectors: Floats) -> None:
    ends = "tea " * (MOST_CHARACTERS // 4)
    half = MOST_CHARACTERS // 2
    long = f"{ends[:half]}{'children ' * 1000}{ends[-half:]}"
    assert np.allclose(machine.scores(long, vectors[0]), machine.scores(ends[:half] + " " + ends[-half:], vectors[0]))
