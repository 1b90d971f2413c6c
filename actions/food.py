"""How much magnesium is in foods: one, several, or the richest of a group."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from actions.unclear import ActionOutOfScope
from bot.dialogue.reply import Button, Citation, Kind, Reply
from bot.dialogue.turn import Outcome, ReplyingAction, Turn
from bot.knowledge.chart import foods_chart, total_chart
from bot.knowledge.foods import SOURCE, FoodAmount, Foods, UnknownFood
from bot.knowledge.library import library

AMOUNT_GROUP = "magnesium_food_amount"
RANK_GROUP = "magnesium_foods"
INTENT_AMOUNT = "food_amount"
INTENT_TOTAL = "food_total"
INTENT_RANK = "food_rank"

ALTERNATIVES = 3
RANKED = 8
ADVISERS = ("dietitian", "doctor")
_SUM = re.compile(
    r"\b(?:total|altogether|in all|add (?:up|it|them|these|that)|sum|i (?:ate|had|have eaten)|how much is that)\b", re.I
)


# The tables here hold magnesium alone.
_OTHER_NUTRIENT = re.compile(
    r"\b(?:iron|potassium|calcium|sodium|zinc|protein|fib(?:re|er)|carbs?|carbohydrates?|sugars?|fat|calories|kcal|vitamin|folate|"
    r"omega|selenium|copper|phosphorus|iodine|cholesterol|salt)\b",
    re.I,
)
_MAGNESIUM = re.compile(r"\bmag(?:n\w*)?\b", re.I)


class ActionFood(ReplyingAction):
    """Looks foods up in the USDA tables."""

    def name(self) -> str:
        return "action_food"

    def outcome(self, turn: Turn) -> Outcome:
        if _OTHER_NUTRIENT.search(turn.text) and not _MAGNESIUM.search(turn.text):
            return ActionOutOfScope().outcome(turn)
        if turn.intent == INTENT_RANK:
            return Outcome(ranking(library().foods, turn.text))
        found = library().foods.find(turn.text)
        if not found:
            return Outcome(not_found())
        if turn.intent == INTENT_TOTAL or (_SUM.search(turn.text) and len({food.name for food in found}) > 1):
            return Outcome(total(library().foods, found))
        return Outcome(amounts(found))


def amounts(found: Sequence[FoodAmount]) -> Reply:
    """Each food that was asked for, in one reply."""
    unsure = [food for food in found if not food.sure]
    buttons = [_button(row, description) for food in unsure for row, description in food.alternatives]
    return Reply(
        kind=Kind.LOOKUP,
        text="\n\n".join(sentence(food) for food in found) + "\n\n" + _rows(found),
        buttons=tuple(buttons[:ALTERNATIVES]),
        topics=(AMOUNT_GROUP,),
        lookup={**found[0].lookup, "share": _share(found[0]), "foods": [food.lookup for food in found]},
        sources=_cited(),
        consult=ADVISERS,
    )


def total(foods: Foods, found: Sequence[FoodAmount]) -> Reply:
    """Foods added up and held against the daily need."""
    summed = foods.total(found)
    lines = [f"- {food.name}, {food.portion}: about {mg(food.mg)} mg" for food in summed.items]
    text = (
        f"Together that is about {mg(summed.mg)} mg of magnesium, {percent(summed.share.of_420)} of the daily need of most "
        f"men and {percent(summed.share.of_320)} of that of most women.\n" + "\n".join(lines) + f"\n\n{_rows(summed.items)}"
    )
    return Reply(
        kind=Kind.LOOKUP,
        text=text,
        topics=(AMOUNT_GROUP,),
        lookup={
            "type": "food_total",
            "mg": summed.mg,
            "foods": [food.lookup for food in summed.items],
            **total_chart(summed).lookup,
        },
        sources=_cited(),
        consult=ADVISERS,
    )


def ranking(foods: Foods, text: str) -> Reply:
    """The everyday foods with the most magnesium in a usual portion, of the group that the message names."""
    group = next((name for name in foods.groups if re.search(rf"\b{name.rstrip('s')}s?\b", text, re.I)), None)
    ranked = foods.rank(group, RANKED)
    lines = [f"{place}. {food.name}, {food.portion}: about {mg(food.mg)} mg" for place, food in enumerate(ranked, start=1)]
    heading = f"Among {group}, these have the most magnesium" if group else "Of everyday foods, these have the most magnesium"
    return Reply(
        kind=Kind.LOOKUP,
        text=f"{heading} in a usual portion:\n" + "\n".join(lines),
        topics=(RANK_GROUP,),
        buttons=(Button(title="Food or supplement?", payload="#topic:food_first"),),
        lookup={
            "type": "food_rank",
            "group": group,
            "foods": [food.lookup for food in ranked],
            **foods_chart(ranked).lookup,
        },
        sources=_cited(),
        consult=ADVISERS,
    )


def not_found() -> Reply:
    """No row fits: nothing is guessed."""
    return Reply(
        kind=Kind.LOOKUP,
        text=(
            "I found no such food in the USDA tables, so I can't give a figure. A packaged food may have it on the label. "
            "You can try a plainer name, such as oats or spinach."
        ),
        buttons=(Button(title="Which foods are rich in it?", payload="#topic:magnesium_foods"),),
        topics=(AMOUNT_GROUP,),
        consult=ADVISERS,
    )


def one(argument: str) -> Reply | None:
    """The food of a quick reply; None where there is no such row."""
    try:
        return amounts([library().foods.amount(int(argument))])
    except (UnknownFood, ValueError):
        return None


def sentence(food: FoodAmount) -> str:
    """A food's magnesium in a portion and in 100 g, and what part of the daily need that is."""
    name = f"{food.name}, {food.state}" if food.state and food.state not in food.name else food.name
    need = f"{percent(food.share.of_420)} to {percent(food.share.of_320)} of what most adults need in a day"
    if food.portion.startswith("100 g"):
        return f"{name[:1].upper()}{name[1:]}: about {mg(food.mg)} mg of magnesium in 100 g. That is {need}."
    return (
        f"{name[:1].upper()}{name[1:]}, {food.portion}: about {mg(food.mg)} mg of magnesium ({mg(food.mg_per_100g)} mg in "
        f"100 g). That is {need}."
    )


def mg(amount: float) -> str:
    """A figure without false precision."""
    return f"{amount:.0f}" if amount >= 1 else f"{amount:.1f}"


def percent(share: float) -> str:
    """A share as a whole percentage."""
    return f"{share * 100:.0f}%"


def _rows(found: Iterable[FoodAmount]) -> str:
    rows = dict.fromkeys(f"{food.description} (USDA row {food.fdc_id})" for food in found)
    return "From: " + "; ".join(rows) + "."


def _share(food: FoodAmount) -> dict[str, Any]:
    return {"of_420": food.share.of_420, "of_320": food.share.of_320}


def _button(row: int, description: str) -> Button:
    return Button(title=description[:60], payload=f"#food:{row}")


def _cited() -> tuple[Citation, ...]:
    return (Citation.of(library().base.sources[SOURCE]),)
