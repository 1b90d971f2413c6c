"""Rasa's REST channel, which lets whoever calls it speak for anybody, is for those who know the token."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from rasa.core.channels.channel import UserMessage

from bot.channels.guarded_rest import GuardedRest
from tests.channels.asking import asking

pytestmark = pytest.mark.filterwarnings("ignore")
TOKEN = "the tökén"
PATH = "/webhooks/rest/webhook"


def posted(*, method: str = "POST", path: str = PATH, **request: Any) -> tuple[httpx.Response, list[str]]:
    """The answer, and what the dialogue was asked."""
    asked: list[str] = []

    async def dialogue(message: UserMessage) -> None:
        asked.append(f"{message.sender_id}: {message.text}")
        await message.output_channel.send_text_message(message.sender_id, "an answer")

    async def run() -> httpx.Response:
        blueprint = GuardedRest(TOKEN).blueprint(dialogue)
        async with asking(blueprint, "/webhooks/rest") as client:
            return await client.request(method, path, **{"json": {"sender": "somebody", "message": "hello"}, **request})

    return asyncio.run(run()), asked


def bearer(token: str) -> dict[str, dict[bytes, bytes]]:
    return {"headers": {b"authorization": f"Bearer {token}".encode()}}


@pytest.mark.parametrize("known", [{"params": {"token": TOKEN}}, bearer(TOKEN)])
def test_who_knows_the_token_is_answered(known: dict[str, Any]) -> None:
    answer, asked = posted(**known)
    assert answer.status_code == 200
    assert answer.json() == [{"recipient_id": "somebody", "text": "an answer"}]
    assert asked == ["somebody: hello"]


@pytest.mark.parametrize(
    "unknown",
    [
        {},
        {"params": {"token": ""}},
        {"params": {"token": "the token"}},
        {"params": {"token": TOKEN + " "}},
        {"params": {"token": TOKEN[:-1]}},
        {"params": {"Token": TOKEN}},
        {"headers": {"authorization": "Bearer"}},
        bearer("the token"),
        bearer(TOKEN.upper()),
        {"headers": {"authorization": "Basic dGhlIHTDtmvDqW4="}},
        {"json": {"sender": "somebody", "message": "hello", "token": TOKEN}},
        # The one in the address counts where there are two.
        {"params": {"token": "wrong"}, **bearer(TOKEN)},
    ],
)
def test_who_does_not_know_the_token_is_refused_before_the_dialogue(unknown: dict[str, Any]) -> None:
    answer, asked = posted(**unknown)
    assert answer.status_code == 401
    assert answer.json()["error"] == {"code": "token", "message": "The API token is missing or wrong."}
    assert asked == []


def test_every_route_of_the_channel_is_guarded() -> None:
    answer, _ = posted(method="GET", path="/webhooks/rest/")
    assert answer.status_code == 401


def test_it_stands_where_the_stock_channel_does() -> None:
    assert GuardedRest.name() == "rest"
