from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import yaml
from numpy.typing import NDArray

from bot.nlu.encoder import SentenceEncoder
from bot.safety.rules import CATEGORIES, URGENT
from bot.safety.screen import Finding, Screen

UNSEEN = yaml.safe_load((Path(__file__).parent / "unseen.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    return SentenceEncoder()


@pytest.fixture(scope="module")
def prepared(safety_file: Path, encoder: SentenceEncoder) -> Screen:
    screen = Screen.load(safety_file)
    screen.prepare(encoder.encode)
    return screen


def category(screen: Screen, text: str) -> str | None:
    finding = screen.check(text)
    return finding.category if finding else None


def test_it_works(screen: Screen) -> None:
    assert screen.check("I have chest pain") == Finding("emergency", "chest-pain", "pattern")


@pytest.mark.parametrize(
    "text",
    [
        "RLS is killing me",
        "my legs are killing me tonight",
        "I could kill for some sleep",
        "kill the process",
        "my dad died of a heart attack",
        "what are the signs of a magnesium overdose?",
        "is restless legs dangerous?",
        "how much magnesium do adults need",
        "what dose did studies use",
        "why is it dangerous to stop suddenly",
        "does magnesium interact with medicines",
        "can children have RLS",
        "rls in pregnancy",
        "rls and kidney disease",
        "",
        "???",
    ],
)
def test_a_plain_question_or_figure_of_speech_sets_nothing_off(screen: Screen, text: str) -> None:
    assert screen.check(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "I don't have chest pain",
        "no chest pain or trouble breathing, just legs",
        "I'm not suicidal, only tired",
        "had chest pain last year but the tests were fine",
        "my uncle had a stroke years ago",
    ],
)
def test_what_is_denied_or_long_ago_is_no_danger(screen: Screen, text: str) -> None:
    assert category(screen, text) not in URGENT


def test_a_denial_covers_only_what_it_denies(screen: Screen) -> None:
    assert category(screen, "I don't have chest pain but I can't breathe") == "emergency"
    assert category(screen, "not suicidal but my husband has collapsed") == "emergency"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("one leg is swollen hot and hurts and im short of breath", "emergency"),
        ("cant breth", "emergency"),
        ("i cant do this anymore i just want it to end", "crisis_self_harm"),
        ("i took 10 of my magnesium pills by mistake", "overdose"),
        ("my toddler swallowed some magnesium", "overdose"),
        ("my calf is swolen", "urgent_see_doctor"),
        ("cant stop gambling since requip", "urgent_see_doctor"),
        ("can i just stop ropinirole", "stop_medication"),
        ("how much should i take im 52 and 70kg", "personal_dosing"),
        ("can my 6 year old take magnesium", "child"),
        ("im 34 weeks pregnant and going crazy at night what can i take", "pregnancy"),
        ("I'm on dialysis, can I take magnesium", "kidney"),
        ("can I take magnesium with my levothyroxine", "interaction"),
        ("do I have RLS", "personal_diagnosis"),
        ("my ferritin is 20 what does it mean", "personal_diagnosis"),
    ],
)
def test_each_kind_is_found(screen: Screen, text: str, expected: str) -> None:
    assert category(screen, text) == expected


def test_the_most_serious_goes_first(screen: Screen) -> None:
    assert category(screen, "can I take magnesium with gabapentin, I have chest pain now") == "emergency"
    assert category(screen, "took all my pills, I want to die") == "crisis_self_harm"


def test_the_examples_of_a_boundary_are_found_by_pattern(screen: Screen) -> None:
    for entry in screen.book.file.categories:
        if entry.id not in URGENT:
            found = [category(screen, text) for text in entry.examples]
            assert found.count(entry.id) >= 0.9 * len(found), entry.id


def test_look_alikes_set_no_danger_off(screen: Screen) -> None:
    for entry in screen.book.file.categories:
        for text in entry.look_alikes:
            assert category(screen, text) not in URGENT, text


def test_rule_or_meaning_finds_every_example_of_danger(prepared: Screen, encoder: SentenceEncoder) -> None:
    missed = []
    for entry in prepared.book.file.categories[: len(URGENT)]:
        for text, vector in zip(entry.examples, encoder.encode(entry.examples), strict=True):
            finding = prepared.check(text)
            if (finding is None or finding.category not in URGENT) and not prepared.compare(vector, text):
                missed.append(text)
    assert len(missed) <= 0.02 * sum(len(entry.examples) for entry in prepared.book.file.categories[:4]), missed


@pytest.mark.parametrize("part", UNSEEN)
def test_unseen_danger_is_found(prepared: Screen, encoder: SentenceEncoder, part: str) -> None:
    texts = [text for name in URGENT for text in UNSEEN[part][name]]
    found = 0
    for text, vector in zip(texts, encoder.encode(texts), strict=True):
        finding = prepared.check(text)
        found += bool(finding and finding.category in URGENT) or prepared.compare(vector, text) is not None
    assert found / len(texts) >= 0.9


@pytest.mark.parametrize("part", UNSEEN)
def test_unseen_harmless_messages_set_no_written_rule_of_danger_off(screen: Screen, part: str) -> None:
    assert [text for text in UNSEEN[part]["harmless"] if category(screen, text) in URGENT] == []


def test_the_meaning_of_topics_is_no_danger(prepared: Screen, encoder: SentenceEncoder) -> None:
    texts = [text for entry in prepared.book.file.categories for text in entry.look_alikes]
    raised = [text for text, vector in zip(texts, encoder.encode(texts), strict=True) if prepared.compare(vector, text)]
    assert len(raised) <= 0.02 * len(texts), raised


def test_compare_is_deterministic(safety_file: Path, prepared: Screen, encoder: SentenceEncoder) -> None:
    again = Screen.load(safety_file)
    again.prepare(encoder.encode)
    vector = encoder.encode(["it would be easier if I were gone"])[0]
    assert prepared.meaning
    assert again.meaning
    assert prepared.meaning.score(vector) == again.meaning.score(vector)


def test_the_danger_in_a_long_story_is_found(prepared: Screen, encoder: SentenceEncoder) -> None:
    story = (
        "We moved house in spring and have been painting the spare room with my sister. The garden is nice. "
        "My legs jump every evening when I sit down with a book. "
        "I have worked out a way to be gone by Sunday. The cat is well."
    )
    finding = prepared.compare(encoder.encode([story])[0], story)
    assert finding == Finding("crisis_self_harm", "crisis_self_harm-meaning", "meaning")


def test_compare_needs_prepare(screen: Screen) -> None:
    with pytest.raises(RuntimeError, match="call prepare"):
        screen.compare(np.zeros(384, dtype=np.float32), "x")


def test_prepare_encodes_the_examples_once(safety_file: Path) -> None:
    calls = []

    def encode(texts: Sequence[str]) -> NDArray[np.float32]:
        calls.append(len(texts))
        return np.asarray(np.eye(384)[np.arange(len(texts)) % 384], dtype=np.float32)

    Screen.load(safety_file).prepare(encode, background=["what is rls"])
    assert len(calls) == 1


def test_a_usual_message_takes_under_two_milliseconds_at_the_median(screen: Screen) -> None:
    texts = [text for entry in screen.book.file.categories for text in entry.examples + entry.look_alikes]
    times = []
    for text in texts:
        start = time.perf_counter()
        screen.check(text)
        times.append(time.perf_counter() - start)
    assert statistics.median(times) < 0.002


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "no chest pain ",
        "not kill myself ",
        "i took 5 pills today and my leg hurts ",
        "want to die myself. ",
        "? ",
        "(" * 9,
    ],
)
def test_time_grows_with_length_and_no_faster(screen: Screen, piece: str) -> None:
    def seconds(length: int) -> float:
        text = (piece * (length // len(piece) + 1))[:length]
        start = time.perf_counter()
        screen.check(text)
        return time.perf_counter() - start

    short, long = max(seconds(20_000), 0.005), seconds(100_000)
    assert long < 5
    assert long < 15 * short


def test_all_categories_are_known() -> None:
    assert all(set(part) == {*URGENT, "harmless"} for part in UNSEEN.values())
    assert len(CATEGORIES) == 11
