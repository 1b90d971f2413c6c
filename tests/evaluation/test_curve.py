"""Curves over the confidence."""

from __future__ import annotations

from typing import Any

import pytest

from bot.evaluation.curve import Cut, Point, area, auroc, cuts, risk_coverage


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
