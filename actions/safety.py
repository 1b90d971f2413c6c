"""Danger and boundaries: fixed texts, before anything else."""

from __future__ import annotations

from typing import Any

from rasa_sdk.events import ActiveLoop, SlotSet

from actions import daily_need, food, interaction
from actions.answer import BUTTONS, answer
from actions.offers import topic_button
from actions.pick import ActionPick
from bot.dialogue.reply import Citation, Kind, Reply
from bot.dialogue.turn import Outcome, ReplyingAction, Turn
from bot.knowledge.library import library
from bot.safety.rules import URGENT

# How many of a boundary's choices are what the message is about.
MEANT = 1
CRISIS = "crisis_self_harm"
# How far a crisis has come: the lines were told, or the bot has asked how the person is since.
TOLD, CHECKED = "told", "checked"
SAFE_NOW = "safe_now"
# Taken for "I am safe" only where the bot has asked: it may be said to end the talk.
LEAVING = ("thanks", "goodbye")
# Yes and no answer "is someone with you?".
HEARD = {
    "affirm": "I am glad that someone is there. Please tell them how you feel.",
    "deny": "You do not have to be alone with this. Whoever answers the line below can stay with you while you talk.",
}
SAFE = (
    "I am glad that you told me. If it gets hard again, please reach out to someone, at any hour. I can answer questions about "
    "restless legs whenever you like."
)
STILL_HERE = "If you need help at any moment, the numbers above are there for you. Here is what you asked."
# Who can advise, beside the doctor or pharmacist that are always named.
ADVISERS = {
    "emergency": ("doctor",),
    "urgent_see_doctor": ("doctor",),
    "stop_medication": ("prescriber", "pharmacist"),
    "personal_dosing": ("pharmacist", "doctor"),
    "child": ("children's doctor", "pharmacist"),
    "pregnancy": ("midwife", "doctor"),
    "kidney": ("kidney team", "pharmacist"),
    "interaction": ("pharmacist", "doctor"),
    "personal_diagnosis": ("doctor",),
}


class ActionSafety(ReplyingAction):
    """The fixed reply to danger or to what the bot must not decide for a person."""

    def name(self) -> str:
        return "action_safety"

    def outcome(self, turn: Turn) -> Outcome:
        country = library().replies.country(turn.text) or turn.country
        category = turn.intent
        events: list[dict[str, Any]] = [SlotSet("country", country)]
        if category == CRISIS:
            events.append(SlotSet("crisis", TOLD))
        if category in URGENT:
            events += [ActiveLoop(None), SlotSet("requested_slot", None)]
        return Outcome(safety_reply(category, country, turn), events)


class ActionCheckIn(ReplyingAction):
    """After a crisis: stays with the person until they say that they are safe or ask again for something else."""

    def name(self) -> str:
        return "action_check_in"

    def outcome(self, turn: Turn) -> Outcome:
        asked_before = turn.tracker.get_slot("crisis") == CHECKED
        if turn.intent == SAFE_NOW or (asked_before and turn.intent in LEAVING):
            return Outcome(Reply(kind=Kind.SMALLTALK, text=SAFE), [SlotSet("crisis", None)])
        reply = something_else(turn) if asked_before else None
        if reply:
            return Outcome(reply.copy(update={"text": _joined(STILL_HERE, reply.text)}), [SlotSet("crisis", None)])
        country = library().replies.country(turn.text) or turn.country
        text = _joined(HEARD.get(turn.intent, ""), library().replies.check_in(country).text)
        events = [SlotSet("country", country), SlotSet("crisis", CHECKED)]
        return Outcome(Reply(kind=Kind.SAFETY, text=text, safety=CRISIS), events)


def something_else(turn: Turn) -> Reply | None:
    """The reply to a question that the bot can answer; None for anything else, which may be about the crisis."""
    topics = turn.understanding.get("topics") or []
    if topics:
        return answer(library().base, topics, turn.understanding.get("confidence", 1.0))
    if turn.intent in (food.INTENT_AMOUNT, food.INTENT_TOTAL, food.INTENT_RANK):
        return food.ActionFood().outcome(turn).reply
    if turn.intent == "pick" and turn.text.startswith("#"):
        return ActionPick().outcome(turn).reply
    return answer(library().base, [daily_need.GROUP]) if turn.intent == "daily_need" else None


def _joined(*parts: str) -> str:
    return "\n\n".join(filter(None, parts))


def safety_reply(category: str, country: str, turn: Turn) -> Reply:
    """The reply to a category of danger, or to what the bot must not decide, with the general facts beside it."""
    base = library().base
    found = (turn.understanding.get("safety") or {}).get("rule")
    said = library().replies.reply(category, country=country, text=turn.text, rule=found)
    text, looked_up, sources = said.text, None, _sources(said.facts)
    if category == interaction.GROUP_CATEGORY:
        rows = library().interactions.find(turn.text)
        text = "\n\n".join([text, *interaction.lines(rows)])
        looked_up = interaction.lookup(rows) if rows else None
        sources = tuple(dict.fromkeys([*(row.source for row in rows.interactions), *sources]))
    urgent = category in URGENT
    # What the message asks beside comes before what belongs to each of its kind.
    meant = [topic for topic in turn.understanding.get("choices") or [] if topic in base.topics][:MEANT]
    related = dict.fromkeys([*meant, *(topic.id for group in said.topics for topic in base.in_group(group))])
    offered = () if urgent else tuple(related)[:BUTTONS]
    return Reply(
        kind=Kind.SAFETY,
        text=text,
        safety=category,
        topics=() if urgent else said.topics,
        buttons=tuple(topic_button(base, topic) for topic in offered),
        offered=tuple(dict.fromkeys(base.topics[topic].group for topic in offered)),
        lookup=looked_up,
        sources=() if urgent else tuple(Citation.of(base.sources[source]) for source in sources),
        consult=ADVISERS.get(category, ()),
        confidence=turn.understanding.get("confidence", 1.0),
    )


def _sources(facts: tuple[str, ...]) -> tuple[str, ...]:
    known = library().base.facts
    return tuple(dict.fromkeys(source for fact in facts for source in known[fact].sources))
