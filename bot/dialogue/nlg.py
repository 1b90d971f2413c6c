"""Rasa's natural language generator for this bot: every reply passes here and leaves with its disclaimer."""

from __future__ import annotations

from typing import Any, Dict, Optional

from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot.dialogue.disclaimer import Disclaimer
from bot.dialogue.reply import TROUBLE, Button, FinishedReply, Kind, Reply
from bot.dialogue.turn import COUNTRY, REPLY, SAID, country_of
from bot.settings import settings


class GuideNLG(TemplatedNaturalLanguageGenerator):
    """Makes replies of three sorts: an action's typed reply, an action's plain text, a response of the domain.

    Named in `endpoints.yml`, so that stock `rasa run` and `rasa shell` take it too.
    """

    def __init__(self, endpoint_config: Optional[EndpointConfig] = None, domain: Optional[Domain] = None) -> None:
        # Rasa sets the responses anew when it has loaded the domain with the model.
        super().__init__(domain.responses if domain else {})
        self.disclaimer = Disclaimer.load(settings().knowledge)

    async def generate(
        self,
        utter_action: str,
        tracker: DialogueStateTracker,
        output_channel: str,
        **kwargs: Any,
    ) -> Optional[Dict[str, Any]]:
        """The message for an utterance: `text`, `buttons`, and the whole turn as data under `reply`."""
        return self.finish(self._reply(utter_action, tracker, output_channel, kwargs), tracker, output_channel)

    def finish(self, reply: Reply, tracker: DialogueStateTracker, output_channel: str) -> Dict[str, Any]:
        """A reply as a message of Rasa's, with the disclaimer."""
        finished = self.disclaimer.finish(
            reply,
            channel=output_channel,
            country=_country(tracker),
            first=not any(isinstance(event, BotUttered) for event in tracker.events),
        )
        return self.message(finished)

    @staticmethod
    def message(finished: FinishedReply) -> Dict[str, Any]:
        """A finished reply as a message of Rasa's."""
        return {
            "text": finished.plain(),
            "buttons": [button.dict() for button in finished.buttons],
            "reply": finished.dict(),
        }

    def _reply(self, utter_action: str, tracker: DialogueStateTracker, channel: str, given: Dict[str, Any]) -> Reply:
        if utter_action == REPLY:
            return Reply.parse_obj(given["turn"])
        if utter_action == SAID:
            return Reply(kind=Kind.ANSWER, text=given["said"], buttons=tuple(Button(**b) for b in given["offers"]))
        response = self._random_response_for(utter_action, channel, tracker.current_slot_values())
        if not response:
            return Reply(kind=Kind.ERROR, text=TROUBLE)
        text = response.get("text") or TROUBLE
        if "{disclaimer}" in text:
            text = text.format(disclaimer=self.disclaimer.full(_country(tracker)))
        return Reply(
            kind=Kind.SMALLTALK,
            text=text,
            buttons=tuple(Button(title=b["title"], payload=b["payload"]) for b in response.get("buttons") or ()),
        )


def _country(tracker: DialogueStateTracker) -> str:
    said = (tracker.latest_message.metadata if tracker.latest_message else None) or {}
    return country_of(tracker.get_slot(COUNTRY), said)
