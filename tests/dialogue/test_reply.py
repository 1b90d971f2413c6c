"""Replies, and the disclaimer that each of them carries."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.dialogue.disclaimer import Disclaimer
from bot.dialogue.reply import Answer, Button, Citation, FinishedReply, Kind, Reply, named, short_name
from bot.knowledge.errors import KnowledgeErrors
from bot.knowledge.source import Source
from bot.knowledge.topic import who
from bot.settings import ROOT

SOURCE = Citation(id="a-2020", name="Able", title="On legs", kind="guideline", year="2020", url="https://example.org/a")
ANSWER = {
    "topic": "caffeine",
    "group": "triggers_to_avoid",
    "title": "Does caffeine matter?",
    "text": "It may.",
    "ask": "Try a week without it.",
    "evidence": "Evidence: limited. Few studies.",
    "grade": "limited",
    "sources": [SOURCE],
    "consult": ["doctor", "pharmacist"],
}


@pytest.fixture(scope="module")
def disclaimer() -> Disclaimer:
    return Disclaimer.load(ROOT / "knowledge")


def finished(disclaimer: Disclaimer, reply: Reply, **how: object) -> FinishedReply:
    return disclaimer.finish(reply, **{"channel": "rest", "country": "CA", "first": False, **how})  # type: ignore[arg-type]


@pytest.mark.parametrize("field", ["text", "ask", "evidence", "grade", "sources", "consult"])
def test_an_answer_can_not_be_built_without_its_parts(field: str) -> None:
    assert Answer(**ANSWER)
    with pytest.raises(ValidationError):
        Answer(**{name: value for name, value in ANSWER.items() if name != field})
    with pytest.raises(ValidationError):
        Answer(**{**ANSWER, field: [] if field in ("sources", "consult") else ""})


@pytest.mark.parametrize("field", ["disclaimer", "advice"])
def test_no_reply_goes_out_without_disclaimer_and_advice(field: str) -> None:
    whole = {"kind": Kind.ANSWER, "disclaimer": "Not advice.", "advice": "Ask a doctor."}
    assert FinishedReply(**whole)
    with pytest.raises(ValidationError):
        FinishedReply(**{name: value for name, value in whole.items() if name != field})
    with pytest.raises(ValidationError):
        FinishedReply(**{**whole, field: ""})


def test_the_text_holds_answer_evidence_sources_disclaimer_in_order(disclaimer: Disclaimer) -> None:
    text = finished(disclaimer, Reply(kind=Kind.ANSWER, answers=(Answer(**ANSWER),))).plain()
    order = ["It may. Try a week", "Evidence: limited", "Able 2020", "not medical advice", "a doctor or pharmacist"]
    assert [text.index(part) for part in order] == sorted(text.index(part) for part in order)


def test_two_answers_have_headings(disclaimer: Disclaimer) -> None:
    text = finished(disclaimer, Reply(kind=Kind.ANSWER, answers=(Answer(**ANSWER), Answer(**ANSWER)))).plain()
    assert text.count("Does caffeine matter?") == 2
    assert text.count("not medical advice") == 1


def test_the_first_reply_has_the_full_disclaimer_with_the_countrys_number(disclaimer: Disclaimer) -> None:
    text = finished(disclaimer, Reply(kind=Kind.SMALLTALK, text="Hello."), first=True, country="UK").plain()
    assert "no clinician has reviewed" in text
    assert "call 999" in text
    unknown = finished(disclaimer, Reply(kind=Kind.SMALLTALK, text="Hello."), first=True, country="XX").plain()
    assert "your local emergency number" in unknown


def test_a_channel_may_have_its_own_wording(disclaimer: Disclaimer) -> None:
    assert (
        finished(disclaimer, Reply(kind=Kind.ANSWER, text="Yes."), channel="sms")
        .plain()
        .startswith("Yes.\n\nGeneral information, not medical advice.")
    )


@pytest.mark.parametrize("category", ["emergency", "overdose", "crisis_self_harm"])
def test_in_danger_the_disclaimer_is_short_also_in_the_first_reply(disclaimer: Disclaimer, category: str) -> None:
    text = finished(disclaimer, Reply(kind=Kind.SAFETY, text="Call 911.", safety=category), first=True).plain()
    assert "not medical advice" in text
    assert "not an emergency service" in text
    assert "no clinician" not in text


@pytest.mark.parametrize(
    ("advisers", "text"),
    [
        (("doctor", "pharmacist"), "a doctor or pharmacist"),
        (("midwife", "doctor"), "a midwife or doctor"),
        (("kidney team",), "a kidney team or doctor"),
        (("sleep specialist", "nurse"), "a sleep specialist or doctor"),
        (("pharmacist",), "a pharmacist"),
    ],
)
def test_the_advice_names_a_doctor_or_pharmacist_always(advisers: tuple[str, ...], text: str) -> None:
    assert who(advisers) == text


def test_without_advisers_it_is_doctor_or_pharmacist() -> None:
    assert Reply(kind=Kind.SMALLTALK, text="Hello.").advisers == ("doctor", "pharmacist")


def test_a_disclaimer_file_without_its_default_is_refused(tmp_path: Path) -> None:
    (tmp_path / "disclaimer.yml").write_text("wordings: {}\nnumbers: {OTHER: x}\n", encoding="utf-8")
    with pytest.raises(KnowledgeErrors, match="'default' or 'OTHER' is missing"):
        Disclaimer.load(tmp_path)


def test_many_sources_are_counted() -> None:
    cited = tuple(SOURCE.copy(update={"id": str(n), "name": f"N{n}"}) for n in range(5))
    assert named(cited) == "N0 2020; N1 2020; N2 2020; and 2 more"


@pytest.mark.parametrize(
    ("by", "name"),
    [
        ("Winkelman JW, Berkowski JA, et al.; American Academy", "Winkelman"),
        ("National Health Service (UK)", "National Health Service (UK)"),
        ("American Academy of Neurology", "American Academy of Neurology"),
        (None, "On legs"),
        ("Authors not shown in the excerpt read", "On legs"),
    ],
)
def test_a_source_is_named_by_its_first_author_or_organisation(by: str | None, name: str) -> None:
    source = Source(id="x", title="On legs. A journal", by=by, kind="rct", status="verified", read="all")
    assert short_name(source) == name


OTHER = Citation(id="b", name="NHS", title="Legs at night", kind="page")


def test_what_several_answers_share_is_named_once_and_in_order() -> None:
    first = Answer(**{**ANSWER, "consult": ["midwife", "doctor"]})
    second = Answer(**{**ANSWER, "sources": [OTHER, SOURCE]})
    reply = Reply(kind=Kind.ANSWER, answers=(first, second), sources=(OTHER,), consult=("nurse",))
    assert [source.id for source in reply.citations] == ["b", "a-2020"]
    assert reply.advisers == ("nurse", "midwife", "doctor", "pharmacist")


@pytest.mark.parametrize(
    ("sources", "text", "listed"),
    [
        ((SOURCE,), "A figure.", True),
        ((SOURCE,), "This rests on: On legs (guideline)", False),
        ((SOURCE, OTHER), "This rests on: On legs (guideline)", True),
        ((), "A figure.", False),
    ],
)
def test_sources_are_listed_unless_the_text_lists_them_all(sources: tuple[Citation, ...], text: str, listed: bool) -> None:
    assert ("Where this comes from:" in Reply(kind=Kind.LOOKUP, text=text, sources=sources).body()) is listed


def test_a_reply_of_nothing_is_its_disclaimer(disclaimer: Disclaimer) -> None:
    said = finished(disclaimer, Reply(kind=Kind.SMALLTALK))
    assert said.plain() == f"{said.disclaimer} {said.advice}"


def test_exactly_as_many_sources_as_are_named_leave_no_more() -> None:
    cited = tuple(SOURCE.copy(update={"id": str(n), "name": f"N{n}", "year": None}) for n in range(3))
    assert named(cited) == "N0; N1; N2"
    assert named((*cited, cited[0])) == "N0; N1; N2"
    assert named(()) == ""


@pytest.mark.parametrize("confidence", [-0.01, 1.01])
def test_a_confidence_is_from_0_to_1(confidence: float) -> None:
    with pytest.raises(ValidationError, match="confidence"):
        Reply(kind=Kind.ANSWER, confidence=confidence)


@pytest.mark.parametrize("field", ["title", "payload"])
def test_a_button_shows_something_and_leads_somewhere(field: str) -> None:
    with pytest.raises(ValidationError, match=field):
        Button(**{"title": "Tea?", "payload": "#topic:caffeine", field: ""})


def test_a_reply_does_not_change_once_it_is_made() -> None:
    with pytest.raises(TypeError, match="immutable"):
        Reply(kind=Kind.ANSWER).text = "another"


def test_a_reply_survives_the_way_through_json(disclaimer: Disclaimer) -> None:
    said = finished(disclaimer, Reply(kind=Kind.ANSWER, answers=(Answer(**ANSWER),), lookup={"type": "food", "mg": 1.5}))
    assert FinishedReply.parse_raw(said.json()) == said


@pytest.mark.parametrize("text", ["{}", "{number}", "100 % {sure} }{", "\u202e\U0001f9b5"])
def test_braces_and_odd_letters_of_a_reply_are_left_alone(disclaimer: Disclaimer, text: str) -> None:
    assert finished(disclaimer, Reply(kind=Kind.ANSWER, text=text), first=True).plain().startswith(f"{text}\n\n")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("short: brief", "short"),
        ("advice: Please talk with somebody.", "advice"),
        ("colour: red, not blue", "colour"),
    ],
)
def test_a_wording_that_does_not_fit_is_refused_by_name(tmp_path: Path, change: str, told: str) -> None:
    wording = {
        "short": "short: This is no advice.", "full": "full: This is no advice at all.", "advice": "advice: Ask {who}.",
        "danger": "danger: This is no emergency service.",
    }  # fmt: skip
    wording[change.split(":")[0]] = change
    lines = "".join(f"    {line}\n" for line in wording.values())
    (tmp_path / "disclaimer.yml").write_text(f"wordings:\n  default:\n{lines}numbers: {{OTHER: x}}\n", encoding="utf-8")
    with pytest.raises(KnowledgeErrors, match=told):
        Disclaimer.load(tmp_path)


@pytest.mark.parametrize(
    "text", ["", "numbers: {OTHER: x}\n", "wordings:\nnumbers:\n", "- default\n", "wordings: [default]\nnumbers: OTHER\n"]
)
def test_a_disclaimer_file_of_which_parts_are_missing_is_refused_by_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "disclaimer.yml").write_text(text, encoding="utf-8")
    with pytest.raises(KnowledgeErrors, match=r"disclaimer\.yml.*'default' or 'OTHER' is missing; restore it"):
        Disclaimer.load(tmp_path)


def test_the_full_wording_names_the_number_of_the_country(disclaimer: Disclaimer) -> None:
    assert "call 000" in disclaimer.full("AU")
    assert "call your local emergency number" in disclaimer.full("")
