"""A run with a bot of our own making."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.evaluation import baseline, run
from bot.evaluation.messages import MessageError
from bot.evaluation.run import MARGIN, RegressionError, check, evaluate, score


class FakeBot:
    """Answers by the first word and remembers the conversations."""

    def __init__(self, reply: Callable[..., Any]) -> None:
        self._reply = reply
        self.senders: list[str] = []

    async def __call__(self, text: str, sender: str) -> Any:
        self.senders.append(sender)
        return self._reply(topics=[text.split()[0]])


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    path = tmp_path / "in_scope.jsonl"
    given = [("causes of twitching", "causes"), ("symptoms at dusk", "symptoms"), ("causes or not", "symptoms")]
    path.write_text("\n".join(json.dumps({"text": text, "topic": topic}) for text, topic in given), encoding="utf-8")
    return [path]


@pytest.fixture
def bot(reply: Any, monkeypatch: pytest.MonkeyPatch) -> FakeBot:
    """Stands in for the agent."""
    fake = FakeBot(reply)

    def replies(messages: Any, stock: bool) -> Any:
        lines = asyncio.run(score(messages, fake))
        return (lines if stock else []), lines, {"model": "fake"}

    monkeypatch.setattr(run, "_replies", replies)
    monkeypatch.setattr(run, "thresholds", lambda: {"answer": 0.3})
    return fake


def test_it_works(bot: FakeBot, files: list[Path], tmp_path: Path) -> None:
    summary = evaluate(files, tmp_path / "report")
    assert "66.7%" in summary
    assert summary.endswith(f"report: {tmp_path / 'report' / 'report.md'}")
    assert "- messages: 3 in in_scope.jsonl\n- model: fake" in (tmp_path / "report" / "report.md").read_text("utf-8")


def test_each_message_is_a_conversation_of_its_own(bot: FakeBot, files: list[Path], tmp_path: Path) -> None:
    evaluate(files, tmp_path / "report")
    assert len(set(bot.senders)) == 3


def test_the_second_run_compares_with_the_first(bot: FakeBot, files: list[Path], tmp_path: Path) -> None:
    assert "since the last run" not in evaluate(files, tmp_path / "report")
    assert "since the last run: 0 better, 0 worse, of 3" in evaluate(files, tmp_path / "report")


def test_stock(bot: FakeBot, files: list[Path], tmp_path: Path) -> None:
    assert "stock Rasa" in evaluate(files, tmp_path / "report", stock=True)


def test_the_page(bot: FakeBot, files: list[Path], tmp_path: Path) -> None:
    evaluate(files, tmp_path / "report", page=tmp_path / "evaluation.md")
    assert (tmp_path / "evaluation.md").exists()


def test_a_fall_is_an_error_after_the_report(bot: FakeBot, files: list[Path], tmp_path: Path, scored: Any) -> None:
    kept = baseline.records([scored("symptoms", text="causes or not", topics=["symptoms"])])
    path = tmp_path / "kept.json"
    path.write_text(json.dumps({"lines": kept}), encoding="utf-8")
    with pytest.raises(RegressionError, match=r"^accuracy fell from 100\.0% to 0\.0%: more than the margin") as raised:
        evaluate(files, tmp_path / "report", baseline_file=path)
    assert "66.7%" in raised.value.summary
    assert (tmp_path / "report" / "report.md").exists()


def test_its_own_scores_are_a_baseline_that_holds(bot: FakeBot, files: list[Path], tmp_path: Path) -> None:
    evaluate(files, tmp_path / "report")
    evaluate(files, tmp_path / "report", baseline_file=tmp_path / "report" / "scores.json", margin=0)


def test_a_baseline_of_other_messages(scored: Any) -> None:
    with pytest.raises(baseline.BaselineError, match="no message in common"):
        check([scored("causes")], {}, MARGIN)


def test_a_bad_line_stops_before_anything_is_asked(bot: FakeBot, tmp_path: Path) -> None:
    path = tmp_path / "in_scope.jsonl"
    path.write_text("no", encoding="utf-8")
    with pytest.raises(MessageError):
        evaluate([path], tmp_path / "report")
    assert bot.senders == []


def test_groups_come_from_the_knowledge_base() -> None:
    assert {"causes", "pregnancy", "kidney_disease"} <= set(run.group_ids())


@pytest.mark.parametrize("content", ["", "{", '{"lines": {"a": {}}}'])
def test_a_last_run_that_can_not_be_read_is_told_before_anything_is_asked(
    bot: FakeBot, files: list[Path], tmp_path: Path, content: str
) -> None:
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "scores.json").write_text(content, encoding="utf-8")
    with pytest.raises(baseline.BaselineError, match=r"scores\.json: not a scores\.json of 'rls evaluate'"):
        evaluate(files, tmp_path / "report")
    assert bot.senders == []


def test_a_baseline_that_can_not_be_read_is_told_before_anything_is_asked(
    bot: FakeBot, files: list[Path], tmp_path: Path
) -> None:
    with pytest.raises(baseline.BaselineError, match=r"none\.json: can't be read \(No such file"):
        evaluate(files, tmp_path / "report", baseline_file=tmp_path / "none.json")
    assert bot.senders == []
    assert not (tmp_path / "report").exists()


def test_every_measure_that_fell_is_named_with_the_margin(scored: Any) -> None:
    good = [scored("causes", topics=["causes"]), scored("thanks", kind="smalltalk")]
    bad = [scored("causes", topics=["symptoms"]), scored("thanks", topics=["causes"])]
    with pytest.raises(RegressionError) as raised:
        check(bad, baseline.records(good), 0.025, "the summary")
    told = "accuracy fell from 100.0% to 0.0%; small talk fell from 100.0% to 0.0%: more than the margin of 2.5 points"
    assert str(raised.value) == told
    assert raised.value.summary == "the summary"


def test_the_thresholds_are_those_of_the_bot() -> None:
    assert all(0 < value < 1 for value in run.thresholds().values())
    assert set(run.thresholds()) == {"answer", "in scope"}


def test_a_run_without_messages_is_a_report_of_nothing(bot: FakeBot, tmp_path: Path) -> None:
    path = tmp_path / "in_scope.jsonl"
    path.write_text("\n \n", encoding="utf-8")
    assert "0 messages; a turn takes 0 ms (median)" in evaluate([path], tmp_path / "report")
