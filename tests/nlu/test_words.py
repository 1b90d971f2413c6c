"""Weighted words and letter groups, held against scikit-learn's own way of making them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer

from bot.nlu.words import COLUMNS, WordWeights

TEXTS = [
    "does tea make my legs worse",
    "tea, tea and more tea: does tea matter",
    "can children have it",
    "what is on television",
    "is 300 mg of Magnesium-Bisglycinate too much",
    "mañana café naïve",
    "不宁腿",
    "a",
    "",
    "legs",
]
NEW = ["does decaf tea count", "television legs legs legs", "zzyxq", "   ", "A B C", "café \U0001f9b5", "restless " * 300]


def theirs(learnt: list[str], texts: list[str]) -> sparse.csr_matrix:
    """The same by scikit-learn: each view hashed, weighed and brought to length 1 for itself."""
    views = []
    for analyzer, ngrams in (("word", (1, 2)), ("char_wb", (3, 5))):
        hashing = HashingVectorizer(
            analyzer=analyzer, ngram_range=ngrams, n_features=COLUMNS, alternate_sign=False, norm=None, dtype=np.float64
        )
        weights = TfidfTransformer(sublinear_tf=True).fit(hashing.transform(learnt))
        views.append(weights.transform(hashing.transform(texts)))
    return sparse.hstack(views).tocsr()


def assert_same(ours: sparse.csr_matrix, other: sparse.csr_matrix) -> None:
    assert ours.shape == other.shape
    ours, other = ours.copy(), other.copy()
    for matrix in (ours, other):
        matrix.sum_duplicates()
        matrix.sort_indices()
    assert ours.indptr.tolist() == other.indptr.tolist()
    assert ours.indices.tolist() == other.indices.tolist()
    assert np.allclose(ours.data, other.data, rtol=0, atol=1e-6)


@pytest.mark.parametrize("texts", [TEXTS, NEW], ids=["learnt from", "new"])
def test_columns_and_weights_are_those_of_scikit_learn(texts: list[str]) -> None:
    assert_same(WordWeights.learn(TEXTS).weigh(texts), theirs(TEXTS, texts))


WORDS = st.text(alphabet="ab é'-7不Z", max_size=30)


@settings(max_examples=10, deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=5), WORDS)
def test_they_are_for_any_text(learnt: list[str], text: str) -> None:
    assert_same(WordWeights.learn(learnt).weigh([text]), theirs(learnt, [text]))


@pytest.fixture(scope="module")
def weights() -> WordWeights:
    return WordWeights.learn(TEXTS)


def test_each_view_has_length_1(weights: WordWeights) -> None:
    columns, weighed = weights.row("does decaf tea count")
    for view in (columns < COLUMNS, columns >= COLUMNS):
        assert np.linalg.norm(weighed[view]) == pytest.approx(1, abs=1e-6)


def test_a_column_stands_in_a_row_once(weights: WordWeights) -> None:
    columns, _ = weights.row("legs legs legs " * 50)
    assert len(columns) == len(set(columns.tolist()))


@pytest.mark.parametrize("text", ["", "   ", "\n", "?!"])
def test_a_text_without_words_has_no_weight_and_divides_by_nothing(weights: WordWeights, text: str) -> None:
    columns, weighed = weights.row(text)
    assert not (columns < COLUMNS).any()
    assert np.isfinite(weighed).all()


def test_a_rare_word_weighs_more_than_a_common_one() -> None:
    weights = WordWeights.learn(["legs tea", "legs cola", "legs"])
    ((legs,), (tea,), (never,)) = (weights.rarity[weights.row(word)[0][:1]] for word in ("legs", "tea", "zzyxq"))
    assert legs < tea < never


def test_a_text_counts_once_for_a_word_that_it_holds_often() -> None:
    often, once = (WordWeights.learn([text, "cola"]).rarity for text in ("legs legs legs", "legs"))
    column = WordWeights.learn(["legs"]).row("legs")[0][0]
    assert often[column] == once[column]


def test_case_does_not_count_and_order_does(weights: WordWeights) -> None:
    columns, weighed = weights.row("Does TEA matter")
    again, same = weights.row("does tea matter")
    assert columns.tolist() == again.tolist()
    assert weighed.tolist() == same.tolist()
    assert set(weights.row("tea does matter")[0].tolist()) != set(columns.tolist())


def test_texts_are_weighed_in_their_order_as_one_by_one(weights: WordWeights) -> None:
    together = weights.weigh(NEW)
    assert together.shape == (len(NEW), 2 * COLUMNS)
    for row, text in zip(together, NEW, strict=True):
        columns, weighed = weights.row(text)
        assert row.indices.tolist() == columns.tolist()
        assert row.data.tolist() == weighed.tolist()


def test_what_was_saved_weighs_the_same_and_holds_no_word(weights: WordWeights, tmp_path: Path) -> None:
    weights.save(tmp_path)
    again = WordWeights.load(tmp_path)
    assert again.rarity.dtype == np.float32
    assert (again.rarity == weights.rarity).all()
    (file,) = tmp_path.iterdir()
    with np.load(file, allow_pickle=False) as arrays:
        assert {array.dtype.kind for array in arrays.values()} == {"f"}
