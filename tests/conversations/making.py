"""Batches made by hand, and archives to keep them in."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.engine import Engine

from bot.conversations import state, turns
from bot.conversations.archive import Archive
from bot.conversations.batch import Batch, new_key
from bot.conversations.concealing import conceal
from bot.conversations.spool import Spool

MEGABYTE = 1_000_000
_times = itertools.count(1_700_000_000)

Event = dict[str, Any]


@dataclass(frozen=True)
class Marked:
    """A message in which each word with "SECRET" was found."""

    text: str
    said: str

    def over(self, value: Any) -> Any:
        if isinstance(value, str):
            return re.sub(r"\w*SECRET\w*", "<name>", value)
        if isinstance(value, dict):
            return {name: self.over(inner) for name, inner in value.items()}
        return [self.over(inner) for inner in value] if isinstance(value, list) else value


class MarkFinder:
    """Finds words with "SECRET" in no time."""

    def find(self, text: str) -> Marked:
        return Marked(re.sub(r"\w*SECRET\w*", "<name>", text), text)


def user(text: str, **more: Any) -> Event:
    parsed = {"text": text, "intent": {"name": "caffeine", "confidence": 0.9}, "entities": [], "metadata": {}}
    return {
        "event": "user", "timestamp": float(next(_times)), "text": text, "parse_data": parsed, "input_channel": "web",
        "message_id": f"message-{next(_times)}", "metadata": {"country": "CA"}, **more,
    }  # fmt: skip


def bot(text: str, kind: str = "answer", topic: str | None = "caffeine", **more: Any) -> Event:
    answers = [{"topic": topic, "group": "triggers_to_avoid", "text": text}] if topic else []
    buttons = [{"title": "Alcohol", "payload": "#topic:alcohol"}]
    reply = {"kind": kind, "answers": answers, "topics": [], "buttons": buttons, "safety": None, **more}
    return {
        "event": "bot", "timestamp": float(next(_times)), "text": text, "data": {"buttons": buttons}, "metadata": {"reply": reply},
    }  # fmt: skip


def begun() -> list[Event]:
    at = float(next(_times))
    return [
        {"event": "action", "name": "action_session_start", "timestamp": at},
        {"event": "session_started", "timestamp": at},
        {"event": "action", "name": "action_listen", "timestamp": at},
    ]


class Talk:
    """A conversation, of which each turn is a batch."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.state = state.new()

    def turn(self, said: str, reply: str = "It may help.", **more: Any) -> Batch:
        first = [] if self.state["window"] else begun()
        return self.batch(
            [*first, user(said), bot(reply, **more), {"event": "action", "name": "action_listen", "timestamp": 1.0}]
        )

    def batch(self, events: list[Event]) -> Batch:
        concealed = conceal(events, MarkFinder())
        after = state.advance(self.state, concealed)
        rows = turns.rows(self.name, concealed, {**state.titles(self.state), **state.titles(after)}, "version-1", 12.5)
        self.state = after
        return Batch(new_key(), self.name, concealed, rows, after)


def archive_of(engine: Engine, folder: Path) -> Archive:
    """An archive that stores nothing in the background before it is asked to."""
    return Archive(engine, Spool(folder / "spool", MEGABYTE))
