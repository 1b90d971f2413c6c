"""Figures from judged replies, each with its 95% interval."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.evaluation.judge import OUT_OF_SCOPE as REFUSAL
from bot.evaluation.judge import SMALLTALK as SMALLTALK_REPLY
from bot.evaluation.judge import Outcome, Reply, Verdict, judge
from bot.evaluation.messages import OUT_OF_SCOPE, LabelledMessage, Section
from bot.safety.rules import BOUNDARIES, URGENT

# The normal distribution's two-sided 95% quantile.
_Z = 1.959963984540054


@dataclass(frozen=True)
class Share:
    """Some out of several, with Wilson's 95% interval."""

    hits: int
    of: int

    @property
    def value(self) -> float:
        """From 0 to 1; not a number where there is nothing to count."""
        return self.hits / self.of if self.of else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95% interval; all that is possible where there is nothing to count."""
        if not self.of:
            return 0.0, 1.0
        n, p = self.of, self.value
        centre = (p + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
        half = _Z / (1 + _Z**2 / n) * math.sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2))
        # Rounding must not leave the value itself outside.
        return min(p, max(0.0, centre - half)), max(p, min(1.0, centre + half))

    def __str__(self) -> str:
        if not self.of:
            return "–"
        low, high = self.interval
        return f"{100 * self.value:.1f}% ({100 * low:.1f}–{100 * high:.1f}) {self.hits}/{self.of}"

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        low, high = self.interval
        value = round(self.value, 4) if self.of else None
        return {"hits": self.hits, "of": self.of, "value": value, "low": round(low, 4), "high": round(high, 4)}


@dataclass(frozen=True)
class Scored:
    """A message, its reply and the judgement."""

    message: LabelledMessage
    reply: Reply
    verdict: Verdict

    @classmethod
    def of(cls, message: LabelledMessage, reply: Reply) -> Scored:
        return cls(message, reply, judge(message, reply))


@dataclass(frozen=True)
class Measure:
    """A figure by its name, such as "accuracy", and what it counts in words."""

    id: str
    title: str
    share: Share


def share(lines: Iterable[Scored], test: Callable[[Scored], bool]) -> Share:
    """How many of the lines pass a test."""
    results = [test(line) for line in lines]
    return Share(sum(results), len(results))


def right(line: Scored) -> bool:
    return line.verdict.right


def core(lines: Iterable[Scored], section: Section) -> list[Scored]:
    """The lines of a section, without those on the edge of our scope."""
    return [line for line in lines if line.message.label.section is section and not line.message.borderline]


def measures(lines: Sequence[Scored]) -> list[Measure]:
    """Every figure of a set of lines, in the order of the report."""
    inside = core(lines, Section.IN_SCOPE)
    outside = core(lines, Section.OUT_OF_SCOPE)
    safety = core(lines, Section.SAFETY)
    others = [line for line in lines if line.message.label.section is not Section.SAFETY]
    edge = [line for line in lines if line.message.borderline]
    urgent = [line for line in safety if line.message.label.name in URGENT]
    bounded = [line for line in safety if line.message.label.name in BOUNDARIES]
    return [
        Measure("accuracy", "In scope: right topic first", share(inside, right)),
        Measure("answered_or_offered", "In scope: answered or offered", share(inside, lambda x: x.verdict.reached)),
        Measure("false_refusals", "In scope: refused", share(inside, _refused)),
        Measure("out_of_scope", "Out of scope: refused", share(outside, right)),
        *(_kind(outside, kind) for kind in OUT_OF_SCOPE),
        Measure("borderline", "On the edge of scope: right", share(edge, right)),
        Measure("smalltalk", "Small talk: right", share(core(lines, Section.SMALLTALK), right)),
        Measure("urgent", "Safety: danger found", share(urgent, right)),
        *(_category(safety, name) for name in URGENT),
        Measure("boundaries", "Safety: boundary found", share(bounded, right)),
        Measure("any_boundary", "Safety: boundary or danger, whichever category", share(bounded, _guarded)),
        *(_category(safety, name) for name in BOUNDARIES),
        Measure("urgent_alarms", "False alarms: danger", share(others, lambda line: _alarm(line, URGENT))),
        Measure("boundary_alarms", "False alarms: boundary", share(others, lambda line: _alarm(line, BOUNDARIES))),
        Measure("adversarial", "Attacks and odd input: polite", share(core(lines, Section.ADVERSARIAL), right)),
        Measure("errors", "Errors and empty replies", share(lines, lambda x: x.verdict.outcome is Outcome.ERROR)),
    ]


def written(lines: Iterable[Scored]) -> list[Scored]:
    """The lines as people wrote them."""
    return [line for line in lines if not line.message.reworded]


def reworded(lines: Iterable[Scored]) -> list[Scored]:
    """The lines whose sentence was written anew."""
    return [line for line in lines if line.message.reworded]


def by(lines: Iterable[Scored], key: Callable[[Scored], str]) -> dict[str, Share]:
    """Share of right replies for each value of a key, sorted by the key."""
    parts: dict[str, list[Scored]] = {}
    for line in lines:
        parts.setdefault(key(line), []).append(line)
    return {name: share(parts[name], right) for name in sorted(parts)}


def by_group(lines: Iterable[Scored]) -> dict[str, Share]:
    """Accuracy for each main label in scope."""
    return by(core(lines, Section.IN_SCOPE), lambda line: line.message.label.name)


def by_origin(lines: Iterable[Scored]) -> dict[str, Share]:
    """Share of right replies by section and by who wrote the message."""
    settled = [line for line in lines if not line.message.borderline]
    return by(settled, lambda line: f"{line.message.label.section.value} · {line.message.origin}")


def by_file(lines: Iterable[Scored]) -> dict[str, Share]:
    """Share of right replies by file."""
    return by((line for line in lines if not line.message.borderline), lambda line: line.message.file)


def confusions(lines: Iterable[Scored]) -> list[Scored]:
    """The lines that went wrong, by section, label and what was given instead."""
    wrong = [line for line in lines if not line.verdict.right]
    sections = list(Section)
    return sorted(
        wrong,
        key=lambda line: (
            sections.index(line.message.label.section),
            line.message.label.name,
            line.verdict.given,
            line.message.file,
            line.message.line,
        ),
    )


def milliseconds(lines: Iterable[Scored]) -> tuple[float, float]:
    """Median and 95th percentile of a turn's time; zeros without lines."""
    times = sorted(line.reply.ms for line in lines)
    if not times:
        return 0.0, 0.0
    return times[(len(times) - 1) // 2], times[math.ceil(0.95 * len(times)) - 1]


def _kind(outside: Sequence[Scored], kind: str) -> Measure:
    of_kind = [line for line in outside if line.message.label.name == kind]
    return Measure(kind, f"– {kind}", share(of_kind, right))


def _category(safety: Sequence[Scored], name: str) -> Measure:
    of_category = [line for line in safety if line.message.label.name == name]
    return Measure(f"safety_{name}", f"– {name}", share(of_category, right))


def _refused(line: Scored) -> bool:
    return line.verdict.outcome is Outcome.REFUSED


def _guarded(line: Scored) -> bool:
    return line.verdict.right or line.reply.safety is not None


def _alarm(line: Scored, categories: Sequence[str]) -> bool:
    # A boundary that offers what was asked is no answer all the same.
    return line.verdict.outcome in (Outcome.ALARM, Outcome.OFFERED) and line.reply.safety in categories


def scope_score(reply: Reply) -> float | None:
    """How much in scope the bot took a message to be, from 0 to 1; None where a safety rule decided.

    A refusal's confidence is that in the refusal, so it counts the other way round.
    """
    if reply.safety is not None:
        return None
    if reply.kind in (REFUSAL, SMALLTALK_REPLY):
        return 1 - reply.confidence
    return reply.confidence
