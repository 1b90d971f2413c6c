"""Figures and their intervals."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.evaluation import scores
from bot.evaluation.scores import Scored, Share, measures, scope_score
from tests.evaluation.conftest import FakeReply, make_message


def figures(lines: list[Scored]) -> dict[str, tuple[int, int]]:
    return {measure.id: (measure.share.hits, measure.share.of) for measure in measures(lines)}


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    # The first four are Newcombe's (Statistics in Medicine 1998, 17:857, table I, method 3).
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718),
     (10, 10, 0.7225, 1.0), (5, 10, 0.2366, 0.7634), (1, 1, 0.2065, 1.0)],
)  # fmt: skip
def test_wilson(hits: int, of: int, low: float, high: float) -> None:
    assert Share(hits, of).interval == pytest.approx((low, high), abs=5e-5)


def test_a_share_in_words() -> None:
    assert str(Share(9, 10)) == "90.0% (59.6–98.2) 9/10"
    assert Share(9, 10).as_dict() == {"hits": 9, "of": 10, "value": 0.9, "low": 0.5958, "high": 0.9821}


def test_nothing_to_count() -> None:
    nothing = Share(0, 0)
    assert math.isnan(nothing.value)
    assert nothing.interval == (0.0, 1.0)
    assert str(nothing) == "–"
    assert nothing.as_dict()["value"] is None


@pytest.mark.parametrize("of", [1, 3, 7, 1000])
def test_the_value_is_within_its_interval(of: int) -> None:
    for hits in range(of + 1):
        low, high = Share(hits, of).interval
        assert 0 <= low <= hits / of <= high <= 1


def test_in_scope(scored: Any) -> None:
    found = figures(
        [
            scored("causes", topics=["causes"]),
            scored("causes", kind="clarify", offered=["causes"]),
            scored("causes", kind="out_of_scope"),
            scored("causes", topics=["symptoms"]),
            scored("iron_treatment", borderline=True, kind="out_of_scope"),
            scored("iron_treatment", borderline=True, topics=["symptoms"]),
        ]
    )
    assert found["accuracy"] == (1, 4)
    assert found["answered_or_offered"] == (2, 4)
    assert found["false_refusals"] == (1, 4)
    assert found["borderline"] == (1, 2)


def test_a_pointer_to_english_is_no_false_refusal(scored: Any) -> None:
    found = figures([scored("causes", lang="nl", kind="out_of_scope", said="Ik werk alleen in het Engels.")])
    assert (found["accuracy"], found["false_refusals"]) == ((1, 1), (0, 1))


def test_out_of_scope(scored: Any) -> None:
    found = figures(
        [
            scored("off_topic", kind="out_of_scope"),
            scored("near_miss", topics=["causes"]),
            scored("near_miss", kind="out_of_scope"),
            scored("other_health", kind="safety", safety="emergency"),
            scored("near_miss", borderline=True, topics=["causes"]),
        ]
    )
    assert found["out_of_scope"] == (3, 4)
    assert (found["off_topic"], found["near_miss"], found["other_health"]) == ((1, 1), (1, 2), (1, 1))
    assert found["borderline"] == (1, 1)
    assert found["urgent_alarms"] == (0, 5)


def test_safety(scored: Any) -> None:
    found = figures(
        [
            scored("emergency", file="safety", kind="safety", safety="overdose"),
            scored("crisis_self_harm", file="safety", kind="safety", safety="emergency"),
            scored("overdose", file="safety", topics=["causes"]),
            scored("personal_dosing", file="safety", kind="safety", safety="interaction"),
            scored("kidney", file="safety", kind="safety", safety="kidney"),
            scored("child", file="safety", kind="clarify"),
        ]
    )
    assert found["urgent"] == (1, 3)
    assert (found["safety_emergency"], found["safety_crisis_self_harm"]) == ((1, 1), (0, 1))
    assert (found["boundaries"], found["any_boundary"]) == ((1, 3), (2, 3))
    assert (found["safety_kidney"], found["safety_child"]) == ((1, 1), (0, 1))
    assert found["urgent_alarms"] == (0, 0)


def test_false_alarms(scored: Any) -> None:
    found = figures(
        [
            scored("causes", kind="safety", safety="emergency"),
            scored("thanks", kind="safety", safety="child"),
            scored("children", also=("child",), kind="safety", safety="child"),
            scored("off_topic", kind="out_of_scope"),
            scored("causes", kind="safety", safety="personal_diagnosis", offered=["causes"]),
        ]
    )
    assert (found["urgent_alarms"], found["boundary_alarms"]) == ((1, 5), (2, 5))
    assert found["smalltalk"] == (0, 1)


def test_attacks_and_errors(scored: Any) -> None:
    found = figures([scored("xss", kind="out_of_scope"), scored("empty", kind="error"), scored("causes", kind="error")])
    assert found["adversarial"] == (1, 2)
    assert found["errors"] == (2, 3)


def test_every_measure_has_its_own_name(scored: Any) -> None:
    names = [measure.id for measure in measures([scored("causes")])]
    assert len(names) == len(set(names))


def test_breakdowns(scored: Any) -> None:
    lines = [
        scored("causes", topics=["causes"]),
        scored("causes", topics=["symptoms"], origin="expert"),
        scored("symptoms", topics=["symptoms"], origin="reworded", file="in_scope_reworded"),
        scored("symptoms", borderline=True),
        scored("thanks", kind="smalltalk", file="smalltalk"),
    ]
    assert scores.by_group(lines) == {"causes": Share(1, 2), "symptoms": Share(1, 1)}
    assert scores.by_file(lines) == {
        "in_scope": Share(1, 2), "in_scope_reworded": Share(1, 1), "smalltalk": Share(1, 1)
    }  # fmt: skip
    assert scores.by_origin(lines)["in_scope · expert"] == Share(0, 1)
    assert len(scores.reworded(lines)) == 1
    assert len(scores.written(lines)) == 4


def test_confusions_are_sorted_by_what_was_mistaken(scored: Any) -> None:
    lines = [
        scored("off_topic", topics=["causes"]),
        scored("symptoms", topics=["causes"]),
        scored("causes", topics=["symptoms"], line=2),
        scored("causes", topics=["symptoms"], line=1),
        scored("causes", topics=["causes"]),
    ]
    found = [(line.message.label.name, line.message.line) for line in scores.confusions(lines)]
    assert found == [("causes", 1), ("causes", 2), ("symptoms", 1), ("off_topic", 1)]


def test_milliseconds(scored: Any) -> None:
    assert scores.milliseconds([]) == (0.0, 0.0)
    assert scores.milliseconds([scored("causes", ms=float(ms)) for ms in range(100, 0, -1)]) == (50.0, 95.0)


@pytest.mark.parametrize(
    ("replied", "score"),
    [
        ({"kind": "answer"}, 0.8),
        ({"kind": "lookup"}, 0.8),
        ({"kind": "clarify"}, 0.8),
        ({"kind": "out_of_scope"}, 0.2),
        ({"kind": "smalltalk"}, 0.2),
        ({"kind": "safety", "safety": "child"}, None),
    ],
)
def test_how_much_in_scope(reply: Any, replied: dict[str, Any], score: float | None) -> None:
    assert scope_score(reply(**replied)) == (score if score is None else pytest.approx(score))


@given(st.integers(1, 500).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_an_interval_is_the_mirror_of_that_of_the_misses(counted: tuple[int, int]) -> None:
    hits, of = counted
    low, high = Share(hits, of).interval
    assert Share(of - hits, of).interval == pytest.approx((1 - high, 1 - low))
    wider = Share(hits, of).interval
    narrower = Share(4 * hits, 4 * of).interval
    assert narrower[1] - narrower[0] < wider[1] - wider[0]


@given(st.lists(st.floats(0, 10_000), min_size=1, max_size=60))
def test_times_that_are_told_were_measured(times: list[float]) -> None:
    lines = [Scored.of(make_message("causes"), FakeReply(ms=ms)) for ms in times]
    median, slow = scores.milliseconds(lines)
    assert min(times) <= median <= slow <= max(times)
    assert {median, slow} <= set(times)
    assert sum(ms <= slow for ms in times) >= 0.95 * len(times)


@pytest.mark.parametrize(
    ("times", "told"), [([7], (7, 7)), ([1, 2], (1, 2)), (range(1, 21), (10, 19)), (range(1, 22), (11, 20))]
)
def test_percentiles_of_a_few(times: Any, told: tuple[float, float]) -> None:
    assert scores.milliseconds([Scored.of(make_message("causes"), FakeReply(ms=float(ms))) for ms in times]) == told
