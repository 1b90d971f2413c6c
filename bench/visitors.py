"""Who writes to the bot while it is soaked: on the web, over REST and in messaging apps."""

from __future__ import annotations

import asyncio
import json
import random
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import aiohttp
import requests

from bench.load import MESSAGES
from bot.dialogue.reply import TROUBLE
from tests.channels.messaging.slack_standin import SlackStandIn, SlackUser
from tests.channels.messaging.standin import StandIn
from tests.channels.messaging.telegram_standin import TelegramStandIn, TelegramUser

# Of Rasa's own HTTP API, which the REST channel belongs to.
TOKEN = "soak-soak-soak-soak"
# Where a worker was killed and the machine is busy, an answer in an app takes its time.
ANSWERED_WITHIN = 180.0


@dataclass
class Tally:
    """What was seen.

    Attributes:
        waits: seconds from the first attempt to the reply, on the web.
        app_waits: the same in apps, from when the provider got rid of the message.
        excuses: what visitors were told instead of a reply, or saw.
        sent: messages that must be in the log, by channel; REST's are those that were answered.
    """

    waits: list[float] = field(default_factory=list)
    app_waits: list[float] = field(default_factory=list)
    excuses: Counter[str] = field(default_factory=Counter)
    sent: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


class NotOpened(RuntimeError):
    """The web channel gave no session."""


class WebVisitor:
    """Somebody with the page open."""

    def __init__(self, url: str, tally: Tally) -> None:
        self._url = f"{url}/webhooks/web"
        self._tally = tally
        self._tokens: dict[str, Any] = {}
        self.sent: list[str] = []

    async def say(self, http: aiohttp.ClientSession, text: str) -> None:
        """Send a message until it has a reply."""
        name, started = uuid.uuid4().hex, time.perf_counter()
        self.sent.append(name)
        self._tally.sent["web"] += 1
        while True:
            event = await self._once(http, name, text)
            if event.get("type") == "reply":
                said = event["messages"][0]
                if event["id"] != name or "not medical advice" not in said["text"] or said["reply"]["kind"] == "error":
                    self._tally.wrong.append(f"{name}: {event}")
                break
            self._tally.excuses[event.get("code") or event["type"]] += 1
            await asyncio.sleep(0.5)
        self._tally.waits.append(time.perf_counter() - started)

    async def history(self, http: aiohttp.ClientSession) -> list[str]:
        """What the server knows of the conversation: the messages' ids in order; none where it does not say so in time."""
        until = time.monotonic() + ANSWERED_WITHIN
        while time.monotonic() < until:
            try:
                async with http.get(f"{self._url}/messages", headers=await self._headers(http)) as answer:
                    said = await answer.json()
                if answer.status == 200:
                    return [turn["id"] for turn in said["turns"]]
                self._refused(said["error"]["code"])
            except (aiohttp.ClientError, asyncio.TimeoutError, NotOpened) as error:
                self._tally.excuses[f"history: {error or type(error).__name__}"] += 1
            await asyncio.sleep(0.5)
        return []

    async def _once(self, http: aiohttp.ClientSession, name: str, text: str) -> dict[str, Any]:
        try:
            body = {"id": name, "text": text}
            async with http.post(f"{self._url}/messages", json=body, headers=await self._headers(http)) as answer:
                lines = [json.loads(line) for line in (await answer.text()).splitlines() if line]
                if answer.status != 200:
                    self._refused(lines[0]["error"]["code"])
                    return {"type": "refused", **lines[0]["error"]}
                return lines[-1] if lines else {"type": "broken"}
        except NotOpened as error:
            return {"type": str(error)}
        except (aiohttp.ClientError, asyncio.TimeoutError, json.JSONDecodeError, OSError) as error:
            return {"type": type(error).__name__}

    async def _headers(self, http: aiohttp.ClientSession) -> dict[str, str]:
        """Those of the open session; it is opened, or renewed, where there is none.

        Raises:
            NotOpened: it could not be.
        """
        if "session" not in self._tokens:
            body = {"renewal": self._tokens["renewal"]} if self._tokens else {}
            async with http.post(f"{self._url}/session", json=body) as answer:
                if answer.status != 200:
                    raise NotOpened(f"session {answer.status}")
                self._tokens = await answer.json()
        return {"Authorization": f"Bearer {self._tokens['session']}"}

    def _refused(self, code: str) -> None:
        if code == "session_expired":
            del self._tokens["session"]


async def rest_visitor(http: aiohttp.ClientSession, url: str, tally: Tally, until: float) -> None:
    """Somebody who comes over the REST channel, which knows no ids: who is cut off asks something else."""
    sender = uuid.uuid4().hex
    while time.monotonic() < until:
        body = {"sender": sender, "message": random.choice(MESSAGES)}
        try:
            async with http.post(
                f"{url}/webhooks/rest/webhook", json=body, headers={"Authorization": f"Bearer {TOKEN}"}
            ) as answer:
                said = await answer.json()
                if answer.status != 200 or not said or not said[0].get("text"):
                    tally.wrong.append(f"REST said {answer.status} {said}")
                elif said[0]["text"].startswith(TROUBLE):
                    tally.excuses["REST trouble"] += 1
                else:
                    tally.sent["rest"] += 1
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
            tally.excuses[f"REST {type(error).__name__}"] += 1
        await asyncio.sleep(random.uniform(0.5, 2))


class AppVisitor:
    """Somebody in a messaging app, whose provider delivers a message again until it was taken.

    Args:
        make: a message as the provider delivers it.
        post: delivers it.
        heard: how often the bot wrote to them.
    """

    def __init__(
        self, channel: str, make: Callable[[str], Any], post: Callable[[Any], requests.Response], heard: Callable[[], int]
    ) -> None:
        self._channel = channel
        self._make = make
        self._post = post
        self._heard = heard

    @classmethod
    def telegram(cls, url: str, provider: TelegramStandIn) -> AppVisitor:
        """Somebody on Telegram."""
        user = TelegramUser(url)
        return cls("telegram", user.text, user.post, partial(_calls, provider, "chat_id", user.chat))

    @classmethod
    def slack(cls, url: str, provider: SlackStandIn) -> AppVisitor:
        """Somebody on Slack."""
        user = SlackUser(url)
        return cls(
            "slack",
            lambda text: user.envelope(user.message(text)),
            user.post,
            lambda: _calls(provider, "channel", user.channel),
        )

    async def write(self, tally: Tally, until: float) -> None:
        """Write, wait for the reply, and write again."""
        while time.monotonic() < until:
            before, message = self._heard(), self._make(random.choice(MESSAGES))
            tally.sent[self._channel] += 1
            while not await asyncio.to_thread(self._taken, message):
                tally.excuses[f"{self._channel} again"] += 1
                await asyncio.sleep(0.5)
            started = time.monotonic()
            while self._heard() == before:
                if time.monotonic() > started + ANSWERED_WITHIN:
                    tally.wrong.append(f"{self._channel}: no reply within {ANSWERED_WITHIN:.0f} s")
                    break
                await asyncio.sleep(0.2)
            else:
                tally.app_waits.append(time.monotonic() - started)
            # A reply may have several parts.
            await asyncio.sleep(random.uniform(1, 3))

    def _taken(self, message: Any) -> bool:
        try:
            return self._post(message).status_code == 200
        except requests.RequestException:
            return False


def _calls(provider: StandIn, field: str, to: object) -> int:
    return sum(str(call.body.get(field)) == str(to) for call in list(provider.taken))
