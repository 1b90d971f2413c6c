"""The index of USDA's descriptions: the plainest row that has every word comes first."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.food import Food, Portion
from bot.knowledge.food_index import FoodIndex

DESCRIPTIONS = [
    (1, "Snacks, oat bar, QUAKER, chewy", "Snacks"),
    (2, "Oats, raw", "Cereal Grains and Pasta"),
    (3, "Oats, boiled", "Cereal Grains and Pasta"),
    (4, "Beef, loin, raw", "Beef Products"),
    (5, "Beef, loin, cooked, grilled", "Beef Products"),
    (6, "Babyfood, oats and beef", "Baby Foods"),
    (7, "Cheese, cheddar", "Dairy"),
    (8, "Cheddarwurst, beef", "Beef Products"),
    (9, "Kale, raw (curly)", "Vegetables"),
    (10, "Kale, raw, with salt", "Vegetables"),
    (11, "Kale, raw, without salt", "Vegetables"),
    (12, "Endive, raw", "Vegetables"),
    (13, "Fig, raw", "Fruits"),
    (14, "Fig, raw", "Fruits"),
]


def food(fdc_id: int, description: str, group: str, measures: tuple[Portion, ...] = (Portion(1, "cup", 80),)) -> Food:
    return Food(fdc_id, description, group, 10, "escarole" if fdc_id == 12 else "", False, list(measures))


@pytest.fixture(scope="module")
def index() -> FoodIndex:
    return FoodIndex(food(*each) for each in DESCRIPTIONS)


def found(index: FoodIndex, words: str, *states: str) -> list[int]:
    return [hit.food.fdc_id for hit in index.search(words.split(), frozenset(states), limit=99)]


@pytest.mark.parametrize(
    ("words", "rows"),
    [
        # Boiled before raw, both before what oats are only a part of; a baby's last.
        ("oat", [3, 2, 1, 6]),
        ("oat bar", [1]),
        ("bar oat", [1]),
        ("quaker", [1]),
        # The shelf of USDA's list stands behind the name.
        ("cheddar", [7]),
        ("cheddar cheese", [7]),
        # Meat is eaten cooked.
        ("beef loin", [5, 4]),
        # Of two equal ones the smaller id.
        ("fig", [13, 14]),
        # Known words that are nowhere together, words that no food has, no words.
        ("oat cheddar", []),
        ("oat fish", []),
        ("", []),
        # Only in brackets or among other names: no food is called so.
        ("curly", []),
        ("escarole", []),
        ("escarole endive", [12]),
    ],
)
def test_a_name_finds_its_rows_in_order(index: FoodIndex, words: str, rows: list[int]) -> None:
    assert found(index, words) == rows


@pytest.mark.parametrize(
    ("words", "states", "first"),
    [
        ("oat", ("raw",), 2),
        ("oat", ("boiled",), 3),
        # Near enough.
        ("oat", ("cooked",), 3),
        ("oat", ("dry",), 2),
        ("beef loin", ("raw",), 4),
        ("beef loin", ("roasted",), 5),
    ],
)
def test_the_state_that_was_asked_comes_first(index: FoodIndex, words: str, states: tuple[str, ...], first: int) -> None:
    assert found(index, words, *states)[0] == first


def test_a_state_that_no_row_has_lowers_the_score(index: FoodIndex) -> None:
    (plain,) = index.search(["cheddar"])
    (smoked,) = index.search(["cheddar"], frozenset({"smoked"}))
    assert smoked.score < plain.score


def test_salt_is_not_meant_unless_it_is_said(index: FoodIndex) -> None:
    scores = {hit.food.fdc_id: hit.score for hit in index.search(["kale"])}
    assert scores[10] < scores[11]


def test_a_row_that_nothing_weighs_comes_after_one_that_is_weighed() -> None:
    index = FoodIndex([food(1, "Fig, raw", "Fruits", ()), food(2, "Fig, raw", "Fruits")])
    assert found(index, "fig") == [2, 1]


def test_no_more_than_asked_for_are_given(index: FoodIndex) -> None:
    assert len(index.search(["oat"], limit=2)) == 2
    assert len(index.search(["kale"])) == 3


def test_words_and_heads_are_told_apart(index: FoodIndex) -> None:
    assert index.knows("escarole")
    assert not index.knows("oats")
    assert {"oat", "quaker", "cheddar"} <= index.heads
    assert "chewy" not in index.heads


def test_an_index_of_nothing_finds_nothing() -> None:
    index = FoodIndex([])
    assert index.search(["oat"]) == []
    assert not index.knows("oat")
    assert index.heads == frozenset()


@given(st.permutations(DESCRIPTIONS), st.sampled_from(["oat", "beef", "kale", "fig", "beef loin"]))
def test_the_order_of_the_file_does_not_matter(shuffled: list[tuple[int, str, str]], words: str) -> None:
    index = FoodIndex(food(*each) for each in shuffled)
    assert found(index, words) == found(FoodIndex(food(*each) for each in DESCRIPTIONS), words)
