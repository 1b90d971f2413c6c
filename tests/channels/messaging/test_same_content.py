"""One conversation on every app, with the trained bot: the same content, with the disclaimer."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.channels.messaging.answers import Answer, Answers, Known
from bot.channels.messaging.app import App, Incoming, What
from bot.channels.messaging.guide import AgentGuide
from bot.channels.messaging.queue import Delivery
from bot.channels.messaging.registry import APPS, missing
from bot.conversations.erasure import RECEIPT_LETTERS
from bot.settings import Settings, settings
from tests.talk import Bot

pytestmark = pytest.mark.model

CONVERSATION = (
    ("question", "does magnesium really help restless legs"),
    ("follow-up", "tell me more"),
    ("food", "how much magnesium is in almonds"),
    ("crisis", "i can't do this anymore, i want to end my life"),
    ("safe again", "i am safe now, thank you"),
    ("delete my data", "delete my data"),
    ("confirmed", "yes"),
)
CREDENTIALS = {
    **{name: "0123456789abcdef" for app in APPS for name in app.needs},
    "twilio_account_sid": f"AC{'0' * 32}",
    "twilio_sms_sender": "+15145550100",
    "twilio_whatsapp_sender": "+15145550100",
}
ADDRESSES = {"telegram": "7", "slack": "D1"}
WHO_WROTE = "5145550199"


@dataclass
class Listening:
    """A guide that keeps what was said, before an app renders it."""

    guide: AgentGuide
    said: list[dict[str, Any]] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.guide, name)

    async def ask(self, *args: Any) -> list[dict[str, Any]]:
        self.said = await self.guide.ask(*args)
        return self.said


class Visitor:
    """Somebody who writes to the trained bot on an app."""

    def __init__(self, app: App, bot: Bot, options: Settings) -> None:
        self.app, self.bot = app, bot
        self.guide = Listening(AgentGuide(options, lambda: bot.agent, bot.agent.handle_message))
        self.answers = Answers({app.name: app}, self.guide)
        self.count = 0
        self.name = f"{app.name}-{uuid.uuid4().hex}"

    def say(self, text: str) -> tuple[list[dict[str, Any]], Answer]:
        self.count += 1
        address = ADDRESSES.get(self.app.name, WHO_WROTE)
        incoming = Incoming(str(self.count), address, What.TEXT, float(self.count), text)
        delivery = Delivery(self.count, self.name, self.app.name, f"key-{self.count}", 1, incoming)
        answer = self.bot.run(self.answers.answer(delivery, Known()))
        return self.guide.said, answer


def plain(text: str) -> str:
    """The words alone: apps have their own signs, and a receipt has its own letters and time."""
    text = re.sub(rf"\b[{RECEIPT_LETTERS}]{{4}}-[{RECEIPT_LETTERS}]{{4}}\b|\d+ \w+ \d{{4}} at \d\d:\d\d", "", text)
    return " ".join(re.findall(r"\w+", text.casefold()))


@pytest.fixture(scope="module")
def options() -> Settings:
    return Settings(**{**settings().dict(), **CREDENTIALS})


@pytest.fixture(scope="module")
def expected(bot: Bot) -> list[dict[str, Any]]:
    """The conversation as data, without any app."""
    visitor = bot.visitor()
    return [vars(visitor.say(text)) for _, text in CONVERSATION]


@pytest.mark.parametrize("kind", APPS, ids=lambda kind: kind.name)
def test_the_same_on_every_app(kind: type[App], bot: Bot, options: Settings, expected: list[dict[str, Any]]) -> None:
    assert missing(kind, options) == []
    visitor = Visitor(kind(options), bot, options)
    for (what, text), wanted in zip(CONVERSATION, expected, strict=True):
        said, answer = visitor.say(text)
        (message,) = said
        reply = message["reply"]
        assert (reply["kind"], list(reply["topics"]), reply["safety"]) == (
            wanted["kind"],
            wanted["topics"],
            wanted["safety"],
        ), what
        ending = f"{reply['disclaimer']} {reply['advice']}"
        (told,) = wanted["messages"]
        body = message["text"].removesuffix(ending)
        assert plain(told["text"]).startswith(plain(body)), what
        shown = [request.words for request in answer.requests if request.words]
        everything = plain("\n".join(shown))
        # Each of its sentences is there, also where they come in parts, and the disclaimer with its advice.
        for sentence in re.split(r"(?<=[.!?])\s+|\n+", body):
            assert plain(sentence) in everything, (what, sentence)
        assert plain(ending) in everything, what
        assert answer.erased is (what == "confirmed")
