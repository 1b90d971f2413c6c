"""Each message of a conversation is answered once, and in the order of arrival."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, AsyncIterator, Awaitable, Callable, Dict, List, Optional, Tuple

from bot.channels.web.body import Message
from bot.channels.web.problem import Problem
from bot.channels.web.records import Answered, Records
from bot.order import InProcessOrders, NoOrder, Orders

logger = logging.getLogger(__name__)

Messages = List[Dict[str, Any]]


class Inbox:
    """Takes messages in.

    A message is worked on in a task of its own, which a visitor who goes away does not stop: the reply is there when
    the page asks again with the same id.

    Args:
        records: what was answered already, by this process or another.
        ask: gets the reply to a message.
        orders: gives turns in a conversation; by default within this process.
    """

    def __init__(
        self,
        records: Records,
        ask: Callable[[str, Message], Awaitable[Messages]],
        orders: Optional[Orders] = None,
    ) -> None:
        self._records = records
        self._ask = ask
        self._running: Dict[Tuple[str, str], asyncio.Task[Answered]] = {}
        self._orders = orders or InProcessOrders()

    def receive(self, sender: str, message: Message) -> asyncio.Task[Answered]:
        """The task that answers a message: one for all who send the same.

        The task raises Problem where there is no answer.
        """
        key = (sender, message.id)
        task = self._running.get(key)
        if task is None:
            task = asyncio.ensure_future(self._answer(sender, message))
            self._running[key] = task
            task.add_done_callback(lambda done: self._done(key, done))
        return task

    def order(self, sender: str) -> AbstractAsyncContextManager[None]:
        """What is held by whoever reads or changes a conversation; those who wait are served in order.

        Entering it raises Problem where there is no turn to be had.
        """
        return _turn(self._orders, sender)

    async def finish(self, timeout: float) -> None:
        """Wait for what is under way, as long as that is bearable."""
        if self._running:
            await asyncio.wait(self._running.values(), timeout=timeout)

    def _done(self, key: Tuple[str, str], task: asyncio.Task[Answered]) -> None:
        del self._running[key]
        # Marks the exception as seen: the one who asked may have gone.
        if not task.cancelled():
            task.exception()

    async def _answer(self, sender: str, message: Message) -> Answered:
        async with self.order(sender):
            if await self._records.receipt(sender):
                raise Problem(401, "deleted", "This conversation was deleted. Please start a new one.")
            kept = await self._records.answered(sender, message.id)
            if kept:
                return kept
            received = time.time()
            try:
                messages = await self._ask(sender, message)
            except Exception:
                logger.exception("a message could not be answered")
                messages = []
            if not messages:
                raise Problem(500, "no_reply", "Something went wrong on our side. Please try again.", retry_after=5)
            kept = await self._records.answered(sender, message.id)
            # The visitor gets what was said; a second asking gets what was kept, which is redacted.
            when = (kept.received, kept.answered) if kept else (received, time.time())
            return Answered(message.id, *when, messages)


@asynccontextmanager
async def _turn(orders: Orders, sender: str) -> AsyncIterator[None]:
    try:
        async with orders.hold(sender):
            yield
    except NoOrder as error:
        logger.info("a message has to wait: %s", error)
        raise Problem(503, "busy", "I can't answer just now. Please try again in a moment.", retry_after=5) from None
