"""What the bot says when it has no answer: choices, or what it covers."""

from __future__ import annotations

from actions.offers import offer
from bot.dialogue.reply import Kind
from bot.dialogue.turn import Outcome, ReplyingAction, Turn
from bot.knowledge.library import library

# Offered where nothing nearer is known.
STARTING_POINTS = ("symptoms", "magnesium_evidence", "medicines_overview")
# Offered where the visitor was not understood twice in a row.
TOPIC_LIST = (
    "symptoms", "causes", "diagnosis", "relief_at_night", "medicines_overview", "magnesium_evidence", "magnesium_foods",
)  # fmt: skip
COVERAGE = (
    "I can only help with restless legs syndrome (RLS) and magnesium: symptoms, causes, tests, foods, supplements, "
    "medicines and self-care."
)
PERSON = "If you would rather ask a person, a pharmacist can answer many questions without an appointment."
AGAIN = f"I still did not understand, sorry. {COVERAGE} You can choose one of these, or ask in other words. {PERSON}"
OUTSIDE = (
    f"That is outside what I know. {COVERAGE} For another health question, a doctor or pharmacist is the right person to ask."
)
OUTSIDE_AGAIN = f"That is outside what I know too, sorry. {COVERAGE} These are good places to start. {PERSON}"
REWORD = (
    "Sorry, that was not it. Please tell me in other words what you would like to know, in a few words or a whole sentence."
)


class ActionUnclear(ReplyingAction):
    """Two or three titled choices instead of a guess; after a second miss the list of topics and where to find a person."""

    def name(self) -> str:
        return "action_unclear"

    def outcome(self, turn: Turn) -> Outcome:
        base = library().base
        confidence = turn.understanding.get("confidence", 0.0)
        if turn.misses:
            return Outcome(offer(base, Kind.CLARIFY, AGAIN, TOPIC_LIST, confidence))
        choices = turn.understanding.get("choices") or STARTING_POINTS
        text = "I am not sure what you mean. Do you mean one of these?"
        return Outcome(offer(base, Kind.CLARIFY, text, choices, confidence))


class ActionOutOfScope(ReplyingAction):
    """Says kindly what the bot covers."""

    def name(self) -> str:
        return "action_out_of_scope"

    def outcome(self, turn: Turn) -> Outcome:
        base = library().base
        confidence = turn.understanding.get("confidence", 1.0)
        if turn.misses:
            return Outcome(offer(base, Kind.OUT_OF_SCOPE, OUTSIDE_AGAIN, TOPIC_LIST, confidence))
        choices = turn.understanding.get("choices") or STARTING_POINTS
        return Outcome(offer(base, Kind.OUT_OF_SCOPE, OUTSIDE, choices[:2], confidence))
