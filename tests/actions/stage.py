"""A conversation with the actions alone: no Rasa, no model, a fake tracker."""

from __future__ import annotations

import asyncio
import inspect
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import yaml
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action

from bot.dialogue.disclaimer import Disclaimer
from bot.dialogue.reply import FinishedReply, Kind, Reply
from bot.dialogue.turn import REPLY
from bot.settings import ROOT, settings


@lru_cache(maxsize=1)
def disclaimer() -> Disclaimer:
    """What finishes replies."""
    return Disclaimer.load(settings().knowledge)


@lru_cache(maxsize=1)
def responses() -> dict[str, Any]:
    """The responses of the domain."""
    read: dict[str, Any] = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))["responses"]
    return read


@dataclass
class Stage:
    """Plays a conversation: each turn runs one action, and what it says and sets is kept as Rasa would keep it."""

    channel: str = "ask"
    events: list[dict[str, Any]] = field(default_factory=list)
    slots: dict[str, Any] = field(default_factory=dict)
    loop: str | None = None

    def turn(self, action: Action | str, intent: str, text: str = "", **understanding: Any) -> list[FinishedReply]:
        """What an action, or a response of the domain, says to a message."""
        entities = understanding.pop("entities", [])
        parsed = {
            "text": text,
            "intent": {"name": intent},
            "entities": entities,
            "metadata": {},
            "understanding": {"topics": [], "choices": [], "safety": None, "confidence": 1.0, **understanding},
        }
        self.events.append({"event": "user", "text": text, "parse_data": parsed})
        if isinstance(action, str):
            said = responses()[action][0]
            text = said["text"].replace("{disclaimer}", disclaimer().full("CA"))
            replies = [Reply(kind=Kind.SMALLTALK, text=text, buttons=tuple(said.get("buttons") or ()))]
        else:
            replies = self._run(action, parsed)
        return [self._say(reply) for reply in replies]

    def one(self, action: Action | str, intent: str, text: str = "", **understanding: Any) -> FinishedReply:
        """The only reply of a turn."""
        (reply,) = self.turn(action, intent, text, **understanding)
        return reply

    @property
    def shown(self) -> list[str]:
        """The payloads of the last reply's buttons."""
        bots = [event for event in self.events if event["event"] == "bot"]
        return [button["payload"] for button in bots[-1]["metadata"]["reply"]["buttons"]] if bots else []

    def tracker(self, parsed: dict[str, Any]) -> Tracker:
        """The tracker as an action gets it."""
        active = {"name": self.loop} if self.loop else {}
        return Tracker("visitor", dict(self.slots), parsed, list(self.events), False, None, active, "action_listen")

    def _run(self, action: Action, parsed: dict[str, Any]) -> list[Reply]:
        dispatcher = CollectingDispatcher()
        result = action.run(dispatcher, self.tracker(parsed), {})
        events = asyncio.run(result) if inspect.isawaitable(result) else result  # type: ignore[arg-type]
        for event in events or []:
            if event["event"] == "slot":
                self.slots[event["name"]] = event["value"]
            elif event["event"] == "active_loop":
                self.loop = event["name"]
        assert all(message["response"] == REPLY for message in dispatcher.messages)
        return [Reply.parse_obj(message["turn"]) for message in dispatcher.messages]

    def _say(self, reply: Reply) -> FinishedReply:
        first = not any(event["event"] == "bot" for event in self.events)
        country = self.slots.get("country") or settings().country
        finished = disclaimer().finish(reply, channel=self.channel, country=country, first=first)
        self.events.append({"event": "bot", "text": finished.plain(), "metadata": {"reply": finished.dict()}})
        return finished
