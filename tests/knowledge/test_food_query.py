"""What a message says about food: the names, the states and the amounts, each with the food that it belongs to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.food_query import NUMBERS, FoodQuery, FoodReader
from bot.knowledge.portions import SIZES, UNITS, Amount

FORMS = frozenset({("almond",), ("peanut", "butter"), ("whole", "milk"), ("milk",), ("banana",), ("oat",), ("raw",)})
SLIPS = {"almnod": "almond", "bananna": "banana", "kalle": "kale"}


@pytest.fixture(scope="module")
def reader() -> FoodReader:
    words = {"almond", "peanut", "butter", "milk", "banana", "oat", "kale", "goat"}
    return FoodReader(FORMS, words.__contains__, SLIPS.get, frozenset({("milk", "of", "magnesia")}))


def names(found: list[FoodQuery]) -> list[str]:
    return [" ".join(query.words) for query in found]


def amount(found: list[FoodQuery]) -> Amount | None:
    assert len(found) == 1, found
    return found[0].amount


@pytest.mark.parametrize(
    ("text", "foods"),
    [
        ("almonds", ["almond"]),
        ("How much magnesium is in ALMONDS?", ["almond"]),
        ("almonds, bananas and kale", ["almond", "banana", "kale"]),
        ("peanut butter and milk", ["peanut butter", "milk"]),
        ("goat milk", ["goat milk"]),
        ("almonds\r\n- kale\r\n- milk", ["almond", "kale", "milk"]),
        ("milk of magnesia", []),
        ("milk of magnesia and milk", ["milk"]),
        ("almnods or banannas", ["almond", "banana"]),
        ("spanner", []),
        ("raw", []),
        ("a cup", []),
        ("100 g", []),
        ("raw or boiled", []),
        ("???", []),
        ("", []),
    ],
)
def test_foods_are_found_in_their_order(reader: FoodReader, text: str, foods: list[str]) -> None:
    assert names(reader.read(text)) == foods


@pytest.mark.parametrize(
    ("text", "states"),
    [
        ("almonds", [()]),
        ("raw almonds", [({"raw"},)]),
        ("almonds, raw", [({"raw"},)]),
        ("almonds raw or roasted", [({"raw"}, {"roasted"})]),
        ("raw or roasted almonds", [({"raw"}, {"roasted"})]),
        ("almonds: raw vs roasted vs fried", [({"raw"}, {"roasted"}, {"fried"})]),
        ("dry roasted almonds", [({"dry", "roasted"},)]),
        ("raw almonds and roasted bananas", [({"raw"},), ({"roasted"},)]),
        ("almonds and bananas, raw", [(), ({"raw"},)]),
        ("tinned kale", [({"canned"},)]),
        # Too far away to belong to it.
        ("raw almonds are better than roasted", [({"raw"},)]),
    ],
)
def test_a_state_belongs_to_the_food_beside_it(reader: FoodReader, text: str, states: list[tuple[set[str], ...]]) -> None:
    assert [query.states for query in reader.read(text)] == states


@pytest.mark.parametrize(
    ("text", "count", "unit"),
    [
        ("2 bananas", 2, None),
        ("two bananas", 2, None),
        ("a banana", 1, None),
        ("1.5 bananas", 1.5, None),
        ("1/2 banana", 0.5, None),
        ("1½ bananas", 1.5, None),
        ("half a banana", 0.5, None),
        ("half of a banana", 0.5, None),
        ("a quarter of a banana", 0.25, None),
        ("one and a half bananas", 1.5, None),
        ("a half cup of milk", 0.5, "cup"),
        ("one half cup of milk", 0.5, "cup"),
        ("half a cup of milk", 0.5, "cup"),
        ("half of a cup of milk", 0.5, "cup"),
        ("three quarters of a cup of milk", 0.75, "cup"),
        ("two and a half cups of milk", 2.5, "cup"),
        ("2 and 1/2 cups of milk", 2.5, "cup"),
        ("one and three quarter cups of milk", 1.75, "cup"),
        ("a few almonds", 3, None),
        ("a couple of bananas", 2, None),
        ("a couple of cups of milk", 2, "cup"),
        ("a dozen almonds", 12, None),
        ("half a dozen bananas", 6, None),
        ("two dozen almonds", 24, None),
        ("fifteen almonds", 15, None),
        ("twenty five almonds", 25, None),
        ("forty-two almonds", 42, None),
        ("a hundred grams of almonds", 100, "g"),
        ("two hundred grams of almonds", 200, "g"),
        ("a hundred and fifty grams of almonds", 150, "g"),
        ("two hundred and fifty ml of milk", 250, "ml"),
        ("1,000g almonds", 1000, "g"),
        ("8 fl oz of milk", 8, "fl oz"),
        ("fl oz milk", 1, "fl oz"),
        ("cup of milk", 1, "cup"),
        ("per 100 g almonds", 100, "g"),
        ("5 l milk", 5, "l"),
        ("a can of milk", 1, "can"),
        ("2 tins of milk", 2, "can"),
    ],
)
def test_an_amount_before_a_food(reader: FoodReader, text: str, count: float, unit: str | None) -> None:
    assert amount(reader.read(text)) == Amount(count, unit)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a small banana", Amount(1, None, "small")),
        ("2 big bananas", Amount(2, None, "big")),
        ("2 extra large bananas", Amount(2, None, "extra large")),
        ("extra large banana", Amount(1, None, "extra large")),
        ("medium banana", Amount(1, None, "medium")),
        # A unit has no size.
        ("2 large cups of milk", Amount(2, "cup")),
    ],
)
def test_a_size_before_a_food(reader: FoodReader, text: str, said: Amount) -> None:
    assert amount(reader.read(text)) == said


@pytest.mark.parametrize(
    "text",
    ["almonds 40g", "almonds, 40 g", "almonds (40 g)", "almonds: 40g", "almonds - 40 g", "40 g almonds", "40g of almonds"],
)
def test_an_amount_may_follow_its_food(reader: FoodReader, text: str) -> None:
    assert amount(reader.read(text)) == Amount(40, "g")


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("almonds 40 g, banana", [Amount(40, "g"), None]),
        ("almonds, 40 g of kale", [None, Amount(40, "g")]),
        ("almonds 40 g kale", [None, Amount(40, "g")]),
        ("2 bananas and half a cup of milk", [Amount(2), Amount(0.5, "cup")]),
        ("bananas 2 and half a cup of milk", [None, Amount(0.5, "cup")]),
        ("milk (1 cup) and kale 2 cups", [Amount(1, "cup"), Amount(2, "cup")]),
        ("1 cup milk 2 cups kale", [Amount(1, "cup"), Amount(2, "cup")]),
        ("a banana and a hundred grams of almonds", [Amount(1), Amount(100, "g")]),
        ("three 100 g bananas", [Amount(100, "g")]),
    ],
)
def test_each_food_keeps_its_own_amount(reader: FoodReader, text: str, amounts: list[Amount | None]) -> None:
    assert [query.amount for query in reader.read(text)] == amounts


@pytest.mark.parametrize(
    "text", ["can milk help", "g milk", "l of milk", "1/0 bananas", "70% milk", "each banana", "pound milk"]
)
def test_what_only_looks_like_an_amount_is_none(reader: FoodReader, text: str) -> None:
    assert amount(reader.read(text)) is None


@pytest.mark.parametrize(
    ("text", "framed"),
    [
        ("how much magnesium is in kale?", True),
        ("i ate 2 bananas and almonds today", True),
        ("kale for my restless legs", False),
        ("my grandmother said kale", False),
    ],
)
def test_a_story_is_told_from_a_question_about_food(reader: FoodReader, text: str, framed: bool) -> None:
    assert [query.framed for query in reader.read(text)] == [framed] * len(reader.read(text))
    assert "kale" in names(reader.read(text)) or "banana" in names(reader.read(text))


def test_a_short_word_is_mended_only_in_a_question_about_food(reader: FoodReader) -> None:
    assert names(reader.read("how much is in kalle?")) == ["kale"]
    assert reader.read("kalle hurts my grandmother") == []


def test_a_word_nobody_knows_after_a_name_is_told(reader: FoodReader) -> None:
    assert [query.partly for query in reader.read("kale flurb")] == [True]
    assert [query.partly for query in reader.read("flurb kale")] == [False]
    assert [query.partly for query in reader.read("kale today")] == [False]


def test_words_that_may_belong_to_a_name_are_kept_in_its_phrase(reader: FoodReader) -> None:
    (fresh,) = reader.read("fresh sliced banana")
    assert (fresh.words, fresh.phrase) == (("banana",), ("fresh", "sliced", "banana"))
    (whole,) = reader.read("whole milk")
    assert whole.words == ("whole", "milk")


def test_a_reader_without_names_of_several_words_works() -> None:
    bare = FoodReader(frozenset(), {"kale"}.__contains__, lambda word: None)
    assert names(bare.read("raw kale")) == ["kale"]
    assert bare.read("peanut butter") == []


def test_only_the_beginning_of_a_very_long_message_is_read(reader: FoodReader) -> None:
    assert len(reader.read("kale and " * 10_000)) == 60


PARTS = [
    *NUMBERS,
    *UNITS,
    *SIZES,
    "kale",
    "raw",
    "banana",
    "and",
    "of",
    ",",
    "(",
    "1/2",
    "2",
    "1/0",
    "70%",
    "extra",
    "fl",
    "oz",
    "xyz",
]


@given(st.lists(st.sampled_from(PARTS), max_size=12).map(" ".join))
def test_any_mixture_of_words_is_read(text: str) -> None:
    reader = FoodReader(FORMS, {"kale", "banana"}.__contains__, SLIPS.get)
    found = reader.read(text)
    said = text.split()
    assert sum(" ".join(query.words).count("kale") for query in found) == said.count("kale")
    assert all(query.amount is None or query.amount.count > 0 for query in found)


@given(st.integers(2, 9), st.sampled_from(["kale", "banana", "almonds"]))
def test_a_number_in_words_is_the_number_in_digits(reader: FoodReader, count: int, food: str) -> None:
    word = next(word for word, value in NUMBERS.items() if value == count and word not in ("couple", "few"))
    for pattern in ("{} " + food, "{} cups of " + food, "{} and a half cups of " + food, "{} hundred g " + food):
        assert reader.read(pattern.format(word)) == reader.read(pattern.format(count)), pattern
