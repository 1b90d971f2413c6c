"""Actions that run in the bot's own process: the same rasa_sdk classes, without HTTP."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import itertools
import logging
import pkgutil
from typing import Any, Dict, List, Optional

import rasa_sdk
from rasa.core.actions.action import ActionExecutionRejection, RemoteAction, create_bot_utterance
from rasa.core.channels.channel import OutputChannel
from rasa.core.nlg.generator import NaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, deserialise_events
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig
from rasa_sdk.executor import ActionExecutor, CollectingDispatcher
from rasa_sdk.interfaces import ActionExecutionRejection as SdkRejection
from rasa_sdk.utils import call_potential_coroutine

from bot.dialogue.turn import through_nlg

logger = logging.getLogger(__name__)

PACKAGE = "actions"

# Actions look back a few turns at the most, so a turn does not cost more when the conversation is long.
EVENTS_SEEN = 200


class InProcessActions(EndpointConfig):
    """All actions of the package `actions`, in the place of the action server's address.

    Rasa's forms ask an endpoint to validate their slots; this one answers them without HTTP.
    """

    def __init__(self) -> None:
        super().__init__(url="in-process")
        self._executor = ActionExecutor()
        # Not `register_package`, which registers every action class that was ever imported, a test's too.
        for module in pkgutil.iter_modules(importlib.import_module(PACKAGE).__path__, f"{PACKAGE}."):
            for _, found in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
                if issubclass(found, rasa_sdk.Action) and found.__module__ == module.name and not inspect.isabstract(found):
                    self._executor.register_action(found)

    def __contains__(self, name: str) -> bool:
        return name in self._executor.actions

    async def request(self, method: str = "post", *args: Any, **kwargs: Any) -> Optional[Any]:
        """Run the action of a request's body, as the action server would."""
        body = kwargs["json"]
        return await self._execute(body["next_action"], rasa_sdk.Tracker.from_dict(body["tracker"]), body.get("domain", {}))

    async def _execute(self, name: str, tracker: rasa_sdk.Tracker, domain: Dict[str, Any]) -> Dict[str, Any]:
        dispatcher = CollectingDispatcher()
        try:
            events = await call_potential_coroutine(self._executor.actions[name](dispatcher, tracker, domain))
        except SdkRejection as rejection:
            raise ActionExecutionRejection(rejection.action_name, rejection.message) from rejection
        through_nlg(dispatcher)
        return {"events": self._executor.validate_events(events or [], name), "responses": dispatcher.messages}

    async def run(self, name: str, tracker: DialogueStateTracker) -> Dict[str, Any]:
        """Run an action on Rasa's tracker; only the last events are handed over."""
        return await self._execute(name, _sdk_tracker(tracker), {})


class InProcessAction(RemoteAction):
    """A custom action that runs here."""

    def __init__(self, name: str, actions: InProcessActions) -> None:
        super().__init__(name, actions)
        self._actions = actions

    async def run(
        self,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
        tracker: DialogueStateTracker,
        domain: Domain,
    ) -> List[Event]:
        """Run the action; its messages pass the NLG class, each of them."""
        result = await self._actions.run(self.name(), tracker)
        messages: List[Event] = []
        for response in result["responses"]:
            name = response.pop("response")
            draft = await nlg.generate(name, tracker, output_channel.name(), **response)
            if draft:
                messages.append(create_bot_utterance({**draft, "utter_action": name}))
        return messages + deserialise_events(result["events"])


def _sdk_tracker(tracker: DialogueStateTracker) -> rasa_sdk.Tracker:
    recent = list(itertools.islice(reversed(tracker.events), EVENTS_SEEN))
    return rasa_sdk.Tracker(
        tracker.sender_id,
        tracker.current_slot_values(),
        dict(tracker.latest_message.parse_data) if tracker.latest_message else {},
        [event.as_dict() for event in reversed(recent)],
        tracker.is_paused(),
        tracker.followup_action,
        dataclasses.asdict(tracker.active_loop) if tracker.active_loop else {},
        tracker.latest_action_name,
    )
