"""Who writes: conversations that the server names and signs, so that nobody can choose or guess another's."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass

import jwt

from bot.channels.web.problem import Problem

ALGORITHM = "HS256"
SESSION = "rls-guide/session"
RENEWAL = "rls-guide/renewal"


@dataclass(frozen=True)
class Tokens:
    """What a visitor's page keeps: a key for half an hour, and one that renews it for a returning visitor."""

    sender: str
    session: str
    renewal: str
    expires_in: int


class Sessions:
    """Issues and reads signed sessions.

    Args:
        key: what they are signed with.
        lifetime: seconds that a session is good for.
        keep: seconds that it can be renewed.
        clock: the server's clock; the visitor's is never asked.
    """

    def __init__(self, key: str, lifetime: int, keep: int, clock: Callable[[], float] = time.time) -> None:
        self._key = key
        self._lifetime = lifetime
        self._keep = keep
        self._clock = clock

    def open(self) -> Tokens:
        """A new conversation."""
        return self._tokens(f"web-{uuid.uuid4().hex}")

    def renew(self, renewal: str) -> Tokens:
        """The same conversation with new tokens.

        Raises:
            Problem: 401, not one of ours or too old.
        """
        return self._tokens(self._read(renewal, RENEWAL))

    def sender(self, session: str) -> str:
        """Whose session it is.

        Raises:
            Problem: 401, not one of ours or too old.
        """
        return self._read(session, SESSION)

    def _tokens(self, sender: str) -> Tokens:
        return Tokens(
            sender,
            self._signed(sender, SESSION, self._lifetime),
            self._signed(sender, RENEWAL, self._keep),
            self._lifetime,
        )

    def _signed(self, sender: str, audience: str, lifetime: int) -> str:
        now = int(self._clock())
        return jwt.encode({"sub": sender, "aud": audience, "exp": now + lifetime}, self._key, ALGORITHM)

    def _read(self, token: str, audience: str) -> str:
        try:
            claims = jwt.decode(
                token,
                self._key,
                algorithms=[ALGORITHM],
                audience=audience,
                # The age is measured below, with the clock that was given.
                options={"require": ["sub", "aud", "exp"], "verify_exp": False},
            )
            expires = int(claims["exp"])
        except (jwt.PyJWTError, ValueError, TypeError):
            raise Problem(401, "session_invalid", "This session was not issued here. Please start again.") from None
        if expires <= self._clock():
            raise Problem(401, "session_expired", "This session has ended. Please renew it.")
        return str(claims["sub"])
