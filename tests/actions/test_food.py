"""Magnesium in foods: one, several, added up, or the richest of a group."""

from __future__ import annotations

import re

import pytest

from actions.answer import ActionAnswer
from actions.food import AMOUNT_GROUP, RANK_GROUP, RANKED, ActionFood, mg, one, percent
from actions.unclear import OUTSIDE
from bot.dialogue.reply import FinishedReply, Kind
from bot.knowledge.foods import SOURCE
from bot.knowledge.library import library
from tests.actions.stage import Stage

FOOD = ActionFood()


def figures(reply: FinishedReply) -> list[str]:
    """The descriptions of the rows that a reply gives figures of."""
    assert reply.lookup
    return [food["description"] for food in reply.lookup["foods"]]


def test_one_food_has_its_portion_its_share_of_the_need_and_its_row(stage: Stage) -> None:
    reply = stage.one(FOOD, "food_amount", "how much magnesium is in almonds")
    assert reply.kind is Kind.LOOKUP
    assert reply.topics == (AMOUNT_GROUP,)
    assert reply.lookup
    assert reply.lookup["type"] == "food"
    assert re.match(r"Almonds, 1 oz.*: about \d+ mg of magnesium \(\d+ mg in 100 g\)\. That is \d+% to \d+% of", reply.text)
    assert f"(USDA row {reply.lookup['fdc_id']})" in reply.text
    assert [source.id for source in reply.sources] == [SOURCE]
    assert reply.lookup["share"]["of_420"] < reply.lookup["share"]["of_320"]


def test_several_foods_are_answered_in_one_reply_in_their_order(stage: Stage) -> None:
    reply = stage.one(FOOD, "food_amount", "magnesium in cashews, almonds and walnuts")
    names = [re.split(r"[,:]", part)[0].casefold() for part in reply.text.split("\n\n")[:-1]]
    assert names == ["cashews", "almonds", "walnuts"]
    assert len(figures(reply)) == 3


def test_a_portion_of_100_g_is_said_once(stage: Stage) -> None:
    reply = stage.one(FOOD, "food_amount", "magnesium in 100 g of almonds")
    assert re.match(r"Almonds: about \d+ mg of magnesium in 100 g\.", reply.text)


@pytest.mark.parametrize(
    ("intent", "text"),
    [
        ("food_total", "almonds and spinach"),
        ("food_amount", "how much in total is in almonds and oats"),
        ("food_amount", "I ate almonds and oats"),
        ("food_amount", "add up almonds, oats and milk"),
    ],
)
def test_foods_are_added_up_where_the_sum_is_asked_for(stage: Stage, intent: str, text: str) -> None:
    reply = stage.one(FOOD, intent, text)
    assert reply.lookup
    assert reply.lookup["type"] == "food_total"
    assert reply.lookup["mg"] == pytest.approx(sum(food["mg"] for food in reply.lookup["foods"]), abs=0.5)
    assert reply.text.startswith("Together that is about ")
    assert reply.text.count("\n- ") == len(reply.lookup["foods"]) >= 2


def test_one_food_is_not_added_up(stage: Stage) -> None:
    reply = stage.one(FOOD, "food_amount", "I ate almonds")
    assert reply.lookup
    assert reply.lookup["type"] == "food"


def test_the_richest_foods_come_in_order(stage: Stage) -> None:
    reply = stage.one(FOOD, "food_rank", "which foods have the most magnesium")
    assert reply.lookup
    amounts = [food["mg"] for food in reply.lookup["foods"]]
    assert len(amounts) == RANKED
    assert amounts == sorted(amounts, reverse=True)
    assert reply.lookup["group"] is None
    assert reply.topics == (RANK_GROUP,)
    assert reply.text.startswith("Of everyday foods")
    assert f"\n{RANKED}. " in reply.text


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("which nuts have the most", "nuts"),
        ("the best nut for it", "nuts"),
        ("richest SEEDS?", "seeds"),
        ("top beans", "beans"),
    ],
)
def test_the_richest_of_a_group(stage: Stage, text: str, group: str) -> None:
    reply = stage.one(FOOD, "food_rank", text)
    assert reply.lookup
    assert reply.lookup["group"] == group
    assert reply.text.startswith(f"Among {group}, ")


@pytest.mark.parametrize("text", ["how much iron is in spinach", "protein in almonds", "Vitamin C in oranges", "fibre in oats"])
def test_another_nutrient_is_outside(stage: Stage, text: str) -> None:
    reply = stage.one(FOOD, "food_amount", text)
    assert (reply.kind, reply.text) == (Kind.OUT_OF_SCOPE, OUTSIDE)


@pytest.mark.parametrize("text", ["iron and magnesium in spinach", "is there mag in spinach, and iron"])
def test_magnesium_beside_another_nutrient_is_looked_up(stage: Stage, text: str) -> None:
    assert stage.one(FOOD, "food_amount", text).lookup


@pytest.mark.parametrize("text", ["magnesium in zzyxfoo", "", "how much magnesium is in it"])
def test_a_food_that_no_table_has_is_not_guessed(stage: Stage, text: str) -> None:
    reply = stage.one(FOOD, "food_amount", text)
    assert reply.lookup is None
    assert "no such food" in reply.text
    assert not re.search(r"\d+ mg", reply.text)
    assert stage.shown == ["#topic:magnesium_foods"]


def test_a_button_for_a_food_leads_to_its_row(stage: Stage) -> None:
    reply = one("170567")
    assert reply
    assert reply.lookup
    assert reply.lookup["fdc_id"] == 170567


@pytest.mark.parametrize("argument", ["", "almonds", "0", "-1", "999999999", "17.5", "1e3"])
def test_a_button_for_no_row_leads_nowhere(stage: Stage, argument: str) -> None:
    assert one(argument) is None


def test_buttons_are_no_longer_than_a_button_holds(stage: Stage) -> None:
    foods = ("milk", "bread", "cheese", "coffee", "chocolate", "fish", "beans", "soup", "cereal", "tea")
    unsure = [stage.one(FOOD, "food_amount", f"magnesium in {food}") for food in foods]
    buttons = [button for reply in unsure for button in reply.buttons]
    assert buttons
    assert all(len(button.title) <= 60 for button in buttons)
    assert all(len(reply.buttons) <= 3 for reply in unsure)
    for button in buttons:
        assert one(button.payload.removeprefix("#food:"))


@pytest.mark.parametrize(("amount", "shown"), [(79.6, "80"), (1, "1"), (0.96, "1.0"), (0.04, "0.0"), (0, "0.0"), (250, "250")])
def test_a_figure_has_no_more_digits_than_it_is_good_for(amount: float, shown: str) -> None:
    assert mg(amount) == shown


@pytest.mark.parametrize(("share", "shown"), [(0, "0%"), (0.004, "0%"), (0.19, "19%"), (1, "100%"), (1.254, "125%")])
def test_a_share_is_a_whole_percentage(share: float, shown: str) -> None:
    assert percent(share) == shown


def test_the_topic_of_amounts_is_answered_by_the_table_where_a_food_is_named(stage: Stage) -> None:
    looked_up = stage.one(ActionAnswer(), AMOUNT_GROUP, "how much is in almonds", topics=[AMOUNT_GROUP])
    assert looked_up.lookup
    assert looked_up.lookup["type"] == "food"
    told = stage.one(ActionAnswer(), AMOUNT_GROUP, "how much is in food", topics=[AMOUNT_GROUP])
    assert told.answers[0].topic == AMOUNT_GROUP
    assert library().base.topics[AMOUNT_GROUP].group == AMOUNT_GROUP
