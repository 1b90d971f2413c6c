"""One at a time, in order: whoever reads or changes a conversation holds it meanwhile.

Within a process a lock is enough. Several workers share Redis: who waits is woken the moment it is their turn, first come
first served, and a worker that dies gives its turn back when its lease ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Protocol
from weakref import WeakValueDictionary

from redis.exceptions import RedisError

from bot.outage import Outage
from bot.redis_client import redis_client
from bot.settings import settings

logger = logging.getLogger(__name__)

PREFIX = "rls:order:"
# What is held by whoever runs: a turn that began is never asked for again, since by then it might no longer be given.
_HELD: ContextVar[frozenset[str]] = ContextVar("held", default=frozenset())
# Seconds that a turn is kept for a worker which no longer says that it lives.
LEASE = 10.0
# Redis may be slow, never for so long that a visitor thinks that nothing happens.
ANSWERS_WITHIN = 5.0
LONGEST_WAIT = 120.0

# KEYS: owner, queue. ARGV: ticket, lease in milliseconds, prefix of the waiting.
# The first that lives has the turn when nobody has it; those that died while they waited are passed over.
_COMMON = """
local function next_alive()
  while true do
    local head = redis.call('LINDEX', KEYS[2], 0)
    if not head then return nil end
    if redis.call('EXISTS', ARGV[3] .. head .. ':alive') == 1 then return head end
    redis.call('LPOP', KEYS[2])
  end
end
"""
_TAKE = (
    _COMMON
    + """
redis.call('SET', ARGV[3] .. ARGV[1] .. ':alive', 1, 'PX', ARGV[2])
local owner = redis.call('GET', KEYS[1])
if owner == ARGV[1] then return 1 end
if not redis.call('LPOS', KEYS[2], ARGV[1]) then redis.call('RPUSH', KEYS[2], ARGV[1]) end
redis.call('PEXPIRE', KEYS[2], 600000)
if not owner and next_alive() == ARGV[1] then
  redis.call('LPOP', KEYS[2])
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  return 1
end
return 0
"""
)
_GIVE = (
    _COMMON
    + """
redis.call('LREM', KEYS[2], 0, ARGV[1])
redis.call('DEL', ARGV[3] .. ARGV[1] .. ':alive')
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
local head = next_alive()
if head then
  redis.call('LPOP', KEYS[2])
  redis.call('SET', KEYS[1], head, 'PX', ARGV[2])
  redis.call('RPUSH', ARGV[3] .. head .. ':turn', 1)
  redis.call('PEXPIRE', ARGV[3] .. head .. ':turn', ARGV[2])
else
  redis.call('DEL', KEYS[1])
end
return 1
"""
)
_KEEP = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 0
"""


class NoOrder(RuntimeError):
    """The turn could not be had: what workers share is not there, or somebody held it for too long."""


class Orders(Protocol):
    """Gives turns."""

    def hold(self, name: str) -> AbstractAsyncContextManager[None]:
        """Wait for the turn of a conversation and hold it in the block; whoever holds it already goes on at once.

        Raises:
            NoOrder: it could not be had; nothing was done.
        """


class InProcessOrders:
    """Turns within one process."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def hold(self, name: str) -> AsyncIterator[None]:
        """Wait for the turn of a conversation and hold it in the block; whoever holds it already goes on at once."""
        if name in _HELD.get():
            yield
            return
        lock = self._locks.get(name)
        if lock is None:
            lock = self._locks[name] = asyncio.Lock()
        async with lock:
            with _held(name):
                yield


class RedisOrders:
    """Turns among all workers that share a Redis.

    Args:
        url: of the Redis.
        lease: seconds that a turn outlives a worker that died.
    """

    def __init__(self, url: str, lease: float = LEASE) -> None:
        # No time limit on answers: whoever waits for a turn waits for one.
        self._redis = redis_client(url, ANSWERS_WITHIN)
        self._lease = lease
        self._take = self._redis.register_script(_TAKE)
        self._give = self._redis.register_script(_GIVE)
        self._keep = self._redis.register_script(_KEEP)
        # A task that nobody refers to may be gone before it is done.
        self._keeping: set[asyncio.Task[None]] = set()
        self._outage = Outage("Redis", "messages wait until it does")

    @asynccontextmanager
    async def hold(self, name: str) -> AsyncIterator[None]:
        """Wait for the turn of a conversation and hold it in the block; whoever holds it already goes on at once.

        Raises:
            NoOrder: Redis is not there, or somebody held the turn for too long.
        """
        if name in _HELD.get():
            yield
            return
        # The name may tell who somebody is.
        key = f"{PREFIX}{{{hashlib.sha256(name.encode()).hexdigest()[:32]}}}"
        ticket = secrets.token_hex(8)
        try:
            await asyncio.wait_for(self._wait(key, ticket), LONGEST_WAIT)
        except (RedisError, OSError, asyncio.TimeoutError) as error:
            # Redis's own timeout is one of its errors; this one is ours.
            if not isinstance(error, asyncio.TimeoutError):
                self._outage.begin(error)
            await self._leave(key, ticket)
            raise NoOrder(f"no turn in a conversation: {type(error).__name__}") from error
        except asyncio.CancelledError:
            await self._leave(key, ticket)
            raise
        self._outage.end()
        over = asyncio.Event()
        keeping = asyncio.ensure_future(self._keep_on(key, ticket, over))
        self._keeping.add(keeping)
        keeping.add_done_callback(self._keeping.discard)
        try:
            with _held(name):
                yield
        finally:
            # It ends by itself: where it is cancelled while it asks Redis, the client's library may swallow that, and the turn
            # would be kept for ever.
            over.set()
            await self._leave(key, ticket)

    async def close(self) -> None:
        """Give the connections back."""
        await self._redis.close(close_connection_pool=True)

    async def _wait(self, key: str, ticket: str) -> None:
        arguments = [ticket, int(self._lease * 1000), f"{key}:"]
        while not await self._take(keys=[f"{key}:owner", f"{key}:queue"], args=arguments):
            # Woken by whoever had the turn; or by the clock, to see whether they died, and to say that we live.
            await self._redis.blpop([f"{key}:{ticket}:turn"], timeout=max(1, int(self._lease / 3)))

    async def _keep_on(self, key: str, ticket: str, over: asyncio.Event) -> None:
        while not over.is_set():
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(over.wait(), self._lease / 3)
                return
            with contextlib.suppress(RedisError, OSError):
                kept = await self._keep(keys=[f"{key}:owner"], args=[ticket, int(self._lease * 1000)])
                if not kept and not over.is_set():
                    logger.warning("a turn was held for longer than its lease")
                    return

    async def _leave(self, key: str, ticket: str) -> None:
        try:
            arguments = [ticket, int(self._lease * 1000), f"{key}:"]
            await asyncio.wait_for(self._give(keys=[f"{key}:owner", f"{key}:queue"], args=arguments), ANSWERS_WITHIN)
        except (RedisError, OSError, asyncio.TimeoutError) as error:
            # It ends with its lease.
            self._outage.begin(error)


@contextmanager
def _held(name: str) -> Iterator[None]:
    before = _HELD.get()
    _HELD.set(before | {name})
    try:
        yield
    finally:
        _HELD.set(before)


@lru_cache(maxsize=1)
def orders() -> Orders:
    """The turns of this installation: in Redis where one is named, else in this process."""
    url = settings().redis
    if url:
        return RedisOrders(url, LEASE)
    return InProcessOrders()
