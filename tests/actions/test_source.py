"""Where an answer comes from."""

from __future__ import annotations

import pytest

from actions.follow_up import ActionFollowUp
from actions.food import ActionFood
from actions.safety import ActionSafety
from actions.source import RESTS_ON, line, sources
from bot.dialogue.reply import Citation, Kind
from bot.dialogue.turn import Turn
from bot.knowledge.foods import SOURCE
from tests.actions.stage import Stage

FOLLOW = ActionFollowUp()
WHOLE = {"id": "a", "name": "Able", "title": "On legs", "kind": "guideline", "year": "2020", "url": "https://example.org/a"}


@pytest.mark.parametrize(
    ("changed", "shown"),
    [
        ({}, "- On legs (guideline, 2020) https://example.org/a"),
        ({"year": None}, "- On legs (guideline) https://example.org/a"),
        ({"url": None}, "- On legs (guideline, 2020)"),
        ({"year": None, "url": None}, "- On legs (guideline)"),
    ],
)
def test_a_line_says_what_is_known_of_a_source(changed: dict[str, None], shown: str) -> None:
    assert line(Citation(**{**WHOLE, **changed})) == shown


def test_a_look_up_names_its_table(stage: Stage) -> None:
    stage.one(ActionFood(), "food_amount", "magnesium in almonds")
    reply = stage.one(FOLLOW, "source", "where is this from")
    assert [source.id for source in reply.sources] == [SOURCE]
    assert reply.text.startswith(RESTS_ON)


def test_a_boundary_names_its_facts(stage: Stage) -> None:
    safety = {"category": "kidney", "rule": None, "how": "rule"}
    boundary = stage.one(ActionSafety(), "kidney", "my kidneys are bad", safety=safety)
    reply = stage.one(FOLLOW, "source", "source?")
    assert reply.kind is Kind.ANSWER
    assert {source.id for source in boundary.sources} <= {source.id for source in reply.sources}


def test_what_two_answers_share_is_listed_once(stage: Stage) -> None:
    from actions.answer import ActionAnswer

    both = stage.one(ActionAnswer(), "oxide", topics=["oxide", "citrate"])
    reply = stage.one(FOLLOW, "source")
    assert [source.id for source in reply.sources] == [source.id for source in both.citations]
    assert reply.text.count("\n- ") == len(reply.sources)
    for said in both.answers:
        assert said.evidence in reply.text


def test_nothing_rests_on_nothing(stage: Stage) -> None:
    stage.turn("utter_thanks", "thanks")
    assert sources(Turn(stage.tracker({})), []) is None
