"""A visitor's yes to deleting the conversation, and what comes of it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from rasa.core.tracker_store import FailSafeTrackerStore, InMemoryTrackerStore, SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, SessionStarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.conversations import database
from bot.conversations.archive import Archive, Away
from bot.conversations.erasure import KIND, Receipt
from bot.conversations.spool import Spool
from bot.dialogue.delete_choice import BUTTONS, NO, YES
from bot.dialogue.deletion import NOT_NOW, confirmed, erase, not_now, receipt
from bot.dialogue.tracker_store import GuideTrackerStore
from tests.conversations.making import MarkFinder


def asked() -> BotUttered:
    return BotUttered("Shall I?", {}, {"reply": {"buttons": [button.dict() for button in BUTTONS]}})


def tracker(said: str | None, intent: str = "x", question: bool = True) -> DialogueStateTracker:
    events = [ActionExecuted("action_listen"), *([asked()] if question else [])]
    if said is not None:
        events.append(UserUttered(said, {"name": intent}))
    return DialogueStateTracker.from_events("a", events, [])


@pytest.mark.parametrize(
    ("said", "intent"),
    [
        (YES, "pick"),
        ("yes", "affirm"),
        ("go ahead please", "affirm"),
        ("Yes, delete it", "x"),
        ("yes delete it", "x"),
        ("the first one", "pick"),
        ("1", "pick"),
    ],
)
def test_a_yes_is_pressed_or_said(said: str, intent: str) -> None:
    assert confirmed(tracker(said, intent))


@pytest.mark.parametrize(
    ("said", "intent"),
    [
        (NO, "pick"),
        ("no", "deny"),
        ("No, keep it", "x"),
        ("2", "pick"),
        ("3", "pick"),
        ("the first night was bad", "symptoms"),
        ("does magnesium help", "magnesium_evidence"),
        ("", "affirm"),
        (None, "affirm"),
    ],
)
def test_nothing_else_is_one(said: str | None, intent: str) -> None:
    assert not confirmed(tracker(said, intent))


@pytest.mark.parametrize(("said", "intent"), [(YES, "pick"), ("yes", "affirm"), ("yes delete it", "x"), ("1", "pick")])
def test_a_yes_to_nothing_deletes_nothing(said: str, intent: str) -> None:
    assert not confirmed(tracker(said, intent, question=False))


def test_a_yes_after_the_question_has_gone_deletes_nothing() -> None:
    later = DialogueStateTracker.from_events("a", [asked(), BotUttered("Tea?", {}, {}), UserUttered(YES, {"name": "pick"})], [])
    assert not confirmed(later)


def test_the_receipt_names_its_number_the_day_and_how_many_messages() -> None:
    # Half a minute before a leap day ends.
    proof = Receipt("R-1", 1_709_251_170.0, 7, {"turns": 3})
    said = receipt(proof)
    assert said.text.startswith("Deleted: 7 messages, on 29 February 2024 at 23:59 UTC. Your receipt is R-1.")
    assert said.lookup
    assert said.lookup["type"] == KIND
    assert not said.buttons


def test_where_it_can_not_be_done_now_it_can_be_tried_again() -> None:
    said = not_now()
    assert said.text == NOT_NOW
    assert [button.payload for button in said.buttons] == [YES, NO]


async def talk(store: Any, sender: str = "a") -> None:
    kept = await store.get_or_create_tracker(sender, append_action_listen=False)
    for event in (
        SessionStarted(),
        ActionExecuted("action_listen"),
        UserUttered("hello"),
        BotUttered("Hi."),
        UserUttered("bye"),
    ):
        kept.update(event)
    await store.save(kept)


@pytest.fixture
def archive(tmp_path: Path) -> Any:
    made = database.engine(f"sqlite:///{tmp_path / 'c.db'}")
    database.migrate(made)
    archive = Archive(made, Spool(tmp_path / "spool", 1_000_000))
    yield archive
    archive.close()
    made.dispose()


def test_in_memory_only_that_conversation_goes_and_its_messages_are_counted() -> None:
    async def play() -> tuple[Receipt, Any, Any]:
        store = InMemoryTrackerStore(Domain.empty())
        await talk(store)
        await talk(store, "b")
        return await erase(store, "a"), await store.retrieve("a"), await store.retrieve("b")

    proof, gone, other = asyncio.run(play())
    assert proof.messages == 3
    assert gone is None
    assert other is not None


def test_what_was_never_there_still_gets_a_receipt() -> None:
    proof = asyncio.run(erase(InMemoryTrackerStore(Domain.empty()), "nobody"))
    assert proof.messages == 0
    assert proof.receipt


def test_behind_a_store_that_falls_back_on_memory_both_are_deleted(archive: Archive) -> None:
    async def play() -> tuple[Receipt, Any, Any]:
        ours = GuideTrackerStore(Domain.empty(), archive=archive, finder=MarkFinder())
        memory = InMemoryTrackerStore(Domain.empty())
        store = FailSafeTrackerStore(ours, fallback_tracker_store=memory)
        await talk(ours)
        await talk(memory)
        return await erase(store, "a"), await ours.retrieve("a"), await memory.retrieve("a")

    proof, kept, remembered = asyncio.run(play())
    assert proof.rows["turns"] == 2
    assert proof.messages == 3
    assert kept is None
    assert remembered is None


def test_where_the_database_is_away_nothing_is_promised(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    store = GuideTrackerStore(Domain.empty(), archive=archive, finder=MarkFinder())

    def away(*_: Any) -> None:
        raise Away("the conversations' database does not answer")

    monkeypatch.setattr("bot.conversations.erasure.erase", away)
    with pytest.raises(Away):
        asyncio.run(erase(store, "a"))


@pytest.mark.filterwarnings("ignore")
def test_a_store_that_is_not_known_is_not_said_to_be_empty(tmp_path: Path) -> None:
    with pytest.raises(NotImplementedError, match="conversations in SQLTrackerStore can't be deleted"):
        asyncio.run(erase(SQLTrackerStore(Domain.empty(), db=str(tmp_path / "rasa.db")), "a"))
