"""What a conversation is called where it is kept."""

from __future__ import annotations

import hashlib

LONGEST = 64


def kept_name(sender: str) -> str:
    """The name that a conversation is kept by: the channel's, which is a pseudonym, or a digest where that is too long."""
    return sender if len(sender) <= LONGEST else digest(sender)


def digest(conversation: str) -> str:
    """A conversation's name, so that it can be recognised and not read."""
    return hashlib.sha256(conversation.encode()).hexdigest()
