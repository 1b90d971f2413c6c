"""From scores to a decision."""

from __future__ import annotations

import pytest

from bot.nlu.decision import OUT_OF_SCOPE, UNCLEAR, Decider, Decision

GROUPS = {
    "caffeine": "triggers_to_avoid",
    "alcohol": "triggers_to_avoid",
    "children_rls": "children",
    "magnesium_daily_intake": "magnesium_daily_intake",
    "magnesium_foods": "magnesium_foods",
}
DECIDER = Decider(GROUPS)


def part(topic: str, confidence: float = 0.9) -> list[tuple[Decision, bool]]:
    return [(Decision(topic, (topic,), (), confidence), False)]


def test_it_works() -> None:
    decision = DECIDER.decide("does tea matter", {"caffeine": 0.8, "children_rls": 0.1})
    assert (decision.intent, decision.topics, decision.choices) == ("caffeine", ("caffeine",), ("children_rls",))


def test_topics_of_a_group_count_together() -> None:
    decision = DECIDER.decide("what sets it off", {"caffeine": 0.3, "alcohol": 0.25, "children_rls": 0.4})
    assert decision.topics == ("caffeine",)


def test_a_weak_best_is_a_choice() -> None:
    decision = DECIDER.decide("legs", {"caffeine": 0.15, "children_rls": 0.14, "magnesium_foods": 0.1})
    assert (decision.intent, decision.topics) == (UNCLEAR, ())
    assert decision.choices == ("caffeine", "children_rls", "magnesium_foods")


@pytest.mark.parametrize(("score", "offered"), [(0.4, 3), (0.9, 2)])
def test_a_doubtful_answer_leaves_more_choices(score: float, offered: int) -> None:
    groups = {name: name for name in ("a", "b", "c", "d", "e")}
    scores = {"a": score, "b": 0.2, "c": 0.15, "d": 0.1, "e": 0.05}
    assert len(Decider(groups).decide("what about it", scores).choices) == offered


def test_out_of_scope() -> None:
    assert DECIDER.decide("book a table", {OUT_OF_SCOPE: 0.9, "caffeine": 0.1}).intent == OUT_OF_SCOPE


def test_talk() -> None:
    assert DECIDER.decide("thank you", {"thanks": 0.9, "caffeine": 0.1}).intent == "thanks"


@pytest.mark.parametrize(
    ("text", "intent"), [("how much is in milk", "food_amount"), ("can it be taken with milk", "caffeine")]
)
def test_taking_something_with_a_food_asks_nothing_of_the_food(text: str, intent: str) -> None:
    assert DECIDER.decide(text, {"food_amount": 0.7, "caffeine": 0.5}).intent == intent


WHOLE = Decision("caffeine", ("caffeine",), (), 0.6)


def test_each_question_is_answered_in_order() -> None:
    assert DECIDER.combine(WHOLE, [part("children_rls"), part("caffeine")]).topics == ("children_rls", "caffeine")


def test_a_look_up_beside_another_question_is_answered_by_its_topic() -> None:
    need = [(Decision("daily_need", (), (), 0.9), False)]
    assert DECIDER.combine(WHOLE, [part("caffeine"), need]).topics == ("caffeine", "magnesium_daily_intake")


def test_the_same_answer_is_given_once() -> None:
    assert DECIDER.combine(WHOLE, [part("caffeine"), part("caffeine")]) is WHOLE


def test_the_surest_reading_counts() -> None:
    readings = [*part("alcohol", 0.5), (Decision("children_rls", ("children_rls",), (), 0.8), True)]
    assert DECIDER.combine(WHOLE, [part("caffeine"), readings]).topics == ("caffeine", "children_rls")


def test_an_unsure_question_is_left_out() -> None:
    assert DECIDER.combine(WHOLE, [part("caffeine"), part("children_rls", 0.1)]) is WHOLE


def test_a_message_out_of_scope_stays_so() -> None:
    outside = Decision(OUT_OF_SCOPE, (), (), 0.8)
    assert DECIDER.combine(outside, [part("caffeine"), part("children_rls")]) is outside


def test_a_plain_message_is_not_taken_apart_into_other_topics() -> None:
    plain = Decision("magnesium_foods", ("magnesium_foods",), (), 0.9)
    assert DECIDER.combine(plain, [part("caffeine"), part("children_rls")]) is plain
