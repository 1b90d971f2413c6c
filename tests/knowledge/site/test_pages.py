"""Pages of a small knowledge base: names, notes, counts and what is left out."""

from __future__ import annotations

import re
import shutil
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from bot.knowledge.base import KnowledgeBase, read
from bot.knowledge.errors import KnowledgeError
from bot.knowledge.foods import Foods
from bot.knowledge.site.pages import Help, Site, consult, plain_name, unbroken
from bot.knowledge.source import Source
from bot.knowledge.topic import Professional, Review, Topic
from bot.safety.rules import RuleBook
from bot.settings import ROOT

KNOWLEDGE = ROOT / "knowledge"


@pytest.fixture(scope="module")
def foods() -> Foods:
    return Foods.load(KNOWLEDGE / "foods")


@pytest.fixture
def base(folder: Path) -> KnowledgeBase:
    """Three topics; the chart of treatments needs one."""
    found = read(folder)
    treatment = found.topics["smoking"].copy(update={"group": "complementary_therapies"})
    return KnowledgeBase(found.groups, {**found.topics, "smoking": treatment}, found.sources, found.facts)


def made(base: KnowledgeBase, foods: Foods, **changes: Any) -> dict[str, str]:
    given_: dict[str, Any] = {"help": (), "emergency": "911", "disclaimer": "Only information.", "advice": "Talk with {who}."}
    return Site(base=base, foods=foods, **{**given_, **changes}).files()


def with_topic(base: KnowledgeBase, **changes: Any) -> KnowledgeBase:
    topics = {**base.topics, "caffeine": base.topics["caffeine"].copy(update=changes)}
    return KnowledgeBase(base.groups, topics, base.sources, base.facts)


def with_source(base: KnowledgeBase, **changes: Any) -> tuple[KnowledgeBase, Source]:
    name = base.topics["caffeine"].sources[0]
    source = base.sources[name].copy(update=changes)
    return KnowledgeBase(base.groups, base.topics, {**base.sources, name: source}, base.facts), source


def test_only_groups_with_topics_are_shown(base: KnowledgeBase, foods: Foods) -> None:
    text = made(base, foods)["index.html"]
    assert re.findall(r'<h3 id="(\w+)"', text) == ["triggers_to_avoid", "complementary_therapies"]
    assert "<p>3 answers in plain words." in text


def test_each_page_marks_its_own_link_and_no_other(base: KnowledgeBase, foods: Foods) -> None:
    for name, text in made(base, foods).items():
        if name.endswith(".html"):
            marked = re.findall(r'<a href="([^"]+)" aria-current="page"', text)
            assert marked == ([] if name.startswith("topics/") else [name])


@pytest.mark.parametrize("address", ["https://example.org/faq", "https://example.org/faq/", "https://example.org/faq//"])
def test_an_address_may_end_in_a_slash_or_not(
    base: KnowledgeBase, foods: Foods, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Foods, "load", lambda folder: foods)
    text = Site.load(KNOWLEDGE, base, "CA", address).files()["topics/caffeine.html"]
    assert '<link rel="canonical" href="https://example.org/faq/topics/caffeine.html">' in text


def test_what_a_writer_writes_is_never_markup(base: KnowledgeBase, foods: Foods) -> None:
    odd = '<img src=x onerror="alert(1)"> & "co"'
    base, source = with_source(with_topic(base, title=odd, ask=odd), title=odd, by=odd, read=odd)
    for name, text in made(base, foods, disclaimer=odd).items():
        if name.endswith(".html"):
            assert "<img" not in text, name
    assert odd in unescape(made(base, foods)["topics/caffeine.html"])
    assert odd in unescape(made(base, foods)["sources.html"])
    assert source.title == odd


@pytest.mark.parametrize(
    ("by", "year", "note"),
    [
        ("Walters, Arthur; Winkelman, John", 2020, "Walters and others 2020"),
        ("American Academy of Sleep Medicine", 2025, "American Academy of Sleep Medicine 2025"),
        ("Allen R and others", 2014, "Allen R 2014"),
        (None, 2020, "no author named 2020"),
        ("NHS", None, "NHS"),
        ("Cochrane", "2023 (live)", "Cochrane 2023 (live)"),
    ],
)
def test_a_note_names_its_source_in_short(base: KnowledgeBase, foods: Foods, by: Any, year: Any, note: str) -> None:
    base, _ = with_source(base, by=by, year=year)
    assert f'aria-label="Source 1: {note}"' in made(base, foods)["topics/caffeine.html"]


def test_notes_stand_in_the_order_of_their_numbers(base: KnowledgeBase, foods: Foods) -> None:
    names = base.topics["caffeine"].sources
    assert len(names) > 1
    answer = [{"fact": "One.", "sources": names}, {"fact": "Two.", "sources": names[::-1]}]
    topic = Topic.parse_obj({**base.topics["caffeine"].dict(), "answer": answer})
    text = made(with_topic(base, answer=topic.answer), foods)["topics/caffeine.html"]
    numbers = [[int(one) for one in re.findall(r">(\d+)</a>", note)] for note in re.findall(r"<sup>(.*?)</sup>", text)]
    assert numbers[0] == numbers[1] == list(range(1, len(names) + 1))


@pytest.mark.parametrize(
    ("by", "year", "name"),
    [("NHS", 2020, "NHS, 2020"), (None, 2020, "No author named, 2020"), ("NHS", None, "NHS"), (None, None, "No author named")],
)
def test_a_source_is_named_for_a_list(by: Any, year: Any, name: str) -> None:
    assert plain_name(Source(id="a", title="A", by=by, year=year, kind="rct", status="verified", read="All")) == name


def test_a_source_without_an_address_is_no_link(base: KnowledgeBase, foods: Foods) -> None:
    base, source = with_source(base, url=None, title="A book on tea")
    files = made(base, foods)
    for name in ("topics/caffeine.html", "sources.html"):
        assert "<cite>A book on tea</cite>" in files[name]
        assert "None" not in re.sub(r"<script.*?</script>", "", files[name])
    assert source.url is None


def test_sources_stand_newest_first(base: KnowledgeBase, foods: Foods) -> None:
    years = {"a-1": 1999, "b-2": "2023 (live)", "c-3": None, "d-4": 2024, "e-5": 1999}
    sources = {
        name: Source(id=name, title=f"Title {name}", year=year, kind="textbook", status="verified", read="All")
        for name, year in years.items()
    }
    text = made(KnowledgeBase(base.groups, base.topics, {**base.sources, **sources}, base.facts), foods)["sources.html"]
    assert [name for name in re.findall(r'<li id="([\w-]+)">', text) if name in years] == ["d-4", "b-2", "a-1", "e-5", "c-3"]


@pytest.mark.parametrize(("read_", "end"), [("Abstract", "Abstract."), ("All.", "All."), ("Part (pages 1 to 3)", "to 3)")])
def test_how_much_was_read_ends_with_one_stop(base: KnowledgeBase, foods: Foods, read_: str, end: str) -> None:
    base, _ = with_source(base, read=read_, status="verified")
    assert f"How much was read: {read_[:-4]}" in made(base, foods)["sources.html"]
    assert f"{end}</p>" in made(base, foods)["sources.html"]


def test_one_answer_rests_and_several_rest(base: KnowledgeBase, foods: Foods) -> None:
    users = [sum(name in topic.sources for topic in base.topics.values()) for name in base.sources]
    text = made(base, foods)["sources.html"]
    assert text.count("1 answer rests on it") == users.count(1) > 0
    assert text.count("2 answers rest on it") == users.count(2)
    assert text.count("<details>") == sum(count > 0 for count in users)


@pytest.mark.parametrize(
    ("count", "told"),
    [
        (0, None),
        (1, "1 fact rests on what is widely taught and was not"),
        (2, "2 facts rest on what is widely taught and were not"),
    ],
)
def test_facts_from_memory_are_told_on_their_page(base: KnowledgeBase, foods: Foods, count: int, told: str | None) -> None:
    used = list(base.facts)[:2]
    facts = {
        name: fact.copy(update={"status": "from_memory" if name in used[:count] else "verified"})
        for name, fact in base.facts.items()
    }
    topic = base.topics["caffeine"].copy(update={"facts": tuple(used)})
    base = KnowledgeBase(base.groups, {**base.topics, "caffeine": topic}, base.sources, facts)
    text = made(base, foods)["topics/caffeine.html"]
    assert told in text if told else "widely taught" not in text


def test_a_review_that_is_only_planned_is_none(base: KnowledgeBase, foods: Foods) -> None:
    review = Review(status="unreviewed", written="2024-02-29", due="2025-01-01")
    text = made(with_topic(base, review=review), foods)["topics/caffeine.html"]
    assert "Written on 29 February 2024. No clinician has reviewed this page yet. To be read again by 1 January 2025." in text


def test_each_page_says_whom_to_talk_with(base: KnowledgeBase, foods: Foods) -> None:
    files = made(with_topic(base, consult=(Professional.NURSE, Professional.DIETITIAN, Professional.PHARMACIST)), foods)
    assert "Talk with a nurse or doctor." in files["topics/caffeine.html"]
    assert "<strong>Who can advise:</strong> nurse, dietitian or pharmacist." in files["topics/caffeine.html"]
    assert "Talk with a doctor or pharmacist." in files["index.html"]


@pytest.mark.parametrize(("count", "told"), [(1, "doctor"), (2, "doctor or pharmacist"), (3, "doctor, pharmacist or midwife")])
def test_who_can_advise_is_a_list_in_words(base: KnowledgeBase, count: int, told: str) -> None:
    assert consult(base.topics["caffeine"].copy(update={"consult": tuple(Professional)[:count]})) == told


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Call 1-800-222-1222 now", ["1-800-222-1222"]),
        ("Text 988", []),
        ("13 11 26 or 0800 764 766", ["13 11 26", "0800 764 766"]),
        ("", []),
    ],
)
def test_telephone_numbers_stay_whole(text: str, numbers: list[str]) -> None:
    assert re.findall(r'<span class="number">(.*?)</span>', unbroken(text)) == numbers


@given(st.text(max_size=40))
def test_keeping_numbers_whole_changes_no_text(text: str) -> None:
    plain = re.sub(r'<span class="number">|</span>', "", unbroken(text))
    assert plain == str(escape(text))


def test_a_number_that_can_not_be_called_is_no_link(base: KnowledgeBase, foods: Foods) -> None:
    country = Help("The Moon", "none", "", "a friend", "", "nobody", "tel:123")
    text = made(base, foods, help=(country,))["help.html"]
    assert text.count('class="call"') == 1
    assert '<a class="call" href="tel:123">Call poison help</a>' in text


@pytest.mark.parametrize(
    "content",
    [
        "",
        "- a\n",
        "wordings:\n  default: {short: a}\nnumbers: {OTHER: x}\n",
        "wordings: {default: {short: a, advice: b}}\n",
        "wordings: {default: {short: a, advice: b}}\nnumbers: {US: 911}\n",
    ],
)
def test_a_disclaimer_without_what_every_page_says_is_told(folder: Path, base: KnowledgeBase, content: str) -> None:
    shutil.copy(KNOWLEDGE / "safety.yml", folder)
    (folder / "disclaimer.yml").write_text(content, encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"disclaimer\.yml:1: the default wording or the numbers are missing; restore"):
        Site.load(folder, base, "CA")


def test_a_country_is_listed_once(base: KnowledgeBase, foods: Foods, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Foods, "load", lambda folder: foods)
    countries = RuleBook.load(KNOWLEDGE / "safety.yml").file.countries
    for country in countries:
        site = Site.load(KNOWLEDGE, base, country)
        assert len({one.name for one in site.help}) == len(site.help) == len(countries)
        assert site.help[-1].name == "Any other country"
        assert all(one.name[0].isupper() for one in site.help)


def test_a_topic_that_is_related_and_gone_is_left_out(base: KnowledgeBase, foods: Foods) -> None:
    text = made(with_topic(base, related=("alcohol", "gone")), foods)["topics/caffeine.html"]
    assert 'href="alcohol.html"' in text
    assert "gone.html" not in text
