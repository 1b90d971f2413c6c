"""From the classifier's probabilities to a decision: answer, offer, or say that it is out of scope."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

OUT_OF_SCOPE = "out_of_scope"
UNCLEAR = "unclear"

ANSWER_FROM = 0.25
OFFER_FROM = 0.08
IN_SCOPE_FROM = 0.25
CHOICES = 3

# Look-ups count for the group that they answer in.
LOOKUPS = {
    "food_amount": "magnesium_food_amount",
    "food_total": "magnesium_food_amount",
    "food_rank": "magnesium_foods",
    "daily_need": "magnesium_daily_intake",
}


@dataclass(frozen=True)
class Decision:
    """What a message is about: `intent`, the topics to answer or to offer, and the confidence from 0 to 1."""

    intent: str
    topics: tuple[str, ...]
    choices: tuple[str, ...]
    confidence: float


@dataclass(frozen=True)
class Decider:
    """Decides on a message.

    Attributes:
        groups: group of each topic.
    """

    groups: dict[str, str]

    def decide(self, text: str, probabilities: Mapping[str, float], scores: Mapping[str, float]) -> Decision:
        """Decide on one message.

        Args:
            text: the message.
            probabilities: of each intent, adding up to 1.
            scores: of each intent, near 0 where no example is like the message.
        """
        totals: dict[str, float] = defaultdict(float)
        best: dict[str, str] = {}
        for intent, probability in probabilities.items():
            group = self.groups.get(intent) or LOOKUPS.get(intent, intent)
            totals[group] += probability
            if group not in best or probability > probabilities[best[group]]:
                best[group] = intent
        order = sorted(totals, key=lambda group: -totals[group])
        first, confidence = order[0], totals[order[0]]
        choices = tuple(best[group] for group in order if best[group] in self.groups)[:CHOICES]
        near = sum(score for intent, score in scores.items() if intent in self.groups or intent in LOOKUPS)
        if best[first] not in self.groups and best[first] not in LOOKUPS:
            if confidence >= ANSWER_FROM:
                return Decision(best[first], (), choices, confidence)
            return Decision(UNCLEAR, (), choices, confidence)
        if near < IN_SCOPE_FROM:
            return Decision(OUT_OF_SCOPE, (), choices, max(0.0, 1 - near))
        if confidence >= ANSWER_FROM:
            topics = (best[first],) if best[first] in self.groups else ()
            return Decision(best[first], topics, choices[1:], confidence)
        return Decision(UNCLEAR, (), choices, confidence)
