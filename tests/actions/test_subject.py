"""A form of magnesium or a stage of life in a short follow-up."""

from __future__ import annotations

import pytest

from actions.subject import FORM, FORMS, STAGE, STAGES, topic, words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("and the glycinate?", "bisglycinate"),
        ("MAG CITRATE", "citrate"),
        ("milk of magnesia", "other_forms"),
        ("epsom salts", "epsom_baths"),
        ("magnesium spray", "magnesium_oil_lotion"),
        ("oxide or citrate", "oxide"),
        ("citrate or oxide", "citrate"),
        ("for my toddlers", "children_rls"),
        ("over 65", "older_people"),
        ("mum to be", "pregnancy_rls"),
    ],
)
def test_the_first_that_is_named_counts(text: str, found: str) -> None:
    assert topic(text, of_magnesium=False) == found


@pytest.mark.parametrize("text", ["", "and tea?", "boiling oils", "oxidemag", "kidney", "grandchildish", "unexpecting"])
def test_a_part_of_a_word_names_nothing(text: str) -> None:
    assert topic(text, of_magnesium=True) is None


@pytest.mark.parametrize(("of_magnesium", "found"), [(False, "children_rls"), (True, "children_treatment")])
def test_what_was_talked_of_decides_which_topic_of_a_stage(of_magnesium: bool, found: str) -> None:
    assert topic("and for children", of_magnesium) == found


def test_every_form_and_stage_of_the_vocabulary_leads_somewhere() -> None:
    for label, name in words().meaning.values():
        assert name in (FORMS if label == FORM else STAGES), name


def test_every_word_of_the_vocabulary_is_found_as_it_stands() -> None:
    for form, (label, name) in words().meaning.items():
        expected = FORMS[name] if label == FORM else STAGES[name][0]
        assert topic(f"what about {form}?", False) == expected, form
    assert {label for label, _ in words().meaning.values()} == {FORM, STAGE}
