from __future__ import annotations

from actions.answer import ActionAnswer
from actions.unclear import AGAIN, OUTSIDE, OUTSIDE_AGAIN, STARTING_POINTS, TOPIC_LIST, ActionOutOfScope, ActionUnclear
from bot.dialogue.reply import Kind
from bot.knowledge.library import library
from tests.actions.stage import Stage


def payloads(topics: tuple[str, ...]) -> list[str]:
    return [f"#topic:{topic}" for topic in topics]


def test_choices_that_are_near(stage: Stage) -> None:
    reply = stage.one(ActionUnclear(), "unclear", "legs", choices=["symptoms", "causes"], confidence=0.4)
    assert reply.kind is Kind.CLARIFY
    assert stage.shown == payloads(("symptoms", "causes"))
    assert reply.offered == ("symptoms", "causes")
    assert reply.confidence == 0.4


def test_starting_points_where_nothing_is_near(stage: Stage) -> None:
    stage.one(ActionUnclear(), "unclear", "qwx")
    assert stage.shown == payloads(STARTING_POINTS)


def test_a_second_miss_offers_the_topic_list_and_a_person(stage: Stage) -> None:
    stage.one(ActionUnclear(), "unclear", "legs", choices=["symptoms"])
    reply = stage.one(ActionUnclear(), "unclear", "hm", choices=["symptoms"])
    assert reply.text == AGAIN
    assert "pharmacist" in AGAIN
    assert stage.shown == payloads(TOPIC_LIST)


def test_an_answer_in_between_starts_over(stage: Stage) -> None:
    stage.one(ActionUnclear(), "unclear", "legs", choices=["symptoms"])
    stage.one(ActionAnswer(), "symptoms", topics=["symptoms"])
    assert stage.one(ActionUnclear(), "unclear", "hm").text != AGAIN


def test_outside_and_outside_again(stage: Stage) -> None:
    first = stage.one(ActionOutOfScope(), "out_of_scope", "the weather")
    assert (first.kind, first.text) == (Kind.OUT_OF_SCOPE, OUTSIDE)
    second = stage.one(ActionOutOfScope(), "out_of_scope", "the football")
    assert (second.kind, second.text) == (Kind.OUT_OF_SCOPE, OUTSIDE_AGAIN)
    assert stage.shown == payloads(TOPIC_LIST)


def test_every_topic_of_the_lists_exists(stage: Stage) -> None:
    assert {*STARTING_POINTS, *TOPIC_LIST} <= set(library().base.topics)
