"""The last question asked of another food, medicine, form or person: "and spinach?", "how about for children?"."""

from __future__ import annotations

import re
from typing import Any

from actions import food, subject
from actions.answer import answer
from actions.daily_need import GROUP as NEED_GROUP
from actions.daily_need import need
from actions.interaction import GROUP as INTERACTION_GROUP
from actions.interaction import interactions
from bot.conversations.state import ABOUT
from bot.dialogue.reply import Reply
from bot.dialogue.turn import Turn
from bot.knowledge.intake import NoNeed
from bot.knowledge.library import library

# Words of a follow-up that do not say what it is about.
_FRAME = re.compile(
    r"\b(?:and|or|so|ok|but|what|how|about|is|are|it|that|this|the|a|an|for|in|if|i|im|i'm|have|with|on|at|of|to|my|me|then|"
    r"instead|same|does|do|go|goes|too|as|well|when|during|safe|people|those|these|one|disease)\b"
)
_STEM = 5


def another(turn: Turn) -> Reply | None:
    """The answer, or None where the message names nothing that is known."""
    asked_of_food = (_lookup(turn) or "").startswith("food")
    # "Kidney disease" and "heart" are no foods unless food was the question.
    steps = (_food, _need, _medicine, _subject, _nearest) if asked_of_food else (_need, _medicine, _subject, _nearest, _food)
    return next(filter(None, (step(turn) for step in steps)), None)


def _food(turn: Turn) -> Reply | None:
    found = library().foods.find(turn.text)
    return food.amounts(found) if found else None


def _need(turn: Turn) -> Reply | None:
    if _lookup(turn) != "need" and NEED_GROUP not in _groups(turn):
        return None
    person = library().intake.parse(turn.text)
    if person.age_years is None and person.sex is None:
        return None
    if person.age_years is None or person.missing:
        return answer(library().base, [NEED_GROUP])
    try:
        return need(library().intake.need_of(person))
    except NoNeed:
        return answer(library().base, [NEED_GROUP])


def _medicine(turn: Turn) -> Reply | None:
    names, base = library().names.find(turn.text), library().base
    clashes = _lookup(turn) == "interaction" or INTERACTION_GROUP in _groups(turn)
    if names and clashes:
        return interactions(turn.text)
    known = [name.topic for name in names if name.topic in base.topics]
    if known:
        return answer(base, known[:1])
    return interactions(turn.text) if names and of_magnesium(turn) and not subject.topic(turn.text, True) else None


def _subject(turn: Turn) -> Reply | None:
    topic = subject.topic(turn.text, of_magnesium(turn))
    return answer(library().base, [topic]) if topic else None


def _nearest(turn: Turn) -> Reply | None:
    """The topic that comes next in meaning, if it also holds a word of the message: never a mere guess."""
    base = library().base
    said = {word[:_STEM] for word in re.findall(r"\w{3,}", _FRAME.sub(" ", turn.text.casefold()))}
    fitting = [
        topic
        for topic in turn.understanding.get("choices") or ()
        if any(word in f"{topic} {base.topics[topic].title}".casefold() for word in said)
    ]
    preferred = [topic for topic in fitting if ("magnesium" in topic) == of_magnesium(turn)] or fitting
    return answer(base, preferred[:1]) if preferred else None


def of_magnesium(turn: Turn) -> bool:
    """Whether the talk was of magnesium or supplements."""
    return any(group.startswith(("magnesium", "supplement")) for group in _groups(turn))


def _groups(turn: Turn) -> tuple[str, ...]:
    """The groups of the last reply that was about anything."""
    return tuple(_about(turn).get("topics") or ())


def _lookup(turn: Turn) -> str | None:
    """The type of the last look-up, if the last answer was one."""
    kind = (_about(turn).get("lookup") or {}).get("type")
    return str(kind) if kind else None


def _about(turn: Turn) -> dict[str, Any]:
    """The last reply that was about anything."""
    return next((reply for reply in turn.replies if reply.get("kind") in ABOUT), {})
