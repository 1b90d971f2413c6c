"""Telegram over HTTP: a real server, a fake agent, and a stand-in of Telegram."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings

from bot.channels.messaging.app import Failed, Incoming, Later, Outgoing, Request, Sent, What
from bot.channels.messaging.payload import short
from bot.channels.messaging.telegram import Telegram
from bot.settings import Settings
from tests.channels.messaging.replies import incoming, replies, said
from tests.channels.messaging.telegram_standin import SECRET, TOKEN, TelegramStandIn, TelegramUser, units

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


APP = Telegram(Settings(telegram_token=TOKEN, telegram_secret=SECRET))


def parsed(update: Any) -> list[Incoming]:
    return APP.parse(Request("POST", "https://guide.example/", {}, {}, json.dumps(update).encode()))


def message(text: str, **more: Any) -> dict[str, Any]:
    chat = {"id": 7, "type": "private"}
    return {
        "update_id": 5,
        "message": {"message_id": 3, "chat": chat, "from": {"id": 7, "is_bot": False}, "text": text, **more},
    }


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("/stop", What.STOP), ("/STOP", What.STOP), ("/stop@RlsGuideBot", What.STOP), (" stop ", What.STOP),
        ("Stop", What.STOP),
        ("/start", What.START), ("/start from_the_website", What.START),
        # Words of carriers, questions, and commands that nobody knows.
        ("cancel", What.TEXT), ("stop it", What.TEXT), ("can I stop ropinirole", What.TEXT), ("more", What.TEXT),
        ("/help", What.TEXT), ("/restart", What.TEXT), ("/stopping", What.TEXT), ("/", What.TEXT), ("", What.TEXT),
    ],
)  # fmt: skip
def test_the_commands_are_telegrams_and_other_words_are_words(text: str, what: What) -> None:
    (found,) = parsed(message(text))
    assert (found.what, found.text) == (what, text)


def test_a_message_is_known_by_its_chat_and_number_and_ordered_by_the_update() -> None:
    (first,) = parsed(message("hello"))
    (elsewhere,) = parsed(message("hello", chat={"id": 8, "type": "private"}))
    assert (first.id, first.address, first.order) == ("7:3", "7", 5.0)
    assert elsewhere.id != first.id
    # The same message that Telegram delivers again under another update is no new one.
    (again,) = parsed({**message("hello"), "update_id": 6})
    assert again.id == first.id


def test_each_edit_of_a_message_is_one_of_its_own() -> None:
    update = message("hullo")
    edits = [{"update_id": 6, "edited_message": {**update["message"], "edit_date": date}} for date in (10, 11)]
    first, second = (parsed(edit)[0] for edit in edits)
    assert first.what is What.EDITED and first.edits == "7:3" == second.edits
    assert len({"7:3", first.id, second.id}) == 3


def test_an_edit_that_changes_no_words_or_is_in_a_group_is_passed_over() -> None:
    edited = {**message("hello")["message"], "edit_date": 10}
    group = {**edited, "chat": {"id": -9, "type": "group"}}
    caption = {name: value for name, value in edited.items() if name != "text"}
    assert [parsed({"update_id": 6, "edited_message": each}) for each in (group, caption)] == [[], []]


@pytest.mark.parametrize(
    "query",
    [{"id": "1", "from": {"id": 7}, "game_short_name": "x"}, {"id": "1", "from": {"id": 7}, "data": "#x"}],
)
def test_a_button_of_no_message_of_ours_is_passed_over(query: dict[str, Any]) -> None:
    assert parsed({"update_id": 6, "callback_query": query}) == []


def test_a_button_in_a_group_says_nothing_of_what_was_chosen() -> None:
    query = {"id": "1", "data": "#topic:x", "message": {"message_id": 1, "chat": {"id": -9, "type": "group"}}}
    (found,) = parsed({"update_id": 6, "callback_query": query})
    assert (found.what, found.text, found.payload) == (What.GROUP, "", None)


def test_what_is_said_in_a_group_is_not_kept() -> None:
    (found,) = parsed(message("my legs", chat={"id": -9, "type": "supergroup"}))
    assert (found.what, found.text) == (What.GROUP, "")
    assert parsed(message("news", chat={"id": -9, "type": "channel"})) == []


@hypothesis_settings(max_examples=40, deadline=None)
@given(replies())
def test_every_reply_fits_what_telegram_documents(reply: dict[str, Any]) -> None:
    """https://core.telegram.org/bots/api#sendmessage: 4096 letters, and 64 bytes of a button's data."""
    buttons = [{**each, "payload": short(each["payload"], Telegram.longest_payload)} for each in reply["buttons"]]
    requests = APP.render([{**reply, "buttons": buttons}], incoming("7"))
    texts = [request.body["text"] for request in requests]
    assert all(0 < units(text) <= 4096 for text in texts)
    assert "".join("".join(texts).split()) == "".join((reply["body"] + reply["ending"]).split())
    assert texts[-1].endswith(reply["ending"])
    # Without a mode of parsing, no letter of a text means anything but itself.
    assert not any("parse_mode" in request.body or "entities" in request.body for request in requests)
    keyboards = [request.body.get("reply_markup", {}).get("inline_keyboard", []) for request in requests]
    data = [button["callback_data"] for row in keyboards[-1] for button in row]
    assert data == [button["payload"] for button in buttons]
    assert all(1 <= len(each.encode()) <= 64 for each in data)
    assert not any(keyboards[:-1])


def test_a_long_caption_is_only_what_the_picture_is() -> None:
    picture = {"png": b"png", "alt": "Magnesium in 28 g. " + "Almonds: 77 mg. " * 100}
    photo, _ = APP.render([said("77 mg.", picture=picture)], incoming("7"))
    assert photo.body["caption"] == "Magnesium in 28 g"
    short_one = {"png": b"png", "alt": "x" * 1024}
    assert APP.render([said("77 mg.", picture=short_one)], incoming("7"))[0].body["caption"] == "x" * 1024
    endless = {"png": b"png", "alt": "\U0001f9b5" * 2000}
    assert units(APP.render([said("77 mg.", picture=endless)], incoming("7"))[0].body["caption"]) <= 1024


@pytest.mark.parametrize(
    ("status", "body", "result"),
    [
        (200, b'{"ok": true, "result": {"message_id": 9}}', Sent("9")),
        (200, b'{"ok": true, "result": true}', Sent("")),
        (200, b"", Later("Telegram answered 200")),
        (200, b"[]", Later("Telegram answered 200")),
        (429, b'{"ok": false, "description": "Too Many Requests", "parameters": {"retry_after": 3}}',
         Later("Telegram answered 429 Too Many Requests", 3.0)),
        (429, b'{"ok": false, "parameters": {"retry_after": "soon"}}', Later("Telegram answered 429")),
        (401, b'{"ok": false, "description": "Unauthorized"}', Later("Telegram answered 401 Unauthorized")),
        (404, b"<html>", Later("Telegram answered 404")),
        (502, b"", Later("Telegram answered 502")),
        (403, b'{"ok": false, "description": "Forbidden: bot was blocked by the user"}',
         Failed("Telegram answered 403 Forbidden: bot was blocked by the user")),
        (400, b'{"ok": false, "description": "Bad Request: chat not found"}',
         Failed("Telegram answered 400 Bad Request: chat not found")),
    ],
)  # fmt: skip
def test_what_telegram_answers_is_understood(status: int, body: bytes, result: object) -> None:
    assert APP.result(status, {}, body) == result


def test_a_long_reason_is_kept_short() -> None:
    told = APP.result(400, {}, json.dumps({"ok": False, "description": "x" * 5000}).encode())
    assert isinstance(told, Failed) and len(told.why) < 150


def test_the_token_is_in_the_address_once_and_in_no_header() -> None:
    app = Telegram(Settings(telegram_token=TOKEN, telegram_secret=SECRET, telegram_api="https://api.telegram.org/"))
    assert app.address == f"https://api.telegram.org/bot{TOKEN}"
    assert app.headers(Outgoing("sendMessage", {})) == {}
