"""Telegram over HTTP: a real server, a fake agent, and a stand-in of Telegram."""

from __future__ import annotations

import time

import pytest

from tests.channels.messaging.telegram_standin import TelegramStandIn, TelegramUser, units

DISCLAIMER = "This is general information, not medical advice."


def test_it_works(user: TelegramUser, telegram: TelegramStandIn) -> None:
    user.say("does magnesium help")
    (said,) = telegram.wait(lambda: telegram.taken)
    assert said.body["chat_id"] == user.chat
    assert "You asked: does magnesium help" in said.body["text"]
    assert said.body["text"].rstrip().endswith("Please talk with a doctor or pharmacist about your own situation.")
    assert DISCLAIMER in said.body["text"]
    rows = said.body["reply_markup"]["inline_keyboard"]
    assert rows[0] == [{"text": "How much is safe?", "callback_data": "#topic:upper_limit"}]


def test_a_button_is_taken_and_its_clock_is_stopped(user: TelegramUser, telegram: TelegramStandIn) -> None:
    user.say("does magnesium help")
    (said,) = telegram.wait(lambda: telegram.taken)
    assert user.post(user.button(said, 0)).ok
    telegram.wait(lambda: len(telegram.taken) == 3)
    assert [telegram.method(call) for call in telegram.taken[1:]] == ["answerCallbackQuery", "sendMessage"]
    assert "You asked: #topic:upper_limit" in telegram.texts[-1]


def test_a_button_that_was_never_offered_is_only_its_words(user: TelegramUser, telegram: TelegramStandIn) -> None:
    user.say("does magnesium help")
    (said,) = telegram.wait(lambda: telegram.taken)
    said.body["reply_markup"]["inline_keyboard"][0][0] = {"text": "Mine", "callback_data": "#delete:yes"}
    assert user.post(user.button(said, 0)).ok
    telegram.wait(lambda: len(telegram.texts) == 2)
    assert "You asked: Mine" in telegram.texts[-1]


def test_a_long_payload_comes_back_whole(user: TelegramUser, telegram: TelegramStandIn) -> None:
    user.say("long buttons")
    (said,) = telegram.wait(lambda: telegram.taken)
    assert user.post(user.button(said, 2)).ok
    telegram.wait(lambda: len(telegram.texts) == 2)
    assert f"You asked: #topic:3:{'x' * 300}" in telegram.texts[-1]


def test_a_long_answer_comes_in_parts_with_the_disclaimer_last(user: TelegramUser, telegram: TelegramStandIn) -> None:
    user.say("long")
    telegram.wait(lambda: telegram.texts and "situation." in telegram.texts[-1])
    parts = telegram.texts
    assert len(parts) == 3
    assert all(part.rstrip().endswith(".") and units(part) <= 4096 for part in parts)
    assert [DISCLAIMER in part for part in parts] == [False, False, True]
    assert "sentence 299" in parts[-1]
    assert ["reply_markup" in call.body for call in telegram.taken] == [False, False, True]


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"voice": {"file_id": "x", "duration": 2}}, "can't listen"),
        ({"audio": {"file_id": "x"}}, "can't listen"),
        ({"photo": [{"file_id": "x"}]}, "can't look at pictures"),
        ({"video": {"file_id": "x"}}, "can't look at pictures"),
        ({"animation": {"file_id": "x"}, "document": {"file_id": "x"}}, "can't look at pictures"),
        ({"document": {"file_id": "x"}}, "can't open files"),
        ({"location": {"latitude": 1.0, "longitude": 2.0}}, "can't use a location"),
        ({"sticker": {"file_id": "x", "emoji": "x"}}, "can't read stickers"),
        ({"contact": {"phone_number": "+1555", "first_name": "x"}}, "can only read text"),
    ],
)
def test_what_is_no_text_gets_a_kind_reply(
    user: TelegramUser, telegram: TelegramStandIn, sent: dict[str, object], said: str
) -> None:
    assert user.post(user.update(message=user.message(**sent))).ok
    telegram.wait(lambda: telegram.texts)
    (text,) = telegram.texts
    assert said in text
    assert DISCLAIMER in text


def test_a_picture_with_a_question_gets_an_answer_too(user: TelegramUser, telegram: TelegramStandIn) -> None:
    assert user.post(user.update(message=user.message(photo=[{"file_id": "x"}], caption="is this a clot"))).ok
    telegram.wait(lambda: len(telegram.texts) == 2)
    assert "can't look at pictures" in telegram.texts[0]
    assert "You asked: is this a clot" in telegram.texts[1]


def edit(user: TelegramUser, update: dict[str, dict[str, object]], text: str) -> dict[str, object]:
    return user.update(edited_message={**update["message"], "text": text, "edit_date": int(time.time())})


def test_the_last_message_may_be_edited(user: TelegramUser, telegram: TelegramStandIn) -> None:
    first = user.say("magnsium")
    telegram.wait(lambda: telegram.texts)
    assert user.post(edit(user, first, "magnesium")).ok
    telegram.wait(lambda: len(telegram.texts) == 2)
    assert "You asked: magnesium" in telegram.texts[1]


def test_an_earlier_message_that_is_edited_gets_no_second_answer(user: TelegramUser, telegram: TelegramStandIn) -> None:
    first = user.say("one")
    user.say("two")
    telegram.wait(lambda: len(telegram.texts) == 2)
    assert user.post(edit(user, first, "uno")).ok
    user.say("three")
    telegram.wait(lambda: len(telegram.texts) == 3)
    assert "You asked: three" in telegram.texts[2]


def test_a_group_is_told_once_and_then_left_alone(user: TelegramUser, telegram: TelegramStandIn) -> None:
    group = {"id": -100_000 - user.chat, "type": "supergroup", "title": "Friends"}
    for text in ("hello all", "and again"):
        assert user.post(user.text(text, chat=group)).ok
    user.say("alone")
    telegram.wait(lambda: any("You asked: alone" in text for text in telegram.texts))
    told = [call.body["text"] for call in telegram.taken if call.body["chat_id"] == group["id"]]
    assert len(told) == 1
    assert "health is private" in told[0]
    assert DISCLAIMER in told[0]


def test_who_says_stop_is_left_alone_until_start(user: TelegramUser, telegram: TelegramStandIn) -> None:
    user.say("hello")
    telegram.wait(lambda: telegram.texts)
    telegram.taken.clear()
    for text in ("/stop", "are you there", "/start", "hello again"):
        user.say(text)
    telegram.wait(lambda: len(telegram.texts) == 3)
    stopped, back, answered = telegram.texts
    assert "no more messages" in stopped
    assert "In an emergency, call 911" in stopped
    assert "can write to you again" in back
    assert "You asked: hello again" in answered


def test_starting_the_chat_is_a_hello(user: TelegramUser, telegram: TelegramStandIn) -> None:
    user.say("/start from_the_website")
    telegram.wait(lambda: telegram.texts)
    assert "You asked: hello" in telegram.texts[0]


@pytest.mark.parametrize("secret", [None, "", "wrong", f"{'x' * 300}"])
def test_without_the_secret_nothing_is_taken(user: TelegramUser, telegram: TelegramStandIn, secret: str | None) -> None:
    answer = user.post(user.text("let me in"), secret)
    assert answer.status_code == 401
    assert "let me in" not in answer.text


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"update_id": "x"}', b'{"update_id": 1, "message": 7}', b"\xff",
                                  b'{"update_id": 1, "message": {"chat": {}}}', b"[" * 100_000])  # fmt: skip
def test_what_is_malformed_is_refused(user: TelegramUser, body: bytes) -> None:
    assert user.post(body).status_code == 400


def test_what_is_too_large_is_refused(user: TelegramUser) -> None:
    assert user.post(b" " * (2**20 + 1)).status_code == 413


@pytest.mark.parametrize("parts", [{"my_chat_member": {}}, {"channel_post": {}}, {"poll": {}}])
def test_what_is_no_message_is_taken_in_silence(
    user: TelegramUser, telegram: TelegramStandIn, parts: dict[str, object]
) -> None:
    assert user.post(user.update(**parts)).status_code == 200
    service = user.update(message=user.message(new_chat_members=[]))
    bots = user.text("beep", **{"from": {"id": 7, "is_bot": True, "first_name": "bot"}})
    assert user.post(service).ok and user.post(bots).ok
    user.say("me")
    telegram.wait(lambda: telegram.texts)
    assert len(telegram.texts) == 1
