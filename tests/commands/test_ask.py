"""`rls ask` without a model: what it takes, and what it writes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner

from bot import cli
from bot.dialogue import agent
from bot.dialogue.errors import BrokenModel, NoModel


class Echo:
    """An agent that says what it was asked."""

    async def handle_message(self, message: Any) -> None:
        reply = {"kind": "answer", "topics": ["symptoms"], "confidence": 1.0}
        await message.output_channel.send_response(
            message.sender_id, {"text": f"{message.sender_id}: {message.text}", "reply": reply}
        )


@pytest.fixture(autouse=True)
def ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "_ready_to_answer", lambda: None)
    monkeypatch.setattr(agent, "load", Echo)


def ask(*words: str, typed: bytes = b"") -> str:
    done = CliRunner().invoke(cli.main, ["ask", *words], input=typed)
    assert done.exit_code == 0, done.output
    return done.output


def lines(typed: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in ask("--json", typed=typed).split("\n")[:-1]]


def test_a_question_is_answered_in_words() -> None:
    assert ask("does tea count") == "you: does tea count\n"
    assert ask("") == "you: \n"


def test_each_line_is_answered_by_an_object_in_its_order() -> None:
    found = lines(b'does tea count\n{"text": "and cola?", "sender": "me"}\n')
    assert [(each["text"], each["sender"]) for each in found] == [("does tea count", "line-1"), ("and cola?", "me")]
    assert found[1]["messages"][0]["text"] == "me: and cola?"
    assert found[0]["topics"] == ["symptoms"]


def test_a_line_that_can_not_be_read_does_not_stop_the_others() -> None:
    found = lines(b'{"text": \n{"sender": "me"}\nhello\n')
    assert [each["kind"] for each in found] == ["error", "error", "answer"]
    assert "line 1: not JSON" in found[0]["messages"][0]["text"]
    assert "line 2: no 'text'" in found[1]["messages"][0]["text"]


@pytest.mark.parametrize(
    ("typed", "texts"),
    [
        (b"", []),
        (b"\n", [""]),
        (b"one\n\ntwo", ["one", "", "two"]),
        (b'one\r\n\r\n{"text": "two"}\r\n', ["one", "", "two"]),
        ("caf\u00e9 \u4e0d\u5b81\u817f\n".encode(), ["caf\u00e9 \u4e0d\u5b81\u817f"]),
        (b"\xff\xfe bytes\n", ["\ufffd\ufffd bytes"]),
        ("a\u2028b\x0bc\n".encode(), ["a\u2028b\x0bc"]),
        (b"x" * 100_000, ["x" * 100_000]),
    ],
    ids=["nothing", "an empty line", "no line end", "Windows' line ends", "letters", "no UTF-8", "other line ends", "long"],
)
def test_every_line_counts_and_nothing_is_lost(typed: bytes, texts: list[str]) -> None:
    assert [each["text"] for each in lines(typed)] == texts


@pytest.mark.parametrize(
    "error", [NoModel("there is no model; run 'rls train'"), BrokenModel("x.tar.gz is broken; delete it and run 'rls train'")]
)
def test_without_a_model_it_says_so_in_one_line(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setattr(agent, "load", fail)
    done = CliRunner().invoke(cli.main, ["ask", "hello"])
    assert (done.exit_code, done.output) == (1, f"Error: {error}\n")
