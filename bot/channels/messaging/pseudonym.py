"""Names for visitors of messaging apps, from which nobody without the installation's secret gets to an account or a number."""

from __future__ import annotations

import hashlib
import hmac

from bot.secret import derived


class Pseudonyms:
    """Names that are always the same for the same account, and tell nothing of it.

    Each purpose has names of its own, so that a row that outlives a conversation can't be brought together with it.
    """

    def __init__(self, secret: str) -> None:
        self._key = derived(secret, "pseudonyms")

    def conversation(self, channel: str, address: str) -> str:
        """The conversation of an account."""
        return f"{channel}-{self._digest('conversation', channel, address)[:32]}"

    def silence(self, channel: str, address: str) -> str:
        """The account that wants to be left alone."""
        return self._digest("silence", channel, address)

    def delivery(self, channel: str, identifier: str) -> str:
        """A message: providers' ids can hold a number or an account."""
        return self._digest("delivery", channel, identifier)

    def _digest(self, *parts: str) -> str:
        message = "\0".join(parts).encode("utf-8", "surrogatepass")
        return hmac.new(self._key, message, hashlib.sha256).hexdigest()
