"""Comparison with an earlier run's `scores.json`, which holds no sentences."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.evaluation.messages import Section
from bot.evaluation.scores import Scored, Share

# What must not fall, by the section whose right replies it counts.
GUARDED = {
    "accuracy": Section.IN_SCOPE,
    "out-of-scope recall": Section.OUT_OF_SCOPE,
    "small talk": Section.SMALLTALK,
    "safety recall": Section.SAFETY,
}


# What an earlier run said of each message, by the message's key.
Kept = dict[str, dict[str, Any]]


class BaselineError(ValueError):
    """A `scores.json` that can't be compared with."""


@dataclass(frozen=True)
class Change:
    """A message that is judged otherwise than before."""

    line: Scored
    before: str


@dataclass(frozen=True)
class Fall:
    """A measure before and now, over the messages of both runs."""

    name: str
    before: Share
    now: Share

    @property
    def points(self) -> float:
        """By how much it fell, from -1 to 1."""
        return self.before.value - self.now.value


@dataclass(frozen=True)
class Comparison:
    """What changed since an earlier run."""

    better: list[Change]
    worse: list[Change]
    measures: list[Fall]
    shared: int

    def __str__(self) -> str:
        return f"{len(self.better)} better, {len(self.worse)} worse, of {self.shared} messages in both"

    def failures(self, margin: float) -> list[Fall]:
        """The measures that fell by more than a margin."""
        # Counts make fractions such as 0.02 that floating point can't hold.
        return [fall for fall in self.measures if fall.points > margin + 1e-9]


def records(lines: Sequence[Scored]) -> Kept:
    """Each message's judgement for `scores.json`, by its key."""
    return {
        line.message.key: {
            "label": line.message.label.name,
            "borderline": line.message.borderline,
            "outcome": line.verdict.outcome.value,
            "given": line.verdict.given,
        }
        for line in lines
    }


def load(path: Path) -> Kept:
    """The judgements of an earlier run.

    Raises:
        BaselineError: there is no such file, or it is none of ours.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        kept = {str(key): dict(value) for key, value in content["lines"].items()}
    except OSError as error:
        raise BaselineError(f"{path}: can't be read ({error.strerror})") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BaselineError(f"{path}: not a scores.json of 'rls evaluate'") from None
    if not all({"outcome", "given"} <= record.keys() for record in kept.values()):
        raise BaselineError(f"{path}: not a scores.json of 'rls evaluate'")
    return kept


def compare(lines: Sequence[Scored], before: Kept) -> Comparison:
    """Compare with an earlier run, over the messages that both have."""
    shared = [line for line in lines if line.message.key in before]

    def was_right(line: Scored) -> bool:
        return bool(before[line.message.key]["outcome"] == "right")

    def change(line: Scored) -> Change:
        record = before[line.message.key]
        return Change(line, f"{record['outcome']}: {record['given']}")

    measures = []
    for name, section in GUARDED.items():
        part = [x for x in shared if x.message.label.section is section and not x.message.borderline]
        if part:
            earlier = Share(sum(was_right(line) for line in part), len(part))
            measures.append(Fall(name, earlier, Share(sum(line.verdict.right for line in part), len(part))))
    return Comparison(
        better=[change(line) for line in shared if line.verdict.right and not was_right(line)],
        worse=[change(line) for line in shared if was_right(line) and not line.verdict.right],
        measures=measures,
        shared=len(shared),
    )
