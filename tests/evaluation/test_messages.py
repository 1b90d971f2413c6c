"""Reading labelled messages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.evaluation.messages import ADVERSARIAL, OUT_OF_SCOPE, SMALLTALK, Label, Labels, MessageError, Section, read
from bot.evaluation.report import LINE
from bot.safety.rules import CATEGORIES
from bot.settings import ROOT

GROUPS = ("causes", "pregnancy")
GOOD = '{"text": "why me", "topic": "causes"}'


def write(folder: Path, *lines: str, name: str = "in_scope.jsonl") -> Path:
    path = folder / name
    path.write_bytes("\n".join(lines).encode("utf-8"))
    return path


def test_it_works(tmp_path: Path) -> None:
    line = (
        '{"text": " why\\tme ", "topic": "causes", "also": ["off_topic"], "borderline": true, "lang": "de",'
        ' "source": "a book", "origin": "reworded"}'
    )
    (message,) = read([write(tmp_path, "", line, " ")], GROUPS)
    assert message.text == " why\tme "
    assert message.label == Label(Section.IN_SCOPE, "causes")
    assert message.also == {Label(Section.OUT_OF_SCOPE, "off_topic")}
    assert message.accepted == message.also | {message.label}
    assert (message.borderline, message.lang, message.source, message.origin) == (True, "de", "a book", "reworded")
    assert (message.file, message.line) == ("in_scope", 2)


def test_what_is_left_out(tmp_path: Path) -> None:
    (message,) = read([write(tmp_path, GOOD)], GROUPS)
    assert (message.also, message.borderline, message.lang, message.origin) == (frozenset(), False, "", "unknown")


def test_files_are_read_in_order(tmp_path: Path) -> None:
    paths = [write(tmp_path, GOOD, name="b.jsonl"), write(tmp_path, GOOD, name="a.jsonl")]
    assert [message.file for message in read(paths, GROUPS)] == ["b", "a"]


@pytest.mark.parametrize("odd", ["\u2028", "\u0085", "\x0b", ""])
def test_odd_white_space_belongs_to_the_text(tmp_path: Path, odd: str) -> None:
    line = '{"text": "a' + odd.replace("\x0b", "\\u000b") + 'b", "topic": "causes"}'
    (message,) = read([write(tmp_path, line)], GROUPS)
    assert message.text == f"a{odd}b"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("why me", "not JSON"),
        ('["why me"]', "not an object"),
        ('{"topic": "causes"}', "'text' is missing"),
        ('{"text": 3, "topic": "causes"}', "'text' is missing or is not a string"),
        ('{"text": "why me"}', "'topic' is missing"),
        ('{"text": "why me", "topic": "cause"}', "label 'cause' is not known"),
        ('{"text": "why me", "topic": "causes", "also": "pregnancy"}', "'also' is not a list"),
        ('{"text": "why me", "topic": "causes", "also": [1]}', "'also' is not a list"),
        ('{"text": "why me", "topic": "causes", "also": ["cause"]}', "label 'cause' of 'also' is not known"),
        ('{"text": "why me", "topic": "causes", "borderline": "no"}', "'borderline' is neither"),
        ('{"text": "why me", "topic": "causes", "lang": 1}', "'lang' is not a string"),
        ('{"text": "why me", "topic": "causes", "origin": null}', "'origin' is not a string"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, why: str) -> None:
    path = write(tmp_path, GOOD, line)
    with pytest.raises(MessageError) as raised:
        read([path], GROUPS)
    assert str(raised.value).startswith(f"{path}:2: {why}")
    assert "\n" not in str(raised.value)


def test_a_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    path = tmp_path / "in_scope.jsonl"
    path.write_bytes('{"text": "café", "topic": "causes"}'.encode("latin-1"))
    with pytest.raises(MessageError, match=r"in_scope\.jsonl:1: not UTF-8"):
        read([path], GROUPS)


@pytest.mark.parametrize(
    ("label", "file", "section"),
    [
        ("causes", "anything", Section.IN_SCOPE),
        ("near_miss", "in_scope", Section.OUT_OF_SCOPE),
        ("thanks", "anything", Section.SMALLTALK),
        ("overdose", "anything", Section.SAFETY),
        ("kidney", "anything", Section.SAFETY),
        ("xss", "anything", Section.ADVERSARIAL),
        ("pregnancy", "anything", Section.IN_SCOPE),
        ("pregnancy", "in_scope_reworded", Section.IN_SCOPE),
        ("pregnancy", "safety", Section.SAFETY),
        ("pregnancy", "safety_reworded", Section.SAFETY),
        ("a_new_trick", "adversarial", Section.ADVERSARIAL),
    ],
)
def test_what_a_label_is(label: str, file: str, section: Section) -> None:
    assert Labels(GROUPS).readings(label, file)[0] == Label(section, label)


def test_a_further_label_is_all_that_it_may_be(tmp_path: Path) -> None:
    (message,) = read([write(tmp_path, '{"text": "why me", "topic": "causes", "also": ["pregnancy"]}')], GROUPS)
    assert {label.section for label in message.also} == {Section.IN_SCOPE, Section.SAFETY}


def test_a_new_trick_is_unknown_elsewhere() -> None:
    assert Labels(GROUPS).readings("a_new_trick", "in_scope") == []


@pytest.mark.parametrize(
    ("origin", "file", "reworded"),
    [("patient", "in_scope", False), ("reworded", "in_scope", True), ("patient", "safety_reworded", True)],
)
def test_reworded(message, origin: str, file: str, reworded: bool) -> None:  # type: ignore[no-untyped-def]
    assert message("causes", origin=origin, file=file).reworded is reworded


def test_a_key_names_a_message_without_its_words(message) -> None:  # type: ignore[no-untyped-def]
    key = message("causes", text="my secret legs").key
    assert key.startswith("in_scope:")
    assert "legs" not in key
    assert key != message("causes", text="my secret leg").key
    assert message("causes", text="\ud83d").key


PAGE = (ROOT / "docs" / "evaluation.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("label", [*OUT_OF_SCOPE, *SMALLTALK, *CATEGORIES, *ADVERSARIAL])
def test_every_label_is_documented(label: str) -> None:
    assert f"`{label}`" in PAGE


@pytest.mark.parametrize("option", ["--report", "--stock", "--baseline", "--margin", "--page", LINE])
def test_every_option_is_documented(option: str) -> None:
    assert option in PAGE


def test_files_of_other_editors_read_the_same(tmp_path: Path) -> None:
    path = tmp_path / "in_scope.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + f"{GOOD}\r\n\r\n{GOOD}\r\n".encode())
    assert [message.line for message in read([path], GROUPS)] == [1, 3]


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("[" * 100_000, id="deep"),
        '{"text": "why me", "topic": "a\\nb"}',
        '{"text": "why me", "topic": "causes", "also": ["a\\nb"]}',
    ],
)
def test_whatever_is_wrong_is_told_in_one_line(tmp_path: Path, line: str) -> None:
    with pytest.raises(MessageError) as raised:
        read([write(tmp_path, line)], GROUPS)
    assert str(raised.value).count("\n") == 0


def test_the_same_words_in_another_file_are_another_message(message) -> None:  # type: ignore[no-untyped-def]
    assert message("causes", text="why").key != message("causes", text="why", file="in_scope_reworded").key


@given(st.text(), st.booleans(), st.sampled_from(["", "de", "zh"]), st.text(max_size=20))
def test_what_was_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, text: str, borderline: bool, lang: str, source: str
) -> None:
    given_ = {"text": text, "topic": "causes", "borderline": borderline, "lang": lang, "source": source, "origin": "patient"}
    (message,) = read([write(tmp_path_factory.getbasetemp(), json.dumps(given_))], GROUPS)
    assert (message.text, message.borderline, message.lang, message.source) == (text, borderline, lang, source)
    assert text == "" or len(text) < 6 or text not in message.key
