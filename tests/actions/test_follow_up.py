from __future__ import annotations

import pytest

from actions.answer import ActionAnswer
from actions.erase import CANNOT, KEPT, ActionErase
from actions.follow_up import (
    ALL_RIGHT,
    ALL_SAID,
    ENOUGH,
    IN_SHORT,
    NOTHING_YET,
    STOPPED,
    WHICH,
    WHY_ASKED,
    ActionFollowUp,
)
from actions.food import ActionFood
from actions.safety import ActionSafety
from actions.unclear import REWORD, ActionUnclear
from bot.dialogue.reply import FinishedReply, Kind
from bot.knowledge.library import library
from tests.actions.stage import Stage

FOLLOW = ActionFollowUp()


def answered(stage: Stage, *topics: str) -> FinishedReply:
    return stage.one(ActionAnswer(), topics[0], "a question", topics=list(topics))


def test_more_adds_the_detail_then_says_that_this_was_all(stage: Stage) -> None:
    first = answered(stage, "magnesium_evidence")
    second = stage.one(FOLLOW, "tell_more", "tell me more")
    third = stage.one(FOLLOW, "why", "why")
    assert second.answers[0].topic == "magnesium_evidence"
    assert second.answers[0].text == library().base.topics["magnesium_evidence"].detail_text != first.answers[0].text
    assert third.text == ALL_SAID
    assert third.buttons


def test_more_of_two_answers_is_more_of_both(stage: Stage) -> None:
    answered(stage, "causes", "is_it_hereditary")
    assert [said.topic for said in stage.one(FOLLOW, "tell_more").answers] == ["causes", "is_it_hereditary"]


def test_more_of_a_look_up_is_the_topic_about_it(stage: Stage) -> None:
    stage.one(ActionFood(), "food_amount", "magnesium in almonds")
    assert stage.one(FOLLOW, "why").answers[0].topic == "magnesium_food_amount"


def test_more_of_a_boundary_is_its_topic(stage: Stage) -> None:
    safety = {"category": "stop_medication", "rule": None, "how": "rule"}
    boundary = stage.one(ActionSafety(), "stop_medication", "can I just stop ropinirole", safety=safety)
    more = stage.one(FOLLOW, "why")
    assert more.answers[0].group == boundary.topics[0]


@pytest.mark.parametrize("intent", ["why", "affirm", "deny", "source", "tell_more", "repeat", "simpler"])
def test_danger_stays_on_the_screen(stage: Stage, intent: str) -> None:
    danger = stage.one(ActionSafety(), "emergency", "chest pain", safety={"category": "emergency", "rule": None, "how": "rule"})
    again = stage.one(FOLLOW, intent, "ok")
    assert again.text == danger.text
    assert not again.buttons


@pytest.mark.parametrize("intent", ["why", "tell_more", "source", "simpler", "repeat", "affirm"])
def test_nothing_was_said_yet(stage: Stage, intent: str) -> None:
    reply = stage.one(FOLLOW, intent)
    assert reply.kind is Kind.CLARIFY
    assert reply.text == NOTHING_YET
    assert len(reply.buttons) == 3


def test_sources_are_listed_once_with_kind_year_and_link(stage: Stage) -> None:
    first = answered(stage, "citrate")
    reply = stage.one(FOLLOW, "source", "source?")
    assert [source.id for source in reply.sources] == [source.id for source in first.answers[0].sources]
    for source in reply.sources:
        assert source.title in reply.text
        assert source.kind in reply.text
    assert first.answers[0].evidence in reply.text
    assert "Where this comes from" not in reply.plain()


def test_sources_of_a_topic_that_was_left_in_between(stage: Stage) -> None:
    first = answered(stage, "citrate")
    stage.turn("utter_thanks", "thanks", "thanks")
    reply = stage.one(FOLLOW, "source", "source?")
    assert {source.id for source in reply.sources} == {source.id for source in first.answers[0].sources}


def test_simpler_is_the_first_sentence(stage: Stage) -> None:
    answered(stage, "citrate")
    reply = stage.one(FOLLOW, "simpler")
    assert reply.text == IN_SHORT
    assert reply.answers[0].text == library().base.topics["citrate"].answer[0].text


def test_simpler_of_a_look_up_is_its_first_part(stage: Stage) -> None:
    looked_up = stage.one(ActionFood(), "food_amount", "magnesium in almonds")
    assert stage.one(FOLLOW, "simpler").text == looked_up.text.split("\n\n")[0]


def test_repeat_says_the_same(stage: Stage) -> None:
    first = answered(stage, "citrate")
    assert stage.one(FOLLOW, "repeat").body() == first.body()


def test_yes_to_several_choices_asks_which(stage: Stage) -> None:
    offered = stage.one(ActionUnclear(), "unclear", "legs", choices=["symptoms", "causes"])
    reply = stage.one(FOLLOW, "affirm", "yes")
    assert reply.text == WHICH
    assert reply.buttons == offered.buttons


def test_yes_to_the_only_choice_takes_it(stage: Stage) -> None:
    stage.one(ActionUnclear(), "unclear", "legs", choices=["symptoms"])
    assert stage.one(FOLLOW, "affirm", "yes").answers[0].topic == "symptoms"


def test_yes_to_small_talk(stage: Stage) -> None:
    stage.turn("utter_thanks", "thanks")
    assert stage.one(FOLLOW, "affirm", "ok").text == ALL_RIGHT


def test_no_to_choices_asks_for_other_words(stage: Stage) -> None:
    stage.one(ActionUnclear(), "unclear", "legs", choices=["symptoms", "causes"])
    assert stage.one(FOLLOW, "deny", "no").text == REWORD


@pytest.mark.parametrize("text", ["that's not what I asked", "wrong", "no that isn't it"])
def test_an_answer_that_missed_offers_what_else_was_meant(stage: Stage, text: str) -> None:
    stage.one(ActionAnswer(), "citrate", "mag?", topics=["citrate"], choices=["oxide", "threonate"])
    reply = stage.one(FOLLOW, "deny", text)
    assert reply.text == REWORD
    assert stage.shown == ["#topic:oxide", "#topic:threonate"]


def test_no_to_an_answer_is_accepted(stage: Stage) -> None:
    answered(stage, "citrate")
    assert stage.one(FOLLOW, "deny", "no thanks").text == ALL_RIGHT


def test_the_form_says_why_it_asks(stage: Stage) -> None:
    stage.loop = "daily_need_form"
    assert stage.one(FOLLOW, "why").text == WHY_ASKED
    assert stage.one(FOLLOW, "affirm").text == ENOUGH
    assert stage.loop == "daily_need_form"


def test_no_ends_the_form_and_forgets_what_was_said(stage: Stage) -> None:
    stage.loop = "daily_need_form"
    stage.slots = {"need_age": 34.0, "requested_slot": "need_sex"}
    assert stage.one(FOLLOW, "deny").text == STOPPED
    assert stage.loop is None
    assert not any(stage.slots.values())


@pytest.mark.parametrize("intent", ["tell_more", "why", "simpler", "clarify"])
def test_what_follows_on_choices_asks_which_of_them(stage: Stage, intent: str) -> None:
    offered = stage.one(ActionUnclear(), "unclear", "legs", choices=["symptoms", "causes"])
    reply = stage.one(FOLLOW, intent, "tell me")
    assert (reply.kind, reply.text) == (Kind.CLARIFY, WHICH)
    assert (reply.buttons, reply.offered) == (offered.buttons, offered.offered)


def test_simpler_of_small_talk_has_nothing_to_say_more_simply(stage: Stage) -> None:
    stage.turn("utter_thanks", "thanks")
    assert stage.one(FOLLOW, "simpler").text == NOTHING_YET


def test_simpler_of_two_answers_is_the_first_sentence_of_each(stage: Stage) -> None:
    answered(stage, "citrate", "oxide")
    short = stage.one(FOLLOW, "simpler").answers
    assert [said.text for said in short] == [library().base.topics[topic].answer[0].text for topic in ("citrate", "oxide")]


def test_simpler_twice_stays_simple(stage: Stage) -> None:
    answered(stage, "citrate")
    first, second = stage.one(FOLLOW, "simpler"), stage.one(FOLLOW, "simpler")
    assert first.body() == second.body()


def test_repeat_of_a_repeat_is_the_same_with_its_buttons(stage: Stage) -> None:
    stage.one(ActionUnclear(), "unclear", "legs", choices=["symptoms", "causes"])
    shown = stage.shown
    for _ in range(2):
        stage.one(FOLLOW, "repeat")
        assert stage.shown == shown


def test_yes_to_an_answer_tells_more(stage: Stage) -> None:
    answered(stage, "citrate")
    assert stage.one(FOLLOW, "affirm", "yes").answers[0].text == library().base.topics["citrate"].detail_text


def test_yes_to_a_greeting_that_offers_questions_asks_which(stage: Stage) -> None:
    stage.turn("utter_greeting", "greeting", "hello")
    shown = stage.shown
    assert shown
    assert stage.one(FOLLOW, "affirm", "yes").text == WHICH
    assert stage.shown == shown


@pytest.mark.parametrize(("intent", "said"), [("affirm", CANNOT), ("deny", KEPT)])
def test_yes_and_no_to_a_deletion(stage: Stage, intent: str, said: str) -> None:
    stage.one(ActionErase(), "delete_data", "delete all of this")
    assert stage.one(FOLLOW, intent, "ok").text == said


def test_a_topic_that_has_gone_since_is_no_subject(stage: Stage) -> None:
    gone = answered(stage, "citrate").dict()
    gone["answers"][0]["topic"] = "leeches"
    stage.events[-1]["metadata"]["reply"] = gone
    for intent in ("tell_more", "simpler"):
        assert stage.one(FOLLOW, intent).kind is Kind.CLARIFY


def test_in_a_form_another_subject_is_answered(stage: Stage) -> None:
    stage.loop = "daily_need_form"
    assert stage.one(FOLLOW, "what_about", "what about citrate").answers[0].topic == "citrate"
