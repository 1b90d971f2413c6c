"""The questions inside a message, where it holds more than one."""

from __future__ import annotations

import re
from dataclasses import dataclass

MOST = 4
USUAL_SUBJECT = "restless legs"
_USUAL = ("rls", "wed", "leg", "legs", "restless", "restless leg", USUAL_SUBJECT)

_OPENERS = (
    "what|whats|what's|how|hows|how's|why|does|do|did|is|isnt|are|can|could|should|would|will|which|who|when|where|any|whether"
)
_END = re.compile(rf"(?<=[?!;])\s*|(?<=[a-z)]{{2}}\.)\s+|\n(?=(?:{_OPENERS})\b)", re.I)
# "… and does magnesium help": a new question only where a question word follows.
_JOIN = re.compile(rf"[,;]?\s+(?:and also|and then|as well as|and|also|plus|or|but|\+|&)\s+(?=(?:{_OPENERS})\b)", re.I)
_COMMA = re.compile(rf",\s+(?=(?:{_OPENERS})\b)", re.I)
_QUESTION = re.compile(rf"^(?:so |and |but |also,? |plus |then |ok |hi |hello |please |if so,? )*(?:{_OPENERS})\b|\?\s*$", re.I)

# "When cells run short, what …" opens no question.
_WHILE = re.compile(r"^when (?!(?:is|are|do|does|did|should|can|will|would|to)\b)[^?]*$", re.I)

# What a question may be about, so that the next one need not name it. Names of medicines go by their ends.
_SUBJECT = re.compile(
    r"\b(?:rls|wed|restless(?: legs?)?|legs?|plm[ds]?|magnesium(?: \w+ate| oxide)?|iron(?: infusions?| tablets?)?|ferritin"
    r"|augmentation|melatonin|vitamin \w+|\w+(?:pentin|balin|exole|inirole|igotine|dopa|azepam))\b",
    re.I,
)
_PRONOUNS = (re.compile(r"\b(?:it|this)\b", re.I), re.compile(r"\b(?:they|them|these|those|one)\b", re.I))
# "And vitamin D?", "what about chocolate?": the thing is the question.
_ELLIPSIS = re.compile(
    rf"^(?:(?:and |or |also |but |then )*(?:what|how) about |(?:and|or|also|plus) (?!(?:{_OPENERS})\b))", re.I
)


@dataclass(frozen=True)
class Reading:
    """A question as it may be meant.

    Attributes:
        completed: whether a subject was put in.
    """

    text: str
    completed: bool = False


def questions(text: str) -> list[str]:
    """The questions of a message in their order, once each; one or none where it is not made of several.

    Each has the form of a question ("symptoms? treatment?"), since the rest of a message is a story.
    """
    parts = [
        " ".join(part.split()).strip(" ,.")
        for sentence in _END.split(text)
        for join in _JOIN.split(sentence)
        for part in _COMMA.split(join)
    ]
    asked = (part for part in parts if _QUESTION.search(part) and not _WHILE.search(part))
    return list(dict.fromkeys(asked))[:MOST]


def readings(question: str, before: str = "") -> list[Reading]:
    """A question as it stands, and with the subject that it leaves out.

    Args:
        before: the questions before it; what they name last is a subject, and so is what all of this is about.
    """
    question = _ELLIPSIS.sub("", question) or question
    if _SUBJECT.search(question):
        return [Reading(question)]
    subjects = _subjects(before)
    pronoun = next((pattern for pattern in _PRONOUNS if pattern.search(question)), None)
    if pronoun:
        meant = Reading(pronoun.sub(subjects[0], question, count=1), completed=True)
        return [meant] if len(subjects) > 1 else [Reading(question), meant]
    return [Reading(question), *(Reading(f"{question.rstrip('?')} {subject}", completed=True) for subject in subjects)]


def _subjects(before: str) -> list[str]:
    """What was named last, and what all of this is about."""
    named = [word.casefold() for word in _SUBJECT.findall(before)]
    return [*[word for word in named if word not in _USUAL][-1:], USUAL_SUBJECT]
