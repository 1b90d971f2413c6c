"""The index of words, and that a reader's words meet it: both sides cut words in the same way."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import playwright
import pytest
import yaml

from bot.knowledge.base import read
from bot.knowledge.site import search
from bot.knowledge.site.pages import STATIC
from bot.settings import PACKAGE
from tests.knowledge.conftest import write

# Comes with the browser's driver.
NODE = Path(playwright.__file__).parent / "driver" / "node"
SCRIPT = PACKAGE / "knowledge" / "site" / "static" / "search.js"


def indexed(folder: Path, **changes: Any) -> dict[str, Any]:
    """The caffeine topic's entry after a change."""
    path = folder / "topics" / "caffeine.yml"
    write(path, {**yaml.safe_load(path.read_text(encoding="utf-8")), **changes})
    entries: list[dict[str, Any]] = json.loads(search.index(read(folder)))
    return next(entry for entry in entries if entry["url"] == "topics/caffeine.html")


def in_browser(code: str, given: object) -> Any:
    """What the site's script makes of something; of the page it needs only that there are elements."""
    before = "const document = {querySelector() {}, getElementById() {}}; const fetch = () => Promise.reject();\n"
    after = f"\nconst given = {json.dumps(given)};\nconsole.log(JSON.stringify({code}));"
    script = before + SCRIPT.read_text(encoding="utf-8") + after
    done = subprocess.run([NODE, "-"], input=script, capture_output=True, text=True, encoding="utf-8", check=True, timeout=60)
    return json.loads(done.stdout)


def questions(*more: str) -> list[str]:
    return [*more, *(f"is it so {number}" for number in range(30))]


def test_words_of_many_questions_come_first(folder: Path) -> None:
    entry = indexed(folder, questions=questions("zebra one", "zebra two", "zebra three", "zebra four", "okapi"))
    assert "zebra" in entry["often"].split()
    assert "okapi" in entry["words"].split()


def test_what_the_button_says_is_what_it_is_about(folder: Path) -> None:
    assert "zebra" in indexed(folder, button="Zebras")["often"].split()


def test_words_of_the_title_stand_there_alone(folder: Path) -> None:
    assert "zebra" not in indexed(folder, title="Zebras?", questions=questions("zebra"))["words"].split()


def test_a_word_of_every_page_tells_nothing(folder: Path) -> None:
    for path in (folder / "topics").glob("*.yml"):
        topic = yaml.safe_load(path.read_text(encoding="utf-8"))
        write(path, {**topic, "questions": [*topic["questions"], f"is {topic['id']} the same everywhere"]})
    for entry in json.loads(search.index(read(folder))):
        assert "everywhere" not in (entry["often"] + entry["words"]).split()


def test_a_group_is_told_by_its_title(folder: Path) -> None:
    base = read(folder)
    assert indexed(folder)["group"] == base.groups["triggers_to_avoid"].title


def test_nothing_to_find_is_an_empty_list(folder: Path) -> None:
    for path in (folder / "topics").glob("*.yml"):
        path.unlink()
    assert search.index(read(folder)) == "[]\n"


WORDS = [
    *("zebras", "zebra", "Zebras'", "it's", "it’s", "gnu-zebras", "glasses", "less", "illness", "gas", "as", "USA", "b12"),
    *("B-12", "µg", "naïve", "crème brûlée", "İstanbul", "Straße", "睡眠", "tea_time", "1,000", "<b>bold</b>", "", "  "),
]


def test_a_readers_words_are_cut_like_those_of_the_index(folder: Path) -> None:
    asked = [word for word in WORDS if len(word.strip()) > 2]
    entry = indexed(folder, questions=questions(*asked))
    others = [topic for topic in read(folder).topics.values() if topic.id != "caffeine"]
    # What other pages hold too may be left out.
    common = " ".join(" ".join((topic.text, topic.button, *topic.questions)) for topic in others)
    stored, spread, *typed = in_browser("given.map(words)", [f"{entry['often']} {entry['words']}", common, *asked])
    for question, words in zip(asked, typed, strict=True):
        assert {word for word in words if len(word) > 2} - set(spread) <= set(stored), question


def test_cutting_a_word_again_changes_nothing() -> None:
    code = "given.map((word) => [words(word), words(words(word).join(' '))])"
    for once, twice in in_browser(code, [*WORDS, "classes", "bus", "buses"]):
        assert once == twice


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("caffeine", "caffeine"),
        ("CAFFEINE!", "caffeine"),
        ("alcohol", "alcohol"),
        ("smoke", "smoking"),
        ("cafeína caffeine", "caffeine"),
    ],
)
def test_the_topic_that_is_named_is_found_first(folder: Path, asked: str, first: str) -> None:
    entries = json.loads(search.index(read(folder)))
    code = (
        "search(given.entries.map((entry) => ({entry, title: words(entry.title), group: words(entry.group),"
        " often: words(entry.often), words: words(entry.words)})), given.asked).map(({entry}) => entry.url)"
    )
    assert in_browser(code, {"entries": entries, "asked": asked})[0] == f"topics/{first}.html"


@pytest.mark.parametrize("asked", ["", "   ", "?!", "zzzz", "🦵"])
def test_where_nothing_fits_nothing_is_found(asked: str) -> None:
    entry = {"title": ["tea"], "group": ["drink"], "often": ["tea"], "words": ["cup"]}
    assert in_browser("search(given.entries, given.asked)", {"entries": [entry], "asked": asked}) == []


def test_at_most_ten_are_shown() -> None:
    entries = [{"title": ["tea", str(number)], "group": [], "often": [], "words": []} for number in range(30)]
    assert len(in_browser("search(given, 'tea')", entries)) == 10


def test_its_files_are_there() -> None:
    assert all((SCRIPT.parent / name).exists() for name in STATIC)
