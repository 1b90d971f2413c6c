"""Answers a question from the knowledge base."""

from __future__ import annotations

from collections.abc import Sequence

from actions import food
from actions.offers import topic_button
from bot.dialogue.reply import Answer, Kind, Reply
from bot.dialogue.turn import Outcome, ReplyingAction, Turn
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.chart import evidence_chart
from bot.knowledge.library import library

BUTTONS = 3
# The topic whose answer shows how strong the evidence is for each treatment.
CHARTED = "medicines_overview"
ALTERNATIVES = 3
# From here on an answer is sure enough to offer only what is related.
SURE = 0.8


class ActionAnswer(ReplyingAction):
    """The answer to each topic of a message, in order, in one reply."""

    def name(self) -> str:
        return "action_answer"

    def outcome(self, turn: Turn) -> Outcome:
        topics = turn.understanding.get("topics") or [turn.intent]
        if topics == [food.AMOUNT_GROUP] and library().foods.find(turn.text):
            return food.ActionFood().outcome(turn)
        reply = answer(library().base, topics, turn.understanding.get("confidence", 1.0))
        return Outcome(with_alternatives(library().base, reply, turn.understanding.get("choices") or []))


def answer(base: KnowledgeBase, topics: Sequence[str], confidence: float = 1.0, detail: bool = False) -> Reply:
    """The answers of topics as one reply.

    Raises:
        KeyError: a topic is not in the knowledge base (the model is older than the knowledge).
    """
    found = [base.topics[topic] for topic in topics]
    related = dict.fromkeys(related for topic in found for related in topic.related)
    return Reply(
        kind=Kind.ANSWER,
        answers=tuple(Answer.of(topic, base, detail) for topic in found),
        buttons=tuple(topic_button(base, topic) for topic in related if topic not in topics)[:BUTTONS],
        topics=tuple(dict.fromkeys(topic.group for topic in found)),
        lookup={"type": "evidence", **evidence_chart(base).lookup} if CHARTED in topics else None,
        confidence=confidence,
    )


def with_alternatives(base: KnowledgeBase, reply: Reply, choices: Sequence[str]) -> Reply:
    """An answer that is not sure of its question offers what else may have been meant, before what is related."""
    meant = [topic for topic in choices if topic in base.topics and base.topics[topic].group not in reply.topics]
    if reply.confidence >= SURE or not meant:
        return reply
    meant = meant[:ALTERNATIVES]
    buttons = dict.fromkeys([*(topic_button(base, topic) for topic in meant), *reply.buttons])
    return reply.copy(
        update={
            "buttons": tuple(buttons)[:BUTTONS],
            "offered": tuple(dict.fromkeys(base.topics[topic].group for topic in meant)),
        }
    )
