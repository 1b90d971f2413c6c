"""Curves over the confidence."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.evaluation.curve import Cut, Point, area, auroc, cuts, risk_coverage
from bot.evaluation.scores import Scored
from tests.evaluation.conftest import FakeReply, make_message


def test_it_works(scored: Any) -> None:
    lines = [
        scored("causes", topics=["causes"], confidence=0.9),
        scored("causes", topics=["symptoms"], confidence=0.5),
        scored("causes", kind="clarify", offered=["causes", "symptoms"], confidence=0.2),
        scored("causes", kind="clarify", offered=["symptoms", "causes"], confidence=0.1),
    ]
    assert risk_coverage(lines) == [
        Point(0.9, 0.25, 0.0),
        Point(0.5, 0.5, 0.5),
        Point(0.2, 0.75, pytest.approx(1 / 3)),
        Point(0.1, 1.0, 0.5),
    ]


def test_equal_confidences_stand_together(scored: Any) -> None:
    lines = [scored("causes", topics=topics, confidence=0.5) for topics in (["causes"], ["symptoms"])]
    assert risk_coverage(lines) == [Point(0.5, 1.0, 0.5)]


def test_answering_what_is_out_of_scope_is_wrong(scored: Any) -> None:
    lines = [scored("causes", topics=["causes"], confidence=0.5), scored("off_topic", topics=["causes"])]
    assert risk_coverage(lines) == [Point(0.5, 1.0, 0.0)]
    assert risk_coverage(lines, outside=True) == [Point(0.8, 0.5, 1.0), Point(0.5, 1.0, 0.5)]


def test_what_counts_apart_is_left_out(scored: Any) -> None:
    lines = [scored("causes", borderline=True), scored("causes", kind="safety", safety="child"), scored("thanks")]
    assert risk_coverage(lines, outside=True) == []
    assert cuts(lines) == []
    assert auroc(lines) is None
    assert area([]) is None


def test_cuts(scored: Any) -> None:
    lines = [
        scored("causes", topics=["causes"], confidence=0.9),
        scored("causes", topics=["causes"], confidence=0.3),
        scored("off_topic", kind="out_of_scope", confidence=0.75),
        scored("off_topic", topics=["causes"], confidence=0.5),
    ]
    assert cuts(lines) == [
        Cut(0.0, 0.0, 0.0), Cut(0.25, 0.0, 0.0), Cut(0.3, 0.0, 0.5), Cut(0.5, 0.5, 0.5), Cut(0.9, 0.5, 1.0),
        Cut(1.0, 1.0, 1.0),
    ]  # fmt: skip
    assert auroc(lines) == pytest.approx(0.75)


def test_equal_confidences_are_half_a_win(scored: Any) -> None:
    assert auroc([scored("causes"), scored("off_topic")]) == 0.5


def test_area() -> None:
    assert area([Point(0.9, 0.5, 0.0), Point(0.1, 1.0, 0.5)]) == pytest.approx(0.25)


CONFIDENCES = st.lists(st.tuples(st.sampled_from([0.0, 0.1, 0.5, 0.9, 1.0]), st.booleans()), min_size=1, max_size=12)


def asked(inside: list[tuple[float, bool]], outside: list[tuple[float, bool]] = ()) -> list[Scored]:  # type: ignore[assignment]
    return [
        *(
            Scored.of(make_message("causes"), FakeReply(topics=["causes" if right else "symptoms"], confidence=confidence))
            for confidence, right in inside
        ),
        *(
            Scored.of(
                make_message("off_topic", file="out_of_scope"),
                FakeReply(
                    kind="out_of_scope" if right else "answer", topics=[] if right else ["causes"], confidence=confidence
                ),
            )
            for confidence, right in outside
        ),
    ]


@given(CONFIDENCES, CONFIDENCES)
def test_a_curve_covers_more_and_more_until_it_covers_all(
    inside: list[tuple[float, bool]], outside: list[tuple[float, bool]]
) -> None:
    for points in (risk_coverage(asked(inside)), risk_coverage(asked(inside, outside), outside=True)):
        coverages, thresholds = [point.coverage for point in points], [point.threshold for point in points]
        assert coverages == sorted(set(coverages))
        assert thresholds == sorted(set(thresholds), reverse=True)
        assert coverages[-1] == 1.0
        mean = area(points)
        assert mean is not None
        assert min(point.risk for point in points) - 1e-9 <= mean <= max(point.risk for point in points) + 1e-9
    assert risk_coverage(asked(inside))[-1].risk == pytest.approx(sum(not right for _, right in inside) / len(inside))


@given(CONFIDENCES, CONFIDENCES)
def test_a_higher_threshold_never_refuses_less(inside: list[tuple[float, bool]], outside: list[tuple[float, bool]]) -> None:
    found = cuts(asked(inside, outside))
    assert [cut.threshold for cut in found] == sorted({cut.threshold for cut in found} | {0.0, 1.0})
    for name in ("inside", "outside"):
        shares = [getattr(cut, name) for cut in found]
        assert shares == sorted(shares)
        assert shares[0] == 0.0


def test_both_sorts_are_needed_to_tell_them_apart(scored: Any) -> None:
    for line in (scored("causes"), scored("off_topic", file="out_of_scope")):
        assert cuts([line]) == []
        assert auroc([line]) is None
