from __future__ import annotations

import asyncio
from typing import Any

import pytest

from actions.daily_need import SLOTS, ActionDailyNeed, Ask, AskAge, AskSex, AskStage, ValidateDailyNeedForm
from bot.dialogue.turn import SAID
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
        ("I am a man", "need_sex", {"need_sex": "male"}),
        ("it's for a boy", "need_sex", {"need_sex": "male"}),
        ("I'm a nursing mom", "need_stage", {"need_sex": "female", "need_stage": "breastfeeding"}),
        ("I have a headache", "need_stage", {}),
        ("I have a headache", "need_sex", {}),
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


def test_the_form_asks_for_what_is_missing_and_its_words_go_through_the_nlg_class(stage: Stage) -> None:
    from rasa_sdk.executor import CollectingDispatcher

    stage.loop = "daily_need_form"
    stage.slots["requested_slot"] = "need_age"
    dispatcher = CollectingDispatcher()
    domain = {"forms": {"daily_need_form": {"required_slots": ["need_age", "need_sex", "need_stage"]}}, "slots": {}}
    tracker = stage.tracker({"text": "I'm a 34 year old woman", "intent": {"name": "inform"}, "entities": []})
    events = asyncio.run(FORM.run(dispatcher, tracker, domain))
    slots = {event["name"]: event["value"] for event in events if event["event"] == "slot"}
    assert {name: slots[name] for name in ("need_age", "need_sex")} == {"need_age": 34, "need_sex": "female"}
    assert all(message["response"] == SAID for message in dispatcher.messages)


@pytest.mark.parametrize(
    ("ask", "choices"),
    [
        (AskAge(), []),
        (AskSex(), ["female", "male"]),
        (AskStage(), ["pregnant", "breastfeeding", "neither"]),
    ],
)
def test_each_question_of_the_form_offers_its_choices_and_takes_them(stage: Stage, ask: Ask, choices: list[str]) -> None:
    reply = stage.one(ask, "daily_need")
    assert ask.name() == f"action_ask_{ask.slot}"
    assert reply.text.endswith((".", "?"))
    assert stage.shown == choices
    for choice in choices:
        assert extracted(stage, choice, ask.slot)[ask.slot] == choice


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("14", 14), ("0", 0), ("120", 120), ("121", None), ("6.5", 6.5), (" 34! ", 34), ("about 50 years", 50), ("she's 7", 7),
        ("26 weeks", 0.5), ("thirty four", 34), ("", None), ("9" * 400, None),
    ],
)  # fmt: skip
def test_a_bare_number_is_an_age_where_it_is_asked_for(stage: Stage, text: str, age: float | None) -> None:
    assert extracted(stage, text, "need_age").get("need_age") == age


@pytest.mark.parametrize(("asked", "text"), [("need_sex", "34"), ("need_stage", "34")])
def test_a_bare_number_that_answers_another_question_is_no_age(stage: Stage, asked: str, text: str) -> None:
    assert "need_age" not in extracted(stage, text, asked)


@pytest.mark.parametrize("text", ["how many of the first ones are there", "is that the second time that you asked me this"])
def test_a_whole_sentence_is_no_choice_by_its_place(stage: Stage, text: str) -> None:
    assert extracted(stage, text, "need_sex") == {}


@pytest.mark.parametrize(
    ("age", "required"),
    [(8.99, 1), (9.0, 2), (13.99, 2), (14.0, 3), (50.0, 3), (50.5, 2), (0.0, 1)],
)
def test_the_ages_at_which_more_is_asked(stage: Stage, age: float, required: int) -> None:
    stage.slots = {"need_age": age}
    tracker = stage.tracker({"text": "", "intent": {}, "entities": []})
    assert len(asyncio.run(FORM.required_slots([], None, tracker, {}))) == required  # type: ignore[arg-type]


def test_what_has_no_figure_is_said_and_forgotten(stage: Stage) -> None:
    stage.slots = {"need_age": 60.0, "need_sex": "female", "need_stage": "pregnant"}
    reply = stage.one(ActionDailyNeed(), "inform", "pregnant")
    assert reply.lookup is None
    assert "You can also ask what adults need in a day." in reply.text
    assert stage.shown == ["#topic:magnesium_daily_intake"]
    assert not any(stage.slots[name] for name in SLOTS)


def test_babies_have_no_limit_and_no_supplements(stage: Stage) -> None:
    stage.slots = {"need_age": 0.5}
    reply = stage.one(ActionDailyNeed(), "inform", "6 months")
    assert reply.lookup
    assert reply.lookup["ul_mg"] is None
    assert "adequate intake (AI)" in reply.text
    assert "never from supplements" in reply.text
