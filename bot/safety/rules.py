"""The safety file: its schema, and its rules made ready to match."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from pydantic import BaseModel, Extra, Field

from bot.knowledge.document import Document
from bot.knowledge.errors import KnowledgeError, KnowledgeErrors
from bot.safety import pattern
from bot.safety.message import LEAST_KEY_LETTERS, Message, Vocabulary
from bot.safety.pattern import Pattern, PatternError, Phrase, Span

# Most serious first: the first category that matches is the finding.
CALL_AT_ONCE = ("emergency", "crisis_self_harm", "overdose")
URGENT = (*CALL_AT_ONCE, "urgent_see_doctor")
BOUNDARIES = (
    "stop_medication",
    "personal_dosing",
    "child",
    "pregnancy",
    "kidney",
    "interaction",
    "personal_diagnosis",
)
CATEGORIES = URGENT + BOUNDARIES

_MEND_LINE = "mend the line, its notation is in docs/safety.md"


class _Entry(BaseModel):
    class Config:
        extra = Extra.forbid


class CountryEntry(_Entry):
    """A country: its numbers, where they were read, and what people say who are there."""

    name: str
    emergency: str
    emergency_call: str
    crisis: str
    crisis_call: str
    poison: str
    poison_call: str
    clinic: str
    sources: list[str] = Field(min_items=1)
    says: list[str]


class NegationEntry(_Entry):
    """What turns a rule off when it stands right before the match."""

    says: list[str]
    never: list[str]
    breaks: str
    reach: int


class RuleEntry(_Entry):
    """One rule, as a clinician reads it."""

    id: str = Field(regex="^[a-z0-9-]+$")
    example: str
    says: list[str] = Field(min_items=1)
    unless: list[str] = []
    unless_message: list[str] = []
    within: int = pattern.WITHIN
    negation: bool = True
    reply: str = "usual"


class ReplyEntry(_Entry):
    """The fixed reply: `usual`, and others that rules name."""

    texts: dict[str, str]
    facts: list[str] = Field(min_items=1)
    topics: list[str] = []


class CategoryEntry(_Entry):
    """A kind of danger, or a question that only a clinician may answer."""

    id: str
    means: str
    reply: ReplyEntry
    rules: list[RuleEntry]
    examples: list[str]
    look_alikes: list[str]


class SafetyFile(_Entry):
    """`knowledge/safety.yml`."""

    countries: dict[str, CountryEntry]
    check_in: str
    key_words: list[str]
    typos: dict[str, str]
    words: dict[str, str]
    contexts: dict[str, list[str]]
    negation: NegationEntry
    categories: list[CategoryEntry]


@dataclass(frozen=True)
class Negation:
    """Recognises what is denied: "no chest pain", "I don't have a fever"."""

    says: tuple[Pattern, ...]
    never: tuple[Pattern, ...]
    breaks: frozenset[str]
    reach: int

    def ends(self, message: Message) -> list[int]:
        """Where the negations of a message end."""
        not_meant = {start for span in _spans(self.never, message) for start in range(*span)}
        return sorted({end for start, end in _spans(self.says, message) if start not in not_meant})

    def covers(self, message: Message, ends: list[int], start: int) -> bool:
        """Whether the last negation before `start`, of those that end at `ends`, covers what stands there."""
        place = bisect_right(ends, start) - 1
        if place < 0 or start - ends[place] > self.reach:
            return False
        end = ends[place]
        if message.lines[end - 1] != message.lines[start]:
            return False
        return not self.breaks.intersection(message.words[end:start])


@dataclass(frozen=True)
class Rule:
    """A rule, ready to match."""

    id: str
    category: str
    patterns: tuple[Pattern, ...]
    unless: tuple[Pattern, ...]
    unless_message: tuple[Pattern, ...]
    negation: Negation | None

    def matches(self, message: Message, patterns: list[Pattern]) -> bool:
        """Whether one of the rule's patterns stands in a message, affirmed and in no excepted sentence."""
        matches = [match for line in patterns for match in line.found(message)]
        if not matches or any(line.found(message) for line in self.unless_message):
            return False
        excepted = {message.sentences[place] for start, end in _spans(self.unless, message) for place in (start, end - 1)}
        denied = self.negation.ends(message) if self.negation else []
        for match in matches:
            if self.negation and any(self.negation.covers(message, denied, span[0]) for span in match):
                continue
            if excepted.isdisjoint(message.sentences[place] for span in match for place in (span[0], span[1] - 1)):
                return True
        return False


def _spans(patterns: tuple[Pattern, ...], message: Message) -> list[Span]:
    return [
        (min(span[0] for span in match), max(span[1] for span in match)) for line in patterns for match in line.found(message)
    ]


@dataclass
class RuleBook:
    """All rules, and the words that they know.

    Attributes:
        file: the file as it was read.
        rules: the rules, most serious first.
    """

    file: SafetyFile
    vocabulary: Vocabulary
    rules: tuple[Rule, ...]
    countries: dict[str, tuple[Pattern, ...]] = field(default_factory=dict)

    @cached_property
    def _anchors(self) -> dict[str, list[tuple[int, Pattern]]]:
        anchors: dict[str, list[tuple[int, Pattern]]] = {}
        for number, rule in enumerate(self.rules):
            for line in rule.patterns:
                for atom in line.anchor:
                    anchors.setdefault(atom, []).append((number, line))
        return anchors

    def message(self, text: str) -> Message:
        """A text as the rules read it."""
        return Message(text, self.vocabulary)

    def first(self, message: Message) -> Rule | None:
        """The first rule that matches."""
        for rule, lines in self._candidates(message):
            if rule.matches(message, lines):
                return rule
        return None

    def sets_aside(self, message: Message) -> bool:
        """Whether a rule of danger has its words in a message, where they are denied, long ago or otherwise not meant."""
        urgent = ((rule, lines) for rule, lines in self._candidates(message) if rule.category in URGENT)
        return any(line.found(message) for rule, lines in urgent for line in lines if not rule.matches(message, lines))

    def _candidates(self, message: Message) -> Iterator[tuple[Rule, list[Pattern]]]:
        """The rules of which a line may stand in a message, most serious first, with those lines."""
        lines: dict[int, dict[int, Pattern]] = {}
        for atom in message.positions:
            for number, line in self._anchors.get(atom, ()):
                lines.setdefault(number, {})[id(line)] = line
        for number in sorted(lines):
            yield self.rules[number], list(lines[number].values())

    @classmethod
    def load(cls, path: Path) -> RuleBook:
        """Read and check the safety file.

        Raises:
            KnowledgeError: the file can't be read.
            KnowledgeErrors: what is wrong in it; one line each with the place and the mend.
        """
        return _Reader(Document.read(path)).book()


class _Reader:
    def __init__(self, document: Document) -> None:
        self._document = document
        self._errors: list[KnowledgeError] = []
        self._lists: dict[str, tuple[Phrase, ...]] = {}
        self._contexts: dict[str, tuple[Pattern, ...]] = {}
        self._file = document.parse(SafetyFile)

    def book(self) -> RuleBook:
        file = self._file
        for name, text in file.words.items():
            try:
                self._lists[name] = pattern.read_list(text, self._lists)
            except PatternError as error:
                mend = "put phrases in small letters between commas, and a list after those that it names"
                self._add(("words", name), str(error), mend)
        for name, lines in file.contexts.items():
            self._contexts[name] = self._lines(lines, ("contexts", name))
        negation = Negation(
            self._lines(file.negation.says, ("negation", "says")),
            self._lines(file.negation.never, ("negation", "never")),
            frozenset(file.negation.breaks.replace(",", " ").split()),
            file.negation.reach,
        )
        countries = {code: self._lines(country.says, ("countries", code, "says")) for code, country in file.countries.items()}
        rules = tuple(self._rules(negation))
        self._check_categories()
        for place, word in enumerate(file.key_words):
            if len(word) < LEAST_KEY_LETTERS:
                self._add(
                    ("key_words", place),
                    f"'{word}' is too short",
                    f"use {LEAST_KEY_LETTERS} letters or put it in typos",
                )
        if self._errors:
            raise KnowledgeErrors(self._errors)
        used = [line for rule in rules for line in rule.patterns + rule.unless + rule.unless_message]
        used += [*negation.says, *negation.never, *(line for lines in countries.values() for line in lines)]
        atoms = {atom for line in used for run in line.runs for step in run.steps for phrase in step.phrases for atom in phrase}
        prefixes = {atom[:-1] for atom in atoms if atom.endswith("*")}
        vocabulary = Vocabulary(atoms, prefixes, file.key_words, file.typos)
        return RuleBook(file, vocabulary, rules, countries)

    def _add(self, key: tuple[str | int, ...], what: str, mend: str) -> None:
        self._errors.append(self._document.error(key, what, mend))

    def _lines(self, lines: list[str], key: tuple[str | int, ...], within: int = pattern.WITHIN) -> tuple[Pattern, ...]:
        patterns: list[Pattern] = []
        for place, line in enumerate(lines):
            try:
                patterns += pattern.read(line, self._lists, within)
            except PatternError as error:
                self._add((*key, place), str(error), _MEND_LINE)
        return tuple(patterns)

    def _rules(self, negation: Negation) -> Iterator[Rule]:
        seen: set[str] = set()
        for place, category in enumerate(self._file.categories):
            for number, entry in enumerate(category.rules):
                key = ("categories", place, "rules", number)
                if entry.id in seen:
                    self._add((*key, "id"), f"rule '{entry.id}' stands twice", "give one of them another id")
                seen.add(entry.id)
                if entry.reply not in category.reply.texts:
                    self._add(
                        (*key, "reply"),
                        f"no reply '{entry.reply}'",
                        f"add it to the replies of {category.id}",
                    )
                yield Rule(
                    entry.id,
                    category.id,
                    self._lines(entry.says, (*key, "says"), entry.within),
                    tuple(self._unless(entry.unless, (*key, "unless"))),
                    tuple(self._unless(entry.unless_message, (*key, "unless_message"))),
                    negation if entry.negation else None,
                )

    def _unless(self, names: list[str], key: tuple[str | int, ...]) -> Iterator[Pattern]:
        for place, name in enumerate(names):
            if name in self._contexts:
                yield from self._contexts[name]
            elif "-" in name:
                self._add((*key, place), f"no context '{name}'", "add it to contexts, or mend its name")
            else:
                yield from self._lines([name], (*key, place))

    def _check_categories(self) -> None:
        names = tuple(category.id for category in self._file.categories)
        if names != CATEGORIES:
            self._add(("categories",), "not the categories in their order", f"list {', '.join(CATEGORIES)}")
        for place, category in enumerate(self._file.categories):
            if "usual" not in category.reply.texts:
                self._add(("categories", place, "reply"), "no reply 'usual'", "add 'usual:' to its texts")
