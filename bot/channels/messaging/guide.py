"""The dialogue of this bot for messaging apps: Rasa's agent with its tracker store."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any, Callable, Dict, List, Optional

from rasa.core.channels.channel import UserMessage
from rasa.shared.core.events import BotUttered

from bot.channels.collecting import CollectingChannel
from bot.channels.messaging.answers import Message
from bot.channels.messaging.app import App
from bot.channels.messaging.queue import Delivery
from bot.channels.typed import no_command, readable
from bot.conversations.archive import the_archive
from bot.dialogue.reply import Reply
from bot.knowledge.drawing import Drawing
from bot.knowledge.picture import painted
from bot.order import orders
from bot.settings import Settings

logger = logging.getLogger(__name__)


class AgentGuide:
    """Asks the agent that the server has loaded.

    Args:
        options: the settings.
        agent: finds the agent; None as long as there is none.
        ask: hands a message to the agent.
    """

    def __init__(self, options: Settings, agent: Callable[[], Any], ask: Callable[[UserMessage], Any]) -> None:
        self._options = options
        self._agent = agent
        self._ask = ask

    def is_ready(self) -> bool:
        """Whether it can be asked."""
        agent = self._agent()
        return agent is not None and bool(agent.is_ready())

    async def ask(self, app: App, delivery: Delivery, text: str, country: Optional[str]) -> List[Message]:
        """The reply to a text, the same one where the message was answered before.

        Raises:
            NoOrder: nothing was done, since there is no turn to be had in the conversation.
        """
        if delivery.attempts > 1:
            loop = asyncio.get_running_loop()
            turn = await loop.run_in_executor(None, the_archive().answered, delivery.conversation, delivery.key)
            if turn and turn["answered"] is not None:
                known: List[Message] = json.loads(turn["reply"])
                return known
        output = CollectingChannel(app.wording or app.name)
        said = no_command(readable(text))
        metadata = {"country": country or self._options.country}
        message = UserMessage(
            said, output, delivery.conversation, input_channel=app.name, message_id=delivery.key, metadata=metadata
        )
        # Held from here on, the dialogue can't fail to get it, of which the visitor would read in place of an answer.
        async with orders().hold(delivery.conversation):
            await self._ask(message)
        if not output.messages:
            raise RuntimeError("the dialogue was silent")
        return output.messages

    async def offered(self, conversation: str) -> List[Dict[str, Any]]:
        """The buttons that the bot offered in a conversation, as far back as they are known."""
        tracker = await self._agent().tracker_store.retrieve(conversation)
        said = [event for event in (tracker.events if tracker else ()) if isinstance(event, BotUttered)]
        # As data: of turns further back the tracker has no more than this, and an app shows their buttons for ever.
        return [button for event in said for button in (event.metadata.get("reply") or {}).get("buttons") or ()]

    async def finish(self, app: App, conversation: str, reply: Reply, country: Optional[str], full: bool = False) -> Message:
        """A reply of ours with the disclaimer, as the dialogue would say it, or with its full wording."""
        finished = self._agent().nlg.disclaimer.finish(
            reply,
            channel=app.wording or app.name,
            country=country or self._options.country,
            first=full or not await self._agent().tracker_store.exists(conversation),
        )
        return {"text": finished.plain(), "buttons": [], "reply": finished.dict()}

    async def picture(self, message: Message) -> Optional[Dict[str, Any]]:
        """The chart of a message: `png` and `alt`."""
        lookup = (message.get("reply") or {}).get("lookup") or {}
        if not lookup.get("chart"):
            return None
        try:
            drawing = Drawing.read(lookup["chart"])
        except ValueError:
            # The text says it all; the picture shows it.
            logger.exception("a chart could not be painted")
            return None
        png = await asyncio.get_running_loop().run_in_executor(None, painted, drawing, drawing.title, lookup["alt"])
        return {"png": png, "alt": lookup["alt"]}
