"""How often somebody may write."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Protocol

MOST_REMEMBERED = 50_000
MINUTE = 60.0
# Providers give a household a whole network of this size, so one address of it stands for all.
HOUSEHOLD = 64


class Limits(Protocol):
    """Counts. The one below counts within a process; one that counts in Redis can take its place."""

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


def address_key(address: str) -> str:
    """What an address counts as: itself, or its network where a household has one."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, HOUSEHOLD), strict=False))
    return str(parsed)
