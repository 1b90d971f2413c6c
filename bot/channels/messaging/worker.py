"""Answers what waits and sends what was answered, several conversations at once, each in order."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from dataclasses import replace
from typing import Any, Awaitable, Callable, Dict, List, Mapping, Optional, Union

from sqlalchemy.exc import SQLAlchemyError

from bot.channels.messaging.answers import Answer, Answers, Guide, Known
from bot.channels.messaging.app import App, Failed, Incoming, Later, What
from bot.channels.messaging.queue import ANSWER, LEASE, SEND, Delivery, Lost, Parcel, Queue
from bot.channels.messaging.sender import Sender, wait
from bot.channels.messaging.together import Together
from bot.conversations.archive import Away
from bot.order import NoOrder
from bot.outage import Outage

logger = logging.getLogger(__name__)

# Conversations that are answered, and sent to, at the same time.
ANSWERING = 8
SENDING = 16
# Seconds after which a worker looks for what others left.
LOOK_EVERY = 3.0
PRUNE_EVERY = 3600.0
ANSWER_WITHIN = 60.0
# After so many attempts a message gets a fixed reply instead of an answer: the third time it is the message that fails.
MOST_ANSWERS = 3
# Seconds until the next attempt to answer.
AGAIN_AFTER = 0.5

# The database does not answer, or not now.
AWAY = (SQLAlchemyError, Away)
# With these nothing is wrong with a message: it stays in the queue, and is taken up again when its lane is free.
LATER = (*AWAY, NoOrder)

Work = Union[Delivery, Parcel]


class Worker:
    """One process's share of the work.

    Args:
        queue: shared with the other workers.
        apps: those that are on, by name.
        guide: the dialogue.
        most_attempts: to deliver a request before staff must see to it.
    """

    def __init__(self, queue: Queue, apps: Mapping[str, App], guide: Guide, most_attempts: int) -> None:
        self._queue = queue
        self._apps = apps
        self._guide = guide
        self._answers = Answers(apps, guide)
        self._most_attempts = most_attempts
        self._sender = Sender()
        self._together = Together(queue.together)
        self._outage = Outage("the queue of messages", "what is in it waits")
        self._chance = random.Random()
        self._tasks: List[asyncio.Task[None]] = []
        self._answering: Dict[str, asyncio.Task[None]] = {}
        self._sending: Dict[str, asyncio.Task[None]] = {}
        self._wake: Dict[str, asyncio.Event] = {}
        self._stopping = False

    async def receive(self, app: App, messages: List[Incoming]) -> None:
        """Keep what came, then see to it."""
        if messages and await self._stored(self._queue.receive, app.name, messages):
            self._wake[ANSWER].set()

    async def start(self) -> None:
        """Begin, with what was left the last time."""
        await self._sender.start()
        self._wake = {ANSWER: asyncio.Event(), SEND: asyncio.Event()}
        loops = (
            self._look(ANSWER, self._answering, ANSWERING, self._queue.answerable, self._answer),
            self._look(SEND, self._sending, SENDING, self._queue.sendable, self._send),
            self._every(LEASE / 3, lambda: self._queue.alive(tuple(self._answering), tuple(self._sending))),
            self._every(PRUNE_EVERY, self._queue.prune),
        )
        self._tasks = [asyncio.ensure_future(loop) for loop in loops]

    async def stop(self, timeout: float) -> None:
        """Take nothing new, finish what is under way, and leave the rest to others."""
        self._stopping = True
        looking, alive = self._tasks[:2], self._tasks[2:]
        await _cancelled(looking)
        under_way = [*self._answering.values(), *self._sending.values()]
        if under_way:
            await asyncio.wait(under_way, timeout=timeout)
        await _cancelled([*alive, *(task for task in under_way if not task.done())])
        await self._sender.stop()
        try:
            await self._stored(self._queue.leave)
        except AWAY as error:
            logger.warning("what was taken could not be given back (%s); it is free in a few seconds", type(error).__name__)
        self._together.close()

    async def _stored(self, statement: Callable[..., Any], *args: Any, **options: Any) -> Any:
        return await self._together.run(lambda: statement(*args, **options))

    async def _look(
        self,
        purpose: str,
        running: Dict[str, asyncio.Task[None]],
        most: int,
        find: Callable[..., List[Any]],
        work: Callable[[Any], Awaitable[Optional[Work]]],
    ) -> None:
        """Give work to tasks, woken by what happens here and by a slow clock for what happens elsewhere."""
        wake = self._wake[purpose]
        while True:
            wake.clear()
            room = most - len(running)
            if room and self._guide.is_ready():
                try:
                    found = await self._stored(find, self._apps, room, tuple(running))
                    self._outage.end()
                except AWAY as error:
                    self._outage.begin(error)
                    found = []
                for first in found:
                    running[first.conversation] = asyncio.ensure_future(self._lane(purpose, running, first, work))
                # There may be more than fits.
                if len(found) == room and len(running) < most:
                    continue
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(wake.wait(), LOOK_EVERY)

    async def _lane(
        self,
        purpose: str,
        running: Dict[str, asyncio.Task[None]],
        first: Work,
        work: Callable[[Any], Awaitable[Optional[Work]]],
    ) -> None:
        """Work on a conversation until nothing waits in it."""
        following: Optional[Work] = first
        try:
            while following and not self._stopping:
                following = await work(following)
        except Lost:
            logger.warning("another worker took over a conversation")
        except AWAY as error:
            self._outage.begin(error)
        except NoOrder as error:
            logger.info("a message has to wait: %s", error)
        except Exception:
            # Taken up again when the lane is free, which is not at once.
            logger.exception("work on a conversation failed")
        finally:
            running.pop(first.conversation, None)
            self._wake[purpose].set()

    async def _answer(self, delivery: Delivery) -> Optional[Delivery]:
        try:
            answer = await self._made(delivery)
        except LATER:
            raise
        except Exception:
            logger.exception("a message could not be answered")
            return await self._stored(self._queue.answered, delivery, (), failed=True)
        if answer.erased:
            following = await self._stored(self._queue.erased, delivery, answer.requests)
        else:
            following = await self._stored(
                self._queue.answered,
                delivery,
                answer.requests,
                more=answer.more,
                silence=answer.silence,
                speak=answer.speak,
            )
        self._wake[SEND].set()
        return following

    async def _made(self, delivery: Delivery) -> Answer:
        if delivery.incoming is None:
            raise ValueError("a message was kept with another secret, or is damaged")
        known = await self._stored(self._known, delivery, delivery.incoming)
        for attempt in range(delivery.attempts, MOST_ANSWERS + 1):
            try:
                return await asyncio.wait_for(self._answers.answer(replace(delivery, attempts=attempt), known), ANSWER_WITHIN)
            except LATER:
                raise
            except Exception as error:
                if isinstance(error, asyncio.TimeoutError):
                    logger.error("an attempt to answer took more than %.0f s", ANSWER_WITHIN)
                else:
                    logger.exception("an attempt to answer failed")
                await asyncio.sleep(AGAIN_AFTER)
        return await self._answers.trouble(delivery)

    def _known(self, delivery: Delivery, incoming: Incoming) -> Known:
        return Known(
            silence=self._queue.silence(delivery.channel, incoming.address),
            is_last=incoming.what is What.EDITED and self._queue.is_last(delivery),
            holds_more=incoming.what is What.MORE and self._queue.holds_more(delivery.conversation),
        )

    async def _send(self, parcel: Parcel) -> Optional[Parcel]:
        request = parcel.outgoing
        if request is None:
            return await self._stored(self._queue.dead, parcel, "it was kept with another secret, or is damaged")
        result, following = await self._sender.send(self._apps[parcel.channel], request, parcel.key)
        if isinstance(result, (Later, Failed)) and not request.optional:
            return await self._undelivered(parcel, result)
        return await self._stored(self._queue.sent, parcel, following)

    async def _undelivered(self, parcel: Parcel, result: Union[Later, Failed]) -> Optional[Parcel]:
        if isinstance(result, Failed) or parcel.attempts + 1 >= self._most_attempts:
            logger.warning("%s: a reply could not be delivered; see 'rls channels dead'", parcel.channel)
            return await self._stored(self._queue.dead, parcel, result.why)
        seconds = wait(parcel.attempts, result.after, self._chance)
        await self._stored(self._queue.later, parcel, seconds, result.why)
        asyncio.get_running_loop().call_later(seconds, self._wake[SEND].set)
        return None

    async def _every(self, seconds: float, statement: Callable[[], None]) -> None:
        while True:
            await asyncio.sleep(seconds)
            try:
                await self._stored(statement)
            except AWAY as error:
                self._outage.begin(error)


async def _cancelled(tasks: List[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
