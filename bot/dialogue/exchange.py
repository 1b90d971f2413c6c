"""A question and its reply, through the same agent as the server."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from typing import Any

from rasa.core.channels.channel import UserMessage

from bot.channels.collecting import CollectingChannel
from bot.dialogue.agent import GuideAgent
from bot.dialogue.reply import Kind


@dataclass(frozen=True)
class Exchange:
    """One message and what the bot made of it; `as_dict` is a line of `rls ask --json`.

    Attributes:
        topics: groups answered, in order.
        offered: groups offered as choices.
        confidence: from 0 to 1.
        messages: each with `text`, `buttons` and `sources`.
        ms: how long the turn took, in milliseconds.
    """

    text: str
    sender: str
    kind: str
    topics: list[str]
    offered: list[str]
    safety: str | None
    lookup: dict[str, Any] | None
    confidence: float
    messages: list[dict[str, Any]]
    ms: float

    def as_dict(self) -> dict[str, Any]:
        """As plain values for JSON."""
        return asdict(self)

    @property
    def plain(self) -> str:
        """What a person reads."""
        lines = []
        for message in self.messages:
            lines.append(message["text"])
            lines += [f"  [{button['title']}]" for button in message["buttons"]]
        return "\n".join(lines)


async def ask(agent: GuideAgent, text: str, sender: str, channel: str = "ask") -> Exchange:
    """Send one message and collect the reply."""
    output = CollectingChannel(channel)
    started = time.perf_counter()
    await agent.handle_message(UserMessage(text, output, sender, input_channel=channel))
    elapsed = (time.perf_counter() - started) * 1000
    replies = [message["reply"] for message in output.messages if message.get("reply")]
    # A form may add its question behind the reply; the reply is what the message got.
    first: dict[str, Any] = replies[0] if replies else {"kind": Kind.ERROR.value}
    return Exchange(
        text=text,
        sender=sender,
        kind=Kind(first["kind"]).value,
        topics=list(first.get("topics") or ()),
        offered=list(first.get("offered") or ()),
        safety=first.get("safety"),
        lookup=first.get("lookup"),
        confidence=float(first.get("confidence", 0.0)),
        messages=[_message(message) for message in output.messages],
        ms=round(elapsed, 2),
    )


def unreadable(line: str, why: str) -> Exchange:
    """What `rls ask --json` writes for a line that it can't read."""
    return Exchange(line, "", Kind.ERROR.value, [], [], None, None, 0.0, [{"text": why, "buttons": [], "sources": []}], 0.0)


def _message(message: dict[str, Any]) -> dict[str, Any]:
    reply = message.get("reply") or {}
    cited = [*(reply.get("sources") or ()), *(s for answer in reply.get("answers") or () for s in answer["sources"])]
    return {
        "text": message.get("text") or "",
        "buttons": [{"title": b["title"], "payload": b["payload"]} for b in message.get("buttons") or ()],
        "sources": list(dict.fromkeys(source["id"] for source in cited)),
    }
