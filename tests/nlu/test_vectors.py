"""The examples' vectors in whole numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.nlu.vectors import Vectors
from bot.nlu.whole_numbers import Floats


def of_length_one(count: int, seed: int = 7) -> Floats:
    vectors = np.random.default_rng(seed).standard_normal((count, 384)).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


@pytest.fixture(scope="module")
def vectors() -> Floats:
    return of_length_one(50)


@pytest.fixture(scope="module")
def rounded(vectors: Floats) -> Vectors:
    return Vectors.rounded(vectors)


def test_rounding_moves_a_number_by_half_a_step_at_most(vectors: Floats, rounded: Vectors) -> None:
    assert rounded.numbers.dtype == np.int8
    assert len(rounded) == 50
    assert (np.abs(rounded.floats() - vectors) <= 0.501 * rounded.steps[:, None]).all()


def test_what_is_rounded_twice_is_rounded_once(rounded: Vectors) -> None:
    again = Vectors.rounded(rounded.floats())
    assert (again.numbers == rounded.numbers).all()


def test_cosines_are_those_of_the_floats(vectors: Floats, rounded: Vectors) -> None:
    asked = of_length_one(5, seed=8)
    cosines = rounded.cosines(asked)
    assert cosines.shape == (5, 50)
    assert cosines.dtype == np.float32
    # A vector that is compared is rounded too.
    assert np.allclose(cosines, asked @ rounded.floats().T, atol=0.002)


def test_the_cosines_of_a_vector_do_not_depend_on_its_neighbours(rounded: Vectors) -> None:
    asked = of_length_one(5, seed=8)
    asked[0] *= 100
    assert (rounded.cosines(asked)[1:] == rounded.cosines(asked[1:])).all()


def test_what_was_saved_has_the_same_cosines(vectors: Floats, rounded: Vectors, tmp_path: Path) -> None:
    rounded.save(tmp_path)
    assert (Vectors.load(tmp_path).cosines(vectors) == rounded.cosines(vectors)).all()
