"""Curves over the confidence: what another threshold would give."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.evaluation.judge import groups
from bot.evaluation.messages import Section
from bot.evaluation.scores import Scored, core, scope_score


@dataclass(frozen=True)
class Point:
    """What happens where only messages of at least this confidence are answered.

    Attributes:
        coverage: share of messages answered.
        risk: share of wrong ones among the answered.
    """

    threshold: float
    coverage: float
    risk: float


@dataclass(frozen=True)
class Cut:
    """What a threshold would refuse: share of the in-scope and of the out-of-scope messages below it."""

    threshold: float
    inside: float
    outside: float


def risk_coverage(lines: Iterable[Scored], outside: bool = False) -> list[Point]:
    """The risk-coverage curve of in-scope messages, from the surest to the least sure.

    The first topic answered, or the first one offered, counts as the bot's guess.

    Args:
        outside: out-of-scope messages count too; answering one is always wrong.
    """
    kept = list(lines)
    chosen = core(kept, Section.IN_SCOPE) + (core(kept, Section.OUT_OF_SCOPE) if outside else [])
    ranked = sorted(((score, _guess_is_right(line)) for line, score in _scored(chosen)), key=lambda pair: -pair[0])
    points = []
    wrong = 0
    for number, (score, is_right) in enumerate(ranked, start=1):
        wrong += not is_right
        # Messages of one confidence are answered together.
        if number == len(ranked) or ranked[number][0] < score:
            points.append(Point(score, number / len(ranked), wrong / number))
    return points


def cuts(lines: Iterable[Scored]) -> list[Cut]:
    """What each threshold would refuse."""
    kept = list(lines)
    inside = [score for _, score in _scored(core(kept, Section.IN_SCOPE))]
    outside = [score for _, score in _scored(core(kept, Section.OUT_OF_SCOPE))]
    if not inside or not outside:
        return []
    return [
        Cut(threshold, _below(inside, threshold), _below(outside, threshold))
        for threshold in sorted({0.0, 1.0, *inside, *outside})
    ]


def auroc(lines: Iterable[Scored]) -> float | None:
    """How often an in-scope message has a higher confidence than an out-of-scope one; None without both."""
    kept = list(lines)
    inside = [score for _, score in _scored(core(kept, Section.IN_SCOPE))]
    outside = [score for _, score in _scored(core(kept, Section.OUT_OF_SCOPE))]
    if not inside or not outside:
        return None
    wins = sum((a > b) + 0.5 * (a == b) for a in inside for b in outside)
    return wins / (len(inside) * len(outside))


def area(points: Sequence[Point]) -> float | None:
    """The area under a risk-coverage curve: the mean risk over all coverages; None without points."""
    if not points:
        return None
    edges = [0.0, *(point.coverage for point in points)]
    return sum(point.risk * (point.coverage - edges[index]) for index, point in enumerate(points))


def _scored(lines: Iterable[Scored]) -> list[tuple[Scored, float]]:
    pairs = ((line, scope_score(line.reply)) for line in lines)
    return [(line, score) for line, score in pairs if score is not None]


def _guess_is_right(line: Scored) -> bool:
    if line.message.label.section is Section.OUT_OF_SCOPE:
        return False
    guess = (*line.reply.topics, *line.reply.offered)[:1]
    return bool(groups(line.message.accepted).intersection(guess)) or line.verdict.right


def _below(scores: Sequence[float], threshold: float) -> float:
    return sum(score < threshold for score in scores) / len(scores)
