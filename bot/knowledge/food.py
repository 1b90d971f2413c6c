"""A food of USDA's tables, with its magnesium and its household portions."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from bot.knowledge.table import read_table

STATES = {
    "raw": "raw", "uncooked": "raw", "fresh": "fresh", "dry": "dry", "dried": "dried", "dehydrated": "dried",
    "cooked": "cooked", "boiled": "boiled", "steamed": "boiled", "baked": "baked", "roasted": "roasted",
    "roast": "roasted", "toasted": "toasted", "fried": "fried", "stir": "fried", "sauteed": "fried",
    "grilled": "grilled",
    "broiled": "grilled", "barbecued": "grilled", "canned": "canned", "tinned": "canned", "frozen": "frozen",
    "stewed": "stewed", "smoked": "smoked", "pickled": "pickled", "mashed": "mashed", "microwaved": "microwaved",
    "braised": "braised", "poached": "poached", "scrambled": "scrambled", "simmered": "boiled", "prepared": "cooked",
    "blanched": "blanched", "ground": "ground", "powdered": "ground", "crunchy": "crunchy", "chunky": "crunchy",
    "smooth": "smooth", "firm": "firm", "silken": "silken", "soft": "soft", "instant": "instant", "unprepared": "dry",
    "brewed": "brewed",
}  # fmt: skip
# What a state may stand for when a food has no row of its own for it.
NEAR_STATES = {
    "cooked": ("cooked", "boiled", "baked", "roasted", "grilled", "fried", "braised", "stewed", "poached", "scrambled"),
    "boiled": ("boiled", "cooked", "microwaved"),
    "baked": ("baked", "roasted", "cooked"),
    "roasted": ("roasted", "toasted", "baked", "cooked"),
    "toasted": ("toasted", "roasted"),
    "grilled": ("grilled", "roasted", "baked", "cooked"),
    "fried": ("fried", "cooked"),
    "microwaved": ("microwaved", "boiled", "baked", "cooked"),
    "stewed": ("stewed", "boiled", "cooked"),
    "poached": ("poached", "boiled", "cooked"),
    "braised": ("braised", "roasted", "cooked"),
    "raw": ("raw", "fresh", "dry", "plain"),
    "fresh": ("raw", "fresh", "cooked", "plain"),
    "dry": ("dry", "raw", "dried"),
    "dried": ("dried", "dry"),
}  # fmt: skip
_NOTE = re.compile(r"\s*\(Includes foods for USDA's Food Distribution Program\)")


@dataclass(frozen=True)
class Portion:
    """A household measure that USDA weighed: `amount` of `measure` weighs `grams`."""

    amount: float
    measure: str
    grams: float


@dataclass(frozen=True)
class Food:
    """A row of USDA SR Legacy or Foundation Foods that has a magnesium value (mg per 100 g of edible food)."""

    fdc_id: int
    description: str
    group: str
    mg_per_100g: float
    other_names: str
    survey: bool
    portions: list[Portion] = field(default_factory=list)

    @property
    def state(self) -> str:
        """How the food is prepared, or "" where the row does not say."""
        found = [STATES[word] for word in re.findall(r"[a-z]+", self.description.lower()) if word in STATES]
        # "cooked, boiled" is boiled; "frozen, cooked" is cooked.
        for state in ("boiled", "baked", "roasted", "fried", "grilled", "cooked"):
            if state in found:
                return state
        return found[0] if found else ""


def load_foods(folder: Path) -> dict[int, Food]:
    """The foods that have a value, by id, each with its portions. A blank value is "not reported" and is left out.

    Args:
        folder: holds foods.csv and portions.csv.

    Raises:
        KnowledgeError: a file is missing, or a row can't be used.
    """
    foods: dict[int, Food] = {}
    known: set[int] = set()
    for row in read_table(
        folder / "foods.csv", ("fdc_id", "description", "food_group", "mg_per_100g", "common_names", "survey")
    ):
        fdc_id = row.whole("fdc_id")
        if fdc_id in known:
            raise row.error(f"food {fdc_id} stands twice", "keep one of the two")
        known.add(fdc_id)
        mg = row.optional_number("mg_per_100g")
        if mg is None:
            continue
        if mg > 1000:
            raise row.error(f"{mg:g} mg of magnesium in 100 g", "no food has over 1000; check the decimal point")
        foods[fdc_id] = Food(
            fdc_id,
            _NOTE.sub("", row.text("description")),
            row.text("food_group"),
            mg,
            row["common_names"],
            row["survey"] == "Y",
        )
    for row in read_table(folder / "portions.csv", ("fdc_id", "amount", "measure", "grams")):
        fdc_id = row.whole("fdc_id")
        if fdc_id not in known:
            raise row.error(f"food {fdc_id} is not in foods.csv", "mend the id or remove the portion")
        amount, grams = row.number("amount"), row.number("grams")
        if not amount or not grams:
            raise row.error("a portion of nothing", "give an amount and a weight above zero")
        if fdc_id in foods:
            foods[fdc_id].portions.append(Portion(amount, row.text("measure"), grams))
    return foods
