"""A quick reply that was pressed, or named by its number."""

from __future__ import annotations

from actions import food
from actions.answer import answer
from actions.unclear import ActionUnclear
from bot.dialogue.reply import Reply
from bot.dialogue.turn import Outcome, ReplyingAction, Turn
from bot.knowledge.library import library

NUMBERS = {"1": 1, "one": 1, "first": 1, "2": 2, "two": 2, "second": 2, "other": 2, "3": 3, "three": 3, "third": 3,
           "4": 4, "four": 4, "fourth": 4, "last": -1}  # fmt: skip


class ActionPick(ReplyingAction):
    """Answers a choice. Only what was offered in this conversation can be picked."""

    def name(self) -> str:
        return "action_pick"

    def outcome(self, turn: Turn) -> Outcome:
        payload = turn.text if turn.text.startswith("#") else self._numbered(turn)
        if payload not in {button.payload for button in turn.offered}:
            return ActionUnclear().outcome(turn)
        reply = self._follow(payload)
        return Outcome(reply) if reply else ActionUnclear().outcome(turn)

    @staticmethod
    def _numbered(turn: Turn) -> str | None:
        for word in turn.text.casefold().replace(".", " ").replace(")", " ").split():
            number = NUMBERS.get(word)
            if number and abs(number) <= len(turn.choices):
                return turn.choices[number - 1 if number > 0 else number].payload
        return None

    @staticmethod
    def _follow(payload: str) -> Reply | None:
        verb, _, argument = payload[1:].partition(":")
        if verb == "topic" and argument in library().base.topics:
            return answer(library().base, [argument])
        if verb == "food":
            return food.one(argument)
        return None
