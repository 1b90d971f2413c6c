"""From the scores of intents to a decision: answer, offer choices, or say that it is out of scope."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.nlu.scope import Evidence, Scope
from bot.safety.rules import CATEGORIES

OUT_OF_SCOPE = "out_of_scope"
UNCLEAR = "unclear"

# Where the curves of docs/decisions/thresholds.md bend.
IN_SCOPE_FROM = 0.5
ANSWER_FROM = 0.22
TALK_FROM = 0.12
TALK_BESIDE_OUTSIDE = 0.6
CHOICES = 3
# An answer less sure than this leaves all three choices for what else may be meant.
DOUBTFUL = 0.5

# Kinds of talk that run into each other.
SOCIABLE = frozenset({
    "greeting", "goodbye", "thanks", "affirm", "deny", "bot_identity", "capabilities", "repeat", "cancel", "clarify",
    "unsure", "chitchat", "insult",
})  # fmt: skip

# A question of several is answered from here on; one that needed the subject added, or shares its group, must be plainer.
PART_FROM = 0.3
PART_PLAIN_FROM = 0.35
# A message so plain is not taken apart into other topics.
WHOLE_FROM = 0.7

# Look-ups count for the group that they answer in.
LOOKUPS = {
    "food_amount": "magnesium_food_amount",
    "food_total": "magnesium_food_amount",
    "food_rank": "magnesium_foods",
    "daily_need": "magnesium_daily_intake",
}
# "Can it be taken with orange juice" asks nothing of the juice.
_FOODS = ("food_amount", "food_total")
_TAKING = re.compile(r"\b(?:take|takes|taken|taking|swallow\w*|wash(?:ed)? (?:it |them )?down)\b", re.I)


@dataclass(frozen=True)
class Decision:
    """What a message is about: `intent`, the topics to answer or to offer, and the confidence from 0 to 1."""

    intent: str
    topics: tuple[str, ...]
    choices: tuple[str, ...]
    confidence: float


@dataclass(frozen=True)
class Candidate:
    """A group by its best intent, with the score of all of its intents together."""

    intent: str
    score: float


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

    def is_talk(self, intent: str) -> bool:
        """Whether an intent is conversation: neither a topic, nor a boundary or danger, nor out of scope."""
        return not self.covers(intent) and intent != OUT_OF_SCOPE and intent not in CATEGORIES

    def evidence(self, scores: Mapping[str, float]) -> Evidence:
        """What the scores of a message say of its scope."""
        return self._evidence(self._rank(scores), scores)

    def decide(self, text: str, scores: Mapping[str, float]) -> Decision:
        """Decide on one message.

        Args:
            text: the message.
            scores: of each intent, near 0 where no example is like the message.
        """
        if _TAKING.search(text):
            scores = {intent: score for intent, score in scores.items() if intent not in _FOODS}
        ranking = self._rank(scores)
        covered = [candidate for candidate in ranking if self.covers(candidate.intent)]
        nearest = tuple(candidate.intent for candidate in covered if candidate.intent in self.groups)
        choices = nearest[:CHOICES]
        inside = self.scope.probability(self._evidence(covered, scores))
        talk = [candidate for candidate in ranking if self.is_talk(candidate.intent)]
        outside = scores.get(OUT_OF_SCOPE, 0.0)
        if talk and talk[0].score > max(TALK_FROM, covered[0].score, TALK_BESIDE_OUTSIDE * outside):
            # "When is your birthday?" is a little of several kinds of talk, and of no other subject.
            sociable = sum(max(candidate.score, 0) for candidate in talk if candidate.intent in SOCIABLE)
            if max(sociable, talk[0].score) > outside:
                return Decision(talk[0].intent, (), choices, _share(talk[0].score))
        if inside < IN_SCOPE_FROM:
            return Decision(OUT_OF_SCOPE, (), choices, 1 - inside)
        first = covered[0]
        confidence = inside * _share(first.score)
        if first.score < ANSWER_FROM:
            return Decision(UNCLEAR, (), choices, confidence)
        topics = (first.intent,) if first.intent in self.groups else ()
        others = tuple(choice for choice in nearest if choice != first.intent)
        return Decision(first.intent, topics, others[: CHOICES if confidence < DOUBTFUL else CHOICES - 1], confidence)

    def combine(self, whole: Decision, parts: Sequence[Sequence[tuple[Decision, bool]]]) -> Decision:
        """The decision on a message that asks several things: each answered once, in their order.

        Args:
            whole: the decision on the message as it stands.
            parts: for each of its questions the decision on each of its readings, and whether a subject was put in.
        """
        topics: list[str] = []
        confidences: list[float] = []
        for readings in parts:
            known = {self.group(topic) for topic in topics}
            found = []
            for decision, completed in readings:
                topic = self.answerable(decision)
                plain = completed or self.group(topic) in known
                if topic and topic not in topics and decision.confidence >= (PART_PLAIN_FROM if plain else PART_FROM):
                    found.append((decision.confidence, topic))
            if found:
                confidence, topic = max(found)
                topics.append(topic)
                confidences.append(confidence)
        groups = {self.group(topic) for topic in topics}
        if whole.intent == OUT_OF_SCOPE or len(topics) < 2:
            return whole
        if whole.confidence >= WHOLE_FROM and self.group(whole.intent) not in groups:
            return whole
        others = tuple(choice for choice in whole.choices if choice not in topics)
        return Decision(topics[0], tuple(topics), others, min(confidences))

    def answerable(self, decision: Decision) -> str:
        """The topic that answers a question beside others; of a look-up the topic of its name. Empty where there is none."""
        if decision.topics:
            return decision.topics[0]
        group = LOOKUPS.get(decision.intent, "")
        return group if group in self.groups else ""

    def asked(self, decision: Decision) -> list[str]:
        """The topics that a message asks for, the one that would have answered it first; none where it asks for none."""
        first = self.answerable(decision)
        return [first, *(choice for choice in decision.choices if choice != first)] if first else []

    def _evidence(self, ranking: Sequence[Candidate], scores: Mapping[str, float]) -> Evidence:
        totals = [candidate.score for candidate in ranking if self.covers(candidate.intent)]
        return Evidence(max(totals, default=0.0), sum(totals), scores.get(OUT_OF_SCOPE, 0.0))

    def _rank(self, scores: Mapping[str, float]) -> list[Candidate]:
        """The groups by their score, each with its best intent."""
        totals: dict[str, float] = defaultdict(float)
        best: dict[str, tuple[float, str]] = {}
        for intent, score in scores.items():
            group = self.group(intent)
            totals[group] += score
            if group not in best or score > best[group][0]:
                best[group] = (score, intent)
        ranked = sorted(totals.items(), key=lambda total: -total[1])
        return [Candidate(best[group][1], total) for group, total in ranked]


def _share(score: float) -> float:
    return min(max(score, 0.0), 1.0)
