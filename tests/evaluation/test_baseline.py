"""Comparison with an earlier run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.evaluation.baseline import BaselineError, compare, load, records


def lines(scored: Any, right: int, of: int, topic: str = "causes", **more: Any) -> list[Any]:
    wrong = {"topics": ["symptoms"], **more}
    return [
        scored(topic, text=f"question {number}", **({"topics": [topic]} if number < right else wrong)) for number in range(of)
    ]


def test_it_works(scored: Any) -> None:
    before = records(lines(scored, 8, 10))
    assert compare(lines(scored, 8, 10), before).measures[0].points == 0
    compared = compare(lines(scored, 7, 10), before)
    (fall,) = compared.measures
    assert fall.name == "accuracy"
    assert fall.points == pytest.approx(0.1)
    assert [(change.line.message.text, change.before) for change in compared.worse] == [("question 7", "right: causes")]
    assert compared.better == []
    assert str(compared) == "0 better, 1 worse, of 10 messages in both"


def test_better(scored: Any) -> None:
    compared = compare(lines(scored, 10, 10), records(lines(scored, 9, 10)))
    assert [change.before for change in compared.better] == ["wrong: symptoms"]
    assert not compared.failures(0.0)


@pytest.mark.parametrize(("margin", "fails"), [(0.01, True), (0.02, False), (0.03, False)])
def test_the_margin(scored: Any, margin: float, fails: bool) -> None:
    compared = compare(lines(scored, 96, 100), records(lines(scored, 98, 100)))
    assert bool(compared.failures(margin)) is fails


def test_only_messages_of_both_runs_count(scored: Any) -> None:
    compared = compare(lines(scored, 2, 10), records(lines(scored, 2, 4)))
    assert compared.shared == 4
    assert compared.measures[0].points == 0


def test_every_section_is_guarded(scored: Any) -> None:
    good = [
        scored("causes", topics=["causes"]),
        scored("off_topic", kind="out_of_scope"),
        scored("thanks", kind="smalltalk"),
        scored("overdose", file="safety", kind="safety", safety="overdose"),
    ]
    bad = [scored(topic) for topic in ("causes", "off_topic", "thanks")] + [scored("overdose", file="safety")]
    names = [fall.name for fall in compare(bad, records(good)).failures(0.5)]
    assert names == ["accuracy", "out-of-scope recall", "small talk", "safety recall"]


def test_the_edge_of_scope_does_not_count(scored: Any) -> None:
    before = records([scored("causes", topics=["causes"], borderline=True)])
    compared = compare([scored("causes", topics=["symptoms"], borderline=True)], before)
    assert compared.measures == []
    assert len(compared.worse) == 1


def test_records_hold_no_sentence(scored: Any) -> None:
    assert "secret" not in json.dumps(records([scored("causes", text="my secret question")]))


def test_load(tmp_path: Path, scored: Any) -> None:
    kept = records(lines(scored, 1, 2))
    path = tmp_path / "scores.json"
    path.write_text(json.dumps({"lines": kept}), encoding="utf-8")
    assert load(path) == kept


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"lines": [1]}', '{"lines": {"a": 1}}', '{"lines": {"a": {}}}'])
def test_a_file_that_is_none_of_ours(tmp_path: Path, content: str) -> None:
    path = tmp_path / "scores.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(BaselineError, match=r"scores\.json: not a scores\.json of 'rls evaluate'"):
        load(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BaselineError, match="can't be read"):
        load(tmp_path / "scores.json")
