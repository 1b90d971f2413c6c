"""Conversations as the bot's store writes them, for tests of the console."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

from bot.conversations.tables import conversations, feedback, turns

# Tuesday, 24 November 2026, noon UTC.
NOON = 1795521600.0


def careless(database: Engine) -> Engine:
    """A database that does not wait for the disk; what tests write may be lost."""

    @event.listens_for(database, "connect")
    def hasten(connection: Any, _: Any) -> None:
        connection.execute("PRAGMA synchronous = OFF")

    return database


class Written:
    """Fills a database."""

    def __init__(self, database: Engine) -> None:
        self.database = database
        self.messages = 0

    def conversation(self, name: str, *said: str | dict[str, Any], at: float = NOON, **values: Any) -> list[int]:
        """A conversation with a turn for each text, a minute apart; returns the turns' ids.

        Args:
            name: of the conversation.
            said: a text, or the columns of a turn.
            at: when the first turn was.
            values: further columns of the conversation.
        """
        rows = [self._turn(name, at + 60 * place, one) for place, one in enumerate(said)]
        row = {
            "conversation": name,
            "channel": "web",
            "started": at,
            "last": at + 60 * max(0, len(rows) - 1),
            "turns": len(rows),
            "language": "en",
            "flagged": any(turn["safety"] for turn in rows),
            "safety": next((turn["safety"] for turn in reversed(rows) if turn["safety"]), None),
            "unclear": sum(turn["unclear"] for turn in rows),
            **values,
        }
        with self.database.begin() as connection:
            connection.execute(conversations.insert().values(row))
            return [connection.execute(turns.insert().values(turn)).inserted_primary_key[0] for turn in rows]

    def rating(
        self, name: str, message: str, helpful: bool, word: str = "", topic: str | None = None, at: float = NOON
    ) -> None:
        """A visitor's thumb."""
        row = {"conversation": name, "message": message, "helpful": helpful, "word": word, "at": at, "topic": topic}
        with self.database.begin() as connection:
            connection.execute(feedback.insert().values(row))
            if not helpful:
                change = conversations.update().where(conversations.c.conversation == name)
                connection.execute(change.values(thumbs_down=conversations.c.thumbs_down + 1))

    def _turn(self, name: str, at: float, given: str | dict[str, Any]) -> dict[str, Any]:
        self.messages += 1
        one = {"said": given} if isinstance(given, str) else given
        text = one.get("replied", "It may help some people, but the proof is weak.")
        source = {"id": "marshall-2019", "name": "Marshall", "year": "2019", "title": "Magnesium for RLS",
                  "url": "https://example.org/marshall"}  # fmt: skip
        message = {"text": text, "buttons": [], "reply": {"kind": "answer", "answers": [{"sources": [source]}]}}
        return {
            "conversation": name,
            "channel": "web",
            "at": at,
            "message": f"message-{self.messages}",
            "language": "en",
            "intent": "magnesium_evidence",
            "kind": "answer",
            "topic": "magnesium_evidence",
            "group": "magnesium_rls_evidence",
            "confidence": 0.9,
            "safety": None,
            "rule": None,
            "unclear": False,
            "milliseconds": 30.0,
            "reply": json.dumps([message]),
            "replied": text,
            "knowledge": "abc123",
            **one,
        }


def unclear(said: str, **more: Any) -> dict[str, Any]:
    """A turn that was not understood."""
    return {"said": said, "kind": "clarify", "topic": None, "group": None, "intent": "unclear", "confidence": 0.1,
            "unclear": True, "replied": "I did not understand that.", **more}  # fmt: skip


def danger(said: str, safety: str = "emergency", rule: str = "clot-risk", **more: Any) -> dict[str, Any]:
    """A turn with a safety flag."""
    return {"said": said, "kind": "safety", "topic": None, "group": None, "intent": safety, "confidence": 1.0,
            "safety": safety, "rule": rule, "replied": "Call 911 now.", **more}  # fmt: skip
