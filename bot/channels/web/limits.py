"""How often somebody may write."""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Protocol

from redis.exceptions import RedisError

from bot.outage import Outage
from bot.redis_client import redis_client

MOST_REMEMBERED = 50_000
MINUTE = 60.0

PREFIX = "rls:limit:"
ANSWERS_WITHIN = 1.0
# The same bucket as below, by Redis's own clock, which all workers share.
_BUCKET = """
local now = redis.call('TIME')
now = tonumber(now[1]) + tonumber(now[2]) / 1000000
local most = tonumber(ARGV[1])
local kept = redis.call('HMGET', KEYS[1], 'held', 'since')
local held, since = tonumber(kept[1]) or most, tonumber(kept[2]) or now
held = math.min(most, held + math.max(0, now - since) * most / 60)
local wait = 0
if held >= 1 then held = held - 1 else wait = (1 - held) * 60 / most end
redis.call('HSET', KEYS[1], 'held', tostring(held), 'since', tostring(now))
redis.call('PEXPIRE', KEYS[1], 61000)
return tostring(wait)
"""


class Limits(Protocol):
    """Counts, within a process or for all workers in Redis."""

    async def take(self, key: str, per_minute: int) -> float:
        """Seconds to wait; 0 when it may go ahead."""


class InProcessLimits:
    """A bucket for each key that holds a minute's worth and fills steadily."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, most: int = MOST_REMEMBERED) -> None:
        self._clock = clock
        self._most = most
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    async def take(self, key: str, per_minute: int) -> float:
        """Seconds to wait; 0 when it may go ahead."""
        now = self._clock()
        held, since = self._buckets.pop(key, (float(per_minute), now))
        held = min(float(per_minute), held + (now - since) * per_minute / MINUTE)
        wait = 0.0 if held >= 1 else (1 - held) * MINUTE / per_minute
        self._buckets[key] = (held if wait else held - 1, now)
        # Whoever was quiet the longest is forgotten first; their bucket is the fullest.
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        return wait


class RedisLimits:
    """Buckets that all workers share. While Redis is gone each worker counts for itself: nobody is shut out for it."""

    def __init__(self, url: str) -> None:
        self._redis = redis_client(url, ANSWERS_WITHIN, socket_timeout=ANSWERS_WITHIN, decode_responses=True)
        self._bucket = self._redis.register_script(_BUCKET)
        self._here = InProcessLimits()
        self._outage = Outage("Redis", "this worker counts requests for itself")

    async def take(self, key: str, per_minute: int) -> float:
        """Seconds to wait; 0 when it may go ahead."""
        try:
            # The key may tell who somebody is.
            name = PREFIX + hashlib.sha256(key.encode()).hexdigest()[:32]
            wait = float(await self._bucket(keys=[name], args=[per_minute]))
        except (RedisError, OSError) as error:
            self._outage.begin(error)
            return await self._here.take(key, per_minute)
        self._outage.end()
        return wait

    async def close(self) -> None:
        """Give the connections back."""
        await self._redis.close(close_connection_pool=True)


def limits(url: str | None) -> Limits:
    """Limits in the Redis at a URL, or in this process."""
    if url:
        return RedisLimits(url)
    return InProcessLimits()
