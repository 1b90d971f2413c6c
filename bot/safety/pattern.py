"""A line of a rule: words with alternatives and gaps, in the notation that docs/safety.md explains.

A line is read once and matched by walking over sorted positions, never by trying again, so the time grows with the
length of the message and no line can be catastrophic.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product

from bot.safety.message import NUMBER, PAST_YEAR, YOUNG, Message

GAP = 4
WITHIN = 12

Span = tuple[int, int]
Phrase = tuple[str, ...]

_GAP = re.compile(r"\.\.\.(\d+)?")
_ATOM = re.compile(r"[^\W_]+[*.]?")
# Words that nearly every message has: looking a line up by one of them would find it nearly always.
_EVERYDAY = frozenset(
    [
        *(
            "i",
            "im",
            "my",
            "me",
            "you",
            "it",
            "is",
            "the",
            "a",
            "an",
            "to",
            "of",
            "and",
            "or",
            "in",
            "on",
            "for",
        ),
        *(
            "with",
            "have",
            "has",
            "had",
            "be",
            "been",
            "do",
            "does",
            "am",
            "are",
            "was",
            "this",
            "that",
            "can",
            "take",
        ),
        *(
            "taking",
            "took",
            "so",
            "not",
            "no",
            "if",
            "all",
            "magnesium",
            "legs",
            "leg",
            "what",
            "how",
            "should",
        ),
        *("he", "she", "his", "her", "up", "off", "out"),
    ]
)


class PatternError(ValueError):
    """A line that can't be read."""


@dataclass(frozen=True)
class Step:
    """One place in a line: the phrases that may stand there, at most `gap` words after the step before."""

    phrases: tuple[Phrase, ...]
    gap: int

    @cached_property
    def atoms(self) -> frozenset[str]:
        """The first words of the phrases."""
        return frozenset(phrase[0] for phrase in self.phrases)

    def found(self, message: Message) -> list[Span]:
        """Where the step stands, in order."""
        spans: set[Span] = set()
        for phrase in self.phrases:
            for start in message.positions.get(phrase[0], ()):
                end = start + len(phrase)
                if end > len(message.words) or message.sentences[end - 1] != message.sentences[start]:
                    continue
                if all(atom in message.atoms[start + place] for place, atom in enumerate(phrase)):
                    spans.add((start, end))
        return sorted(spans)


@dataclass(frozen=True)
class Run:
    """Steps in order, within one sentence."""

    steps: tuple[Step, ...]

    def found(self, message: Message) -> list[Span]:
        """Where the run stands, in order of its end."""
        spans = self.steps[0].found(message)
        for step in self.steps[1:]:
            if not spans:
                break
            spans.sort(key=lambda span: span[1])
            ends = [span[1] for span in spans]
            joined = []
            for start, end in step.found(message):
                # The nearest end is the only one to ask: if any is near enough, it is.
                place = bisect_left(ends, start + 1) - 1
                if place < 0 or start - ends[place] > step.gap:
                    continue
                if message.sentences[ends[place] - 1] == message.sentences[start]:
                    joined.append((spans[place][0], end))
            spans = joined
        return spans


@dataclass(frozen=True)
class Pattern:
    """Runs in any order, at most `within` words apart.

    Attributes:
        line: the line as it was written.
    """

    line: str
    runs: tuple[Run, ...]
    within: int

    @cached_property
    def anchor(self) -> frozenset[str]:
        """The words of which at least one stands in every message that this pattern matches."""
        steps = (step.atoms for run in self.runs for step in run.steps)
        return min(steps, key=lambda atoms: sum(20 if atom in _EVERYDAY else 1 for atom in atoms))

    def found(self, message: Message) -> list[tuple[Span, ...]]:
        """Where the pattern stands: the span of each run."""
        for run in self.runs:
            for step in run.steps:
                if step.atoms.isdisjoint(message.positions):
                    return []
        first = self.runs[0].found(message)
        if len(self.runs) == 1 or not first:
            return [(span,) for span in first]
        others = [sorted(run.found(message)) for run in self.runs[1:]]
        if not all(others):
            return []
        starts = [[span[0] for span in spans] for spans in others]
        matches = []
        for span in first:
            match = [span]
            for spans, begins in zip(others, starts, strict=True):
                near = self._nearest(span, spans, begins)
                if near is None:
                    break
                match.append(near)
            else:
                matches.append(tuple(match))
        return matches

    def _nearest(self, span: Span, spans: list[Span], begins: list[int]) -> Span | None:
        place = bisect_left(begins, span[1])
        best: tuple[int, Span] | None = None
        for other in spans[max(0, place - 2) : place + 1]:
            distance = other[0] - span[1] if other[0] >= span[1] else span[0] - other[1]
            if 0 <= distance <= self.within and (best is None or distance < best[0]):
                best = (distance, other)
        return best[1] if best else None


def read(line: str, lists: Mapping[str, tuple[Phrase, ...]], within: int = WITHIN) -> list[Pattern]:
    """The patterns of a line: one, or several where it has optional words.

    Args:
        line: the line, e.g. `chest ... <pain>` or `<child> + swallowed/ate`.
        lists: the word lists that it may name.
        within: how far apart the parts around `+` may stand.

    Raises:
        PatternError: the line names an unknown list, or is empty or ends in a gap.
    """
    variants = [_runs(part.split(), lists, line) for part in line.split(" + ")]
    return [Pattern(line, runs, within) for runs in product(*variants)]


def _runs(parts: list[str], lists: Mapping[str, tuple[Phrase, ...]], line: str) -> list[Run]:
    choices: list[tuple[Step, ...]] = [()]
    gap, last_is_gap = 0, True
    pending = [0]
    for part in parts:
        gap_match = _GAP.fullmatch(part)
        if gap_match:
            gap, last_is_gap = int(gap_match.group(1) or GAP), True
            continue
        last_is_gap = False
        optional = part.endswith("?")
        phrases = _phrases(part.rstrip("?"), lists, line)
        longer = []
        still_pending = []
        for choice, wait in zip(choices, pending, strict=True):
            longer.append((*choice, Step(phrases, max(gap, wait))))
            still_pending.append(0)
            if optional:
                longer.append(choice)
                still_pending.append(max(gap, wait))
        choices, pending, gap = longer, still_pending, 0
    if last_is_gap or any(not choice for choice in choices):
        raise PatternError(f"'{line}' has a part without a word that must stand there")
    return [Run(choice) for choice in choices]


def _phrases(part: str, lists: Mapping[str, tuple[Phrase, ...]], line: str) -> tuple[Phrase, ...]:
    phrases: list[Phrase] = []
    for choice in part.split("/"):
        if choice in (NUMBER, YOUNG, PAST_YEAR):
            phrases.append((choice,))
        elif choice.startswith("<") and choice.endswith(">"):
            if choice[1:-1] not in lists:
                raise PatternError(f"'{line}' names {choice}, which is not under 'words'")
            phrases += lists[choice[1:-1]]
        elif choice == choice.lower() and all(_ATOM.fullmatch(word) for word in choice.split("_")):
            phrases.append(tuple(choice.split("_")))
        else:
            raise PatternError(f"'{line}' has '{choice}', which is not a word in small letters without an apostrophe")
    return tuple(dict.fromkeys(phrases))


def read_list(text: str, lists: Mapping[str, tuple[Phrase, ...]]) -> tuple[Phrase, ...]:
    """A word list: phrases between commas, or names of lists that stand before it.

    Raises:
        PatternError: a phrase is not made of words.
    """
    phrases: list[Phrase] = []
    for piece in text.split(","):
        words = piece.split()
        if not words:
            raise PatternError(f"'{text[:40]}' has a comma too many")
        phrases += product_phrase([_phrases(word, lists, piece.strip()) for word in words])
    return tuple(dict.fromkeys(phrases))


def product_phrase(words: list[tuple[Phrase, ...]]) -> list[Phrase]:
    """All phrases of one choice for each word."""
    return [tuple(atom for phrase in choice for atom in phrase) for choice in product(*words)]
