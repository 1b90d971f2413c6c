"""A visitor's turn as an action sees it, and the actions' common ground."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from functools import cached_property
from itertools import takewhile
from typing import Any, Dict, List

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.dialogue.reply import TROUBLE, Button, Kind, Reply
from bot.settings import settings

logger = logging.getLogger(__name__)

# Names of the utterances that the NLG class makes; written out, since the action server has no Rasa to import them from.
REPLY = "utter_reply"
SAID = "utter_said"
# The slot, and what a channel knows of a message.
COUNTRY = "country"
MISSES = (Kind.CLARIFY.value, Kind.OUT_OF_SCOPE.value)


class Turn:
    """What the visitor said, how it was understood, and what was on the screen before.

    The bot's last reply is the context of a follow-up: it is read from the conversation itself, so that nothing has to
    be remembered beside it.
    """

    def __init__(self, tracker: Tracker) -> None:
        self.tracker = tracker
        message = tracker.latest_message or {}
        self.text: str = message.get("text") or ""
        self.intent: str = (message.get("intent") or {}).get("name") or ""
        self.understanding: Dict[str, Any] = message.get("understanding") or {}
        self.metadata: Dict[str, Any] = message.get("metadata") or {}

    @property
    def country(self) -> str:
        """Whose emergency numbers come first."""
        return country_of(self.tracker.get_slot(COUNTRY), self.metadata)

    @cached_property
    def replies(self) -> List[Dict[str, Any]]:
        """What the bot said before, as data, the latest first."""
        return [
            event["metadata"]["reply"]
            for event in reversed(self.tracker.events)
            if event.get("event") == "bot" and (event.get("metadata") or {}).get("reply")
        ]

    @property
    def last(self) -> Dict[str, Any]:
        """The bot's last reply; empty at the start of a conversation."""
        return self.replies[0] if self.replies else {}

    @cached_property
    def offered(self) -> List[Button]:
        """Every button that the bot offered in this conversation, the latest reply's first, in their order."""
        return [Button(**button) for reply in self.replies for button in reply.get("buttons") or ()]

    @property
    def choices(self) -> List[Button]:
        """The buttons that are on the screen now."""
        return [Button(**button) for button in self.last.get("buttons") or ()]

    @property
    def topics(self) -> List[str]:
        """Topics of the last reply that answered one."""
        for reply in self.replies:
            answered = [answer["topic"] for answer in reply.get("answers") or ()]
            if answered:
                return answered
        return []

    @property
    def misses(self) -> int:
        """How many replies in a row, up to now, did not understand."""
        return len(list(takewhile(lambda reply: reply.get("kind") in MISSES, self.replies)))

    @property
    def in_form(self) -> bool:
        """Whether the bot is asking for something that it needs to know."""
        return bool((self.tracker.active_loop or {}).get("name"))

    @property
    def left_out(self) -> List[str]:
        """The topics that came next when the message before this one was understood."""
        said = [event for event in self.tracker.events if event.get("event") == "user"]
        before = (said[-2].get("parse_data") or {}).get("understanding") or {} if len(said) > 1 else {}
        return list(before.get("choices") or ())


def country_of(slot: str | None, metadata: Dict[str, Any]) -> str:
    """Whose emergency numbers come first: what was said, what the channel knows, or the setting."""
    return slot or metadata.get(COUNTRY) or settings().country


@dataclass(frozen=True)
class Outcome:
    """What an action makes of a turn: a reply, if any, and events."""

    reply: Reply | None
    events: List[Dict[str, Any]] = field(default_factory=list)


class ReplyingAction(Action, ABC):
    """An action whose reply is one typed object. It is never silent and never plain text."""

    @abstractmethod
    def outcome(self, turn: Turn) -> Outcome:
        """What to say and which events to store."""

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict[str, Any]) -> List[Dict[str, Any]]:
        try:
            outcome = self.outcome(Turn(tracker))
        except Exception:
            # A visitor must get a safe sentence; the trace goes to the log, without the message.
            logger.exception("action %s failed", self.name())
            outcome = Outcome(Reply(kind=Kind.ERROR, text=TROUBLE))
        if outcome.reply:
            utter(dispatcher, outcome.reply)
        through_nlg(dispatcher)
        return outcome.events


def utter(dispatcher: CollectingDispatcher, reply: Reply) -> None:
    """Send a reply."""
    dispatcher.utter_message(response=REPLY, turn=reply.dict())


def through_nlg(dispatcher: CollectingDispatcher) -> None:
    """Send what was dispatched as plain text through the NLG class too, which adds the disclaimer."""
    for message in dispatcher.messages:
        if not message.get("response"):
            message.update(response=SAID, said=message.pop("text", None) or TROUBLE, offers=message.pop("buttons", []))
