"""The web channel over HTTP: a real server, a fake agent."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import sqlite3
import stat
import threading
import time
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import aiohttp
import jwt
import pytest
import requests

from bot.channels.web.session import RENEWAL, SESSION
from tests.e2e.running import RunningServer
from tests.e2e.visitor import Visitor


def error(answer: requests.Response) -> str:
    assert answer.headers["Content-Type"] == "application/json"
    problem = answer.json()["error"]
    assert problem["message"]
    return f"{answer.status_code} {problem['code']}"


def test_it_works(visitor: Visitor) -> None:
    typing, reply = visitor.lines("does magnesium help", "message-1")
    assert typing == {"type": "typing"}
    assert reply["type"] == "reply"
    assert reply["id"] == "message-1"
    (message,) = reply["messages"]
    assert "You asked: does magnesium help" in message["text"]
    assert message["buttons"][0] == {"title": "How much is safe?", "payload": "#topic:upper_limit"}
    assert message["reply"]["answers"][0]["evidence"]
    assert message["reply"]["disclaimer"]


def test_long_work_gives_signs_of_life(visitor: Visitor) -> None:
    kinds = [line["type"] for line in visitor.lines("slow 6")]
    assert kinds == ["typing", "typing", "reply"]


# Once, and in order.


def test_a_resend_gets_the_same_reply(visitor: Visitor) -> None:
    first = visitor.lines("hello", "message-1")[-1]
    again = visitor.lines("hello", "message-1")[-1]
    assert {**again, "now": 0} == {**first, "now": 0}
    assert len(visitor.history) == 1


def test_a_resend_while_it_is_answered_is_one_message(visitor: Visitor) -> None:
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: visitor.lines("slow 1", "message-1")[-1]["answered"], range(8)))
    assert len(set(replies)) == 1
    assert len(visitor.history) == 1


def test_messages_are_answered_in_the_order_of_arrival(visitor: Visitor) -> None:
    threads = []
    for number in range(6):
        text = "slow 1" if number == 0 else f"number {number}"
        threads.append(threading.Thread(target=visitor.send, args=(text,)))
        threads[-1].start()
        time.sleep(0.1)
    for thread in threads:
        thread.join()
    assert [turn["text"] for turn in visitor.history] == ["slow 1", *(f"number {n}" for n in range(1, 6))]


def test_who_goes_away_finds_the_reply_later(visitor: Visitor) -> None:
    body = {"id": "message-1", "text": "slow 2"}
    with visitor.http.post(f"{visitor.base}/messages", json=body, timeout=5, stream=True) as stream:
        assert b"typing" in next(stream.iter_lines())
    time.sleep(2.5)
    started = time.monotonic()
    assert visitor.lines("slow 2", "message-1")[-1]["type"] == "reply"
    assert time.monotonic() - started < 1
    assert len(visitor.history) == 1


def test_an_error_is_told_and_may_be_tried_again(visitor: Visitor) -> None:
    assert [visitor.lines("fail", "message-1")[-1]["code"] for _ in range(2)] == ["no_reply", "no_reply"]


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_server_killed_in_the_middle_answers_once(tmp_path_factory: pytest.TempPathFactory, when: str) -> None:
    server = RunningServer(tmp_path_factory.mktemp("killed"))
    server.start()
    try:
        visitor = Visitor(server.url)
        with visitor.http:
            with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
                visitor.send(f"die {when}", "message-1")
            server.wait_until_dead()
            server.start()
            assert visitor.lines(f"die {when}", "message-1")[-1]["type"] == "reply"
            assert [turn["text"] for turn in visitor.history] == [f"die {when}"]
    finally:
        server.stop()


# The conversation.


def test_history_shows_what_was_pressed_by_its_words(visitor: Visitor) -> None:
    visitor.send("does magnesium help")
    visitor.send("#topic:caffeine")
    first, second = visitor.history
    assert first["text"] == "does magnesium help"
    assert second["text"] == "Caffeine"
    assert second["messages"][0]["reply"]["kind"] == "answer"
    assert second["answered"] >= second["received"]


def test_a_returning_visitor_has_the_conversation(visitor: Visitor) -> None:
    visitor.send("hello")
    renewed = visitor.post("session", {"renewal": visitor.tokens["renewal"]}).json()
    visitor.use(renewed["session"])
    assert [turn["text"] for turn in visitor.history] == ["hello"]


def test_starting_over_keeps_nothing_in_view(visitor: Visitor) -> None:
    visitor.send("hello")
    assert visitor.post("restart").json() == {"status": "started over"}
    assert visitor.history == []
    visitor.send("again")
    assert [turn["text"] for turn in visitor.history] == ["again"]


def test_deleting_leaves_nothing_but_a_receipt(visitor: Visitor, server: RunningServer) -> None:
    visitor.send("my secret words", "message-1")
    visitor.post("feedback", {"id": "message-1", "helpful": False, "word": "my secret reason"})
    sender = jwt.decode(visitor.tokens["session"], options={"verify_signature": False})["sub"]
    receipt = visitor.delete().json()
    assert receipt["messages"] == 2
    assert len(receipt["receipt"]) == 9
    with closing(sqlite3.connect(server.database)) as database:
        dump = "\n".join(database.iterdump())
    assert sender not in dump
    assert "my secret" not in dump
    assert visitor.delete().json() == receipt
    assert error(visitor.send("hello")) == "401 deleted"
    assert error(visitor.get("messages")) == "401 deleted"
    assert error(visitor.post("session", {"renewal": visitor.tokens["renewal"]})) == "401 deleted"


def test_deleting_waits_for_the_answer_that_is_made(visitor: Visitor) -> None:
    with ThreadPoolExecutor(2) as pool:
        pool.submit(visitor.send, "slow 1")
        time.sleep(0.3)
        late = pool.submit(lambda: (time.sleep(0.1), visitor.lines("too late"))[1])
        assert visitor.delete().json()["messages"] == 2
        assert late.result()[-1]["code"] == "deleted"


def test_feedback_is_kept(visitor: Visitor, server: RunningServer) -> None:
    visitor.send("hello", "message-1")
    for helpful, word in ((True, ""), (False, "not what I asked")):
        assert visitor.post("feedback", {"id": "message-1", "helpful": helpful, "word": word}).ok
    sender = jwt.decode(visitor.tokens["session"], options={"verify_signature": False})["sub"]
    with closing(sqlite3.connect(server.database)) as database:
        rows = database.execute("select helpful, word from feedback where conversation = ?", [sender]).fetchall()
    assert rows == [(0, "not what I asked")]


def test_a_visitor_gives_no_commands(visitor: Visitor) -> None:
    visitor.send("/restart")
    visitor.send("//")
    visitor.send("/\t/restart")
    assert [turn["text"] for turn in visitor.history] == ["restart", "?", "restart"]


def test_the_country_is_passed_on(visitor: Visitor, server: RunningServer) -> None:
    visitor.send("hello", country="UK")
    sender = jwt.decode(visitor.tokens["session"], options={"verify_signature": False})["sub"]
    with closing(sqlite3.connect(server.database)) as database:
        query = "select data from events where conversation = ? and type = 'user'"
        ((data,),) = database.execute(query, [sender]).fetchall()
    assert json.loads(data)["metadata"]["country"] == "UK"


# Sessions.


def without_signature(token: str) -> str:
    head = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=").decode()
    return f"{head}.{token.split('.')[1]}."


def altered(token: str) -> str:
    head, _, signature = token.split(".")
    other = base64.urlsafe_b64encode(json.dumps({"sub": "web-other", "aud": SESSION, "exp": 2e10}).encode()).rstrip(b"=")
    return f"{head}.{other.decode()}.{signature}"


def signed(key: str, **claims: object) -> str:
    return jwt.encode({"sub": "web-other", "aud": SESSION, "exp": time.time() + 60, **claims}, key)


def test_forged_sessions_are_refused(visitor: Visitor, server: RunningServer) -> None:
    key = (server.folder / "secret").read_text()
    good = visitor.tokens["session"]
    forged = {
        "": "401 session_missing",
        "x": "401 session_invalid",
        "a.b.c": "401 session_invalid",
        without_signature(good): "401 session_invalid",
        altered(good): "401 session_invalid",
        signed("another key that is long enough to sign with"): "401 session_invalid",
        visitor.tokens["renewal"]: "401 session_invalid",
        signed(key, aud=RENEWAL): "401 session_invalid",
        signed(key, exp="soon"): "401 session_invalid",
        signed(key, exp=time.time() - 1): "401 session_expired",
    }
    for token, expected in forged.items():
        visitor.use(token)
        assert error(visitor.send("hello")) == expected
        assert error(visitor.get("messages")) == expected
        assert error(visitor.delete()) == expected
    visitor.use(good)
    assert visitor.send("hello").ok


def test_a_session_does_not_renew(visitor: Visitor) -> None:
    assert error(visitor.post("session", {"renewal": visitor.tokens["session"]})) == "401 session_invalid"


def test_nobody_chooses_a_conversation(server: RunningServer) -> None:
    names = set()
    for _ in range(20):
        visitor = Visitor(server.url)
        with visitor.http:
            names.add(jwt.decode(visitor.tokens["session"], options={"verify_signature": False})["sub"])
            assert error(visitor.post("session", {"sender": "web-1"})) == "400 invalid"
            assert error(visitor.send("hello", sender="web-1")) == "400 invalid"
    assert len(names) == 20


def test_the_key_is_for_its_owner_only(server: RunningServer) -> None:
    assert stat.S_IMODE((server.folder / "secret").stat().st_mode) == 0o600


# Refusals.


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"{", "400 not_json"),
        (b"\xff", "400 not_json"),
        (b"[" * 20000, "400 not_json"),
        (b"[]", "400 not_object"),
        (b"", "400 invalid"),
        (b'{"text": "hello"}', "400 invalid"),
        (b'{"id": "message-1", "text": " "}', "400 invalid"),
        (b'{"id": "message-1", "text": "\\u0000"}', "400 invalid"),
        (b'{"id": "message-1", "text": 1}', "400 invalid"),
        (b'{"id": "message-1", "text": "hello", "country": "XX"}', "400 invalid"),
        (b'{"id": "short", "text": "hello"}', "400 invalid"),
        (b'{"id": "message-1\\n", "text": "hello"}', "400 invalid"),
        (b'{"id": "../../etc", "text": "hello"}', "400 invalid"),
        (json.dumps({"id": "message-1", "text": "a" * 2001}).encode(), "413 too_long"),
        (b'{"id": "message-1", "text": "' + b"a" * 1_000_000 + b'"}', "413 too_long"),
    ],
)
def test_a_bad_body_is_refused(visitor: Visitor, body: bytes, expected: str) -> None:
    assert error(visitor.http.post(f"{visitor.base}/messages", data=body, timeout=10)) == expected


def test_a_long_body_in_chunks_is_refused(visitor: Visitor) -> None:
    chunks = (b"a" * 10_000 for _ in range(100))
    # Refused before all was sent, the connection may be cut.
    with contextlib.suppress(requests.ConnectionError):
        assert error(visitor.http.post(f"{visitor.base}/messages", data=chunks, timeout=10)) == "413 too_long"
    assert visitor.send("hello").ok


def test_odd_characters_are_kept(visitor: Visitor) -> None:
    odd = "¿Qué? 脚 🦵 \u202eright to left\n\tand a line"
    visitor.http.post(f"{visitor.base}/messages", data=json.dumps({"id": "message-1", "text": odd + "\ud800"}), timeout=10)
    assert visitor.history[0]["text"] == odd


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "", "404 not_found"),
        ("GET", "nothing/here", "404 not_found"),
        ("GET", "session", "405 method"),
        ("PUT", "messages", "405 method"),
        ("DELETE", "health", "405 method"),
        ("TRACE", "session", "405 refused"),
        ("FLY", "session", "405 refused"),
    ],
)
def test_refusals_are_json(visitor: Visitor, method: str, path: str, expected: str) -> None:
    answer = visitor.http.request(method, f"{visitor.base}/{path}", timeout=10)
    assert error(answer) == expected
    assert ("Allow" in answer.headers) == (answer.status_code == 405)


def test_another_origin_is_refused(strict_server: RunningServer) -> None:
    visitor = Visitor(strict_server.url, "10.1.0.1")
    with visitor.http:
        visitor.http.headers["Origin"] = "https://evil.example"
        assert error(visitor.send("hello")) == "403 origin"
        assert error(visitor.http.options(f"{visitor.base}/messages", timeout=10)) == "403 origin"
        for odd in ("null", "http://[::1"):
            visitor.http.headers["Origin"] = odd
            assert error(visitor.send("hello")) == "403 origin"
        for ours in ("https://clinic.example", strict_server.url):
            visitor.http.headers["Origin"] = ours
            asked = visitor.http.options(f"{visitor.base}/messages", timeout=10)
            assert asked.status_code == 204
            assert asked.headers["Access-Control-Allow-Origin"] == ours
            assert "Authorization" in asked.headers["Access-Control-Allow-Headers"]
            sent = visitor.send("hello")
            assert sent.ok
            assert sent.headers["Access-Control-Allow-Origin"] == ours


def test_a_fast_writer_waits_and_others_do_not(strict_server: RunningServer) -> None:
    fast, other = Visitor(strict_server.url, "10.2.0.1"), Visitor(strict_server.url, "10.2.0.2")
    with fast.http, other.http:
        answers = [fast.send("hello") for _ in range(8)]
        assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 3
        assert error(answers[-1]) == "429 too_fast"
        assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
        assert other.send("hello").ok


async def flood(url: str, session: str, seconds: float) -> Counter[int]:
    """Messages from one address, as fast as 32 connections can send them."""
    statuses: Counter[int] = Counter()
    stop = time.monotonic() + seconds

    async def send(client: aiohttp.ClientSession) -> None:
        while time.monotonic() < stop:
            body = {"id": uuid.uuid4().hex, "text": "hello"}
            async with client.post(f"{url}/webhooks/web/messages", json=body) as answer:
                await answer.read()
                statuses[answer.status] += 1

    headers = {"Authorization": f"Bearer {session}", "X-Forwarded-For": "10.3.0.1"}
    async with aiohttp.ClientSession(headers=headers) as client:
        await asyncio.gather(*(send(client) for _ in range(32)))
    return statuses


def test_a_flood_from_one_address_harms_nobody_else(strict_server: RunningServer) -> None:
    flooder, other = Visitor(strict_server.url, "10.3.0.1"), Visitor(strict_server.url, "10.3.0.2")
    waits = []
    with flooder.http, other.http, ThreadPoolExecutor(1) as pool:
        flooding = pool.submit(lambda: asyncio.run(flood(strict_server.url, flooder.tokens["session"], 4)))
        for _ in range(4):
            time.sleep(0.7)
            started = time.monotonic()
            assert other.send("hello").ok
            waits.append(time.monotonic() - started)
        statuses = flooding.result()
    assert set(statuses) == {200, 429}
    assert statuses[200] <= 10
    assert statuses[429] > 1000
    assert max(waits) < 2
    print(
        f"{sum(statuses.values()) / 4:.0f} requests a second, {statuses}; the other one waited {max(waits):.2f} s at the most"
    )


def test_it_says_when_it_is_not_ready(server: RunningServer) -> None:
    assert requests.get(f"{server.url}/ready", timeout=10).json()["status"] == "ready"
