"""A question and its reply, as `rls ask` shows them."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from bot.dialogue.exchange import Exchange, ask, unreadable
from bot.dialogue.reply import Citation, Kind, Reply

SOURCE = Citation(id="nhs", name="NHS", title="Legs", kind="page")
ANSWER = {
    "topic": "caffeine", "group": "triggers_to_avoid", "title": "Tea?", "text": "It may.", "ask": "Try it.", "evidence": "No.",
    "grade": "limited", "sources": [SOURCE], "consult": ["doctor"],
}  # fmt: skip


class Says:
    """An agent that says what it was given."""

    def __init__(self, *messages: dict[str, Any]) -> None:
        self.messages = messages
        self.asked: list[Any] = []

    async def handle_message(self, message: Any) -> None:
        self.asked.append(message)
        for said in self.messages:
            await message.output_channel.send_response(message.sender_id, said)


def asked(*messages: dict[str, Any], channel: str = "ask") -> Exchange:
    agent: Any = Says(*messages)
    return asyncio.run(ask(agent, "does tea count", "me", channel))


def test_what_was_made_of_a_message() -> None:
    reply = Reply(
        kind=Kind.ANSWER,
        answers=(ANSWER,),
        topics=("triggers_to_avoid",),
        offered=("causes",),
        sources=(SOURCE,),
        confidence=0.7,
    )
    buttons = [{"title": "More", "payload": "#topic:alcohol", "type": "postback"}]
    exchange = asked({"text": "It may.", "buttons": buttons, "reply": reply.dict()})
    assert (exchange.text, exchange.sender, exchange.kind) == ("does tea count", "me", "answer")
    assert (exchange.topics, exchange.offered, exchange.confidence) == (["triggers_to_avoid"], ["causes"], 0.7)
    assert exchange.messages == [
        {"text": "It may.", "buttons": [{"title": "More", "payload": "#topic:alcohol"}], "sources": ["nhs"]}
    ]
    assert exchange.ms >= 0
    assert json.loads(json.dumps(exchange.as_dict())) == exchange.as_dict()


def test_a_form_s_question_behind_the_reply_does_not_change_what_the_message_got() -> None:
    danger = Reply(kind=Kind.SAFETY, text="See to it.", safety="kidney").dict()
    exchange = asked(
        {"text": "See to it.", "reply": danger}, {"text": "For what age?", "reply": Reply(kind=Kind.LOOKUP).dict()}
    )
    assert (exchange.kind, exchange.safety) == ("safety", "kidney")
    assert [message["text"] for message in exchange.messages] == ["See to it.", "For what age?"]


@pytest.mark.parametrize("messages", [[], [{"text": "plain"}], [{"text": None, "buttons": None, "reply": None}]])
def test_a_turn_without_a_reply_is_an_error(messages: list[dict[str, Any]]) -> None:
    exchange = asked(*messages)
    assert (exchange.kind, exchange.confidence, exchange.topics) == ("error", 0.0, [])
    assert len(exchange.messages) == len(messages)


def test_the_message_goes_out_as_from_its_channel() -> None:
    agent = Says()
    asyncio.run(ask(agent, "hi", "me", "sms"))  # type: ignore[arg-type]
    (message,) = agent.asked
    assert (message.text, message.sender_id, message.input_channel, message.output_channel.name()) == ("hi", "me", "sms", "sms")


def test_a_person_reads_the_text_and_the_buttons() -> None:
    buttons = [{"title": "Tea", "payload": "#topic:tea"}, {"title": "Cola", "payload": "#topic:cola"}]
    assert asked({"text": "Which?", "buttons": buttons}, {"text": "Say."}).plain == "Which?\n  [Tea]\n  [Cola]\nSay."


def test_a_line_that_can_not_be_read_has_the_same_fields() -> None:
    exchange = unreadable("{", "line 1: not JSON")
    assert set(exchange.as_dict()) == set(asked().as_dict())
    assert (exchange.kind, exchange.text, exchange.messages[0]["text"]) == ("error", "{", "line 1: not JSON")
