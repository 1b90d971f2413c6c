"""How an answer must read: length, reading level, and the words that it must not hold."""

from __future__ import annotations

import csv
import datetime
import re
import statistics
from collections.abc import Iterator
from pathlib import Path

import textstat
import yaml

from bot.knowledge.base import KnowledgeBase, topic_documents
from bot.knowledge.document import Document, Key
from bot.knowledge.errors import KnowledgeError
from bot.knowledge.topic import Topic

ANSWER_WORDS = 120
DETAIL_WORDS = 220
HIGHEST_GRADE = 8.0
MEDIAN_GRADE = 6.5

# Look-up tables that cite sources too, in their column `source`.
TABLES = ("interactions.csv", "intake.csv")

# Each is something that the bot must not say, with the reason a writer is given.
FORBIDDEN = (
    (re.compile(r"\byou (?:do not|don't|may|might|probably)? ?have (?:rls|restless legs)\b", re.I), "a diagnosis"),
    (re.compile(r"\b(?:stop|quit|start|change|double|halve) (?:taking )?your (?:medicine|drug|tablets?|pills?|dose)\b", re.I),
     "an order about a medicine"),
    (re.compile(r"(?:^|[.:;] )(?:take|use|try) (?:up to |about )?\d+ ?(?:mg|mcg|µg|g|IU)\b", re.I), "a personal dose"),
    (re.compile(r"\byou should take \d", re.I), "a personal dose"),
    (re.compile(r"\bmagnesium (?:cures|treats|heals|fixes)\b", re.I), "a promise"),
    (re.compile(r"\bproven to (?:cure|work|help)\b(?! in)", re.I), "a promise"),
    (re.compile(r"\bnatural,? (?:so|and therefore) (?:it is |it's )?safe\b", re.I), "a promise"),
)  # fmt: skip
# These have no place in any sentence, a warning or not.
MARKS = ((re.compile(r"!"), "an exclamation mark"), (re.compile(r"<[^>]+>|\]\("), "markup"))
# What a prohibition may say that a promise may not: "Do not stop your medicine suddenly".
_WARNED = re.compile(r"\b(?:not|never|don't|before you|nobody should|can't|cannot)\b[^.]*$", re.I)


def words(text: str) -> int:
    """How many words a text has."""
    return len(text.split())


def reading_grade(text: str, terms: frozenset[str]) -> float:
    """Flesch-Kincaid grade, with unavoidable terms counted as short words.

    Args:
        text: plain sentences.
        terms: lower-case terms of `knowledge/terms.yml` that a reader has to meet.
    """
    plain = text
    for term in sorted(terms, key=len, reverse=True):
        plain = re.sub(rf"\b{re.escape(term)}\b", "word", plain, flags=re.I)
    return float(textstat.flesch_kincaid_grade(plain))


def load_terms(folder: Path) -> frozenset[str]:
    """The terms excepted from the reading level."""
    return frozenset(term.casefold() for term in yaml.safe_load((folder / "terms.yml").read_text(encoding="utf-8")))


def brands(folder: Path) -> frozenset[str]:
    """Brand names of medicines, which an answer must not hold."""
    names = yaml.safe_load((folder / "names.yml").read_text(encoding="utf-8"))
    return frozenset(brand.casefold() for entry in names for brand in entry.get("brands") or ())


def check_prose(folder: Path, base: KnowledgeBase, today: datetime.date) -> list[KnowledgeError]:
    """Every answer that reads badly or says what it must not."""
    terms, named = load_terms(folder), brands(folder)
    errors: list[KnowledgeError] = []
    grades: list[float] = []
    for document, topic in topic_documents(folder):
        errors += _length(document, topic)
        errors += _wording(document, topic, named)
        grade = reading_grade(topic.text, terms)
        grades.append(grade)
        if grade > HIGHEST_GRADE:
            errors.append(
                document.error(("answer",), f"the answer reads at grade {grade:.1f}", f"shorten it to {HIGHEST_GRADE:.0f}")
            )
        if topic.review.due < today:
            errors.append(
                document.error(("review", "due"), f"the review was due on {topic.review.due}", "read it again, set a new date")
            )
    if grades and statistics.median(grades) > MEDIAN_GRADE:
        errors.append(
            KnowledgeError(
                folder / "topics", 1, f"the median answer reads at grade {statistics.median(grades):.1f}",
                f"simplify answers until it is {MEDIAN_GRADE}",
            )
        )  # fmt: skip
    errors += _uncited(folder, base)
    return errors


def _length(document: Document, topic: Topic) -> Iterator[KnowledgeError]:
    count = words(topic.text) + words(topic.ask)
    if count > ANSWER_WORDS:
        yield document.error(("answer",), f"the answer has {count} words", f"shorten it to {ANSWER_WORDS}")
    count = words(topic.detail_text)
    if count > DETAIL_WORDS:
        yield document.error(("detail",), f"the detail has {count} words", f"shorten it to {DETAIL_WORDS}")


def _texts(topic: Topic) -> Iterator[tuple[Key, str]]:
    for part, sentences in (("answer", topic.answer), ("detail", topic.detail)):
        for index, sentence in enumerate(sentences):
            yield (part, index), sentence.text
    yield ("ask",), topic.ask
    yield ("title",), topic.title
    yield ("evidence", "because"), topic.evidence.because


def _wording(document: Document, topic: Topic, named: frozenset[str]) -> Iterator[KnowledgeError]:
    for key, text in _texts(topic):
        for pattern, reason in FORBIDDEN:
            found = pattern.search(text)
            if found and not _WARNED.search(text[: found.start()]):
                yield document.error(key, f"{found.group()!r} is {reason}", "say it another way")
        for pattern, reason in MARKS:
            found = pattern.search(text)
            if found:
                yield document.error(key, f"{found.group()!r} is {reason}", "say it another way")
        for brand in _brands_in(text, named):
            yield document.error(key, f"{brand!r} is a brand name", "use the generic name")
    for part, sentences in (("answer", topic.answer), ("detail", topic.detail)):
        for index, sentence in enumerate(sentences):
            if sentence.say and re.search(r"\d", sentence.say):
                yield document.error((part, index), "a 'say' with a number", "make it a 'fact' with its sources")


def _brands_in(text: str, named: frozenset[str]) -> Iterator[str]:
    """Brand names in a text, of one word or of several ("Slow Fe")."""
    for word in re.findall(r"[A-Za-z][\w-]+", text):
        if word.casefold() in named:
            yield word
    for brand in sorted(named):
        found = re.search(rf"\b{re.escape(brand)}\b", text, re.I) if " " in brand else None
        if found:
            yield found.group()


def _uncited(folder: Path, base: KnowledgeBase) -> Iterator[KnowledgeError]:
    path = folder / "sources.yml"
    document = Document.read(path)
    cited = {source for topic in base.topics.values() for source in topic.sources}
    cited |= {source for fact in base.facts.values() for source in fact.sources}
    for name in TABLES:
        with (folder / name).open(encoding="utf-8", newline="") as file:
            cited |= {row.get("source") or row["source_id"] for row in csv.DictReader(file)}
    for index, source in enumerate(base.sources):
        if source not in cited:
            yield document.error((index,), f"nobody cites source '{source}'", "cite it or remove it")
