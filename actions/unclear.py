"""What the bot says when it has no answer: choices, or what it covers."""

from __future__ import annotations

from collections.abc import Sequence

from actions.answer import topic_button
from bot.dialogue.reply import Button, Kind, Reply
from bot.dialogue.turn import Outcome, ReplyingAction, Turn
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.library import library

# Offered where nothing nearer is known.
STARTING_POINTS = ("symptoms", "magnesium_evidence", "medicines_overview")
COVERAGE = (
    "I can only help with restless legs syndrome (RLS) and magnesium: symptoms, causes, tests, foods, supplements, "
    "medicines and self-care."
)


class ActionUnclear(ReplyingAction):
    """Two or three titled choices instead of a guess; after a second miss the list of topics and where to find a person."""

    def name(self) -> str:
        return "action_unclear"

    def outcome(self, turn: Turn) -> Outcome:
        base = library().base
        if turn.misses:
            text = (
                f"I still did not understand, sorry. {COVERAGE} You can choose one of these, or ask in other words. "
                "If you would rather ask a person, a pharmacist can answer many questions without an appointment."
            )
            return Outcome(offer(base, Kind.CLARIFY, text, STARTING_POINTS))
        choices = turn.understanding.get("choices") or STARTING_POINTS
        text = "I am not sure what you mean. Do you mean one of these?"
        return Outcome(offer(base, Kind.CLARIFY, text, choices, turn.understanding.get("confidence", 0.0)))


class ActionOutOfScope(ReplyingAction):
    """Says kindly what the bot covers."""

    def name(self) -> str:
        return "action_out_of_scope"

    def outcome(self, turn: Turn) -> Outcome:
        text = (
            f"That is outside what I know. {COVERAGE} For another health question, a doctor or pharmacist is the right "
            "person to ask."
        )
        choices = turn.understanding.get("choices") or STARTING_POINTS
        confidence = turn.understanding.get("confidence", 1.0)
        return Outcome(offer(library().base, Kind.OUT_OF_SCOPE, text, choices[:2], confidence))


def offer(base: KnowledgeBase, kind: Kind, text: str, choices: Sequence[str], confidence: float = 1.0) -> Reply:
    """A reply that offers topics."""
    buttons: list[Button] = [topic_button(base, topic) for topic in choices if topic in base.topics]
    return Reply(
        kind=kind,
        text=text,
        buttons=tuple(buttons),
        offered=tuple(dict.fromkeys(base.topics[topic].group for topic in choices if topic in base.topics)),
        confidence=confidence,
    )
