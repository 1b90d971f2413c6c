"""Rasa's tracker store for this bot: what it writes is redacted, and what it reads does not grow with the conversation."""

from __future__ import annotations

import asyncio
import itertools
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import Any, Callable, Dict, Iterable, List, Optional, Tuple, TypeVar

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SQLTrackerStore, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, BotUttered, Event, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

from bot import metrics
from bot.conversations import archive as archives
from bot.conversations import erasure, state, turns
from bot.conversations.archive import Archive
from bot.conversations.batch import Batch, new_key
from bot.conversations.concealing import Finder, conceal
from bot.conversations.erasure import Receipt
from bot.conversations.naming import kept_name
from bot.conversations.redaction import redactor
from bot.dialogue.knowledge_version import knowledge_version
from bot.dialogue.reply import Kind
from bot.settings import settings

logger = logging.getLogger(__name__)

# A turn waits no longer for its storing than this, in seconds; then it is kept on disk.
WAIT = 4.0

# When the turn that runs in this context began, by the monotonic clock.
BEGAN: ContextVar[Optional[float]] = ContextVar("began", default=None)

# What a tracker carries with it: the state and the last event that are stored.
_STORED = "_guide_stored"

T = TypeVar("T")


class GuideTrackerStore(TrackerStore):
    """Keeps conversations in an archive.

    Named in `endpoints.yml`, so that stock `rasa run` and `rasa shell` take it too. The constructor takes what Rasa's SQL
    store takes; without a database named there it is the one of the settings.

    Args:
        archive: where conversations are kept.
        finder: finds what has to be left out; by default the redactor of the installation.
    """

    def __init__(
        self,
        domain: Optional[Domain] = None,
        dialect: str = "sqlite",
        host: Optional[str] = None,
        port: Optional[int] = None,
        db: Optional[str] = None,
        username: Optional[str] = None,
        password: Optional[str] = None,
        event_broker: Optional[EventBroker] = None,
        query: Optional[Dict[str, Any]] = None,
        archive: Optional[Archive] = None,
        finder: Optional[Finder] = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(domain, event_broker, **kwargs)
        if archive is None and (host or db):
            url = SQLTrackerStore.get_db_url(dialect, host, port, db or "", username, password, None, query)
            options = settings()
            url = url if isinstance(url, str) else url.render_as_string(hide_password=False)
            archive = archives.archive(url, Path(options.spool), options.spool_bytes)
        self.archive = archive or archives.the_archive()
        self._finder = finder
        # Not the event loop's own threads: a database that hangs must not hold up anything else.
        self._database = ThreadPoolExecutor(8, "conversations")
        self._disk = ThreadPoolExecutor(2, "spool")

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Store what is new in a conversation. It never raises: what can't be stored now waits on disk."""
        known, new = await self._new(tracker)
        if not new:
            return
        began = BEGAN.get()
        milliseconds = None if began is None else round((time.monotonic() - began) * 1000, 1)
        batch = await self._run(
            self._batch, kept_name(tracker.sender_id), known, [event.as_dict() for event in new], milliseconds
        )
        await self._keep(batch)
        setattr(tracker, _STORED, (batch.state, new[-1]))
        if self.event_broker:
            for event in batch.events:
                self.event_broker.publish({"sender_id": tracker.sender_id, **event})

    async def retrieve(self, sender_id: str) -> Optional[DialogueStateTracker]:
        """A conversation as the dialogue needs it: its last turns, and before them what else is still known."""
        found = await self._run(self.archive.recent, kept_name(sender_id))
        if found is None:
            return None
        known, events = found
        said = _deserialised(events)
        tracker = self._tracker(sender_id, [*_before(known, said), *said])
        setattr(tracker, _STORED, (known, said[-1] if said else None))
        return tracker

    async def retrieve_full_tracker(self, conversation_id: str) -> Optional[DialogueStateTracker]:
        """A conversation with all its events."""
        found = await self._run(self.archive.recent, kept_name(conversation_id))
        if found is None:
            return None
        said = _deserialised(await self._run(self.archive.events, kept_name(conversation_id)))
        tracker = self._tracker(conversation_id, said)
        setattr(tracker, _STORED, (found[0], said[-1] if said else None))
        return tracker

    async def exists(self, conversation_id: str) -> bool:
        """Whether there is such a conversation."""
        return await self._run(self.archive.recent, kept_name(conversation_id)) is not None

    async def keys(self) -> Iterable[str]:
        """The names of all conversations."""
        return await self._run(self.archive.names)

    async def erase(self, sender_id: str) -> Receipt:
        """Delete a conversation for good.

        Raises:
            Away: the database does not answer; nothing was deleted.
        """
        return await self._run(erasure.erase, self.archive, kept_name(sender_id))

    async def stream_events(self, tracker: DialogueStateTracker) -> None:
        """Nothing: `save` publishes what it stored, redacted."""

    async def _keep(self, batch: Batch) -> None:
        try:
            if not await asyncio.wait_for(self._run(self.archive.keep, batch), WAIT):
                metrics.SPOOLED.inc()
        except asyncio.TimeoutError:
            metrics.SPOOLED.inc()
            # It may still be stored by the thread that hangs; by its name it is stored once.
            logger.error("the conversations' database hangs; a turn is kept on disk")
            await asyncio.get_running_loop().run_in_executor(self._disk, self.archive.set_aside, batch)

    async def _new(self, tracker: DialogueStateTracker) -> Tuple[state.State, List[Event]]:
        """The state that is stored, and the events that are not."""
        if not tracker.events:
            return state.new(), []
        if not hasattr(tracker, _STORED):
            # Rasa's own API makes trackers that we did not hand out.
            stored = await self.retrieve_full_tracker(tracker.sender_id)
            known = getattr(stored, _STORED)[0] if stored else state.new()
            return known, list(itertools.islice(tracker.events, len(stored.events) if stored else 0, None))
        known, last = getattr(tracker, _STORED)
        new = list(itertools.takewhile(lambda event: event is not last, reversed(tracker.events)))
        return known, new[::-1]

    def _batch(self, sender: str, known: state.State, events: List[Dict[str, Any]], milliseconds: Optional[float]) -> Batch:
        said = conceal(events, self._finder or redactor())
        after = state.advance(known, said)
        titles = {**state.titles(known), **state.titles(after)}
        rows = turns.rows(sender, said, titles, knowledge_version(), milliseconds)
        return Batch(new_key(), sender, said, rows, after)

    def _tracker(self, sender: str, events: List[Event]) -> DialogueStateTracker:
        return DialogueStateTracker.from_events(sender, events, self.domain.slots)

    async def _run(self, work: Callable[..., T], *arguments: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._database, work, *arguments)


def _deserialised(events: List[Dict[str, Any]]) -> List[Event]:
    kinds = ((_kind(event["event"]), event) for event in events)
    made = (kind._from_parameters(event) for kind, event in kinds if kind)
    return [event for event in made if event is not None]


# Rasa looks through all kinds of events for each event.
_kind = lru_cache(maxsize=None)(Event.resolve_by_type)


def _before(known: state.State, said: List[Event]) -> List[Event]:
    """Events that bring a tracker to where the conversation was before its last turns."""
    if known["past"] is None or not said:
        return []
    at = said[0].timestamp
    before = known["window"][0]["before"]
    past = known["past"]
    events: List[Event] = [SlotSet(name, value, at) for name, value in before["slots"].items()]
    offered = [{"title": title, "payload": payload} for title, payload in past["offered"]]
    events.append(BotUttered("", {}, {"reply": {"kind": Kind.SMALLTALK.value, "buttons": offered}}, at))
    events += [BotUttered("", {}, {"reply": reply}, at) for reply in reversed(past["about"])]
    if before["loop"]:
        events.append(ActiveLoop(before["loop"], at))
    if before["latest"]:
        events.append(ActionExecuted(before["latest"], timestamp=at))
    return events
