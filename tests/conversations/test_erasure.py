from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bot.dialogue.reply import Kind
from tests.talk import Bot

pytestmark = pytest.mark.filterwarnings("ignore")


def stores(tmp_path: Path) -> dict[str, Any]:
    from rasa.core.tracker_store import FailSafeTrackerStore, InMemoryTrackerStore, SQLTrackerStore
    from rasa.shared.core.domain import Domain

    return {
        "memory": InMemoryTrackerStore(Domain.empty()),
        "sql": SQLTrackerStore(Domain.empty(), dialect="sqlite", db=str(tmp_path / "a.db")),
        "wrapped": FailSafeTrackerStore(SQLTrackerStore(Domain.empty(), dialect="sqlite", db=str(tmp_path / "b.db"))),
    }


@pytest.mark.parametrize("name", ["memory", "sql", "wrapped"])
def test_one_conversation_is_gone_and_the_others_stay(tmp_path: Path, name: str) -> None:
    from rasa.shared.core.events import BotUttered, UserUttered

    from bot.conversations.erasure import delete

    store = stores(tmp_path)[name]

    async def play() -> tuple[int, Any, Any, int]:
        for sender in ("me", "you"):
            tracker = await store.get_or_create_tracker(sender)
            tracker.update(UserUttered("hello"))
            tracker.update(BotUttered("hello"))
            await store.save(tracker)
        messages = await delete(store, "me")
        again = await delete(store, "me")
        return messages, await store.retrieve_full_tracker("me"), await store.retrieve_full_tracker("you"), again

    messages, gone, kept, again = asyncio.run(play())
    assert (messages, again) == (2, 0)
    assert gone is None or not gone.events
    assert kept.events


def test_a_store_that_it_does_not_know() -> None:
    from bot.conversations.erasure import delete

    class Elsewhere:
        async def retrieve_full_tracker(self, sender: str) -> None:
            return None

    with pytest.raises(NotImplementedError, match="Elsewhere"):
        asyncio.run(delete(Elsewhere(), "me"))  # type: ignore[arg-type]


def test_a_receipt_can_be_read_aloud() -> None:
    from bot.conversations.erasure import RECEIPT_LETTERS, Receipt

    receipt = Receipt.issue(3, at=5.0)
    assert (receipt.messages, receipt.at, len(receipt.receipt)) == (3, 5.0, 9)
    assert set(receipt.receipt) <= {*RECEIPT_LETTERS, "-"}
    assert not set("O0I1L") & set(RECEIPT_LETTERS)


@pytest.mark.model
@pytest.mark.parametrize("answer", ["#delete:yes", "yes", "Yes, delete it", "the first one"])
def test_asked_confirmed_deleted(bot: Bot, answer: str) -> None:
    visitor = bot.visitor()
    asked = visitor.say("does magnesium help restless legs", "delete everything I said")
    assert [button["payload"] for button in asked.messages[0]["buttons"]] == ["#delete:yes", "#delete:no"]
    deleted = visitor.say(answer)
    assert deleted.kind == Kind.SMALLTALK.value
    assert deleted.lookup["type"] == "deletion"
    assert deleted.lookup["messages"] == 4
    assert deleted.lookup["receipt"] in deleted.plain
    assert bot.tracker(visitor.name) is None
    # What comes next is a new conversation.
    assert "not answered anything yet" in visitor.say("tell me more").plain


@pytest.mark.model
@pytest.mark.parametrize("answer", ["#delete:no", "no", "No, keep it", "what are the symptoms of restless legs"])
def test_asked_and_not_confirmed(bot: Bot, answer: str) -> None:
    visitor = bot.visitor()
    visitor.say("does magnesium help restless legs", "delete everything I said", answer)
    assert bot.tracker(visitor.name) is not None
    # The question is no longer on the screen, so a late yes is none.
    visitor.say("thanks", "yes")
    assert bot.tracker(visitor.name) is not None


@pytest.mark.model
def test_nothing_is_deleted_that_was_not_asked_about(bot: Bot) -> None:
    visitor = bot.visitor()
    visitor.say("does magnesium help restless legs", "#delete:yes")
    assert bot.tracker(visitor.name) is not None
