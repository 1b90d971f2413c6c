from __future__ import annotations

import asyncio
from typing import Any

import pytest

from actions.daily_need import ActionDailyNeed, ValidateDailyNeedForm
from tests.actions.stage import Stage

FORM = ValidateDailyNeedForm()


def extracted(stage: Stage, text: str, asked: str | None) -> dict[str, Any]:
    stage.slots["requested_slot"] = asked
    tracker = stage.tracker({"text": text, "intent": {"name": "out_of_scope"}, "entities": []})
    found: dict[str, Any] = {}
    for extract in (FORM.extract_need_age, FORM.extract_need_sex, FORM.extract_need_stage):
        found.update(asyncio.run(extract(None, tracker, {})))  # type: ignore[arg-type]
    return found


@pytest.mark.parametrize(
    ("text", "asked", "found"),
    [
        ("34", "need_age", {"need_age": 34}),
        ("I'm 34", "need_age", {"need_age": 34}),
        ("34 and male", "need_age", {"need_age": 34, "need_sex": "male"}),
        ("I'm 30 weeks pregnant", "need_age", {"need_sex": "female", "need_stage": "pregnant"}),
        ("is 100 mg of oxide ok", "need_age", {}),
        ("500", "need_age", {}),
        ("female", "need_sex", {"need_sex": "female"}),
        ("2", "need_sex", {"need_sex": "male"}),
        ("the first one", "need_sex", {"need_sex": "female"}),
        ("neither", "need_stage", {"need_stage": "neither"}),
        ("no", "need_stage", {"need_stage": "neither"}),
        ("breastfeeding", "need_stage", {"need_sex": "female", "need_stage": "breastfeeding"}),
        ("what are the symptoms of restless legs", "need_age", {}),
        ("I'm a 34 year old woman", None, {"need_age": 34, "need_sex": "female"}),
    ],
)
def test_what_a_message_says(stage: Stage, text: str, asked: str | None, found: dict[str, Any]) -> None:
    assert extracted(stage, text, asked) == found


@pytest.mark.parametrize(
    ("slots", "required"),
    [
        ({}, ["need_age", "need_sex", "need_stage"]),
        ({"need_age": 5.0}, ["need_age"]),
        ({"need_age": 71.0}, ["need_age", "need_sex"]),
        ({"need_age": 34.0, "need_sex": "male"}, ["need_age", "need_sex"]),
        ({"need_age": 34.0, "need_sex": "female"}, ["need_age", "need_sex", "need_stage"]),
    ],
)
def test_only_what_changes_the_figure_is_asked(stage: Stage, slots: dict[str, Any], required: list[str]) -> None:
    stage.slots = slots
    tracker = stage.tracker({"text": "", "intent": {}, "entities": []})
    assert asyncio.run(FORM.required_slots([], None, tracker, {})) == required  # type: ignore[arg-type]


def test_the_figure_is_told_and_the_person_forgotten(stage: Stage) -> None:
    stage.slots = {"need_age": 34.0, "need_sex": "female", "need_stage": "pregnant"}
    reply = stage.one(ActionDailyNeed(), "out_of_scope", "pregnant")
    assert reply.lookup
    assert reply.lookup["mg"] == 360
    assert "not a dose for you" in reply.text
    assert not any(stage.slots[name] for name in ("need_age", "need_sex", "need_stage"))
