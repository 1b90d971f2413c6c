"""How answers must read."""

from __future__ import annotations

import datetime
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.base import read
from bot.knowledge.prose import check_prose, reading_grade, words
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


@pytest.mark.parametrize(
    "text", ["Do not stop it suddenly!", "Never <b>stop</b> it.", "It does not [help](https://example.org)."]
)
def test_a_warning_excuses_neither_a_shout_nor_markup(folder: Path, text: str) -> None:
    assert "say it another way" in problems(folder, say(text))


@pytest.mark.parametrize(
    ("text", "brand"),
    [
        ("Slow Fe is iron.", "Slow Fe"),
        ("Some take natural calm at night.", "natural calm"),
        ("REQUIP is one.", "REQUIP"),
        ("Take Nurofen Plus with care.", "Nurofen Plus"),
    ],
)
def test_a_brand_is_found_however_it_is_written(folder: Path, text: str, brand: str) -> None:
    assert f"{brand!r} is a brand name; use the generic name" in problems(folder, say(text))


@pytest.mark.parametrize("text", ["A slow feeling.", "A natural, calm evening helps.", "Calm and natural light helps."])
def test_words_that_only_look_like_a_brand_are_free(folder: Path, text: str) -> None:
    assert problems(folder, say(text)) == ""


@pytest.mark.parametrize("part", ["ask", "title"])
def test_every_part_that_is_shown_is_read(folder: Path, part: str) -> None:
    assert "'!' is an exclamation mark" in problems(folder, lambda topic: topic.update({part: "Good news!"}))


def test_why_the_evidence_is_so_is_read_too(folder: Path) -> None:
    told = problems(folder, lambda topic: topic["evidence"].update(because="It is proven to cure."))
    assert "'proven to cure' is a promise" in told


def test_the_place_is_told_by_its_line(folder: Path) -> None:
    told = problems(folder, say("Good news!"))
    lines = (folder / "topics" / "caffeine.yml").read_text(encoding="utf-8").splitlines()
    (line,) = (int(part) for part in re.findall(r"caffeine\.yml:(\d+): '!'", told))
    assert any("Good news!" in text for text in lines[line - 1 : line + 1])


def test_the_median_counts_too(folder: Path) -> None:
    # Each is below the highest grade, and all together are too hard to read.
    hard = "Doctors often suggest sensible evening habits to people whose symptoms disturb ordinary sleeping patterns."
    for path in (folder / "topics").glob("*.yml"):
        topic = yaml.safe_load(path.read_text(encoding="utf-8"))
        topic["answer"] = [{"say": "It is so. It helps. Try it. " + hard}, {"say": hard}]
        path.write_text(yaml.safe_dump(topic, sort_keys=False), encoding="utf-8")
    told = [error for error in check_prose(folder, read(folder), TODAY) if error.path == folder / "topics"]
    assert len(told) == 1
    assert re.search(r"topics:1: the median answer reads at grade \d+\.\d; simplify answers until it is 6\.5", str(told[0]))


@pytest.mark.parametrize(("due", "late"), [("2026-11-30", True), ("2026-12-01", False), ("2026-12-02", False)])
def test_a_review_is_good_until_the_end_of_its_day(folder: Path, due: str, late: bool) -> None:
    change = lambda topic: topic["review"].update(due=datetime.date.fromisoformat(due))  # noqa: E731
    assert bool(problems(folder, change)) is late


@pytest.mark.parametrize(("words_more", "found"), [(0, False), (1, True)])
def test_an_answer_may_have_120_words_with_its_ask(folder: Path, words_more: int, found: bool) -> None:
    def fill(topic: dict[str, Any]) -> None:
        topic["answer"] = [{"say": "So it is."}, {"say": " ".join(["it"] * (116 + words_more)) + "."}]
        topic["ask"] = "Ask."

    assert ("words; shorten it to 120" in problems(folder, fill)) is found


def test_a_number_that_is_said_in_the_detail_needs_a_source(folder: Path) -> None:
    told = problems(folder, lambda t: t["detail"].append({"say": "About ٣ in 10 do."}))
    assert "a 'say' with a number; make it a 'fact' with its sources" in told


@given(st.text(max_size=60))
def test_any_text_has_a_grade(text: str) -> None:
    assert isinstance(reading_grade(text, frozenset({"restless legs syndrome", "(rls)"})), float)


@given(st.text(max_size=60))
def test_words_are_counted_as_a_reader_sees_them(text: str) -> None:
    assert words(text) == words(f" {text}\n") == words(" ".join(text.split()))
