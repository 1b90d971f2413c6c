"""What follows on a reply: more of it, its sources, yes and no to it, the same for somebody or something else."""

from __future__ import annotations

import re
from collections.abc import Callable

from rasa_sdk.events import ActiveLoop, SlotSet

from actions import pick
from actions.another import another
from actions.answer import BUTTONS, answer
from actions.daily_need import SLOTS
from actions.offers import offer, topic_button
from actions.source import sources
from actions.unclear import REWORD, STARTING_POINTS, ActionUnclear
from bot.dialogue.delete_choice import NO, YES
from bot.dialogue.reply import Kind, Reply
from bot.dialogue.turn import MISSES, Outcome, ReplyingAction, Turn
from bot.knowledge.library import library
from bot.safety.rules import URGENT

# The topic that says more about a look-up.
LOOKUPS = {
    "food": "magnesium_food_amount",
    "food_total": "magnesium_food_amount",
    "food_rank": "magnesium_foods",
    "need": "magnesium_daily_intake",
    "interaction": "supplement_interactions",
}
NOTHING_YET = "I have not answered anything yet, so I am not sure what you mean. You can start with one of these."
WHICH = "Which of these do you mean?"
ALL_SAID = "That is all that I have on this. These questions are near it."
ALL_RIGHT = "All right. Ask me something else about restless legs or magnesium whenever you like."
IN_SHORT = "In short:"
WHY_ASKED = (
    "The figures differ by age, and for adults by sex, pregnancy and breastfeeding. I forget what you tell me once the answer "
    "is there. Say 'cancel' to stop."
)
ENOUGH = "A number or one of the choices is enough."
STOPPED = "All right, I have stopped asking. You can ask something new at any time."
# A no that says that the answer was not what was asked for.
_WRONG = re.compile(
    r"\b(?:wrong|incorrect|not right|(?:not|isn'?t|wasn'?t) (?:it|that|what)|did ?n'?t ask|none of|neither)\b", re.I
)


class ActionFollowUp(ReplyingAction):
    """Answers from what was just talked about."""

    def name(self) -> str:
        return "action_follow_up"

    def outcome(self, turn: Turn) -> Outcome:
        if turn.in_form and turn.intent != "what_about":
            return in_form(turn)
        follow: dict[str, Callable[[Turn], Reply | None]] = {
            "tell_more": more,
            "why": more,
            "source": lambda turn: sources(turn, subjects(turn)),
            "simpler": simpler,
            "clarify": simpler,
            "repeat": repeat,
            "affirm": yes,
            "deny": no,
            "what_about": another,
        }
        urgent = turn.last.get("safety") in URGENT and turn.intent != "what_about"
        reply = repeat(turn) if urgent else follow[turn.intent](turn)
        if not reply and not turn.topics and turn.intent != "what_about":
            reply = offer(library().base, Kind.CLARIFY, NOTHING_YET, STARTING_POINTS)
        return Outcome(reply) if reply else ActionUnclear().outcome(turn)


def subjects(turn: Turn) -> list[str]:
    """The topics of the last reply that was about any."""
    base = library().base
    for reply in turn.replies:
        answered = [said["topic"] for said in reply.get("answers") or () if said["topic"] in base.topics]
        lookup = LOOKUPS.get((reply.get("lookup") or {}).get("type", ""))
        if answered or lookup:
            return answered or [str(lookup)]
        groups = reply.get("topics") or ()
        if groups and reply.get("kind") != Kind.ANSWER.value:
            # A boundary names groups; its first button is what the message asked beside, or the first of their topics.
            topics = [button["payload"].partition(":")[2] for button in reply.get("buttons") or ()]
            topics += [groups[0], *(topic.id for topic in base.in_group(groups[0]))]
            return [topic for topic in topics if topic in base.topics][:1]
    return []


def more(turn: Turn) -> Reply | None:
    """What the detail of the last topics adds; their answer first, where they were not answered yet."""
    if turn.last.get("kind") in MISSES and turn.choices:
        return which(turn)
    base, topics = library().base, subjects(turn)
    if not topics:
        return None
    said = {text["text"] for reply in turn.replies for text in reply.get("answers") or ()}
    for detail in (False, True):
        reply = answer(base, topics, detail=detail)
        if not {part.text for part in reply.answers} <= said:
            return reply
    return all_said(topics)


def all_said(topics: list[str]) -> Reply:
    """There is no more; what is near it."""
    base = library().base
    related = dict.fromkeys(near for topic in topics for near in base.topics[topic].related if near not in topics)
    return Reply(
        kind=Kind.ANSWER,
        text=ALL_SAID,
        topics=tuple(dict.fromkeys(base.topics[topic].group for topic in topics)),
        buttons=tuple(topic_button(base, topic) for topic in related)[:BUTTONS],
        consult=tuple(who.value for topic in topics for who in base.topics[topic].consult),
    )


def simpler(turn: Turn) -> Reply | None:
    """The last answer in its first sentence, or the first part of a look-up."""
    last, base = turn.last, library().base
    if last.get("kind") in MISSES and turn.choices:
        return which(turn)
    if not last.get("answers") and last.get("kind") in (Kind.LOOKUP.value, Kind.SAFETY.value):
        first, *_ = str(last.get("text") or "").split("\n\n")
        return _again(turn, text=first, buttons=last.get("buttons") or ())
    topics = [topic for topic in turn.topics if topic in base.topics]
    if not topics:
        return None
    reply = answer(base, topics)
    short = [base.topics[topic].answer[0].text for topic in topics]
    answers = tuple(said.copy(update={"text": text}) for said, text in zip(reply.answers, short, strict=True))
    return reply.copy(update={"answers": answers, "text": IN_SHORT})


def repeat(turn: Turn) -> Reply | None:
    """The last reply once more."""
    return _again(turn) if turn.last else None


def yes(turn: Turn) -> Reply | None:
    """Yes to a choice takes it, where there is one only; yes to an answer asks for more of it."""
    payloads = [button.payload for button in turn.choices]
    if YES in payloads:
        return pick.follow(YES)
    kind = turn.last.get("kind")
    if kind in MISSES or (kind == Kind.SMALLTALK.value and payloads):
        return pick.follow(payloads[0]) if len(payloads) == 1 else which(turn) if payloads else None
    if kind == Kind.SMALLTALK.value:
        return Reply(kind=Kind.SMALLTALK, text=ALL_RIGHT)
    return more(turn)


def no(turn: Turn) -> Reply | None:
    """No to choices, or to an answer that missed, asks for other words."""
    if NO in {button.payload for button in turn.choices}:
        return pick.follow(NO)
    missed = turn.last.get("kind") == Kind.ANSWER.value and _WRONG.search(turn.text)
    if turn.last.get("kind") in MISSES or missed:
        rest = [topic for topic in turn.left_out if topic not in turn.topics] if missed else []
        return offer(library().base, Kind.CLARIFY, REWORD, rest)
    return Reply(kind=Kind.SMALLTALK, text=ALL_RIGHT)


def which(turn: Turn) -> Reply:
    """The same choices once more."""
    return Reply(kind=Kind.CLARIFY, text=WHICH, buttons=tuple(turn.choices), offered=tuple(turn.last.get("offered") or ()))


def in_form(turn: Turn) -> Outcome:
    """Why the form asks; no ends it."""
    if turn.intent == "deny":
        forget = [SlotSet(name, None) for name in (*SLOTS, "requested_slot")]
        return Outcome(Reply(kind=Kind.SMALLTALK, text=STOPPED), [ActiveLoop(None), *forget])
    text = ENOUGH if turn.intent in ("affirm", "repeat") else WHY_ASKED
    return Outcome(Reply(kind=Kind.SMALLTALK, text=text))


def _again(turn: Turn, **changed: object) -> Reply:
    said = {name: turn.last[name] for name in Reply.__fields__ if name in turn.last}
    return Reply(**{**said, **changed})
