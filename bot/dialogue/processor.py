"""Rasa's message processor with two promises: actions run here, and no turn is silent."""

from __future__ import annotations

import logging
import tarfile
import tempfile
import time
import zlib
from pathlib import Path
from typing import Any, Dict, List, Optional, Set, Tuple, Union

from rasa.core.actions.action import (
    Action,
    ActionBotResponse,
    ActionExecutionRejection,
    ActionExtractSlots,
    ActionListen,
    ActionSessionStart,
    action_for_index,
)
from rasa.core.channels.channel import UserMessage
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.engine import loader
from rasa.engine.runner.interface import GraphRunner
from rasa.engine.storage.storage import ModelMetadata
from rasa.exceptions import ActionLimitReached
from rasa.shared.core.events import ActionExecutionRejected, BotUttered, Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot import metrics
from bot.conversations.archive import Away
from bot.dialogue.deletion import confirmed, erase, not_now, receipt
from bot.dialogue.errors import BrokenModel
from bot.dialogue.in_process import InProcessAction, InProcessActions
from bot.dialogue.nlg import GuideNLG
from bot.dialogue.reply import TROUBLE, Kind, Reply
from bot.dialogue.runner import ServedModel, StraightRunner
from bot.dialogue.tracker_store import BEGAN

logger = logging.getLogger(__name__)

# These look at the conversation and leave it as it is, so they need no copy of it.
READERS = (InProcessAction, ActionListen, ActionBotResponse, ActionSessionStart)


class GuideProcessor(MessageProcessor):
    """Handles a message from text to stored turn."""

    action_endpoint: InProcessActions
    nlg: GuideNLG

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Conversations of which nothing of the present turn is kept.
        self._erased: Set[str] = set()
        self._kept_actions: Dict[str, Action] = {}
        self._extraction = ActionExtractSlots(self.action_endpoint)

    @staticmethod
    def _load_model(model_path: Union[str, Path]) -> Tuple[str, ModelMetadata, GraphRunner]:
        path = Path(model_path)
        try:
            with tempfile.TemporaryDirectory(prefix="rls-model-") as folder:
                metadata, runner = loader.load_predict_graph_runner(Path(folder), path, ServedModel, StraightRunner)
        except (tarfile.TarError, EOFError, zlib.error, OSError, ValueError, KeyError) as error:
            raise BrokenModel(f"{path} can't be read ({error}); delete it and run 'rls train'") from error
        return path.name, metadata, runner

    async def handle_message(self, message: UserMessage) -> Optional[List[Dict[str, Any]]]:
        """Handle one message; whatever fails, the visitor gets a reply with the disclaimer."""
        channel = _Listening(message.output_channel)
        message.output_channel = channel
        BEGAN.set(time.monotonic())
        with metrics.UNDER_WAY.track_inprogress(), metrics.timed("turn"):
            try:
                await super().handle_message(message)
            except Exception:
                logger.exception("a turn failed")
                metrics.ERRORS.labels("turn").inc()
            finally:
                self._erased.discard(message.sender_id)
            if not channel.spoke:
                await self._say(Reply(kind=Kind.ERROR, text=TROUBLE), message.sender_id, channel)
        metrics.count(channel.kind, message.input_channel or channel.name())
        return getattr(channel, "messages", None)

    async def parse_message(self, message: UserMessage, *args: Any, **kwargs: Any) -> Dict[str, Any]:
        """Understand a message."""
        with metrics.timed("understanding"):
            parsed: Dict[str, Any] = await super().parse_message(message, *args, **kwargs)
        found = (parsed.get("understanding") or {}).get("safety")
        if found:
            metrics.SAFETY.labels(found["category"], found["how"]).inc()
        return parsed

    def _predict_next_with_tracker(self, tracker: DialogueStateTracker) -> PolicyPrediction:
        with metrics.timed("policies"):
            return super()._predict_next_with_tracker(tracker)

    async def excuse(self, message: UserMessage) -> Optional[List[Dict[str, Any]]]:
        """Say that there is no answer, where a turn could not even begin."""
        await self._say(Reply(kind=Kind.ERROR, text=TROUBLE), message.sender_id, message.output_channel)
        return getattr(message.output_channel, "messages", None)

    async def _say(self, reply: Reply, sender: str, channel: Any) -> None:
        tracker = DialogueStateTracker.from_events(sender, [], self.domain.slots)
        await channel.send_response(sender, self.nlg.finish(reply, tracker, channel.name()))

    def predict_next_with_tracker_if_should(self, tracker: DialogueStateTracker) -> Tuple[Action, PolicyPrediction]:
        """The next action; one of ours runs in this process.

        Raises:
            ActionLimitReached: the turn has had as many actions as it may.
        """
        goes_on = self.should_predict_another_action(tracker.latest_action_name)
        if self.is_action_limit_reached(tracker, goes_on):
            raise ActionLimitReached("The limit of actions to predict has been reached.")
        prediction = self._predict_next_with_tracker(tracker)
        name = self.domain.action_names_or_texts[prediction.max_confidence_index]
        action = self._kept_actions.get(name)
        if action is None:
            if name in self.action_endpoint:
                action = InProcessAction(name, self.action_endpoint)
            else:
                action = action_for_index(prediction.max_confidence_index, self.domain, self.action_endpoint)
            # Forms keep something of their conversation; these keep nothing.
            if isinstance(action, READERS):
                self._kept_actions[name] = action
        return action, prediction

    def _check_for_unseen_features(self, parse_data: Dict[str, Any]) -> None:
        """Intents and domain are made from the same files, so none is unseen; Rasa makes a whole domain to find that out."""

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

    async def run_action_extract_slots(self, output_channel: Any, tracker: DialogueStateTracker) -> DialogueStateTracker:
        """Set the slots that the last message fills."""
        events = await self._extraction.run(output_channel, self.nlg, tracker, self.domain)
        await self._send_bot_messages(events, tracker, output_channel)
        tracker.update_with_events(events, self.domain)
        return tracker

    async def _run_action(
        self, action: Action, tracker: DialogueStateTracker, output_channel: Any, nlg: Any, prediction: PolicyPrediction
    ) -> bool:
        """Run an action; the copy that Rasa makes of the conversation for each is made only for those that change it."""
        if not isinstance(action, READERS):
            return await super()._run_action(action, tracker, output_channel, nlg, prediction)
        events: List[Event] = []
        try:
            with metrics.timed("action"):
                events = await action.run(output_channel, nlg, tracker, self.domain)
        except ActionExecutionRejection:
            tracker.update(ActionExecutionRejected(action.name(), prediction.policy_name, prediction.max_confidence))
            return self.should_predict_another_action(action.name())
        except Exception:
            logger.exception("action %s failed; the turn goes on without it", action.name())
            metrics.ERRORS.labels("action").inc()
        self._log_action_on_tracker(tracker, action, events, prediction)
        if any(isinstance(event, UserUttered) for event in events):
            tracker = await self.run_action_extract_slots(output_channel, tracker)
        await self.execute_side_effects(events, tracker, output_channel)
        return self.should_predict_another_action(action.name())

    def _log_action_on_tracker(
        self, tracker: DialogueStateTracker, action: Action, events: Optional[List[Event]], prediction: PolicyPrediction
    ) -> None:
        # As Rasa does it, without copies of every event for a log that nobody reads.
        if not any(isinstance(event, ActionExecutionRejected) for event in events or ()):
            tracker.update_with_events(prediction.events, self.domain)
            tracker.update(action.event_for_successful_execution(prediction))
        tracker.update_with_events(events or [], self.domain)

    async def save_tracker(self, tracker: DialogueStateTracker) -> None:
        """Keep a conversation, unless it was deleted in this turn."""
        if tracker.sender_id not in self._erased:
            with metrics.timed("storing"):
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
        self.kind = Kind.ERROR.value

    def __getattr__(self, name: str) -> Any:
        return getattr(self._channel, name)

    async def send_response(self, recipient_id: str, message: Dict[str, Any]) -> None:
        self.spoke = True
        self.kind = Kind((message.get("reply") or {}).get("kind") or self.kind).value
        await self._channel.send_response(recipient_id, message)
