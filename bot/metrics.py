"""What a monitor reads at /metrics. Other parts count here; several workers are added up.

Names only say what happened, never who wrote or what.
"""

from __future__ import annotations

import ipaddress
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from bot.conversations.turns import UNCLEAR
from bot.settings import settings

if TYPE_CHECKING:
    from sanic.request import Request
    from sanic.response import HTTPResponse

BUCKETS = (0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)

TURNS = Counter("rls_turns_total", "Turns answered, by kind of reply and channel.", ["kind", "channel"])
SECONDS = Histogram("rls_stage_seconds", "Time of a turn by stage.", ["stage"], buckets=BUCKETS)
SAFETY = Counter("rls_safety_total", "Messages found to be danger or a boundary, by category and how.", ["category", "how"])
FALLBACKS = Counter("rls_fallbacks_total", "Turns that were not understood, by kind of reply.", ["kind"])
ERRORS = Counter("rls_errors_total", "What went wrong, by where.", ["where"])
UNDER_WAY = Gauge("rls_turns_under_way", "Turns that are being answered now.", multiprocess_mode="livesum")
QUEUE = Gauge("rls_queue_messages", "Messages that wait, by queue.", ["queue"], multiprocess_mode="livemax")
SPOOL = Gauge("rls_spool_bytes", "What waits on disk for the database.", multiprocess_mode="livemax")
SPOOLED = Counter("rls_spooled_total", "Turns that could not be stored at once and were kept beside the database.")


def count(kind: str, channel: str) -> None:
    """Count a turn by the kind of its last reply."""
    TURNS.labels(kind, channel).inc()
    if kind in UNCLEAR:
        FALLBACKS.labels(kind).inc()


@contextmanager
def timed(stage: str) -> Iterator[None]:
    """Measure a stage of a turn."""
    with SECONDS.labels(stage).time():
        yield


def text() -> bytes:
    """All figures, of all workers."""
    if not os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    return generate_latest(registry)


async def page(request: Request) -> HTTPResponse:
    """The figures, for those who may read them."""
    from sanic import response

    if not allowed(request.token or "", request.ip, request.headers.get("x-forwarded-for")):
        return response.json({"error": {"code": "metrics", "message": "These figures are not for everybody."}}, status=403)
    return response.raw(text(), content_type=CONTENT_TYPE_LATEST)


def allowed(token: str, address: str, forwarded: str | None) -> bool:
    """Whether somebody may read the figures: by the token where there is one, else from this machine itself."""
    wanted = settings().metrics_token
    if wanted:
        return secrets.compare_digest(token.encode(), wanted.encode())
    try:
        # A proxy on this machine passes on whoever comes.
        return forwarded is None and ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
