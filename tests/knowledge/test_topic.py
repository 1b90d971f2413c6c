"""A topic: what a writer may put into one, and what of it is read out."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.knowledge.topic import COUNTS, Evidence, Professional, Review, Sentence, Topic, who
from bot.settings import ROOT

GIVEN: dict[str, Any] = {
    "id": "tea",
    "group": "drinks",
    "title": "Does tea help?",
    "button": "Tea",
    "questions": [f"does tea number {number} help" for number in range(25)],
    "answer": [{"fact": "Tea has caffeine.", "sources": ["b-2020", "a-2019"]}, {"say": "So it may keep you up."}],
    "ask": "Ask about your medicines.",
    "detail": [{"fact": "A cup has 40 mg.", "sources": ["c-2021", "a-2019"]}],
    "evidence": {"grade": "limited", "because": "Few studies."},
    "consult": ["doctor", "pharmacist"],
    "related": ["coffee", "cocoa"],
    "review": {"status": "unreviewed", "written": "2026-11-24", "due": "2027-11-24"},
}


def topic(**changes: Any) -> Topic:
    return Topic.parse_obj({**copy.deepcopy(GIVEN), **changes})


def refusal(**changes: Any) -> str:
    with pytest.raises(ValidationError) as raised:
        topic(**changes)
    return str(raised.value)


def test_it_works() -> None:
    tea = topic()
    assert tea.text == "Tea has caffeine. So it may keep you up."
    assert tea.detail_text == "A cup has 40 mg."
    assert tea.evidence.text == "Evidence: limited. Few studies."
    assert (tea.facts, tea.differences) == ((), ())


def test_sources_stand_once_in_the_order_of_their_first_use() -> None:
    assert topic().sources == ("b-2020", "a-2019", "c-2021")


def entries(name: str, count: int) -> list[Any]:
    if name in ("answer", "detail"):
        return [{"say": f"Sentence {number}."} for number in range(count)]
    if name == "consult":
        return [one.value for one in Professional][:count]
    return [f"{name} {number}" for number in range(count)]


@pytest.mark.parametrize("name", COUNTS)
def test_a_list_has_its_least_and_its_most(name: str) -> None:
    least, most = COUNTS[name]
    for count in (least, most):
        assert len(getattr(topic(**{name: entries(name, count)}), name)) == count
    for count in (least - 1, most + 1):
        assert f"has {count} entries, needs {least} to {most}" in refusal(**{name: entries(name, count)})


@pytest.mark.parametrize(("name", "most"), [("title", 60), ("button", 20)])
def test_a_label_is_no_longer_than_where_it_is_shown(name: str, most: int) -> None:
    assert len(getattr(topic(**{name: "é" * most}), name)) == most
    assert f"at most {most} characters" in refusal(**{name: "é" * (most + 1)})


@pytest.mark.parametrize("id", ["", "Tea", "1tea", "_tea", "green-tea", "green tea", "thé", "../tea"])
def test_an_id_is_a_plain_name(id: str) -> None:
    assert "does not match" in refusal(id=id)


@pytest.mark.parametrize("again", ["does tea number 0 help", "DOES TEA NUMBER 0 HELP"])
def test_a_question_stands_once_however_it_is_written(again: str) -> None:
    assert f"the question '{again}' stands twice" in refusal(questions=[*GIVEN["questions"], again])


def test_sharp_s_and_double_s_are_the_same_question() -> None:
    assert "stands twice" in refusal(questions=[*GIVEN["questions"], "süß", "SÜSS"])


@pytest.mark.parametrize(
    ("name", "items", "twice"),
    [
        ("consult", ["doctor", "doctor"], "'doctor' stands twice"),
        ("related", ["coffee", "cocoa", "coffee"], "'coffee' stands twice"),
        ("facts", ["TX-01", "TX-01"], "'TX-01' stands twice"),
        ("differences", [3, 4, 3], "'3' stands twice"),
    ],
)
def test_nothing_is_named_twice(name: str, items: list[Any], twice: str) -> None:
    assert twice in refusal(**{name: items})


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ({}, "needs either 'fact' or 'say'"),
        ({"fact": "A.", "say": "B.", "sources": ["a"]}, "needs either 'fact' or 'say'"),
        ({"fact": "A."}, "a fact without a source: add 'sources'"),
        ({"fact": "A.", "sources": []}, "a fact without a source: add 'sources'"),
        ({"say": "A.", "sources": ["a"]}, "a 'say' with sources: make it a 'fact'"),
        ({"say": ""}, "a sentence without words: write it or remove it"),
        ({"say": " \n"}, "a sentence without words"),
        ({"fact": "", "sources": ["a"]}, "a sentence without words"),
        ({"say": "A.", "tone": "kind"}, "extra fields not permitted"),
    ],
)
def test_a_sentence_is_a_fact_with_its_sources_or_something_to_say(sentence: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Sentence.parse_obj(sentence)


@pytest.mark.parametrize("missing", [{"by": "Dr A"}, {"on": "2026-12-01"}, {}, {"by": "", "on": "2026-12-01"}])
def test_who_reviewed_a_topic_and_when_is_told(missing: dict[str, str]) -> None:
    dates = {"status": "reviewed", "written": "2026-11-24", "due": "2027-11-24"}
    with pytest.raises(ValidationError, match="a reviewed topic needs 'by' and 'on'"):
        Review.parse_obj({**dates, **missing})


def test_a_review_that_can_not_be_read_is_told_once() -> None:
    with pytest.raises(ValidationError) as raised:
        Review.parse_obj({"status": "perhaps", "written": "2026-02-30", "due": "2027-11-24"})
    assert [error["loc"] for error in raised.value.errors()] == [("status",), ("written",)]


@pytest.mark.parametrize("part", ["title", "ask", "evidence", "review", "answer"])
def test_nothing_may_be_left_out(part: str) -> None:
    left = {name: value for name, value in GIVEN.items() if name != part}
    with pytest.raises(ValidationError, match=rf"(?s)1 validation error.*{part}\n  field required"):
        Topic.parse_obj(left)


def test_a_topic_that_was_read_does_not_change() -> None:
    with pytest.raises(TypeError, match="immutable"):
        topic().title = "Other"
    with pytest.raises(TypeError, match="immutable"):
        Evidence.parse_obj(GIVEN["evidence"]).because = "Other"


@pytest.mark.parametrize(
    ("professionals", "told"),
    [
        (["doctor"], "a doctor"),
        (["pharmacist"], "a pharmacist"),
        (["doctor", "pharmacist", "nurse"], "a doctor or pharmacist"),
        (["nurse"], "a nurse or doctor"),
        (["sleep specialist", "kidney team"], "a sleep specialist or doctor"),
        (["midwife", "nurse", "doctor"], "a midwife or doctor"),
        (["kidney team", "pharmacist"], "a kidney team or pharmacist"),
        ([], "a doctor"),
    ],
)
def test_a_doctor_or_pharmacist_is_always_named(professionals: list[str], told: str) -> None:
    assert who(professionals) == told


@given(st.lists(st.sampled_from([one.value for one in Professional]), unique=True))
def test_at_most_two_are_named_and_the_first_is_one_of_them(professionals: list[str]) -> None:
    named = who(professionals).removeprefix("a ").split(" or ")
    assert len(named) <= 2
    assert named == list(dict.fromkeys(named))
    assert {"doctor", "pharmacist"} & set(named)
    assert not professionals or named[0] == professionals[0]


def test_every_kind_of_professional_is_named_by_a_topic() -> None:
    named = {
        professional
        for path in Path(ROOT / "knowledge" / "topics").glob("*.yml")
        for professional in yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)["consult"]
    }
    assert named <= {one.value for one in Professional}
