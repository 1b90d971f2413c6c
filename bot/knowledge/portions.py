"""How much of a food: an amount in words, and what it weighs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from bot.knowledge.food import Food
from bot.knowledge.food import Portion as Measure
from bot.knowledge.tokens import singular, singulars, tokens

GRAMS = {"g": 1.0, "kg": 1000.0, "oz": 28.35, "lb": 453.6}
MILLILITRES = {
    "ml": 1.0,
    "l": 1000.0,
    "tsp": 4.93,
    "tbsp": 14.79,
    "fl oz": 29.57,
    "cup": 236.6,
    "pint": 473.2,
    "quart": 946.4,
}
SIZES = ("small", "medium", "large", "big", "extra large")
# What people write for a unit; the value is the name used here.
UNITS = {
    "g": "g", "gm": "g", "gr": "g", "gram": "g", "gramme": "g", "kg": "kg", "kilo": "kg", "oz": "oz", "ounce": "oz",
    "lb": "lb", "pound": "lb", "ml": "ml", "milliliter": "ml", "millilitre": "ml", "l": "l", "litre": "l", "liter": "l",
    "tsp": "tsp", "teaspoon": "tsp", "teaspoonful": "tsp", "tbsp": "tbsp", "tbs": "tbsp", "tblsp": "tbsp",
    "tablespoon": "tbsp", "tablespoonful": "tbsp", "cup": "cup", "cupful": "cup", "pint": "pint", "handful": "handful",
    "slice": "slice", "can": "can", "tin": "can", "glass": "glass", "mug": "mug", "bowl": "bowl", "bowlful": "bowl",
    "plate": "serving", "piece": "piece", "serving": "serving", "portion": "serving", "helping": "serving",
    "packet": "packet", "pack": "packet", "bag": "bag", "bar": "bar", "bottle": "bottle", "square": "square",
    "leaf": "leaf",
    "clove": "clove", "fillet": "fillet", "scoop": "scoop", "stick": "stick", "stalk": "stalk", "head": "head",
    "rasher": "slice", "shot": "shot", "sheet": "sheet", "carton": "carton", "container": "container",
    "pot": "container",
    "tub": "container", "jar": "jar", "bunch": "bunch", "spear": "spear", "wedge": "wedge", "breast": "breast",
    "each": "each",
    "box": "box", "quart": "quart", "block": "block",
}  # fmt: skip
_ONE_ITEM = ("medium", "large", "item", "fruit", "each", "piece", "whole", "unit", "patty")


@dataclass(frozen=True)
class Amount:
    """What somebody said: a count, perhaps a size, perhaps a unit (None: so many items)."""

    count: float
    unit: str | None = None
    size: str | None = None


@dataclass(frozen=True)
class Portion:
    """A weighed amount: words such as "1 cup (180 g)" and grams."""

    text: str
    grams: float


def number_text(count: float) -> str:
    """A count as people write it: 0.5 is "1/2", 1.5 is "1 1/2"."""
    whole, part = int(count), count - int(count)
    fraction = Fraction(part).limit_denominator(8)
    if fraction == 1 and part > 0.99:
        return str(whole + 1)
    if not fraction or abs(float(fraction) - part) > 0.01:
        return f"{count:g}" if part else str(whole)
    return f"{whole} {fraction}" if whole else str(fraction)


def read_amount(text: str) -> Amount:
    """An amount that stands alone: "1 oz", "0.5 cup", "2 slices", "1 medium", "1 each", "3 fl oz".

    Raises:
        ValueError: it is none.
    """
    words = [singular(word) for word in tokens(text)]
    try:
        count = float(Fraction(words[0]))
        rest = words[1:]
        if rest and rest[0] in SIZES:
            return Amount(count, None, rest[0])
        if rest[:2] == ["fl", "oz"]:
            return Amount(count, "fl oz")
        return Amount(count, None if rest[0] == "each" else UNITS[rest[0]])
    except (IndexError, KeyError, ValueError, ZeroDivisionError):
        raise ValueError(f"{text!r} is not an amount such as '1 cup', '2 slices' or '30 g'") from None


def weigh(amount: Amount, food: Food, one: str, sizes: Mapping[str, float], common: Mapping[str, float]) -> Portion | None:
    """What an amount of a food weighs; None where nothing says it.

    Args:
        one: one item of the food in words ("banana").
        sizes: grams of measures that this everyday food has of its own.
        common: grams of measures of any food ("handful").
    """
    grams = _grams(amount, food, one, sizes, common)
    if grams is None or not 0 < grams < 20_000:
        return None
    return Portion(_text(amount, grams, one), grams)


def _text(amount: Amount, grams: float, one: str) -> str:
    count = number_text(amount.count)
    many = amount.count > 1
    if amount.unit in ("g", "ml", "kg", "l"):
        words = f"{count} {amount.unit}"
        return words if amount.unit == "g" else f"{words} ({grams:.0f} g)"
    if amount.unit in GRAMS or amount.unit in ("tsp", "tbsp", "fl oz"):
        words = f"{count} {amount.unit}"
    elif amount.unit:
        words = f"{count} {_plural(amount.unit) if many else amount.unit}"
    else:
        noun = _plural(one) if many else one
        words = " ".join(part for part in (count, amount.size, noun) if part)
    return f"{words} ({grams:.0f} g)" if grams >= 10 else f"{words} ({grams:.1f} g)"


def _plural(word: str) -> str:
    if word == "leaf":
        return "leaves"
    if word.endswith(("s", "x", "ch", "sh")) or word in ("potato", "tomato", "mango"):
        return word + "es"
    if word.endswith("y") and word[-2] not in "aeiou":
        return word[:-1] + "ies"
    return word + "s"


def _grams(amount: Amount, food: Food, one: str, sizes: Mapping[str, float], common: Mapping[str, float]) -> float | None:
    unit, count = amount.unit, amount.count
    if unit in GRAMS:
        return count * GRAMS[unit]
    if unit in MILLILITRES:
        gram = _volume(unit, food, sizes)
        return None if gram is None else count * gram
    if unit is None:
        gram = _item(amount.size, food, one, sizes)
        return None if gram is None else count * gram
    if unit in sizes:
        return count * sizes[unit]
    for measure in food.portions:
        words = singulars(measure.measure)
        if words and words[0] == unit:
            return count * measure.grams / measure.amount
    if unit in ("glass", "mug", "bowl"):
        gram = _volume("cup", food, sizes)
        return None if gram is None else count * gram
    if unit in common:
        return count * common[unit]
    if unit in ("piece", "breast", "head"):
        gram = _item(None, food, one, sizes)
        return None if gram is None else count * gram
    return None


def _measured(unit: str, measure: Measure) -> bool:
    name = measure.measure.lower()
    names = {"tbsp": ("tbsp", "tablespoon"), "tsp": ("tsp", "teaspoon")}.get(unit, (unit,))
    return name.startswith(names)


def _volume(unit: str, food: Food, sizes: Mapping[str, float]) -> float | None:
    """Grams of one unit of volume: as USDA weighed it, else from another measure of volume."""
    for measure in food.portions:
        if _measured(unit, measure):
            return measure.grams / measure.amount
    if unit in sizes:
        return sizes[unit]
    for other in ("cup", "tbsp", "fl oz", "tsp", "quart"):
        for measure in food.portions:
            if _measured(other, measure):
                return measure.grams / measure.amount * MILLILITRES[unit] / MILLILITRES[other]
    for other in ("cup", "tbsp", "tsp"):
        if other in sizes:
            return sizes[other] * MILLILITRES[unit] / MILLILITRES[other]
    # A drink weighs about as much as water.
    return MILLILITRES[unit] if food.group == "Beverages" else None


def _item(size: str | None, food: Food, one: str, sizes: Mapping[str, float]) -> float | None:
    """Grams of one item, of a size if one was said."""
    # Where nothing says what an extra large one weighs, it is at least a large one.
    for wanted in {None: (), "big": ("large",), "extra large": ("extra large", "large")}.get(size, (str(size),)):
        if wanted in sizes:
            return sizes[wanted]
        for measure in food.portions:
            words = singulars(measure.measure)
            if wanted.split()[-1] in words[:3] and ("extra" in words) == wanted.startswith("extra"):
                return measure.grams / measure.amount
    if "each" in sizes:
        return sizes["each"]
    nouns = {*singulars(one), *singulars(food.description.split(",")[0])}
    for names in (("medium",), _ONE_ITEM, tuple(nouns)):
        for measure in food.portions:
            words = singulars(measure.measure)
            if words and (words[0] in names or (words[0] in nouns and names[0] in words)):
                return measure.grams / measure.amount
    return None


# The usual portion of a food that has no everyday entry, by USDA's group.
_USUAL = {
    "Nut and Seed Products": Amount(1, "oz"),
    "Finfish and Shellfish Products": Amount(3, "oz"),
    "Beef Products": Amount(3, "oz"),
    "Pork Products": Amount(3, "oz"),
    "Poultry Products": Amount(3, "oz"),
    "Lamb, Veal, and Game Products": Amount(3, "oz"),
    "Sausages and Luncheon Meats": Amount(2, "oz"),
    "Spices and Herbs": Amount(1, "tsp"),
    "Fats and Oils": Amount(1, "tbsp"),
    "Snacks": Amount(1, "oz"),
}


def usual(food: Food) -> Portion:
    """The usual portion of a food: by its group, else USDA's first household measure, else 100 g."""
    amount = _USUAL.get(food.group)
    if amount and (portion := weigh(amount, food, "", {}, {})):
        return portion
    fitting = [measure for measure in food.portions if 5 <= measure.grams <= 400] or food.portions
    if not fitting:
        return Portion("100 g", 100.0)
    for name in ("cup", "medium", "slice", "piece", "serving", "item", "bar", "fl oz", "tbsp", ""):
        for measure in fitting:
            if measure.measure.lower().startswith(name) and (name or measure.measure not in GRAMS):
                return usda_portion(measure)
    return usda_portion(fitting[0])


def usda_portion(measure: Measure) -> Portion:
    """A portion in USDA's own words."""
    grams = f"{measure.grams:.0f}" if measure.grams >= 1 else f"{measure.grams:.1f}"
    return Portion(f"{number_text(measure.amount)} {measure.measure} ({grams} g)", measure.grams)
