"""What the channel refuses and why, as JSON."""

from __future__ import annotations

import math
from typing import Any, Dict, Optional

from sanic import Sanic, response
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse


class Problem(Exception):
    """A refusal that the visitor's page can show.

    Args:
        status: the HTTP status.
        code: a word for programs.
        message: a sentence for people.
        retry_after: seconds after which a new attempt is welcome.
        details: further fields of the JSON.
    """

    def __init__(self, status: int, code: str, message: str, retry_after: Optional[float] = None, **details: Any) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.retry_after = None if retry_after is None else max(1, math.ceil(retry_after))
        self.details = details

    def response(self) -> HTTPResponse:
        """As a response."""
        error: Dict[str, Any] = {"code": self.code, "message": self.message, **self.details}
        headers = {"Cache-Control": "no-store"}
        if self.retry_after is not None:
            error["retry_after"] = self.retry_after
            headers["Retry-After"] = str(self.retry_after)
        return response.json({"error": error}, status=self.status, headers=headers)


def answer_refusals(app: Sanic, prefix: str) -> None:
    """Let what the server itself refuses below a path (an unknown method, a broken body) be JSON too."""

    def refused(request: Request, exception: SanicException) -> HTTPResponse:
        if not request.path.startswith(prefix):
            return app.error_handler.default(request, exception)
        status = getattr(exception, "status_code", 500)
        answer = Problem(status, "refused", str(exception) or "The request was refused.").response()
        answer.headers.update(getattr(exception, "headers", {}))
        return answer

    app.error_handler.add(SanicException, refused)
