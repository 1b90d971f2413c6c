"""What a short follow-up names beside foods and medicines: a form of magnesium, a stage of life."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import yaml

from bot.settings import settings

FORM, STAGE = "supplement_form", "life_stage"

FORMS = {
    "bisglycinate": "bisglycinate",
    "citrate": "citrate",
    "oxide": "oxide",
    "threonate": "threonate",
    "oil": "magnesium_oil_lotion",
    "sulfate": "epsom_baths",
    "malate": "other_forms",
    "taurate": "other_forms",
    "chloride": "other_forms",
    "lactate": "other_forms",
    "hydroxide": "other_forms",
}
# The topic for a stage of life, and the one where the talk was of magnesium or supplements.
STAGES = {
    "pregnancy": ("pregnancy_rls", "pregnancy_treatment"),
    "breastfeeding": ("breastfeeding", "breastfeeding"),
    "baby": ("children_rls", "children_treatment"),
    "child": ("children_rls", "children_treatment"),
    "teenager": ("children_rls", "children_treatment"),
    "older adult": ("older_people", "older_people"),
}


@dataclass(frozen=True)
class Words:
    """The vocabulary's words, longest first, and what each stands for: its label and its plain name."""

    pattern: re.Pattern[str]
    meaning: dict[str, tuple[str, str]]


def topic(text: str, of_magnesium: bool) -> str | None:
    """The topic of the first form or stage of life in a message; None where it names none."""
    vocabulary = words()
    for found in vocabulary.pattern.finditer(text.casefold()):
        label, name = vocabulary.meaning[found.group()]
        if label == FORM and name in FORMS:
            return FORMS[name]
        if label == STAGE and name in STAGES:
            return STAGES[name][of_magnesium]
    return None


@lru_cache(maxsize=1)
def words() -> Words:
    """The words of `knowledge/vocabulary.yml`."""
    read = yaml.safe_load((settings().knowledge / "vocabulary.yml").read_text(encoding="utf-8"))
    meaning = {
        form.casefold(): (label, name)
        for label in (FORM, STAGE)
        for name, forms in read[label].items()
        for form in (name, *forms)
    }
    longest_first = sorted(meaning, key=lambda form: -len(form))
    return Words(re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})\b"), meaning)
