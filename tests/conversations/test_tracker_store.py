from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.conversations import state
from bot.conversations.archive import Archive
from bot.conversations.tables import events, turns
from tests.conversations.making import MarkFinder, archive_of
from tests.talk import Bot, Visitor

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture
def archive(sqlite: Engine, tmp_path: Path) -> Iterator[Archive]:
    made = archive_of(sqlite, tmp_path)
    yield made
    made.close()


@pytest.fixture
def store(archive: Archive) -> Any:
    from rasa.shared.core.domain import Domain
    from rasa.shared.core.slots import AnySlot

    from bot.dialogue.tracker_store import GuideTrackerStore

    domain = Domain.empty()
    domain.slots = [AnySlot("country", mappings=[{"type": "custom"}]), AnySlot("need_age", mappings=[{"type": "custom"}])]
    return GuideTrackerStore(domain, archive=archive, finder=MarkFinder())


async def say(store: Any, text: str, *more: Any, sender: str = "a") -> None:
    from rasa.shared.core.events import ActionExecuted, BotUttered, SessionStarted, UserUttered

    tracker = await store.get_or_create_tracker(sender, append_action_listen=False)
    if not tracker.events:
        tracker.update(SessionStarted())
        tracker.update(ActionExecuted("action_listen"))
    tracker.update(
        UserUttered(text, parse_data={"text": text, "entities": [{"entity": "x", "value": text}], "intent": {"name": "x"}})
    )
    for event in (*more, BotUttered(f"You said {text}", {"buttons": []}, {"reply": {"kind": "answer", "answers": []}})):
        tracker.update(event)
    tracker.update(ActionExecuted("action_listen"))
    await store.save(tracker)


def dump(engine: Engine) -> str:
    with engine.connect() as connection:
        return "\n".join(connection.connection.iterdump())


def test_what_is_kept_is_redacted(store: Any, sqlite: Engine) -> None:
    from rasa.shared.core.events import SlotSet

    asyncio.run(say(store, "i am SECRETname", SlotSet("country", "SECRETname")))
    assert "SECRET" not in dump(sqlite)
    tracker = asyncio.run(store.retrieve("a"))
    assert tracker.latest_message.text == "i am <name>"
    assert tracker.latest_message.parse_data["entities"][0]["value"] == "i am <name>"
    assert tracker.get_slot("country") == "<name>"


def test_the_running_turn_keeps_the_words(store: Any) -> None:
    from rasa.shared.core.events import UserUttered

    async def play() -> str:
        tracker = await store.get_or_create_tracker("a")
        tracker.update(UserUttered("i am SECRETname"))
        await store.save(tracker)
        return str(tracker.latest_message.text)

    assert asyncio.run(play()) == "i am SECRETname"


def test_slots_and_a_form_outlive_the_window(store: Any) -> None:
    from rasa.shared.core.events import ActiveLoop, SlotSet

    async def play() -> Any:
        await say(store, "begin", SlotSet("need_age", 52), ActiveLoop("daily_need_form"))
        for number in range(state.TURNS + 3):
            await say(store, f"number {number}")
        return await store.retrieve("a"), await store.retrieve_full_tracker("a")

    recent, full = asyncio.run(play())
    assert len(recent.events) < len(full.events)
    for tracker in (recent, full):
        assert tracker.current_slot_values()["need_age"] == 52
        assert tracker.active_loop_name == "daily_need_form"
        assert tracker.latest_action_name == "action_listen"
    # The states that policies look at say so from the first on.
    assert recent.copy().active_loop_name == "daily_need_form"


def test_saving_twice_stores_once(store: Any, sqlite: Engine) -> None:
    async def play() -> None:
        from rasa.shared.core.events import UserUttered

        tracker = await store.get_or_create_tracker("a")
        tracker.update(UserUttered("hello"))
        await store.save(tracker)
        await store.save(tracker)
        tracker.update(UserUttered("again"))
        await store.save(tracker)

    asyncio.run(play())
    with sqlite.connect() as connection:
        assert connection.execute(sa.select(turns.c.said).order_by(turns.c.id)).scalars().all() == ["hello", "again"]


def test_a_tracker_from_elsewhere_adds_only_what_is_new(store: Any, sqlite: Engine) -> None:
    from rasa.shared.core.events import UserUttered
    from rasa.shared.core.trackers import DialogueStateTracker

    async def play() -> None:
        await say(store, "hello")
        full = await store.retrieve_full_tracker("a")
        other = DialogueStateTracker.from_events("a", list(full.events), store.domain.slots)
        other.update(UserUttered("new"))
        await store.save(other)

    asyncio.run(play())
    with sqlite.connect() as connection:
        assert connection.execute(sa.select(turns.c.said).order_by(turns.c.id)).scalars().all() == ["hello", "new"]


def test_a_name_that_is_too_long_is_kept_as_a_digest(store: Any, sqlite: Engine) -> None:
    asyncio.run(say(store, "hello", sender="x" * 300))
    with sqlite.connect() as connection:
        (name,) = connection.execute(sa.select(turns.c.conversation)).scalars()
    assert len(name) == 64
    assert asyncio.run(store.retrieve("x" * 300)).latest_message.text == "hello"
    assert asyncio.run(store.exists("x" * 300))
    assert not asyncio.run(store.exists("x"))
    assert asyncio.run(store.keys()) == [name]


def test_a_database_that_hangs_holds_up_neither_the_turn_nor_others(store: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.dialogue import tracker_store

    monkeypatch.setattr(tracker_store, "WAIT", 0.2)
    go_on = threading.Event()
    insert = store.archive.store
    monkeypatch.setattr(store.archive, "store", lambda batches, late=False: (go_on.wait(20), insert(batches, late))[1])

    async def play() -> float:
        ticks = 0

        async def tick() -> None:
            nonlocal ticks
            while True:
                await asyncio.sleep(0.01)
                ticks += 1

        ticking = asyncio.ensure_future(tick())
        began = time.monotonic()
        await say(store, "hello")
        took = time.monotonic() - began
        ticking.cancel()
        assert ticks > 5
        assert len(store.archive.spool.of("a")) == 1
        # The loop waits for its threads before it ends.
        go_on.set()
        return took

    assert asyncio.run(play()) < 5
    until = time.monotonic() + 20
    while store.archive.spool.size and time.monotonic() < until:
        time.sleep(0.02)
    assert store.archive.spool.size == 0
    with store.archive.engine.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(turns)).scalar() == 1


def test_an_event_broker_gets_what_is_kept(store: Any) -> None:
    published: list[dict[str, Any]] = []

    class Broker:
        def publish(self, event: dict[str, Any]) -> None:
            published.append(event)

    store.event_broker = Broker()
    asyncio.run(say(store, "i am SECRETname"))
    assert {event["sender_id"] for event in published} == {"a"}
    assert "SECRET" not in str(published)


def test_stock_rasa_makes_it_from_endpoints_yml(tmp_path: Path) -> None:
    from rasa.core.tracker_store import TrackerStore
    from rasa.utils.endpoints import EndpointConfig

    from bot.dialogue.tracker_store import GuideTrackerStore

    file = tmp_path / "stock.db"
    config = EndpointConfig(type="bot.dialogue.tracker_store.GuideTrackerStore", dialect="sqlite", db=str(file))
    made = TrackerStore.create(config)
    assert isinstance(made, GuideTrackerStore)
    assert file.exists()


LONG = (
    "does coffee make restless legs worse", "tell me more", "which blood tests are done for it", "is citrate better than oxide",
    "how much magnesium is in cashews", "and spinach?", "legs", "2", "how much magnesium do I need a day?", "what is augmentation", "52",
    "female", "no", "source?", "thanks", "simpler please", "whats the weather", "I live in the UK", "does magnesium help",
)  # fmt: skip


@pytest.mark.model
def test_a_long_conversation_is_the_same_as_in_memory_and_costs_no_more(bot: Bot, archive: Archive) -> None:
    """A turn asks the database as often at the end as at the start."""
    from bot.dialogue.tracker_store import GuideTrackerStore

    memory = bot.agent.tracker_store
    guide = GuideTrackerStore(bot.agent.domain, archive=archive)
    counts: list[int] = []
    read: list[int] = []

    def counted(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        counts.append(1)

    replies: dict[str, list[list[str]]] = {}
    try:
        for name, store in (("memory", memory), ("guide", guide)):
            bot.agent.tracker_store = bot.agent.processor.tracker_store = store
            visitor = Visitor(bot, f"long-{name}")
            said = []
            if name == "guide":
                sa.event.listen(archive.engine, "after_cursor_execute", counted)
            for number in range(40):
                counts.clear()
                exchange = visitor.say(LONG[number % len(LONG)])
                read.append(len(counts))
                said.append([message["text"] for message in exchange.messages])
            replies[name] = said
    finally:
        bot.agent.tracker_store = bot.agent.processor.tracker_store = memory
    assert replies["guide"] == replies["memory"]
    assert read[-1] <= read[42]
    with archive.engine.connect() as connection:
        kept = connection.execute(sa.select(sa.func.count()).select_from(events)).scalar()
    known = archive.recent("long-guide")
    assert known
    assert len(known[1]) < kept
