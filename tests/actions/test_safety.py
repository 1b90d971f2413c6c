from __future__ import annotations

from typing import Any

import pytest

from actions.safety import ADVISERS, HEARD, SAFE, STILL_HERE, TOLD, ActionCheckIn, ActionSafety
from actions.unclear import ActionUnclear
from bot.dialogue.reply import FinishedReply, Kind
from bot.knowledge.library import library
from bot.safety.rules import URGENT
from tests.actions.stage import Stage

CHECK_IN = ActionCheckIn()


def found(category: str) -> dict[str, Any]:
    return {"category": category, "rule": None, "how": "rule"}


def crisis(stage: Stage) -> FinishedReply:
    text = "I want it to end"
    return stage.one(ActionSafety(), "crisis_self_harm", text, safety=found("crisis_self_harm"))


@pytest.mark.parametrize("category", ["emergency", "overdose", "crisis_self_harm", "urgent_see_doctor"])
def test_danger_ends_the_form_and_offers_nothing_else(stage: Stage, category: str) -> None:
    stage.loop = "daily_need_form"
    stage.slots = {"requested_slot": "need_age"}
    reply = stage.one(ActionSafety(), category, "help", safety=found(category))
    assert (reply.kind, reply.safety) == (Kind.SAFETY, category)
    assert not reply.buttons
    assert not reply.topics
    assert stage.loop is None
    assert stage.slots["requested_slot"] is None


@pytest.mark.parametrize(
    "category", ["personal_dosing", "personal_diagnosis", "stop_medication", "child", "pregnancy", "kidney"]
)
def test_a_boundary_leaves_the_form_open_and_names_topics(stage: Stage, category: str) -> None:
    stage.loop = "daily_need_form"
    reply = stage.one(ActionSafety(), category, "me", safety=found(category))
    assert reply.topics
    assert reply.buttons
    assert stage.loop == "daily_need_form"


def test_a_boundary_offers_what_the_message_is_about_first(stage: Stage) -> None:
    reply = stage.one(
        ActionSafety(), "personal_diagnosis", "me", safety=found("personal_diagnosis"), choices=["smoking", "pets"]
    )
    payloads = [button.payload for button in reply.buttons]
    assert payloads[0] == "#topic:smoking"
    assert len(payloads) == len(set(payloads)) == 3
    assert reply.offered[0] == library().base.topics["smoking"].group


def test_danger_offers_nothing_even_where_topics_are_near(stage: Stage) -> None:
    reply = stage.one(ActionSafety(), "emergency", "help", safety=found("emergency"), choices=["smoking"])
    assert not reply.buttons
    assert not reply.offered


def test_an_interaction_says_what_the_table_says(stage: Stage) -> None:
    reply = stage.one(ActionSafety(), "interaction", "magnesium with doxycycline", safety=found("interaction"))
    assert reply.lookup
    assert "doxycycline" in reply.text


def test_a_word_that_is_no_medicine_is_not_said_back(stage: Stage) -> None:
    reply = stage.one(ActionSafety(), "interaction", "magnesium with zzyxfoo", safety=found("interaction"))
    assert "zzyxfoo" not in reply.plain()
    assert "will not guess" in reply.text


def test_the_country_of_the_message_counts(stage: Stage) -> None:
    reply = stage.one(ActionSafety(), "emergency", "I'm in the UK and have chest pain", safety=found("emergency"))
    assert "999" in reply.text
    assert stage.slots["country"] == "UK"


def test_the_next_turn_checks_in(stage: Stage) -> None:
    assert "9-8-8" in crisis(stage).text
    reply = stage.one(CHECK_IN, "symptoms", "what are the symptoms", topics=["symptoms"])
    assert (reply.kind, reply.safety) == (Kind.SAFETY, "crisis_self_harm")
    assert "9-8-8" in reply.text
    assert not reply.answers


def test_a_question_that_is_asked_again_is_answered(stage: Stage) -> None:
    crisis(stage)
    stage.one(CHECK_IN, "symptoms", topics=["symptoms"])
    reply = stage.one(CHECK_IN, "symptoms", topics=["symptoms"])
    assert reply.text == STILL_HERE
    assert reply.answers[0].topic == "symptoms"
    assert stage.slots["crisis"] is None


def test_a_food_that_is_asked_for_again_is_looked_up(stage: Stage) -> None:
    crisis(stage)
    stage.one(CHECK_IN, "food_amount", "magnesium in almonds")
    reply = stage.one(CHECK_IN, "food_amount", "magnesium in almonds")
    assert reply.lookup
    assert reply.text.startswith(STILL_HERE)


@pytest.mark.parametrize("intent", ["deny", "affirm"])
def test_yes_and_no_answer_whether_somebody_is_there(stage: Stage, intent: str) -> None:
    crisis(stage)
    reply = stage.one(CHECK_IN, intent, "no")
    assert reply.text.startswith(HEARD[intent])
    assert "9-8-8" in reply.text
    assert stage.slots["crisis"]


@pytest.mark.parametrize("intent", ["deny", "insult", "unclear", "out_of_scope", "chitchat", "tell_more", "repeat"])
def test_it_stays_with_the_person(stage: Stage, intent: str) -> None:
    crisis(stage)
    for _ in range(3):
        assert stage.one(CHECK_IN, intent, "whatever").safety == "crisis_self_harm"


def test_safe_now(stage: Stage) -> None:
    crisis(stage)
    assert stage.one(CHECK_IN, "safe_now", "I'm safe").text == SAFE
    assert stage.slots["crisis"] is None


@pytest.mark.parametrize("intent", ["thanks", "goodbye"])
def test_leaving_counts_once_the_bot_has_asked(stage: Stage, intent: str) -> None:
    crisis(stage)
    assert stage.one(CHECK_IN, intent, "thanks").safety == "crisis_self_harm"
    assert stage.one(CHECK_IN, intent, "thanks").text == SAFE


def test_a_choice_that_is_pressed_again_is_followed(stage: Stage) -> None:
    stage.one(ActionUnclear(), "unclear", "legs", choices=["symptoms", "causes"])
    crisis(stage)
    assert stage.one(CHECK_IN, "pick", "#topic:causes").safety == "crisis_self_harm"
    reply = stage.one(CHECK_IN, "pick", "#topic:causes")
    assert reply.text == STILL_HERE
    assert reply.answers[0].topic == "causes"


def test_a_daily_need_that_is_asked_for_again_is_answered_without_a_form(stage: Stage) -> None:
    crisis(stage)
    stage.one(CHECK_IN, "daily_need", "how much do I need")
    reply = stage.one(CHECK_IN, "daily_need", "how much do I need")
    assert reply.answers[0].topic == "magnesium_daily_intake"
    assert stage.loop is None


def test_a_country_that_is_named_in_a_crisis_has_its_own_lines(stage: Stage) -> None:
    canadian = crisis(stage).text
    reply = stage.one(CHECK_IN, "say_country", "I'm in Ireland")
    assert stage.slots["country"] == "IE"
    assert reply.text not in canadian
    assert "9-8-8" not in reply.text


def test_the_country_is_remembered_for_the_next_danger(stage: Stage) -> None:
    stage.one(ActionSafety(), "emergency", "chest pain, I'm in Australia", safety=found("emergency"))
    assert "000" in stage.one(ActionSafety(), "emergency", "it hurts", safety=found("emergency")).text


def test_after_it_is_over_danger_counts_anew(stage: Stage) -> None:
    crisis(stage)
    stage.one(CHECK_IN, "safe_now", "I'm safe")
    crisis(stage)
    assert stage.slots["crisis"] == TOLD
    assert stage.one(CHECK_IN, "thanks", "thanks").safety == "crisis_self_harm"


@pytest.mark.parametrize("category", sorted(ADVISERS))
def test_each_reply_names_whom_to_ask_and_the_sources_of_its_facts(stage: Stage, category: str) -> None:
    reply = stage.one(ActionSafety(), category, "about me", safety=found(category))
    assert reply.consult == ADVISERS[category]
    assert reply.text
    if category in URGENT:
        assert not reply.sources
    assert len(reply.buttons) <= 3
