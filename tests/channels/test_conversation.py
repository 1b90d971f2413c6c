"""A conversation begun anew, and messages as the page gets them."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, UserUttered

from bot.channels.web.channel import line
from bot.channels.web.conversation import begin_anew, shown

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.mark.parametrize("message", [{}, {"text": None, "buttons": None}, {"text": "", "buttons": []}])
def test_what_a_message_does_not_have_is_empty(message: dict[str, Any]) -> None:
    assert shown(message) == {"text": "", "buttons": [], "reply": None}


def test_the_page_gets_of_a_button_what_it_shows_and_sends() -> None:
    button = {"title": "Caffeine", "payload": "#topic:caffeine", "type": "reply", "internal": 7}
    given = shown({"text": "Choose.", "buttons": [button], "reply": {"kind": "choices"}, "recipient_id": "web-1", "image": "x"})
    assert given == {
        "text": "Choose.",
        "buttons": [{"title": "Caffeine", "payload": "#topic:caffeine"}],
        "reply": {"kind": "choices"},
    }


@pytest.mark.parametrize("text", ["two\nlines", "\u2028", "d\u00e9j\u00e0 \u811a", '"quoted"'])
def test_an_event_is_one_line_of_the_stream(text: str) -> None:
    made = line({"type": "reply", "text": text})
    assert made.endswith(b"\n") and made.count(b"\n") == 1
    assert json.loads(made) == {"type": "reply", "text": text}


def test_a_conversation_that_is_begun_anew_is_kept_and_no_longer_the_context() -> None:
    async def run() -> tuple[Any, Any]:
        store = InMemoryTrackerStore(Domain.empty())
        tracker = await store.get_or_create_tracker("web-1")
        tracker.update(UserUttered("does caffeine matter"))
        tracker.update(BotUttered("It may."))
        await store.save(tracker)
        await begin_anew(store, "web-1")
        await begin_anew(store, "web-new")
        return await store.retrieve_full_tracker("web-1"), await store.retrieve("web-new")

    anew, new = asyncio.run(run())
    assert [event.text for event in anew.events if isinstance(event, UserUttered)] == ["does caffeine matter"]
    assert not [event for event in anew.applied_events() if isinstance(event, UserUttered)]
    assert anew.latest_message.text is None
    assert anew.latest_action_name == "action_listen" == new.latest_action_name
