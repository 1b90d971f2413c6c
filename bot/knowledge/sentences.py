"""Which sentences of a topic are hard to read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.knowledge.prose import HIGHEST_GRADE, reading_grade
from bot.knowledge.topic import Topic

_END = re.compile(r"""(?:(?<=[.?!])|(?<=[.?!]["”')]))\s+(?=["“'(]?[A-Z0-9])""")


def sentences(text: str) -> list[str]:
    """A text's sentences, one by one."""
    return [sentence for sentence in _END.split(text) if sentence]


def hard(topic: Topic, terms: frozenset[str]) -> Iterator[tuple[str, float, str]]:
    """Each sentence above the highest grade: where it stands, its grade, and the sentence."""
    for part, text in (("", topic.text), ("ask, ", topic.ask), ("detail, ", topic.detail_text)):
        for number, sentence in enumerate(sentences(text), start=1):
            grade = reading_grade(sentence, terms)
            if round(grade) > HIGHEST_GRADE:
                yield f"{part}sentence {number}", grade, sentence
