"""The names that messages hold, as patterns for spaCy's entity ruler."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

# Entities whose words are few and stay the same; foods and medicines come from the knowledge base.
VOCABULARY = "vocabulary.yml"


def patterns(folder: Path) -> list[dict[str, Any]]:
    """Patterns for each entity label: food, medicine, supplement_form, life_stage, age, sex, amount, body_part.

    Args:
        folder: the knowledge folder, with `vocabulary.yml`, `names.yml` and `foods/synonyms.yml`.
    """
    return [*_words(folder), *_medicines(folder), *_foods(folder), *_amounts()]


def _load(path: Path) -> Any:
    # The C loader takes a tenth of the time; a start reads these files for each component that needs them.
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def _words(folder: Path) -> Iterator[dict[str, Any]]:
    for label, values in _load(folder / VOCABULARY).items():
        for value, forms in values.items():
            for form in (value, *forms):
                yield {"label": label, "pattern": form, "id": value}


def _medicines(folder: Path) -> Iterator[dict[str, Any]]:
    for entry in _load(folder / "names.yml"):
        for form in (entry["generic"], *(entry.get("brands") or ()), *(entry.get("spellings") or ())):
            yield {"label": "medicine", "pattern": form, "id": entry["generic"]}


def _foods(folder: Path) -> Iterator[dict[str, Any]]:
    foods = _load(folder / "foods" / "synonyms.yml")["foods"]
    for name, entry in foods.items():
        for form in (name, *(entry.get("also") or ())):
            yield {"label": "food", "pattern": form, "id": name}


def _amounts() -> Iterator[dict[str, Any]]:
    number = {"LIKE_NUM": True}
    units = ["mg", "mcg", "g", "gram", "grams", "milligram", "milligrams", "cup", "cups", "oz", "ounce", "ounces",
             "tablet", "tablets", "pill", "pills", "tbsp", "tablespoon", "tablespoons", "tsp", "teaspoon", "iu",
             "handful", "slice", "slices"]  # fmt: skip
    yield {"label": "amount", "pattern": [number, {"LOWER": {"IN": units}}]}
    yield {"label": "amount", "pattern": [{"LOWER": {"REGEX": r"^\d+(?:\.\d+)?(?:mg|mcg|g|iu)$"}}]}
    yield {"label": "age", "pattern": [number, {"LOWER": {"IN": ["year", "years", "yr", "yrs"]}}]}
    yield {"label": "age", "pattern": [number, {"LOWER": "-"}, {"LOWER": "year"}]}
    two_digits = {"IS_DIGIT": True, "LENGTH": 2}
    yield {"label": "age", "pattern": [{"LOWER": {"IN": ["aged", "age"]}}, two_digits]}
    # spaCy makes two words of "I'm" and of "im".
    yield {"label": "age", "pattern": [{"LOWER": "i"}, {"LOWER": {"IN": ["'m", "m"]}}, two_digits]}
