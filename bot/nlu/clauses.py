"""The questions inside a message, where it holds more than one."""

from __future__ import annotations

import re

MOST = 4
FEW_WORDS = 5

_OPENERS = "what|whats|what's|how|hows|how's|why|does|do|did|is|isnt|are|can|could|should|would|will|which|who|when|where|any"
_END = re.compile(r"(?<=[?!;\n])\s*|(?<=[a-z)]{2}\.)\s+")
# "… and does magnesium help": a new question only where a question word follows.
_JOIN = re.compile(rf"[,;]?\s+(?:and also|and then|and|also|plus|or|but|\+|&)\s+(?=(?:{_OPENERS})\b)", re.I)
_COMMA = re.compile(rf",\s+(?=(?:{_OPENERS})\b)", re.I)
_SUBJECT = re.compile(r"\b(?:rls|wed|restless|legs?|plm[ds]?|magnesium)\b", re.I)
_QUESTION = re.compile(rf"^(?:so |and |but |also |plus |then |ok |hi |hello |please |if so )*(?:{_OPENERS})\b|\?\s*$", re.I)


def questions(text: str) -> list[str]:
    """The questions of a message in their order; one or none where it is not made of several.

    A few words may ask something too ("symptoms? treatment?"); anything longer must have the form of a question, since the
    rest of a message is a story.
    """
    parts = [
        part.strip(" ,.") for sentence in _END.split(text) for join in _JOIN.split(sentence) for part in _COMMA.split(join)
    ]
    asked = [part for part in parts if _QUESTION.search(part) or 0 < len(part.strip("?").split()) <= FEW_WORDS]
    return asked[:MOST]


def with_subject(question: str) -> str:
    """A question that leaves out what it is about, with the subject that all of this is about."""
    return question if _SUBJECT.search(question) else f"{question.rstrip('?')} restless legs"
