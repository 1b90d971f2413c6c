"""An index of USDA's descriptions, for foods that have no everyday entry."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.knowledge.food import NEAR_STATES, STATES, Food
from bot.knowledge.tokens import singulars, word_set

# Segments that only sort USDA's list: what follows them is the food's own name.
_SHELVES = word_set(
    """
    nuts seeds beverages beverage spices fish crustaceans mollusks candies snacks snack soup sauce syrups oil
    cheese vegetables fast_foods restaurant cereals cereals_ready_to_eat fast_food school_lunch
    alcoholic_beverage babyfood game_meat seaweed frozen_novelties dessert desserts infant_formula
    salad_dressing puddings
    """
)
# Groups that answer for an everyday word only when nothing plainer does.
_GROUP_PENALTY = {
    "Baby Foods": 0.5, "Restaurant Foods": 0.3, "Fast Foods": 0.2, "American Indian/Alaska Native Foods": 0.4,
    "Meals, Entrees, and Side Dishes": 0.1, "Snacks": 0.08, "Sweets": 0.05, "Soups, Sauces, and Gravies": 0.1,
    "Breakfast Cereals": 0.05, "Fats and Oils": 0.35,
}  # fmt: skip
# Words that say how a food was handled and not what it is.
_HANDLING = word_set(
    """
    with without salt added and or of the in all variety commercial type regular includes pack drained solid
    liquid only separable lean fat trimmed to choice select grade mature seed part from for made as purchased
    ready unsalted sodium low plain enriched unenriched style food program
    """
)
_EATEN_COOKED = frozenset({
    "Beef Products", "Pork Products", "Poultry Products", "Lamb, Veal, and Game Products",
    "Finfish and Shellfish Products",
    "Legumes and Legume Products", "Cereal Grains and Pasta", "American Indian/Alaska Native Foods",
})  # fmt: skip
_COOKED = frozenset(NEAR_STATES["cooked"])
_BRAND = re.compile(r"\b[A-Z][A-Z'&]{2,}\b")
_NO_BRAND = frozenset({"NFS", "USDA", "NS", "DHA", "NLEA"})


@dataclass(frozen=True)
class Hit:
    """A food that fits a query: `score` from 0 (hardly) to above 1 (exactly)."""

    food: Food
    score: float


@dataclass(frozen=True)
class _Entry:
    food: Food
    weights: dict[str, float]
    name: frozenset[str]
    head: frozenset[str]
    total: float
    states: frozenset[str]
    handicap: float
    brands: frozenset[str]


class FoodIndex:
    """An inverted index: each word of a description to the foods that have it."""

    def __init__(self, foods: Iterable[Food]) -> None:
        counts: Counter[str] = Counter()
        parsed: list[tuple[Food, list[tuple[str, ...]]]] = []
        for food in foods:
            segments = _segments(food)
            parsed.append((food, segments))
            counts.update({word for segment in segments for word in segment})
        size = max(len(parsed), 1)
        self.idf: Mapping[str, float] = {word: math.log(1 + size / count) for word, count in counts.items()}
        self._entries = [self._entry(food, segments) for food, segments in parsed]
        posting: dict[str, set[int]] = defaultdict(set)
        for place, entry in enumerate(self._entries):
            for word in entry.weights:
                posting[word].add(place)
        self._posting = dict(posting)
        self.heads = frozenset(word for entry in self._entries for word in entry.head)

    def _entry(self, food: Food, segments: list[tuple[str, ...]]) -> _Entry:
        weights: dict[str, float] = {}
        brands = frozenset(singulars(" ".join(set(_BRAND.findall(food.description)) - _NO_BRAND)))
        for place, segment in enumerate(segments):
            share = (1.0, 0.8, 0.5)[min(place, 2)]
            for word in segment:
                handling = word in _HANDLING or word in STATES
                minor = 0.1 if handling else 0.3 if word in brands else 1.0
                weights.setdefault(word, self.idf[word] * share * minor)
        found = frozenset(STATES[word] for word in weights if word in STATES)
        handicap = _GROUP_PENALTY.get(food.group, 0.0) - (0.05 if food.survey else 0.0)
        handicap += 0.03 if re.search(r"(?<!without )salt added|with salt|with added salt", food.description) else 0.0
        handicap += 0.03 if not food.portions else 0.0
        head = frozenset(word for segment in segments[:2] for word in segment) | brands
        return _Entry(food, weights, frozenset(segments[0]), head, sum(weights.values()), found, handicap, brands)

    def knows(self, word: str) -> bool:
        """Whether any description has the word (a singular)."""
        return word in self._posting

    def search(self, words: Iterable[str], states: frozenset[str] = frozenset(), limit: int = 5) -> list[Hit]:
        """The foods whose description has every word, best first; none if a word is in no food's own name.

        Args:
            words: singulars, without states.
            states: how the food is prepared, if said.
        """
        wanted = set(words)
        if not wanted or any(word not in self._posting for word in wanted):
            return []
        places = set.intersection(*(self._posting[word] for word in wanted))
        hits = []
        for place in places:
            entry = self._entries[place]
            if not wanted & entry.head:
                continue
            matched = sum(entry.weights[word] for word in wanted)
            score = matched / entry.total - entry.handicap
            unnamed = len(entry.brands - wanted)
            score -= 0.2 if unnamed == len(entry.brands) > 0 else 0.02 * unnamed
            score += 0.2 if wanted <= entry.name else 0.1 if wanted <= entry.head else 0.0
            score += _state_bonus(states, entry.states) if states else _usual_state(entry)
            hits.append(Hit(entry.food, score))
        hits.sort(key=lambda hit: (-hit.score, len(hit.food.description), hit.food.fdc_id))
        return hits[:limit]


def _state_bonus(asked: frozenset[str], has: frozenset[str]) -> float:
    if asked <= has:
        return 0.4
    near = {state for word in asked for state in NEAR_STATES.get(word, ())}
    return 0.25 if near & has else -0.3


def _usual_state(entry: _Entry) -> float:
    """Meat, fish, pulses and grains are eaten cooked; a message that does not say means that."""
    if entry.food.group not in _EATEN_COOKED:
        return 0.0
    return 0.05 if entry.states & _COOKED else -0.1 if entry.states & {"raw", "dry"} else 0.0


def _segments(food: Food) -> list[tuple[str, ...]]:
    """The parts of a description, the food's own name first; brackets and other names come last."""
    inside = " ".join(re.findall(r"\(([^)]*)\)", food.description))
    outside = re.sub(r"\([^)]*\)", " ", food.description)
    parts = [part for part in outside.split(",") if part.strip()]
    segments = [singulars(part) for part in parts]
    if len(parts) > 1 and re.sub(r"\W+", "_", parts[0].strip().lower()) in _SHELVES:
        # The shelf keeps a place behind the name: "cheddar cheese" is "Cheese, cheddar".
        segments = [segments[1], segments[0], *segments[2:]]
    return [*segments, singulars(inside + " " + food.other_names)]
