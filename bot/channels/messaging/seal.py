"""Messages that wait, sealed: they hold what a visitor wrote and where the reply goes."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from cryptography.fernet import Fernet, InvalidToken

from bot.channels.messaging.app import Incoming, Outgoing, What
from bot.secret import derived


class Unreadable(Exception):
    """Sealed with another secret, or damaged."""


class Seal:
    """Seals and opens messages with a key made of the installation's secret."""

    def __init__(self, secret: str) -> None:
        self._fernet = Fernet(base64.urlsafe_b64encode(derived(secret, "messages")))

    def incoming(self, message: Incoming) -> str:
        """A visitor's message, sealed."""
        return self._sealed({**asdict(message), "what": message.what.value})

    def outgoing(self, request: Outgoing) -> str:
        """A request to a provider, sealed."""
        values = asdict(request)
        if request.file:
            field, kind, content = request.file
            values["file"] = [field, kind, base64.b64encode(content).decode()]
        return self._sealed(values)

    def open_incoming(self, sealed: str) -> Incoming:
        """A visitor's message.

        Raises:
            Unreadable: it was not sealed with this secret.
        """
        return self._opened(sealed, lambda values: Incoming(**{**values, "what": What(values["what"])}))

    def open_outgoing(self, sealed: str) -> Outgoing:
        """A request to a provider.

        Raises:
            Unreadable: it was not sealed with this secret.
        """

        def made(values: dict[str, Any]) -> Outgoing:
            if values["file"]:
                field, kind, content = values["file"]
                values["file"] = (field, kind, base64.b64decode(content))
            return Outgoing(**values)

        return self._opened(sealed, made)

    def _sealed(self, values: dict[str, Any]) -> str:
        return self._fernet.encrypt(json.dumps(values).encode()).decode()

    def _opened(self, sealed: str, made: Callable[[dict[str, Any]], Any]) -> Any:
        try:
            return made(json.loads(self._fernet.decrypt(sealed.encode())))
        except (InvalidToken, ValueError, KeyError, TypeError):
            raise Unreadable("it was kept with another secret, or is damaged") from None
