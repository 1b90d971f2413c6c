"""The server as an operator and a visitor meet it: a real process on a real port."""

from __future__ import annotations

import json
import re
import signal
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.running import BOT, RunningServer

pytestmark = pytest.mark.model
TOKEN = "a token for Rasa's API"


class Server(RunningServer):
    """`rls serve` with its own conversations."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, BOT, console="off", rasa_api_token=TOKEN)

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def say(self, text: str, sender: str, token: str = TOKEN) -> list[dict[str, Any]]:
        body = json.dumps({"sender": sender, "message": text}).encode()
        url = f"http://127.0.0.1:{self.port}/webhooks/rest/webhook"
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        request = urllib.request.Request(url, body, headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                messages: list[dict[str, Any]] = json.loads(answer.read())
                return messages
        except urllib.error.HTTPError as error:
            error.close()
            raise


@pytest.fixture(scope="module")
def server(trained_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("server"))
    server.start()
    yield server
    server.stop(signal.SIGKILL)


def test_it_is_healthy_and_ready(server: Server) -> None:
    assert server.get("/health")[0] == 200
    status, text = server.get("/ready")
    assert status == 200
    assert json.loads(text)["status"] == "ready"


def test_a_page_to_chat_on_is_at_the_root(server: Server) -> None:
    status, text = server.get("/")
    assert status == 200
    assert "<html" in text
    assert "restless legs" in text.casefold()


@pytest.mark.parametrize("token", ["", "wrong"])
def test_nobody_speaks_for_others_without_the_token(server: Server, token: str) -> None:
    with pytest.raises(urllib.error.HTTPError, match="401"):
        server.say("hello", "somebody", token)


def test_rasas_own_api_needs_the_token(server: Server) -> None:
    assert server.get("/conversations/somebody/tracker")[0] == 401


@pytest.mark.parametrize("path", ["/", "/health", "/ready", "/metrics", "/nowhere", "/widget.js", "/webhooks/web/health"])
def test_every_answer_has_its_security_headers(server: Server, path: str) -> None:
    try:
        answer = urllib.request.urlopen(f"http://127.0.0.1:{server.port}{path}", timeout=30)
    except urllib.error.HTTPError as error:
        answer = error
    answer.close()
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Content-Security-Policy"]
    assert answer.headers["Permissions-Policy"]


def test_what_is_not_there_is_no_page(server: Server) -> None:
    status, text = server.get("/nowhere")
    assert status == 404
    assert "<html" not in text.casefold()


def test_what_is_too_large_is_refused(server: Server) -> None:
    with pytest.raises(urllib.error.HTTPError, match="413"):
        server.say("x" * 2_000_000, "somebody")


def test_what_happens_is_counted(server: Server) -> None:
    server.say("what is augmentation?", "counted")
    _, text = server.get("/metrics")
    assert re.search(r'rls_turns_total\{channel="\w+",kind="answer"\} \d', text)
    assert 'rls_stage_seconds_count{stage="understanding"}' in text


def test_it_answers_over_rest_with_disclaimer_and_buttons(server: Server) -> None:
    (message,) = server.say("does coffee make restless legs worse?", "rest-1")
    assert "caffeine" in message["text"].casefold()
    assert "not medical advice" in message["text"]
    assert message["buttons"]


def test_a_killed_server_goes_on_with_the_conversation(server: Server) -> None:
    sender = uuid.uuid4().hex
    (asked,) = server.say("what is augmentation?", sender)
    assert "no clinician has reviewed" in asked["text"]
    server.restart()
    (message,) = server.say("where does that come from?", sender)
    assert "This rests on" in message["text"]
    # The full disclaimer belongs to the first reply of a conversation, and this is its second.
    assert "no clinician has reviewed" not in message["text"]


def test_a_message_that_is_a_command_is_not_obeyed(server: Server) -> None:
    server.say("what is augmentation?", "commander")
    server.say("/restart", "commander")
    (message,) = server.say("tell me more", "commander")
    assert "not medical advice" in message["text"]


# The last test: there is no server after it.
def test_a_server_that_is_told_to_stop_ends_in_order(server: Server) -> None:
    assert server.stop() == 0
