"""Answers from the knowledge base, and what they offer besides."""

from __future__ import annotations

import pytest

from actions.answer import BUTTONS, CHARTED, SURE, ActionAnswer, answer
from bot.dialogue.reply import TROUBLE, Kind
from bot.knowledge.library import library
from tests.actions.stage import Stage

ANSWER = ActionAnswer()


def test_each_topic_is_answered_in_the_order_of_the_questions(stage: Stage) -> None:
    reply = stage.one(ANSWER, "oxide", "two things", topics=["oxide", "citrate"])
    assert reply.kind is Kind.ANSWER
    assert [said.topic for said in reply.answers] == ["oxide", "citrate"]


def test_two_topics_of_a_group_count_for_it_once(stage: Stage) -> None:
    group = next(group for topic in library().base.topics.values() if len(library().base.in_group(group := topic.group)) > 1)
    first, second = (topic.id for topic in library().base.in_group(group)[:2])
    assert stage.one(ANSWER, first, topics=[first, second]).topics == (group,)


def test_without_topics_the_intent_is_the_topic(stage: Stage) -> None:
    assert stage.one(ANSWER, "symptoms", "symptoms").answers[0].topic == "symptoms"


def test_a_topic_that_the_knowledge_no_longer_has_is_no_silence(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    reply = stage.one(ANSWER, "leeches", "my secret words", topics=["leeches"])
    assert (reply.kind, reply.text) == (Kind.ERROR, TROUBLE)
    assert "action action_answer failed" in caplog.text
    assert "my secret words" not in caplog.text


@pytest.mark.parametrize("topic", ["symptoms", "citrate", "pregabalin", CHARTED])
def test_what_is_related_is_offered_and_never_what_was_answered(stage: Stage, topic: str) -> None:
    stage.one(ANSWER, topic, topics=[topic], confidence=0.95)
    related = [near for near in library().base.topics[topic].related if near != topic]
    assert stage.shown == [f"#topic:{near}" for near in related][:BUTTONS]


def test_of_two_related_answers_neither_is_offered(stage: Stage) -> None:
    base = library().base
    topic = next(topic for topic in base.topics.values() if topic.related)
    stage.one(ANSWER, topic.id, topics=[topic.id, topic.related[0]], confidence=0.95)
    assert f"#topic:{topic.related[0]}" not in stage.shown


def test_an_unsure_answer_offers_first_what_else_was_meant(stage: Stage) -> None:
    reply = stage.one(ANSWER, "citrate", topics=["citrate"], choices=["smoking", "weighted_blankets"], confidence=SURE - 0.01)
    assert stage.shown[:2] == ["#topic:smoking", "#topic:weighted_blankets"]
    assert len(stage.shown) == BUTTONS
    base = library().base
    assert reply.offered == (base.topics["smoking"].group, base.topics["weighted_blankets"].group)


def test_a_sure_answer_offers_only_what_is_related(stage: Stage) -> None:
    reply = stage.one(ANSWER, "citrate", topics=["citrate"], choices=["smoking"], confidence=SURE)
    assert "#topic:smoking" not in stage.shown
    assert reply.offered == ()


def test_what_else_was_meant_is_offered_once_and_not_from_the_group_that_was_answered(stage: Stage) -> None:
    base = library().base
    topic = next(
        topic for topic in base.topics.values() if topic.related and base.topics[topic.related[0]].group != topic.group
    )
    beside = [each.id for each in base.in_group(topic.group) if each.id != topic.id]
    reply = stage.one(ANSWER, topic.id, topics=[topic.id], choices=[*beside, topic.related[0], "leeches"], confidence=0.4)
    assert stage.shown.count(f"#topic:{topic.related[0]}") == 1
    assert topic.group not in reply.offered
    assert "#topic:leeches" not in stage.shown


def test_treatments_come_with_how_strong_the_evidence_is(stage: Stage) -> None:
    reply = stage.one(ANSWER, CHARTED, topics=[CHARTED])
    assert reply.lookup
    assert reply.lookup["type"] == "evidence"
    assert stage.one(ANSWER, "symptoms", topics=["symptoms"]).lookup is None


def test_every_topic_can_be_answered_and_told_more_of(stage: Stage) -> None:
    base = library().base
    for topic in base.topics:
        for detail in (False, True):
            (said,) = answer(base, [topic], detail=detail).answers
            assert said.text
            assert said.sources
