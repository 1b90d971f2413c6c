"""A writer is told which sentences are hard, and sees the reply as a visitor does."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from bot.cli import show
from bot.knowledge.base import read
from bot.knowledge.prose import load_terms
from bot.knowledge.sentences import hard, sentences
from bot.settings import ROOT, settings
from tests.knowledge.conftest import write

HARD = "Pathophysiological considerations notwithstanding, multidisciplinary management necessitates deliberation."


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One. Two.", ["One.", "Two."]),
        ("About 9.4 to 15% do. 2 in 100 do.", ["About 9.4 to 15% do.", "2 in 100 do."]),
        ("Why? It helps. (Or not.)", ["Why?", "It helps.", "(Or not.)"]),
        ("", []),
    ],
)
def test_a_text_falls_into_sentences(text: str, parts: list[str]) -> None:
    assert sentences(text) == parts


def harden(folder: Path) -> None:
    path = folder / "topics" / "caffeine.yml"
    topic = yaml.safe_load(path.read_text(encoding="utf-8"))
    topic["answer"][2:] = [{"say": HARD}]
    topic["detail"] = [{"say": "It is so."}, {"say": HARD}]
    write(path, topic)


def test_hard_sentences_are_named_by_their_place(folder: Path) -> None:
    harden(folder)
    found = list(hard(read(folder).topics["caffeine"], load_terms(folder)))
    assert [(place, sentence) for place, _, sentence in found] == [("sentence 3", HARD), ("detail, sentence 2", HARD)]
    assert all(grade > 8 for _, grade, _ in found)


def shown(folder: Path, topic: str, monkeypatch: pytest.MonkeyPatch) -> str:
    (folder / "disclaimer.yml").write_bytes((ROOT / "knowledge" / "disclaimer.yml").read_bytes())
    monkeypatch.setenv("RLS_KNOWLEDGE", str(folder))
    settings.cache_clear()
    result = CliRunner().invoke(show, [topic])
    settings.cache_clear()
    return result.output


def test_the_reply_is_shown_as_a_visitor_sees_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    harden(folder)
    told = shown(folder, "caffeine", monkeypatch)
    topic = read(folder).topics["caffeine"]
    for part in (f"{topic.text} {topic.ask}", topic.evidence.text, "Where this comes from: ", "not medical advice",
                 "Please talk with a ", "after 'tell me more'", topic.detail_text, "\nsentence 3 reads at grade "):  # fmt: skip
        assert part in told


def test_an_unknown_topic_is_one_line(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(folder, "cafeine", monkeypatch) == "Error: there is no topic 'cafeine'; did you mean caffeine?\n"
    assert "its id is the file's name" in shown(folder, "zzz", monkeypatch)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ('It counts as "secondary." That is all.', ['It counts as "secondary."', "That is all."]),
        ("He said “Stop.” “Why?” she said.", ["He said “Stop.”", "“Why?” she said."]),
        ("It helps. (Or not.) That is all.", ["It helps.", "(Or not.)", "That is all."]),
        ("Ferritin of 75 mcg/L. 2 in 100 do.", ["Ferritin of 75 mcg/L.", "2 in 100 do."]),
        ("It helps, e.g. at night.", ["It helps, e.g. at night."]),
        ("One.\n\nTwo.", ["One.", "Two."]),
    ],
)
def test_quotes_and_brackets_stay_with_their_sentence(text: str, parts: list[str]) -> None:
    assert sentences(text) == parts


@given(st.text(st.sampled_from("Ab1.?!\"'”“() \n"), max_size=40))
def test_nothing_is_lost_but_white_space(text: str) -> None:
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())
    assert all(sentences(text))
