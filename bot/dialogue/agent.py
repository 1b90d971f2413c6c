"""The agent that the server, `rls ask` and `rls evaluate` share."""

from __future__ import annotations

import logging
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, AsyncGenerator, Dict, List, Optional, Union

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.core.lock import TicketLock
from rasa.core.lock_store import LockError, LockStore
from rasa.core.tracker_store import InMemoryTrackerStore, TrackerStore
from rasa.shared.core.domain import Domain
from threadpoolctl import threadpool_limits

from bot.dialogue.errors import NoModel
from bot.dialogue.in_process import InProcessActions
from bot.dialogue.nlg import GuideNLG
from bot.dialogue.processor import GuideProcessor
from bot.dialogue.tracker_store import GuideTrackerStore
from bot.order import NoOrder, orders
from bot.settings import settings
from bot.training import model_path

logger = logging.getLogger(__name__)


class FairLocks(LockStore):
    """Rasa's locks of conversations by our turns: Rasa's own for Redis looks once a second whether a turn has come."""

    @asynccontextmanager
    async def lock(
        self, conversation_id: str, lock_lifetime: float = 0, wait_time_in_seconds: float = 0
    ) -> AsyncGenerator[TicketLock, None]:
        """Hold a conversation.

        Raises:
            LockError: its turn could not be had.
        """
        try:
            async with orders().hold(conversation_id):
                yield TicketLock(conversation_id)
        except NoOrder as error:
            raise LockError(str(error)) from error


class GuideAgent(Agent):
    """Rasa's agent with our processor."""

    processor: GuideProcessor

    async def handle_message(self, message: UserMessage) -> Optional[List[Dict[str, Any]]]:
        """Handle a message; where its conversation can't be had, the visitor is told so rather than nothing."""
        try:
            return await super().handle_message(message)
        except LockError as error:
            logger.warning("a turn could not begin: %s", error)
            return await self.processor.excuse(message)

    def load_model(self, model_path: Union[str, Path], fingerprint: Optional[str] = None) -> None:
        """Load a trained model."""
        self.processor = GuideProcessor(
            model_path=model_path,
            tracker_store=self.tracker_store,
            lock_store=self.lock_store,
            action_endpoint=self.action_endpoint,
            generator=self.nlg,
            http_interpreter=self.http_interpreter,
        )
        self.domain = self.processor.domain
        self._set_fingerprint(fingerprint)
        self.tracker_store.domain = self.domain
        self.nlg.responses = self.domain.responses


def fitting_model() -> Path:
    """The model that was made from the present knowledge, conversation files and code.

    Raises:
        NoModel: nothing was trained yet, or only from other content.
    """
    path = model_path()
    if path.exists():
        return path
    others = sorted(settings().models.glob("*.tar.gz"), key=lambda other: other.stat().st_mtime)
    found = f"the newest there, {others[-1].name}, was made from other content" if others else "there is none at all"
    raise NoModel(
        f"no model in {settings().models} fits the present knowledge and code ({path.name}): {found}; run 'rls train'"
    )


def stored_conversations() -> TrackerStore:
    """The store that `RLS_CONVERSATIONS` names."""
    return GuideTrackerStore(Domain.empty())


def load(store: Optional[TrackerStore] = None) -> GuideAgent:
    """An agent with the model that fits.

    Args:
        store: where conversations are kept; by default in memory, so that trying the bot leaves nothing behind.

    Raises:
        NoModel: nothing was trained yet, or only from other content.
        BrokenModel: the model's file can't be read.
        StoreError, KnowledgeErrors: the knowledge base can't be used.
    """
    model = fitting_model()
    # What a message needs is too small to be shared: on all cores it costs twice the time of the processor and gains none.
    threadpool_limits(1)
    agent = GuideAgent(
        domain=Domain.empty(),
        generator=GuideNLG(),
        tracker_store=store or InMemoryTrackerStore(Domain.empty()),
        lock_store=FairLocks(),
        action_endpoint=InProcessActions(),
    )
    agent.load_model(model)
    return agent
