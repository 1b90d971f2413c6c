"""A request that is refused."""

from __future__ import annotations


class Problem(Exception):
    """Why a request is refused, in words that the member of staff reads.

    Args:
        status: the HTTP status.
        message: one or two plain sentences.
        retry_after: seconds after which it may be tried again.
    """

    def __init__(self, status: int, message: str, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.retry_after = retry_after


def not_found() -> Problem:
    """What is said of everything that is not there."""
    return Problem(404, "There is nothing at this address. It may have been erased.")
