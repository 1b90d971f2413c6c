"""What providers do to us, and what becomes of replies then: one real server, with providers that fail."""

from __future__ import annotations

import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from bot.channels.messaging.pseudonym import Pseudonyms
from tests.channels.messaging.conftest import ATTEMPTS, SECRET
from tests.channels.messaging.slack_standin import SIGNING_SECRET, TOKEN, SlackStandIn, SlackUser
from tests.channels.messaging.standin import Fault
from tests.channels.messaging.telegram_standin import SECRET as TELEGRAM_SECRET
from tests.channels.messaging.telegram_standin import TOKEN as TELEGRAM_TOKEN
from tests.channels.messaging.telegram_standin import TelegramStandIn, TelegramUser
from tests.e2e.running import RunningServer

TOO_MANY = {"ok": False, "error_code": 429, "description": "Too Many Requests: retry after 2", "parameters": {"retry_after": 2}}
BLOCKED = {"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked by the user"}


def query(server: RunningServer, statement: str, *values: object) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(server.database, timeout=10)) as database:
        found = database.execute(statement, values).fetchall()
        database.commit()
        return found


def test_a_repeated_delivery_is_answered_once(user: TelegramUser, telegram: TelegramStandIn) -> None:
    update = user.text("once")
    with ThreadPoolExecutor(6) as pool:
        assert {answer.status_code for answer in pool.map(user.post, [update] * 6)} == {200}
    user.say("and then")
    telegram.wait(lambda: len(telegram.texts) == 2)
    assert "You asked: and then" in telegram.texts[1]


def test_deliveries_out_of_order_are_answered_in_order(user: TelegramUser, telegram: TelegramStandIn) -> None:
    updates = [user.text(text) for text in ("slow 1", "second", "third", "fourth")]
    for number in (0, 3, 1, 2):
        assert user.post(updates[number]).ok
    telegram.wait(lambda: len(telegram.texts) == 4)
    assert [text.partition("You asked: ")[2].partition(".")[0] for text in telegram.texts] == [
        "slow 1", "second", "third", "fourth",
    ]  # fmt: skip


def test_one_that_takes_long_holds_nobody_up(user: TelegramUser, telegram: TelegramStandIn, app_server: RunningServer) -> None:
    started = time.monotonic()
    user.say("slow 3")
    assert time.monotonic() - started < 1.5
    other = TelegramUser(app_server.url)
    other.say("quick")
    telegram.wait(lambda: telegram.texts)
    assert "You asked: quick" in telegram.texts[0]
    telegram.wait(lambda: len(telegram.texts) == 2)


@pytest.mark.parametrize(
    "fault",
    [Fault(500, "oops"), Fault(502, "<html>bad gateway</html>"), Fault(0), Fault(200, "no json"), Fault(401, {"ok": False})],
)
def test_a_send_that_fails_is_repeated_under_the_same_name(user: TelegramUser, telegram: TelegramStandIn, fault: Fault) -> None:
    telegram.faults.append(fault)
    user.say("please")
    telegram.wait(lambda: telegram.texts)
    assert [call.key for call in telegram.calls] == [telegram.taken[0].key] * 2
    assert telegram.taken[0].key


def test_a_reply_that_was_taken_and_not_confirmed_comes_again_under_the_same_name(
    user: TelegramUser, telegram: TelegramStandIn
) -> None:
    telegram.faults.append(Fault(0, taken=True))
    user.say("please")
    telegram.wait(lambda: len(telegram.texts) == 2)
    assert len({call.key for call in telegram.taken}) == 1


def test_telegram_is_asked_again_when_it_says_so(user: TelegramUser, telegram: TelegramStandIn) -> None:
    telegram.faults.append(Fault(429, TOO_MANY))
    user.say("please")
    telegram.wait(lambda: telegram.texts)
    first, second = telegram.calls
    assert second.at - first.at >= 2


def test_slack_is_asked_again_when_it_says_so(member: SlackUser, slack: SlackStandIn) -> None:
    slack.faults.append(Fault(429, "", {"Retry-After": "2"}))
    member.say("please")
    slack.wait(lambda: slack.posts)
    first, second = slack.calls
    assert second.at - first.at >= 2
    assert first.key == second.key


def test_a_provider_that_is_down_gets_everything_in_order_later(user: TelegramUser, telegram: TelegramStandIn) -> None:
    telegram.down()
    try:
        for text in ("one", "two", "three"):
            user.say(text)
        time.sleep(1)
    finally:
        telegram.up()
    telegram.wait(lambda: len(telegram.texts) == 3)
    assert [text.partition("You asked: ")[2].partition(".")[0] for text in telegram.texts] == ["one", "two", "three"]


def test_a_slow_provider_does_not_delay_the_acknowledgement(user: TelegramUser, telegram: TelegramStandIn) -> None:
    telegram.delay = 2.0
    user.say("one")
    telegram.wait(lambda: telegram.calls)
    started = time.monotonic()
    user.say("two")
    assert time.monotonic() - started < 1.5
    telegram.wait(lambda: len(telegram.texts) == 2)


def test_who_blocked_the_bot_gets_no_second_attempt_and_staff_see_it(
    user: TelegramUser, telegram: TelegramStandIn, app_server: RunningServer
) -> None:
    telegram.faults.append(Fault(403, BLOCKED))
    user.say("never mind")
    dead = "select id, why from outbox where status = 'dead' and conversation = ?"
    name = Pseudonyms(SECRET).conversation("telegram", str(user.chat))
    ((number, why),) = telegram.wait(lambda: query(app_server, dead, name))
    assert why == "Telegram answered 403 Forbidden: bot was blocked by the user"
    assert len(telegram.calls) == 1
    query(app_server, "update outbox set status = 'waiting' where id = ?", number)
    telegram.wait(lambda: telegram.texts)


def test_after_the_last_attempt_a_reply_is_a_dead_letter(
    user: TelegramUser, telegram: TelegramStandIn, app_server: RunningServer
) -> None:
    telegram.fault = lambda call: Fault(500, "down for long")
    user.say("anybody")
    name = Pseudonyms(SECRET).conversation("telegram", str(user.chat))
    dead = "select attempts from outbox where status = 'dead' and conversation = ?"
    assert telegram.wait(lambda: query(app_server, dead, name), 30) == [(ATTEMPTS,)]
    assert len(telegram.calls) == ATTEMPTS


def test_the_dialogue_fails_and_the_visitor_still_gets_a_reply(user: TelegramUser, telegram: TelegramStandIn) -> None:
    user.say("fail")
    telegram.wait(lambda: telegram.texts)
    assert "Something went wrong on my side" in telegram.texts[0]
    assert "not medical advice" in telegram.texts[0]


def test_a_chart_comes_as_a_picture_with_its_words(
    user: TelegramUser, telegram: TelegramStandIn, member: SlackUser, slack: SlackStandIn
) -> None:
    user.say("real chart")
    member.say("real chart")
    telegram.wait(lambda: telegram.texts)
    assert [telegram.method(call) for call in telegram.taken] == ["sendPhoto", "sendMessage"]
    assert "Almonds" in telegram.taken[0].body["caption"]
    assert telegram.taken[0].files["photo"].startswith(b"\x89PNG")
    slack.wait(lambda: slack.posts)
    assert [call.path.rpartition("/")[2] for call in slack.taken if "/api/" in call.path] == [
        "files.getUploadURLExternal", "files.completeUploadExternal", "chat.postMessage",
    ]  # fmt: skip
    assert "Almonds" in slack.taken[0].body["alt_txt"]
    assert slack.uploads[slack.taken[2].body["files"][0]["id"]].startswith(b"\x89PNG")


def test_a_conversation_that_is_deleted_leaves_nothing_once_the_receipt_is_sent(
    user: TelegramUser, telegram: TelegramStandIn, app_server: RunningServer
) -> None:
    user.say("my secret words")
    telegram.wait(lambda: telegram.texts)
    user.say("#delete:yes")
    telegram.wait(lambda: len(telegram.texts) == 2)
    assert "Your receipt is" in telegram.texts[1]
    name = Pseudonyms(SECRET).conversation("telegram", str(user.chat))
    tables = ("deliveries", "outbox", "lanes")
    telegram.wait(lambda: not any(query(app_server, f"select 1 from {table} where conversation = ?", name) for table in tables))


def test_one_visitor_who_floods_is_answered_and_holds_nobody_up(
    user: TelegramUser, telegram: TelegramStandIn, app_server: RunningServer
) -> None:
    for number in range(30):
        user.say(f"flood {number}")
    other = TelegramUser(app_server.url)
    other.say("me too")
    telegram.wait(lambda: any("You asked: me too" in text for text in telegram.texts))
    telegram.wait(lambda: len(telegram.texts) == 31)


def test_other_methods_are_refused_in_one_line(user: TelegramUser) -> None:
    import requests

    address = f"{user.server}/webhooks/telegram/webhook"
    for method in ("GET", "PUT", "DELETE"):
        answer = requests.request(method, address, timeout=10)
        assert answer.status_code == 405
        assert answer.json()["error"]["message"]


def test_nothing_private_is_in_the_log_or_readable_in_the_queue(
    user: TelegramUser, telegram: TelegramStandIn, app_server: RunningServer
) -> None:
    telegram.faults.extend([Fault(0), Fault(500, "oops")])
    user.say("my very private words")
    telegram.wait(lambda: telegram.texts)
    user.post(user.text("my very private words"), "wrong")
    log = (app_server.folder / "log").read_text()
    assert "a request was refused with 401" in log
    for secret in (TELEGRAM_TOKEN, TELEGRAM_SECRET, TOKEN, SIGNING_SECRET, SECRET, "private words", str(user.chat)):
        assert secret not in log
    kept = str([query(app_server, f"select * from {table}") for table in ("deliveries", "outbox", "silences", "lanes")])
    for secret in ("private words", str(user.chat), TELEGRAM_TOKEN):
        assert secret not in kept


def test_the_server_takes_messages_while_it_is_busy(user: TelegramUser, telegram: TelegramStandIn) -> None:
    users = [TelegramUser(user.server) for _ in range(20)]
    threads = [threading.Thread(target=someone.say, args=("hello",)) for someone in users]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    telegram.wait(lambda: len(telegram.texts) == 20)
    assert {call.body["chat_id"] for call in telegram.taken} == {someone.chat for someone in users}
