"""From the scores of intents to a decision: answer, offer choices, or say that it is out of scope."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from bot.nlu.scope import Evidence, Scope

OUT_OF_SCOPE = "out_of_scope"
UNCLEAR = "unclear"

# Where the curves of docs/evaluation.md bend: see docs/decisions/thresholds.md.
IN_SCOPE_FROM = 0.85
ANSWER_FROM = 0.22
TALK_FROM = 0.22
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
        scope: weighs whether a message is in scope.
    """

    groups: dict[str, str]
    scope: Scope = field(default_factory=Scope)

    def group(self, intent: str) -> str:
        """The group that an intent counts for; itself for what is no topic."""
        return self.groups.get(intent) or LOOKUPS.get(intent, intent)

    def covers(self, intent: str) -> bool:
        """Whether an intent is about what the bot covers."""
        return intent in self.groups or intent in LOOKUPS

    def evidence(self, scores: Mapping[str, float]) -> Evidence:
        """What the scores of a message say of its scope."""
        totals: dict[str, float] = defaultdict(float)
        for intent, score in scores.items():
            if self.covers(intent):
                totals[self.group(intent)] += score
        return Evidence(max(totals.values(), default=0.0), sum(totals.values()), scores.get(OUT_OF_SCOPE, 0.0))

    def decide(self, text: str, scores: Mapping[str, float]) -> Decision:
        """Decide on one message.

        Args:
            text: the message.
            scores: of each intent, near 0 where no example is like the message.
        """
        totals: dict[str, float] = defaultdict(float)
        best: dict[str, str] = {}
        for intent, score in scores.items():
            group = self.group(intent)
            totals[group] += score
            if group not in best or score > scores[best[group]]:
                best[group] = intent
        order = sorted(totals, key=lambda group: -totals[group])
        covered = [group for group in order if self.covers(best[group])]
        choices = tuple(best[group] for group in covered if best[group] in self.groups)[:CHOICES]
        inside = self.scope.probability(self.evidence(scores))
        talk = next((group for group in order if not self.covers(best[group]) and group != OUT_OF_SCOPE), None)
        if talk and totals[talk] >= TALK_FROM and totals[talk] > totals[covered[0]]:
            return Decision(talk, (), choices, float(np.clip(totals[talk], 0, 1)))
        if inside < IN_SCOPE_FROM:
            return Decision(OUT_OF_SCOPE, (), choices, 1 - inside)
        confidence = float(np.clip(totals[covered[0]], 0, 1))
        if confidence < ANSWER_FROM:
            return Decision(UNCLEAR, (), choices, confidence)
        intent = best[covered[0]]
        topics = (intent,) if intent in self.groups else ()
        return Decision(intent, topics, tuple(choice for choice in choices if choice != intent), confidence)
