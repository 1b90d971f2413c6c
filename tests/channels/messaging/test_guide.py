from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, UserUttered

from bot.channels.messaging.guide import AgentGuide
from bot.conversations import database
from bot.conversations.archive import Archive
from bot.dialogue.nlg import GuideNLG
from bot.dialogue.reply import Kind, Reply
from bot.dialogue.tracker_store import GuideTrackerStore
from bot.settings import settings
from tests.conversations.making import MarkFinder, archive_of

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    made = archive_of(database.engine(f"sqlite:///{tmp_path}/conversations.db"), tmp_path)
    yield made
    made.close()


@pytest.fixture
def agent(archive: Archive) -> Any:
    return SimpleNamespace(
        tracker_store=GuideTrackerStore(Domain.empty(), archive=archive, finder=MarkFinder()), nlg=GuideNLG()
    )


@pytest.fixture
def guide(agent: Any) -> AgentGuide:
    return AgentGuide(settings(), lambda: agent, lambda message: None)


async def turn(store: GuideTrackerStore, number: int) -> None:
    buttons = [{"title": f"Choice {number}", "payload": f"#topic:number_{number}"}]
    tracker = await store.get_or_create_tracker("someone", append_action_listen=False)
    tracker.update(UserUttered(f"question {number}"))
    tracker.update(BotUttered("an answer", {"buttons": buttons}, {"reply": {"kind": "answer", "buttons": buttons}}))
    tracker.update(ActionExecuted("action_listen"))
    await store.save(tracker)


def test_a_button_of_many_turns_ago_is_known(guide: AgentGuide, agent: Any) -> None:
    async def talk() -> list[str]:
        for number in range(14):
            await turn(agent.tracker_store, number)
        return [button["payload"] for button in await guide.offered("someone")]

    assert set(asyncio.run(talk())) == {f"#topic:number_{number}" for number in range(14)}


def test_nothing_was_offered_to_who_has_not_written(guide: AgentGuide) -> None:
    assert asyncio.run(guide.offered("nobody")) == []


def test_what_is_said_beside_the_dialogue_has_the_disclaimer_that_the_dialogue_has(guide: AgentGuide, agent: Any) -> None:
    class Renewed:
        def finish(self, reply: Reply, **how: Any) -> Any:
            return SimpleNamespace(plain=lambda: f"{reply.text} Renewed.", dict=dict)

    agent.nlg.disclaimer = Renewed()
    app: Any = SimpleNamespace(name="telegram", wording=None)
    message = asyncio.run(guide.finish(app, "someone", Reply(kind=Kind.SMALLTALK, text="I can't listen to that."), "CA"))
    assert message["text"] == "I can't listen to that. Renewed."
