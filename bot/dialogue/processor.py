"""Rasa's message processor with two promises: actions run here, and no turn is silent."""

from __future__ import annotations

import logging
from typing import Any, Dict, List, Optional

from rasa.core.actions.action import Action
from rasa.core.channels.channel import UserMessage
from rasa.core.processor import MessageProcessor
from rasa.shared.core.events import BotUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.dialogue.in_process import InProcessAction, InProcessActions
from bot.dialogue.nlg import NOTHING_TO_SAY, GuideNLG
from bot.dialogue.reply import Kind, Reply

logger = logging.getLogger(__name__)


class GuideProcessor(MessageProcessor):
    """Handles a message from text to stored turn."""

    action_endpoint: InProcessActions
    nlg: GuideNLG

    async def handle_message(self, message: UserMessage) -> Optional[List[Dict[str, Any]]]:
        """Handle one message; whatever fails, the visitor gets a reply with the disclaimer."""
        channel = _Listening(message.output_channel)
        message.output_channel = channel
        try:
            await super().handle_message(message)
        except Exception:
            logger.exception("a turn failed")
        if not channel.spoke:
            await self._say_something(message, channel)
        return getattr(channel, "messages", None)

    async def _say_something(self, message: UserMessage, channel: _Listening) -> None:
        tracker = DialogueStateTracker.from_events(message.sender_id, [], self.domain.slots)
        draft = self.nlg.finish(Reply(kind=Kind.ERROR, text=NOTHING_TO_SAY), tracker, channel.name())
        await channel.send_response(message.sender_id, draft)

    def _get_action(self, action_name: str) -> Optional[Action]:
        if action_name in self.action_endpoint:
            return InProcessAction(action_name, self.action_endpoint)
        return super()._get_action(action_name)

    @staticmethod
    async def _send_bot_messages(events: Any, tracker: DialogueStateTracker, output_channel: Any) -> None:
        for event in events:
            if isinstance(event, BotUttered):
                await output_channel.send_response(tracker.sender_id, event.message())


class _Listening:
    """An output channel that knows whether anything was said on it."""

    def __init__(self, channel: Any) -> None:
        self._channel = channel
        self.spoke = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._channel, name)

    async def send_response(self, recipient_id: str, message: Dict[str, Any]) -> None:
        self.spoke = True
        await self._channel.send_response(recipient_id, message)
