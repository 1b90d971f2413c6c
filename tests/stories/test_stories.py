"""The test stories, through Rasa's own test and played as visitors would have them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.settings import ROOT
from tests.talk import Bot

pytestmark = pytest.mark.model

FOLDER = ROOT / "tests" / "stories"
STORIES: list[dict[str, Any]] = yaml.safe_load((FOLDER / "test_follow_ups.yml").read_text(encoding="utf-8"))["stories"]
# [spinach](food) and [GPs]{"entity": …}: entities as Rasa writes them into texts.
_ENTITY = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})")
LISTENS = ("action_listen", "action_session_start")


def test_there_are_at_least_forty() -> None:
    assert len(STORIES) >= 40
    assert len({story["story"] for story in STORIES}) == len(STORIES)


@pytest.mark.parametrize("e2e", [False, True], ids=["dialogue", "dialogue and understanding"])
def test_rasa_test_core(bot: Bot, tmp_path: Path, e2e: bool) -> None:
    from rasa.core.test import test as rasa_test

    bot.run(
        rasa_test(
            str(FOLDER), bot.agent, out_directory=str(tmp_path), fail_on_prediction_errors=True, e2e=e2e, disable_plotting=True
        )
    )
    report = json.loads((tmp_path / "story_report.json").read_text(encoding="utf-8"))
    assert report["conversation_accuracy"]["correct"] == len(STORIES)


@pytest.mark.parametrize("story", STORIES, ids=[story["story"] for story in STORIES])
def test_the_bot_takes_the_same_steps(bot: Bot, story: dict[str, Any]) -> None:
    visitor = bot.visitor()
    for step in story["steps"]:
        if "user" in step:
            visitor.say(_ENTITY.sub(r"\1", step["user"]).strip())
    events = bot.tracker(visitor.name).events
    done = [event.action_name for event in events if event.type_name == "action" and event.action_name not in LISTENS]
    assert done == [step["action"] for step in story["steps"] if "action" in step]
