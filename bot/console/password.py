"""Passwords, kept as Argon2 hashes."""

from __future__ import annotations

import secrets
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 12, 200
# Words of four letters that can't be mistaken for one another when read aloud.
_SYLLABLES = ("ba", "da", "fi", "go", "ha", "ju", "ka", "lo", "mi", "nu", "pe", "ra", "so", "tu", "ve", "wi", "xa", "yo", "ze")


class WeakPassword(ValueError):
    """A password that is not taken; the message says why."""


@lru_cache(maxsize=1)
def hasher() -> PasswordHasher:
    """The library's own parameters, which follow RFC 9106."""
    return PasswordHasher()


@lru_cache(maxsize=1)
def _of_nobody() -> str:
    return hasher().hash(secrets.token_hex())


def hashed(password: str) -> str:
    """The hash of a new password.

    Raises:
        WeakPassword: it is too short, too long, or one character over and over.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise WeakPassword(f"a password has {SHORTEST} to {LONGEST} characters")
    if len(set(password)) < 5:
        raise WeakPassword("a password needs at least 5 different characters")
    return hasher().hash(password)


def fits(password: str, kept: str | None) -> bool:
    """Whether a password is the one that was kept. Takes as long where there is none, so that names can't be guessed."""
    try:
        return hasher().verify(kept or _of_nobody(), password[: LONGEST + 1]) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def outdated(kept: str) -> bool:
    """Whether a hash was made with weaker parameters than today's."""
    return hasher().check_needs_rehash(kept)


def made() -> str:
    """A new password that is easy to type, of about 76 bits."""
    words = ["".join(secrets.choice(_SYLLABLES) for _ in range(3)) for _ in range(6)]
    return "-".join(words)
