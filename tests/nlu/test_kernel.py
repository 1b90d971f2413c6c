"""The classifier's exact solution."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.nlu.encoder import SentenceEncoder
from bot.nlu.examples import Examples, Reader
from bot.nlu.kernel import RIDGE, KernelMachine, Solver
from bot.nlu.vectors import Vectors

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
def reader() -> Reader:
    encoder = SentenceEncoder()
    return Reader(encoder, Examples.learn(TEXTS, encoder.encode(TEXTS)))


@pytest.fixture(scope="module")
def solver(reader: Reader) -> Solver:
    return Solver(reader.examples)


def test_it_works(reader: Reader, solver: Solver) -> None:
    machine = solver.solve(LABELS)
    scores = machine.scores(reader(["does coffee bring it on"])[0])
    assert machine.intents == ("caffeine", "children", "out_of_scope")
    assert machine.intents[int(scores.argmax())] == "caffeine"


def test_a_machine_may_know_the_first_examples_only(reader: Reader, solver: Solver) -> None:
    likeness = reader(TEXTS)
    first = solver.solve(LABELS[:6])
    assert first.intents == ("caffeine", "children")
    expected = np.linalg.solve(
        likeness[:6, :6] + RIDGE * np.eye(6), [[label == intent for intent in first.intents] for label in LABELS[:6]]
    )
    assert np.allclose(first.weights, expected, atol=1e-4)
    assert np.allclose(first.scores(likeness[7]), likeness[7, :6] @ expected, atol=1e-4)


@pytest.mark.parametrize("count", [6, 8])
def test_left_out_scores_are_those_of_a_machine_without_the_example(reader: Reader, solver: Solver, count: int) -> None:
    labels = LABELS[:count]
    machine = solver.solve(labels)
    left_out = solver.left_out(machine, labels)
    # The weights of words must stay those of all examples, which a second training would change.
    likeness = reader(TEXTS[:count])[:, :count]
    targets = np.array([[float(label == intent) for intent in machine.intents] for label in labels])
    for out in range(count):
        kept = [index for index in range(count) if index != out]
        weights = np.linalg.solve(likeness[np.ix_(kept, kept)] + RIDGE * np.eye(len(kept)), targets[kept])
        assert np.allclose(likeness[out, kept] @ weights, left_out[out], atol=1e-3)
    # It takes nothing from the solver.
    assert np.allclose(solver.solve(labels).weights, machine.weights)


def test_what_was_saved_scores_the_same(reader: Reader, solver: Solver, tmp_path: Path) -> None:
    machine = solver.solve(LABELS)
    machine.save(tmp_path, "one")
    solver.solve(LABELS[:6]).save(tmp_path, "other")
    likeness = reader(TEXTS[:1])[0]
    assert np.allclose(KernelMachine.load(tmp_path, "one").scores(likeness), machine.scores(likeness))
    assert KernelMachine.load(tmp_path, "other").intents == ("caffeine", "children")


def test_no_examples_are_refused(reader: Reader) -> None:
    vectors, words = reader.examples.vectors, reader.examples.words
    none = Examples(Vectors(vectors.numbers[:0], vectors.steps[:0]), words[:, :0], reader.examples.word_weights)
    with pytest.raises(ValueError, match="could not be solved"):
        Solver(none)
