"""USDA's rows: the state that a description tells, and what is left out of the tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.knowledge.errors import KnowledgeError
from bot.knowledge.food import NEAR_STATES, STATES, Food, Portion, load_foods


def state(description: str) -> str:
    return Food(1, description, "Vegetables", 10, "", False).state


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ("Spinach, raw", "raw"),
        ("Spinach, cooked, boiled, drained, without salt", "boiled"),
        ("Spinach, frozen, chopped or leaf, cooked", "cooked"),
        ("Spinach, canned, regular pack", "canned"),
        ("Beef, loin, cooked, BROILED", "grilled"),
        ("Nuts, almonds, dry roasted", "roasted"),
        ("Potatoes, hash brown, frozen, prepared", "cooked"),
        ("Oats, dehydrated", "dried"),
        ("Wheat, unprepared", "dry"),
        ("Egg, whole, cooked, scrambled", "cooked"),
        ("Grounds and drawers", ""),
        ("Milk, whole", ""),
    ],
)
def test_a_description_tells_how_a_food_is_prepared(description: str, expected: str) -> None:
    assert state(description) == expected


def test_each_near_state_is_a_state_or_plain() -> None:
    known = {*STATES.values(), "plain"}
    assert {*NEAR_STATES, *(near for states in NEAR_STATES.values() for near in states)} <= known
    assert all(asked in NEAR_STATES[asked] for asked in NEAR_STATES)


HEADER = "fdc_id,description,food_group,mg_per_100g,common_names,survey\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "foods.csv").write_text(
        HEADER + '1,"Oats (Includes foods for USDA\'s Food Distribution Program), raw",Grains,0,groats,Y\n2,Mystery,Grains,,,\n'
    )
    (tmp_path / "portions.csv").write_text("fdc_id,amount,measure,grams\n1,0.5,cup,40\n2,1,cup,90\n1,1,tbsp,5\n")
    return tmp_path


def test_a_zero_is_a_value_and_a_blank_is_none(folder: Path) -> None:
    foods = load_foods(folder)
    assert list(foods) == [1]
    oats = foods[1]
    assert (oats.mg_per_100g, oats.other_names, oats.survey) == (0, "groats", True)
    assert oats.description == "Oats, raw"
    assert oats.portions == [Portion(0.5, "cup", 40), Portion(1, "tbsp", 5)]


def test_each_food_has_portions_of_its_own(folder: Path) -> None:
    with (folder / "foods.csv").open("a") as file:
        file.write("3,Kale,Vegetables,1000,,\n")
    assert load_foods(folder)[3].portions == []


@pytest.mark.parametrize(
    ("file", "row", "message"),
    [
        ("foods.csv", "2,Again,Grains,5,,", "foods.csv:4: food 2 stands twice; keep one of the two"),
        ("foods.csv", "3,Kale,,5,,", "foods.csv:4: 'food_group' is blank"),
        ("foods.csv", "3,Kale,Vegetables,1000.1,,", "foods.csv:4: 1000.1 mg of magnesium in 100 g"),
        ("portions.csv", "1,0,cup,40", "portions.csv:5: a portion of nothing; give an amount and a weight above zero"),
        ("portions.csv", "1,1,,40", "portions.csv:5: 'measure' is blank"),
        ("portions.csv", "1,1,cup,", "portions.csv:5: 'grams' is ''"),
        ("portions.csv", ",1,cup,40", "portions.csv:5: 'fdc_id' is ''"),
    ],
)
def test_a_row_that_can_t_be_used_is_told(folder: Path, file: str, row: str, message: str) -> None:
    with (folder / file).open("a") as table:
        table.write(f"{row}\n")
    with pytest.raises(KnowledgeError) as caught:
        load_foods(folder)
    assert message in str(caught.value)
