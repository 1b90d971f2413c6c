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


def _words(folder: Path) -> Iterator[dict[str, Any]]:
    for label, values in yaml.safe_load((folder / VOCABULARY).read_text(encoding="utf-8")).items():
        for value, forms in values.items():
            for form in (value, *forms):
                yield {"label": label, "pattern": form, "id": value}


def _medicines(folder: Path) -> Iterator[dict[str, Any]]:
    for entry in yaml.safe_load((folder / "names.yml").read_text(encoding="utf-8")):
        for form in (entry["generic"], *(entry.get("brands") or ()), *(entry.get("spellings") or ())):
            yield {"label": "medicine", "pattern": form, "id": entry["generic"]}


def _foods(folder: Path) -> Iterator[dict[str, Any]]:
    foods = yaml.safe_load((folder / "foods" / "synonyms.yml").read_text(encoding="utf-8"))["foods"]
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
    yield {
        "label": "age",
        "pattern": [{"LOWER": {"IN": ["i'm", "im", "aged", "age"]}}, {"IS_DIGIT": True, "LENGTH": 2}],
    }
