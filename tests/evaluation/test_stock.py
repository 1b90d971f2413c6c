"""What the stock pipeline's intents amount to."""

from __future__ import annotations

from typing import Any

import pytest

from bot.evaluation.judge import judge
from bot.evaluation.run import group_ids
from bot.evaluation.stock import LOOKUPS, OTHER_LANGUAGE, label, reply
from bot.settings import ROOT

GROUPS = {"caffeine": "causes", "symptoms": "symptoms", "breastfeeding": "pregnancy"}
INTENTS = frozenset(GROUPS.values()) | {"magnesium_foods"}


def parsed(intent: str | None, confidence: float = 0.6, *ranking: tuple[str, float]) -> dict[str, Any]:
    return {
        "intent": {"name": intent, "confidence": confidence},
        "intent_ranking": [{"name": name, "confidence": value} for name, value in ranking],
    }


@pytest.mark.parametrize(
    ("intent", "kind", "topics", "safety"),
    [
        ("causes", "answer", ["causes"], None),
        ("safety_pregnancy", "safety", [], "pregnancy"),
        ("pregnancy", "answer", ["pregnancy"], None),
        ("thanks", "smalltalk", [], None),
        ("unsure", "smalltalk", [], None),
        ("tell_more", "smalltalk", [], None),
        ("other_language", "clarify", [], None),
        ("magnesium_foods", "answer", ["magnesium_foods"], None),
        ("out_of_scope", "out_of_scope", [], None),
        ("nlu_fallback", "out_of_scope", [], None),
        (None, "out_of_scope", [], None),
    ],
)
def test_it_works(intent: str | None, kind: str, topics: list[str], safety: str | None) -> None:
    said = reply(parsed(intent), INTENTS, ms=2.0)
    assert (said.kind, said.topics, said.safety, said.ms) == (kind, topics, safety, 2.0)


def test_the_next_best_groups_count_as_offered() -> None:
    ranking = (("causes", 0.5), ("thanks", 0.2), ("symptoms", 0.1), ("pregnancy", 0.1), ("magnesium_foods", 0.05))
    assert reply(parsed("causes", 0.5, *ranking), INTENTS).offered == ["symptoms", "pregnancy"]


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("caffeine", "causes"),
        ("breastfeeding", "pregnancy"),
        ("pregnancy", "safety_pregnancy"),
        ("food_rank", "magnesium_foods"),
        ("thanks", "thanks"),
    ],
)
def test_what_an_example_of_ours_is_labelled(ours: str, theirs: str) -> None:
    assert label(ours, GROUPS, {"pregnancy"}) == theirs


def test_a_fallback_is_as_sure_as_the_best_intent_is_unlikely() -> None:
    said = reply(parsed("nlu_fallback", 0.3, ("nlu_fallback", 0.3), ("causes", 0.1), ("thanks", 0.05)), INTENTS)
    assert said.confidence == pytest.approx(0.9)


def test_no_intent_at_all() -> None:
    assert reply({}, INTENTS).kind == "out_of_scope"


def test_it_is_judged_like_ours(message: Any) -> None:
    assert judge(message("causes"), reply(parsed("causes"), INTENTS)).right


def test_a_message_in_another_language_is_pointed_to_english(message: Any) -> None:
    assert judge(message("causes", lang="de"), reply(parsed("other_language"), INTENTS)).right


@pytest.mark.parametrize("intent", [*LOOKUPS, OTHER_LANGUAGE])
def test_the_intents_exist(intent: str) -> None:
    assert f"- intent: {intent}\n" in (ROOT / "data" / "nlu.yml").read_text(encoding="utf-8")


@pytest.mark.parametrize("group", LOOKUPS.values())
def test_the_groups_exist(group: str) -> None:
    assert group in group_ids()
