"""The secret of the installation, and the keys that are made of it."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

FEWEST_CHARACTERS = 32


class WeakSecret(ValueError):
    """The key could be guessed."""


def signing_key(given: str | None, file: Path) -> str:
    """The key from the setting, or one that is made once and kept in a file that only its owner can read.

    Raises:
        WeakSecret: the key is too short.
    """
    key = given if given is not None else _kept(file)
    if len(key) < FEWEST_CHARACTERS:
        where = "RLS_SECRET" if given is not None else str(file)
        raise WeakSecret(f"{where} holds fewer than {FEWEST_CHARACTERS} characters; take 'openssl rand -hex 32'")
    return key


def derived(secret: str, purpose: str) -> bytes:
    """A key of 32 bytes for one purpose; from it nobody gets to the secret or to another purpose's key."""
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=f"rls-guide/{purpose}".encode()).derive(secret.encode())


def _kept(file: Path) -> str:
    file.parent.mkdir(parents=True, exist_ok=True)
    # Two workers may start at once: the file is complete before it gets its name, and the first one to name it wins.
    draft = file.with_name(f".{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
    if not file.exists():
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as new:
            new.write(secrets.token_hex(32))
        try:
            os.link(draft, file)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return file.read_text().strip()
