"""From scores to a decision."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


def test_what_a_message_asks_is_what_would_answer_it_and_then_the_choices() -> None:
    assert DECIDER.asked(Decision("caffeine", ("caffeine",), ("alcohol", "children_rls"), 0.6)) == [
        "caffeine",
        "alcohol",
        "children_rls",
    ]


def test_a_look_up_is_asked_as_the_topic_of_its_name() -> None:
    decision = Decision("daily_need", (), ("magnesium_foods", "magnesium_daily_intake"), 0.6)
    assert DECIDER.asked(decision) == ["magnesium_daily_intake", "magnesium_foods"]


@pytest.mark.parametrize("intent", [OUT_OF_SCOPE, UNCLEAR, "thanks"])
def test_what_is_no_question_asks_for_nothing(intent: str) -> None:
    assert DECIDER.asked(Decision(intent, (), ("caffeine",), 0.6)) == []


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


@pytest.mark.parametrize(
    ("scores", "intent"),
    [
        ({"greeting": 0.35, "thanks": 0.3, OUT_OF_SCOPE: 0.5, "caffeine": 0.1}, "greeting"),
        ({"greeting": 0.35, OUT_OF_SCOPE: 0.5, "caffeine": 0.1}, OUT_OF_SCOPE),
        ({"greeting": 0.3, "thanks": -0.3, OUT_OF_SCOPE: 0.29, "caffeine": 0.1}, "greeting"),
        ({"greeting": 0.1, OUT_OF_SCOPE: 0.0, "caffeine": 0.05}, UNCLEAR),
        ({"greeting": 0.5, "caffeine": 0.9}, "caffeine"),
    ],
    ids=[
        "kinds of talk together",
        "one kind is less",
        "a kind that it is not counts for nothing",
        "too faint",
        "a topic is more",
    ],
)
def test_talk_must_outweigh_what_is_outside_and_what_is_covered(scores: dict[str, float], intent: str) -> None:
    assert DECIDER.decide("oh well", scores).intent == intent


@pytest.mark.parametrize("category", ["emergency", "kidney"])
def test_danger_and_boundaries_are_no_talk(category: str) -> None:
    assert not DECIDER.is_talk(category)
    assert not DECIDER.covers(category)


@pytest.mark.parametrize(
    ("intent", "group"),
    [
        ("caffeine", "triggers_to_avoid"),
        ("food_total", "magnesium_food_amount"),
        ("daily_need", "magnesium_daily_intake"),
        ("greeting", "greeting"),
    ],
)
def test_what_an_intent_counts_for(intent: str, group: str) -> None:
    assert DECIDER.group(intent) == group


def test_a_look_up_and_its_topic_are_one_group() -> None:
    scores = {"daily_need": 0.3, "magnesium_daily_intake": 0.25, "caffeine": 0.4}
    decision = DECIDER.decide("how much a day", scores)
    assert (decision.intent, decision.topics) == ("daily_need", ())


def test_choices_leave_out_the_answer_and_what_is_no_topic() -> None:
    decision = DECIDER.decide(
        "tea", {"caffeine": 0.9, "alcohol": 0.5, "food_amount": 0.4, "greeting": 0.3, "children_rls": 0.2}
    )
    assert decision.choices == ("children_rls",)


@given(st.dictionaries(st.sampled_from([*GROUPS, "greeting", "food_amount", OUT_OF_SCOPE]), st.floats(-0.5, 1.5), min_size=8))
def test_whatever_the_scores_a_decision_holds_together(scores: dict[str, float]) -> None:
    decision = DECIDER.decide("what about it", scores)
    assert 0 <= decision.confidence <= 1
    assert len(decision.choices) <= 3
    assert set(decision.choices) <= set(GROUPS)
    assert not set(decision.choices) & set(decision.topics)
    assert decision.topics in ((), (decision.intent,))
    assert DECIDER.decide("what about it", dict(reversed(scores.items()))).confidence == pytest.approx(decision.confidence)


@given(st.lists(st.lists(st.tuples(st.sampled_from(list(GROUPS)), st.floats(0, 1), st.booleans()), max_size=3), max_size=4))
def test_however_many_questions_each_topic_is_answered_once(questions: list[list[tuple[str, float, bool]]]) -> None:
    parts = [[(Decision(topic, (topic,), (), sure), put_in) for topic, sure, put_in in readings] for readings in questions]
    combined = DECIDER.combine(WHOLE, parts)
    assert len(set(combined.topics)) == len(combined.topics)
    assert combined is WHOLE or 2 <= len(combined.topics) <= len(questions)
    assert not set(combined.choices) & set(combined.topics)


def test_a_question_that_shares_its_group_or_lacked_its_subject_must_be_plainer() -> None:
    assert DECIDER.combine(WHOLE, [part("caffeine"), part("alcohol", 0.32)]) is WHOLE
    assert DECIDER.combine(WHOLE, [part("caffeine"), part("alcohol", 0.36)]).topics == ("caffeine", "alcohol")
    put_in = [(Decision("children_rls", ("children_rls",), (), 0.32), True)]
    assert DECIDER.combine(WHOLE, [part("caffeine"), put_in]) is WHOLE


def test_an_answer_to_several_is_as_sure_as_its_weakest_part() -> None:
    assert DECIDER.combine(WHOLE, [part("caffeine", 0.9), part("children_rls", 0.5)]).confidence == 0.5
