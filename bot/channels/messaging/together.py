"""Statements that share a commit: what waits for the disk together costs one wait."""

from __future__ import annotations

import asyncio
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable, Deque, List, Optional, Sequence, Tuple

Call = Callable[[], Any]

# So many statements in one transaction; the first of them waits for the last.
MOST = 64


class Together:
    """Runs calls in a thread, all that have come by then in one go.

    Args:
        commit: runs calls in one transaction, and gives what each returned or raised.
    """

    def __init__(self, commit: Callable[[Sequence[Call]], List[Any]]) -> None:
        self._commit = commit
        self._waiting: Deque[Tuple[Call, asyncio.Future[Any]]] = deque()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="messaging")
        self._working: Optional[asyncio.Task[None]] = None

    async def run(self, call: Call) -> Any:
        """What a call returns, once it is on the disk; what it raises."""
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append((call, future))
        if self._working is None:
            self._working = asyncio.ensure_future(self._work())
        return await future

    def close(self) -> None:
        """Let go of the thread."""
        self._thread.shutdown()

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            few = [self._waiting.popleft() for _ in range(min(MOST, len(self._waiting)))]
            try:
                outcomes = await loop.run_in_executor(self._thread, self._commit, [call for call, _ in few])
            except Exception as error:
                outcomes = [error] * len(few)
            for (_, future), outcome in zip(few, outcomes):  # noqa: B905  Python 3.10 has `strict`, and they are as many
                if future.done():
                    continue
                if isinstance(outcome, Exception):
                    future.set_exception(outcome)
                else:
                    future.set_result(outcome)
        self._working = None
