"""An output channel that keeps what was said, for callers in the same process."""

from __future__ import annotations

from typing import Any, Dict, List

from rasa.core.channels.channel import OutputChannel


class CollectingChannel(OutputChannel):
    """Keeps the whole messages, with the reply as data."""

    def __init__(self, channel: str = "ask") -> None:
        self._name = channel
        self.messages: List[Dict[str, Any]] = []

    def name(self) -> str:
        return self._name

    async def send_response(self, recipient_id: str, message: Dict[str, Any]) -> None:
        """Keep one message."""
        self.messages.append(message)
