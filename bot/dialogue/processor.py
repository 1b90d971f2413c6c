"""Rasa's message processor with two promises: actions run here, and no turn is silent."""

from __future__ import annotations

import logging
import time
from typing import Any, Dict, List, Optional, Set, Tuple

from rasa.core.actions.action import Action
from rasa.core.channels.channel import UserMessage
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.shared.core.events import BotUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.conversations.archive import Away
from bot.dialogue.deletion import confirmed, erase, not_now, receipt
from bot.dialogue.in_process import InProcessAction, InProcessActions
from bot.dialogue.nlg import GuideNLG
from bot.dialogue.reply import Kind, Reply
from bot.dialogue.tracker_store import BEGAN
from bot.dialogue.turn import TROUBLE

logger = logging.getLogger(__name__)


class GuideProcessor(MessageProcessor):
    """Handles a message from text to stored turn."""

    action_endpoint: InProcessActions
    nlg: GuideNLG

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Conversations of which nothing of the present turn is kept.
        self._erased: Set[str] = set()

    async def handle_message(self, message: UserMessage) -> Optional[List[Dict[str, Any]]]:
        """Handle one message; whatever fails, the visitor gets a reply with the disclaimer."""
        channel = _Listening(message.output_channel)
        message.output_channel = channel
        BEGAN.set(time.monotonic())
        try:
            await super().handle_message(message)
        except Exception:
            logger.exception("a turn failed")
        finally:
            self._erased.discard(message.sender_id)
        if not channel.spoke:
            await self._say(Reply(kind=Kind.ERROR, text=TROUBLE), message.sender_id, channel)
        return getattr(channel, "messages", None)

    async def _say(self, reply: Reply, sender: str, channel: Any) -> None:
        tracker = DialogueStateTracker.from_events(sender, [], self.domain.slots)
        await channel.send_response(sender, self.nlg.finish(reply, tracker, channel.name()))

    def predict_next_with_tracker_if_should(self, tracker: DialogueStateTracker) -> Tuple[Action, PolicyPrediction]:
        """The next action; one of ours runs in this process."""
        action, prediction = super().predict_next_with_tracker_if_should(tracker)
        if action.name() in self.action_endpoint:
            action = InProcessAction(action.name(), self.action_endpoint)
        return action, prediction

    async def _run_prediction_loop(self, output_channel: Any, tracker: DialogueStateTracker) -> None:
        """What follows on a message; a deletion that was confirmed is done here, where the store is known."""
        if confirmed(tracker):
            try:
                proof = await erase(self.tracker_store, tracker.sender_id)
            except Away:
                # The question stays on the screen: nothing is stored of this turn.
                self._erased.add(tracker.sender_id)
                await self._say(not_now(), tracker.sender_id, output_channel)
                return
            except NotImplementedError:
                logger.exception("a conversation could not be deleted")
            else:
                self._erased.add(tracker.sender_id)
                await self._say(receipt(proof), tracker.sender_id, output_channel)
                return
        await super()._run_prediction_loop(output_channel, tracker)

    async def save_tracker(self, tracker: DialogueStateTracker) -> None:
        """Keep a conversation, unless it was deleted in this turn."""
        if tracker.sender_id not in self._erased:
            await super().save_tracker(tracker)

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
