"""What a visitor's message gets: an answer of the dialogue, a fixed reply, or silence."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Dict, List, Mapping, Optional, Protocol

from bot.channels.messaging import payload, words
from bot.channels.messaging.app import App, Incoming, Outgoing, What
from bot.channels.messaging.queue import GROUP, STOP, Delivery
from bot.conversations.erasure import receipt
from bot.dialogue.reply import Reply

Message = Dict[str, Any]
# What is longer is cut: no app but Slack takes a longer one anyway.
LONGEST_TEXT = 4096
HELLO = "hello"


class Guide(Protocol):
    """The dialogue, as the messaging apps need it."""

    def is_ready(self) -> bool:
        """Whether it can be asked."""

    async def ask(self, app: App, delivery: Delivery, text: str, country: Optional[str]) -> List[Message]:
        """The reply to a text, the same one where the message was answered before."""

    async def offered(self, conversation: str) -> List[Dict[str, Any]]:
        """The buttons that the bot offered lately in a conversation."""

    async def finish(self, app: App, conversation: str, reply: Reply, country: Optional[str], full: bool = False) -> Message:
        """A reply of ours with the disclaimer, as the dialogue would say it, or with its full wording."""

    async def picture(self, message: Message) -> Optional[Dict[str, Any]]:
        """The chart of a message: `png` and `alt`."""


@dataclass(frozen=True)
class Known:
    """What is known of a message's conversation beside the dialogue."""

    silence: Optional[str] = None
    is_last: bool = False
    holds_more: bool = False


@dataclass(frozen=True)
class Answer:
    """What to send, and what to remember with it."""

    requests: List[Outgoing] = field(default_factory=list)
    more: bool = False
    silence: Optional[str] = None
    speak: bool = False
    erased: bool = False


class Answers:
    """Decides and renders.

    Args:
        apps: those that are on, by name.
        guide: the dialogue.
    """

    def __init__(self, apps: Mapping[str, App], guide: Guide) -> None:
        self._apps = apps
        self._guide = guide

    async def answer(self, delivery: Delivery, known: Known) -> Answer:
        """What a message gets."""
        app, incoming = self._apps[delivery.channel], delivery.incoming
        assert incoming
        lets_in = known.silence == STOP and incoming.about.get("lets_in")
        what = What.START if lets_in else incoming.what
        if known.silence and not (what is What.START and known.silence == STOP):
            return Answer()
        if what is What.EDITED and not known.is_last:
            return Answer()
        if what is What.MORE and known.holds_more:
            return Answer(more=True)
        if what is What.STOP:
            # The last that they hear: it names the emergency number.
            return Answer(await self._fixed(app, delivery, words.reply(what), full=True), silence=STOP)
        if what is What.GROUP:
            return Answer(await self._fixed(app, delivery, words.reply(what)), silence=GROUP)
        if what is What.START and known.silence:
            return Answer(await self._fixed(app, delivery, words.reply(what)), speak=True)
        return await self._said(app, delivery, incoming)

    async def trouble(self, delivery: Delivery) -> Answer:
        """What a message gets for which no answer could be made."""
        return Answer(await self._fixed(self._apps[delivery.channel], delivery, words.trouble()))

    async def _said(self, app: App, delivery: Delivery, incoming: Incoming) -> Answer:
        messages: List[Message] = []
        if incoming.what in words.TEXTS and incoming.what is not What.START:
            fixed = words.reply(incoming.what)
            messages.append(await self._guide.finish(app, delivery.conversation, fixed, incoming.country))
        text = HELLO if incoming.what is What.START else await self._text(delivery.conversation, incoming)
        # A picture may come with a question.
        if text or not messages:
            messages += await self._guide.ask(app, delivery, text[:LONGEST_TEXT], incoming.country)
        erased = any(receipt(message) for message in messages)
        return Answer(await self._rendered(app, messages, incoming), erased=erased)

    async def _text(self, conversation: str, incoming: Incoming) -> str:
        if incoming.payload is None:
            return incoming.text
        # What was never offered here, or is gone, is no more than the words on the button.
        return payload.meant(incoming.payload, await self._guide.offered(conversation)) or incoming.text

    async def _fixed(self, app: App, delivery: Delivery, reply: Reply, full: bool = False) -> List[Outgoing]:
        assert delivery.incoming
        message = await self._guide.finish(app, delivery.conversation, reply, delivery.incoming.country, full)
        return await self._rendered(app, [message], delivery.incoming)

    async def _rendered(self, app: App, messages: List[Message], incoming: Incoming) -> List[Outgoing]:
        return app.render([await self._prepared(app, message) for message in messages], incoming)

    async def _prepared(self, app: App, message: Message) -> Message:
        text, reply = message.get("text") or "", message.get("reply") or {}
        ending = " ".join(filter(None, (reply.get("disclaimer"), reply.get("advice"))))
        body = text[: -len(ending)].rstrip() if ending and text.endswith(ending) else text
        buttons = [
            {"title": button["title"], "payload": payload.short(button["payload"], app.longest_payload)}
            for button in message.get("buttons") or ()
        ]
        prepared = {"text": text, "body": body, "ending": ending if body != text else "", "buttons": buttons, "reply": reply}
        picture = await self._guide.picture(message) if app.pictures else None
        return {**prepared, "picture": picture} if picture else prepared
