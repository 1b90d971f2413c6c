from __future__ import annotations

import pytest

from actions import subject
from actions.answer import ActionAnswer
from actions.daily_need import need
from actions.follow_up import ActionFollowUp
from actions.food import ActionFood
from actions.safety import ActionSafety
from bot.dialogue.reply import Kind
from bot.knowledge.library import library
from tests.actions.stage import Stage

FOLLOW = ActionFollowUp()


def about(stage: Stage, *topics: str) -> None:
    stage.one(ActionAnswer(), topics[0], "a question", topics=list(topics))


def test_another_food(stage: Stage) -> None:
    stage.one(ActionFood(), "food_amount", "magnesium in almonds")
    reply = stage.one(FOLLOW, "what_about", "and spinach?")
    assert reply.lookup
    assert [food["portion"] for food in reply.lookup["foods"]]
    assert "raw" in reply.text
    assert "boiled" in reply.text


def test_a_food_where_nothing_was_said_yet(stage: Stage) -> None:
    assert stage.one(FOLLOW, "what_about", "what about spinach").lookup


@pytest.mark.parametrize(
    ("before", "text", "topic"),
    [
        ("magnesium_evidence", "what about oxide", "oxide"),
        ("magnesium_evidence", "and the glycinate one", "bisglycinate"),
        ("magnesium_evidence", "how about taurate", "other_forms"),
        ("magnesium_evidence", "and for children?", "children_treatment"),
        ("symptoms", "and for children?", "children_rls"),
        ("symptoms", "what about in pregnancy", "pregnancy_rls"),
        ("upper_limit", "and when pregnant?", "pregnancy_treatment"),
        ("magnesium_evidence", "and for older people", "older_people"),
        ("pregabalin", "how about gabapentin?", "gabapentin"),
        ("symptoms", "what about Mirapex", "pramipexole"),
    ],
)
def test_another_form_person_or_medicine(stage: Stage, before: str, text: str, topic: str) -> None:
    about(stage, before)
    assert stage.one(FOLLOW, "what_about", text).answers[0].topic == topic


def test_another_medicine_after_a_clash(stage: Stage) -> None:
    safety = {"category": "interaction", "rule": None, "how": "rule"}
    stage.one(ActionSafety(), "interaction", "magnesium with levothyroxine", safety=safety)
    reply = stage.one(FOLLOW, "what_about", "and doxycycline?")
    assert reply.lookup
    assert reply.lookup["type"] == "interaction"
    assert "doxycycline" in reply.text


def test_a_medicine_that_no_table_has_is_not_guessed(stage: Stage) -> None:
    about(stage, "supplement_interactions")
    reply = stage.one(FOLLOW, "what_about", "and ibuprofen?")
    assert "will not guess" in reply.text


def test_the_need_of_somebody_else(stage: Stage) -> None:
    stage.events.append(
        {"event": "bot", "text": "", "metadata": {"reply": need(library().intake.need(71, "male")).dict()}},
    )
    reply = stage.one(FOLLOW, "what_about", "and for a 30 year old woman?")
    assert reply.lookup
    assert (reply.lookup["type"], reply.lookup["mg"]) == ("need", 310)
    assert stage.one(FOLLOW, "what_about", "and for men?").answers[0].topic == "magnesium_daily_intake"


def test_the_nearest_topic_must_hold_a_word_of_the_message(stage: Stage) -> None:
    about(stage, "symptoms")
    choices = ["caffeine", "alcohol"]
    assert stage.one(FOLLOW, "what_about", "and caffeine?", choices=choices).answers[0].topic == "caffeine"
    assert stage.one(FOLLOW, "what_about", "and the moon?", choices=choices).kind is Kind.CLARIFY


def test_kidney_disease_is_no_food(stage: Stage) -> None:
    about(stage, "magnesium_evidence")
    reply = stage.one(FOLLOW, "what_about", "what about kidney disease", choices=["kidney_rls", "kidney_and_magnesium"])
    assert reply.answers[0].topic == "kidney_and_magnesium"


def test_every_topic_that_a_follow_up_leads_to_exists(stage: Stage) -> None:
    named = {*subject.FORMS.values(), *(topic for pair in subject.STAGES.values() for topic in pair)}
    assert named <= set(library().base.topics)


@pytest.mark.parametrize("text", ["and for a pregnant woman of 70?", "and for a 30 year old?", "and for a pregnant woman?"])
def test_a_need_that_can_not_be_looked_up_is_answered_by_its_topic(stage: Stage, text: str) -> None:
    stage.events.append(
        {"event": "bot", "text": "", "metadata": {"reply": need(library().intake.need(71, "male")).dict()}},
    )
    assert stage.one(FOLLOW, "what_about", text).answers[0].topic == "magnesium_daily_intake"


def test_an_age_is_no_question_of_need_where_need_was_not_the_subject(stage: Stage) -> None:
    about(stage, "symptoms")
    reply = stage.one(FOLLOW, "what_about", "and for a 30 year old woman?")
    assert reply.lookup is None


def test_a_medicine_without_a_topic_is_looked_up_as_a_clash_after_magnesium(stage: Stage) -> None:
    about(stage, "magnesium_evidence")
    reply = stage.one(FOLLOW, "what_about", "and with ibuprofen")
    assert reply.lookup
    assert reply.lookup["type"] == "interaction"


@pytest.mark.parametrize("text", ["", "and?", "what about it then", "\U0001f9b5"])
def test_a_follow_up_that_names_nothing_is_asked_back(stage: Stage, text: str) -> None:
    about(stage, "symptoms")
    assert stage.one(FOLLOW, "what_about", text, choices=["caffeine"]).kind is Kind.CLARIFY


def test_small_talk_in_between_does_not_change_the_subject(stage: Stage) -> None:
    about(stage, "magnesium_evidence")
    stage.turn("utter_thanks", "thanks", "thanks")
    assert stage.one(FOLLOW, "what_about", "and for children?").answers[0].topic == "children_treatment"
