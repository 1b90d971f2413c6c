"""How answers must read."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.knowledge.base import read
from bot.knowledge.prose import check_prose, reading_grade
from bot.settings import ROOT

TODAY = datetime.date(2026, 12, 1)


def problems(folder: Path, change: Any = None) -> str:
    """What is said of the caffeine topic after a change."""
    path = folder / "topics" / "caffeine.yml"
    if change:
        topic = yaml.safe_load(path.read_text(encoding="utf-8"))
        change(topic)
        path.write_text(yaml.safe_dump(topic, sort_keys=False), encoding="utf-8")
    return "\n".join(str(error) for error in check_prose(folder, read(folder), TODAY) if error.path == path)


def say(text: str) -> Any:
    return lambda topic: topic["answer"].__setitem__(1, {"fact": text, "sources": ["aasm-2025"]})


def test_it_works(folder: Path) -> None:
    assert problems(folder) == ""


@pytest.mark.parametrize(
    "text",
    [
        "You have RLS.",
        "You may have restless legs.",
        "Stop taking your medicine.",
        "Take 300 mg at night.",
        "Magnesium cures it.",
        "It is proven to work.",
        "It is natural so it is safe.",
        "Good news!",
        "See <b>this</b>.",
        "Requip is one of them.",
    ],
)
def test_what_the_bot_must_not_say_is_found(folder: Path, text: str) -> None:
    assert "say it another way" in problems(folder, say(text)) or "use the generic name" in problems(folder)


@pytest.mark.parametrize(
    "text",
    ["Do not stop your medicine suddenly.", "Never stop taking your tablets on your own.", "Studies used 300 mg."],
)
def test_a_warning_is_no_order(folder: Path, text: str) -> None:
    assert problems(folder, say(text)) == ""


def test_a_long_answer_is_found(folder: Path) -> None:
    assert "words; shorten it to 120" in problems(folder, say("It is so. " * 50))


def test_a_long_detail_is_found(folder: Path) -> None:
    change = lambda topic: topic.update(detail=[{"fact": "It is so. " * 80, "sources": ["aasm-2025"]}])  # noqa: E731
    assert "words; shorten it to 220" in problems(folder, change)


def test_a_hard_answer_is_found(folder: Path) -> None:
    hard = "Pathophysiological considerations notwithstanding, individualised management necessitates deliberation."
    assert "reads at grade" in problems(folder, say(hard))


def test_a_number_needs_a_source(folder: Path) -> None:
    assert "a 'say' with a number" in problems(folder, lambda t: t["answer"].append({"say": "About 3 in 10 do."}))


def test_a_review_past_its_date_is_found(folder: Path) -> None:
    change = lambda topic: topic["review"].update(due=datetime.date(2026, 11, 30))  # noqa: E731
    assert "the review was due on 2026-11-30" in problems(folder, change)


def test_a_source_that_nobody_cites_is_found(folder: Path) -> None:
    path = folder / "sources.yml"
    extra = "- {id: lonely-2020, title: Alone, kind: rct, status: verified, read: Abstract}\n"
    path.write_text(path.read_text(encoding="utf-8") + extra, encoding="utf-8")
    assert any("nobody cites source 'lonely-2020'" in str(e) for e in check_prose(folder, read(folder), TODAY))


def test_terms_do_not_count_as_hard_words() -> None:
    text = "Restless legs syndrome may need ferritin tests."
    assert reading_grade(text, frozenset({"restless legs syndrome", "ferritin"})) < reading_grade(text, frozenset())


def test_the_real_knowledge_base_reads_well() -> None:
    folder = ROOT / "knowledge"
    assert [str(error) for error in check_prose(folder, read(folder), TODAY)] == []
