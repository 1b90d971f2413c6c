"""A quick reply that was pressed, typed, or named by its number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from actions import erase, food
from actions.answer import answer
from actions.offers import offer
from actions.unclear import ActionUnclear
from bot.dialogue import choice
from bot.dialogue.reply import Button, Kind, Reply
from bot.dialogue.turn import Outcome, ReplyingAction, Turn
from bot.knowledge.library import library

# How many replies back a choice may be that is still on the screen.
ON_SCREEN = 3
OTHERS = "Do you mean one of these?"


class ActionPick(ReplyingAction):
    """Answers a choice. Only what was offered in this conversation can be picked."""

    def name(self) -> str:
        return "action_pick"

    def outcome(self, turn: Turn) -> Outcome:
        reply = self._pressed(turn) if turn.text.startswith("#") else self._named(turn)
        return Outcome(reply) if reply else ActionUnclear().outcome(turn)

    @staticmethod
    def _pressed(turn: Turn) -> Reply | None:
        return follow(turn.text) if turn.text in {button.payload for button in turn.offered} else None

    @staticmethod
    def _named(turn: Turn) -> Reply | None:
        typed = choice.titled(turn.text, turn.choices)
        if typed:
            return follow(typed.payload)
        if choice.wants_all(turn.text):
            return everything(turn.choices[: 2 if "both" in turn.text.casefold() else ON_SCREEN])
        if choice.wants_other(turn.text):
            return other(turn)
        named = next(filter(None, (_at(turn.text, reply) for reply in turn.replies[:ON_SCREEN])), None)
        return follow(named.payload) if named else None


def follow(payload: str) -> Reply | None:
    """What a quick reply leads to."""
    verb, _, argument = payload[1:].partition(":")
    if verb == "topic" and argument in library().base.topics:
        return answer(library().base, [argument])
    if verb == "food":
        return food.one(argument)
    return erase.reply(payload)


def everything(buttons: Sequence[Button]) -> Reply | None:
    """The answers of all topics that were offered, in their order."""
    topics = [topic for button in buttons if (topic := _topic(button)) in library().base.topics]
    return answer(library().base, topics) if topics else None


def other(turn: Turn) -> Reply | None:
    """What "the other one" is: beside what was answered from a choice, or beside what the bot took the message for."""
    base = library().base
    for reply in turn.replies[:ON_SCREEN]:
        topics = [topic for button in reply.get("buttons") or () if (topic := _topic(Button(**button))) in base.topics]
        rest = [topic for topic in topics if topic not in turn.topics]
        # The one choice out of two that was not taken, or not named yet.
        if len(topics) > len(rest) and len(rest) == 1:
            return answer(base, rest)
        if len(topics) > len(rest) > 1:
            return offer(base, Kind.CLARIFY, OTHERS, rest)
    if turn.last.get("kind") in (Kind.CLARIFY.value, Kind.OUT_OF_SCOPE.value) and len(turn.choices) == 2:
        return follow(turn.choices[1].payload)
    rest = [topic for topic in turn.left_out if topic not in turn.topics]
    return offer(base, Kind.CLARIFY, OTHERS, rest) if rest else None


def _topic(button: Button) -> str:
    verb, _, argument = button.payload[1:].partition(":")
    return argument if verb == "topic" else ""


def _at(text: str, reply: dict[str, Any]) -> Button | None:
    buttons = [Button(**button) for button in reply.get("buttons") or ()]
    place = choice.place(text, len(buttons))
    return None if place is None else buttons[place]
