"""How much of a food: amounts in words, and what they weigh by USDA's measures or not at all."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.food import Food
from bot.knowledge.food import Portion as Measure
from bot.knowledge.portions import (
    GRAMS,
    MILLILITRES,
    UNITS,
    Amount,
    Portion,
    number_text,
    read_amount,
    usda_portion,
    usual,
    weigh,
)


def food(*measures: tuple[float, str, float], description: str = "Things, raw", group: str = "Vegetables") -> Food:
    return Food(1, description, group, 10.0, "", False, [Measure(*measure) for measure in measures])


def weight(amount: Amount, of: Food, one: str = "thing", sizes: dict[str, float] | None = None) -> float | None:
    portion = weigh(amount, of, one, sizes or {}, {"handful": 30.0, "glass": 240.0})
    return None if portion is None else portion.grams


def words(amount: Amount, of: Food, one: str = "thing", sizes: dict[str, float] | None = None) -> str:
    portion = weigh(amount, of, one, sizes or {}, {})
    assert portion is not None
    return portion.text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0"), (1, "1"), (12, "12"), (0.5, "1/2"), (1.5, "1 1/2"), (2 / 3, "2/3"), (0.33, "1/3"), (0.125, "1/8"),
        (2.25, "2 1/4"), (0.9, "0.9"), (0.01, "0.01"), (1.05, "1.05"), (0.999, "1"), (2.999, "3"), (1000000, "1000000"),
    ],
)  # fmt: skip
def test_a_count_is_written_as_people_write_it(count: float, text: str) -> None:
    assert number_text(count) == text


@given(st.floats(0.02, 500))
def test_a_written_count_is_the_count(count: float) -> None:
    written = sum(Fraction(part) for part in number_text(count).split())
    assert float(written) == pytest.approx(count, abs=0.0101)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1 oz", Amount(1, "oz")),
        ("0.5 cup", Amount(0.5, "cup")),
        ("1/2 cup", Amount(0.5, "cup")),
        ("½ cup", Amount(0.5, "cup")),
        ("30g", Amount(30, "g")),
        ("1,000 g", Amount(1000, "g")),
        ("2 slices", Amount(2, "slice")),
        ("2 Tablespoons", Amount(2, "tbsp")),
        ("3 tins", Amount(3, "can")),
        ("1 rasher", Amount(1, "slice")),
        ("1 each", Amount(1)),
        ("1 medium", Amount(1, None, "medium")),
        ("2 big", Amount(2, None, "big")),
        ("3 fl oz", Amount(3, "fl oz")),
        ("1 cup, chopped", Amount(1, "cup")),
    ],
)
def test_an_amount_is_read(text: str, amount: Amount) -> None:
    assert read_amount(text) == amount


@pytest.mark.parametrize("text", ["", "cup", "1", "1 bathtub", "a cup", "-1 cup", "1/0 cup", "1 1/2 cups", "🥄", "fl oz"])
def test_what_is_no_amount_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="is not an amount such as '1 cup', '2 slices' or '30 g'") as caught:
        read_amount(text)
    assert repr(text) in str(caught.value)


@pytest.mark.parametrize("unit", sorted({*UNITS.values()} - {"each"}))
def test_every_unit_is_read_back_from_its_own_name(unit: str) -> None:
    assert read_amount(f"2 {unit}").unit == unit


@pytest.mark.parametrize(("unit", "grams"), GRAMS.items())
def test_a_weight_needs_no_measure(unit: str, grams: float) -> None:
    assert weight(Amount(2, unit), food()) == 2 * grams


@pytest.mark.parametrize("count", [0, -1, 20_000, 1e9, float("nan"), float("inf")])
def test_nothing_and_too_much_have_no_weight(count: float) -> None:
    assert weight(Amount(count, "g"), food()) is None


@pytest.mark.parametrize(
    ("amount", "measures", "grams"),
    [
        # As USDA weighed it, whatever else could be reckoned.
        (Amount(2, "cup"), [(1, "cup, chopped", 80), (1, "cup", 99)], 160),
        (Amount(1, "cup"), [(0.5, "cup", 40)], 80),
        (Amount(1, "tbsp"), [(2, "tablespoons", 30)], 15),
        (Amount(1, "tsp"), [(1, "teaspoon", 5)], 5),
        (Amount(2, "slice"), [(1, "slice, thin", 25)], 50),
        (Amount(1, "pint"), [(1, "quart", 900)], 450),
        # From another measure of volume.
        (Amount(1, "tbsp"), [(1, "cup", 236.6)], 14.79),
        (Amount(100, "ml"), [(1, "cup", 236.6)], 100),
        (Amount(1, "l"), [(1, "fl oz", 29.57)], 1000),
        (Amount(1, "cup"), [(1, "tsp", 4.93)], 236.6),
        (Amount(2, "glass"), [(1, "cup", 240)], 480),
        # Not weighed by anything.
        (Amount(1, "cup"), [(1, "slice", 25)], None),
        (Amount(1, "slice"), [(1, "cup", 25)], None),
        (Amount(1, "bottle"), [], None),
        (Amount(1, "handful"), [], 30),
        (Amount(1, "handful"), [(1, "handful", 12)], 12),
    ],
)
def test_a_measure_weighs(amount: Amount, measures: list[tuple[float, str, float]], grams: float | None) -> None:
    assert weight(amount, food(*measures)) == (None if grams is None else pytest.approx(grams, rel=0.001))


@pytest.mark.parametrize("unit", sorted(MILLILITRES))
def test_a_drink_weighs_about_as_much_as_water(unit: str) -> None:
    assert weight(Amount(1, unit), food(group="Beverages")) == pytest.approx(MILLILITRES[unit])
    assert weight(Amount(1, unit), food()) is None


def test_a_food_s_own_sizes_help_where_usda_is_silent() -> None:
    assert weight(Amount(2, "bag"), food(), sizes={"bag": 25}) == 50
    assert weight(Amount(1, "cup"), food(), sizes={"cup": 150}) == 150
    assert weight(Amount(1, "tbsp"), food(), sizes={"cup": 236.6}) == pytest.approx(14.79)
    assert weight(Amount(1, "cup"), food(), sizes={"tsp": 5}) == pytest.approx(240, rel=0.01)
    assert weight(Amount(1, "mug"), food(), sizes={"cup": 150}) == 150
    assert weight(Amount(3), food(), sizes={"each": 7}) == 21
    assert weight(Amount(1, "piece"), food(), sizes={"each": 7}) == 7


EGG = [(1, "small", 38), (1, "medium", 44), (1, "large", 50), (1, "extra large", 56), (1, "cup (4.86 large eggs)", 243)]


@pytest.mark.parametrize(
    ("size", "grams"),
    [("small", 38), ("medium", 44), ("large", 50), ("big", 50), ("extra large", 56), (None, 44)],
)
def test_an_item_has_the_size_that_was_said(size: str | None, grams: float) -> None:
    assert weight(Amount(1, None, size), food(*EGG, description="Egg, whole"), "egg") == grams


def test_an_extra_large_item_is_a_large_one_where_nothing_weighs_it() -> None:
    assert weight(Amount(1, None, "extra large"), food(*EGG[:3])) == 50
    assert weight(Amount(1, None, "extra large"), food(), sizes={"large": 60, "each": 40}) == 60
    # An extra large one is no large one.
    assert weight(Amount(1, None, "large"), food((1, "extra large", 56), (1, "medium", 44))) == 44


@pytest.mark.parametrize(
    ("measure", "grams"),
    [
        ("fruit", 7),
        ("thing, whole", 7),
        ("each", 7),
        ("patty", 7),
        ("piece", 7),
        ("spear thing", None),
        ("cup", None),
        ("!", None),
    ],
)
def test_one_item_is_found_by_what_usda_calls_it(measure: str, grams: float | None) -> None:
    assert weight(Amount(1), food((1, measure, 7))) == grams
    assert weight(Amount(1, "breast"), food((1, measure, 7))) == grams


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (Amount(30, "g"), "30 g"),
        (Amount(2, "kg"), "2 kg (2000 g)"),
        (Amount(250, "ml"), "250 ml (250 g)"),
        (Amount(1.5, "oz"), "1 1/2 oz (43 g)"),
        (Amount(2, "tbsp"), "2 tbsp (30 g)"),
        (Amount(1, "tsp"), "1 tsp (4.9 g)"),
        (Amount(0.5, "cup"), "1/2 cup (118 g)"),
        (Amount(2, "cup"), "2 cups (473 g)"),
        (Amount(1), "1 leaf (20 g)"),
        (Amount(2), "2 leaves (40 g)"),
        (Amount(0.5), "1/2 leaf (10 g)"),
        (Amount(2, None, "big"), "2 big leaves (60 g)"),
    ],
)
def test_a_portion_is_told_in_words_with_its_weight(amount: Amount, text: str) -> None:
    assert words(amount, food((1, "cup", 236.6)), "leaf", {"each": 20, "large": 30}) == text


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("banana", "bananas"),
        ("berry", "berries"),
        ("turkey", "turkeys"),
        ("peach", "peaches"),
        ("radish", "radishes"),
        ("box", "boxes"),
        ("potato", "potatoes"),
        ("avocado", "avocados"),
        ("chicken breast", "chicken breasts"),
    ],
)
def test_more_than_one_item_is_said_in_the_plural(one: str, many: str) -> None:
    assert words(Amount(2), food(), one, {"each": 50}) == f"2 {many} (100 g)"
    assert words(Amount(1), food(), one, {"each": 50}) == f"1 {one} (50 g)"


@pytest.mark.parametrize(
    ("group", "measures", "text"),
    [
        ("Nut and Seed Products", [(1, "cup", 140)], "1 oz (28 g)"),
        ("Beef Products", [], "3 oz (85 g)"),
        ("Spices and Herbs", [(1, "tsp", 2)], "1 tsp (2.0 g)"),
        # Its group's portion can't be weighed.
        ("Spices and Herbs", [(1, "leaf", 6)], "1 leaf (6 g)"),
        ("Spices and Herbs", [(1, "leaf", 0.5)], "1 leaf (0.5 g)"),
        ("Vegetables", [(1, "slice", 20), (1, "cup", 90)], "1 cup (90 g)"),
        ("Vegetables", [(1, "lb", 453), (0.5, "medium", 60)], "1/2 medium (60 g)"),
        ("Vegetables", [(1, "cup", 900), (1, "stalk", 60)], "1 stalk (60 g)"),
        ("Vegetables", [(1, "oz", 28.35)], "1 oz (28 g)"),
        ("Vegetables", [], "100 g"),
    ],
)
def test_the_usual_portion_of_a_food_that_has_none_of_its_own(
    group: str, measures: list[tuple[float, str, float]], text: str
) -> None:
    assert usual(food(*measures, group=group)).text == text


def test_a_portion_in_usda_s_own_words() -> None:
    assert usda_portion(Measure(0.25, "block (81 g)", 81)) == Portion("1/4 block (81 g) (81 g)", 81)


@given(
    st.floats(0.01, 50),
    st.sampled_from([None, *sorted({*UNITS.values()}), "fl oz"]),
    st.sampled_from([None, "small", "medium", "large", "big", "extra large"]),
)
def test_whatever_has_a_weight_weighs_in_proportion_to_its_count(count: float, unit: str | None, size: str | None) -> None:
    egg = food(*EGG, (1, "tbsp", 15), description="Egg, whole")
    one, many = weight(Amount(1, unit, size), egg), weight(Amount(count, unit, size), egg)
    if one is None:
        assert many is None
    elif many is not None:
        assert many == pytest.approx(one * count)
