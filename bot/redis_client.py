"""The connection to the Redis that workers share."""

from __future__ import annotations

from typing import Any

import redis.asyncio
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as NoConnection


def redis_client(url: str, connects_within: float, **options: Any) -> redis.asyncio.Redis[Any]:
    """A client of the Redis at a URL; each command must do no harm when it is done twice.

    A connection that Redis closed, as it does when it restarts, is found out by the next command, which is then sent once more
    on a new one: without that, each connection of each worker would refuse a visitor after a restart.

    Args:
        connects_within: seconds.
        options: of the client.
    """
    # Only then: who waits for a Redis that hangs would wait twice.
    again = Retry(NoBackoff(), 1, supported_errors=(NoConnection,))
    return redis.asyncio.from_url(
        url, socket_connect_timeout=connects_within, retry=again, retry_on_error=[NoConnection], **options
    )
