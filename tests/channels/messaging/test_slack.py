"""Slack over HTTP: a real server, a fake agent, and a stand-in of Slack."""

from __future__ import annotations

import hashlib
import hmac
import time
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bot.channels.messaging.app import Failed, Later, Outgoing, Refused, Request, Sent
from bot.channels.messaging.slack import Slack, escaped, typed
from bot.settings import Settings
from tests.channels.messaging.replies import incoming, replies, said
from tests.channels.messaging.slack_standin import SIGNING_SECRET, TOKEN, SlackStandIn, SlackUser

DISCLAIMER = "This is general information, not medical advice."


def test_it_works(member: SlackUser, slack: SlackStandIn) -> None:
    member.say("does magnesium help")
    (said,) = slack.wait(lambda: slack.posts)
    assert said.body["channel"] == member.channel
    (text,) = slack.texts
    assert "You asked: does magnesium help" in text
    assert DISCLAIMER in text
    assert text == said.body["text"]
    (row,) = [block for block in said.body["blocks"] if block["type"] == "actions"]
    assert next((b["text"]["text"], b["value"]) for b in row["elements"]) == ("How much is safe?", "#topic:upper_limit")


def test_a_button_is_taken(member: SlackUser, slack: SlackStandIn) -> None:
    member.say("does magnesium help")
    (said,) = slack.wait(lambda: slack.posts)
    assert member.press(said, 1).status_code == 200
    slack.wait(lambda: len(slack.posts) == 2)
    assert "You asked: #topic:caffeine" in slack.texts[1]


def test_more_buttons_than_fit_a_row_are_in_two(member: SlackUser, slack: SlackStandIn) -> None:
    member.say("long buttons")
    (said,) = slack.wait(lambda: slack.posts)
    assert [len(b["elements"]) for b in said.body["blocks"] if b["type"] == "actions"] == [5, 2]


def test_a_long_answer_has_its_disclaimer_whole_and_last(member: SlackUser, slack: SlackStandIn) -> None:
    member.say("long")
    (said,) = slack.wait(lambda: slack.posts)
    *others, last = [block["text"]["text"] for block in slack.sections(said)]
    assert len(others) >= 3
    assert last.endswith("situation.") and DISCLAIMER in last
    assert not any(DISCLAIMER in text for text in others)


def test_what_slack_would_take_for_marks_is_escaped(member: SlackUser, slack: SlackStandIn) -> None:
    member.say("a &lt;b&gt; &amp; <https://example.org|a page> <@U1> *c*")
    slack.wait(lambda: slack.posts)
    assert "You asked: a &lt;b&gt; &amp; a page  *c*" in slack.texts[0]


@pytest.mark.parametrize(
    ("text", "read"),
    [("<@U012AB3CD> hi", "hi"), ("<#C1|general>", "general"), ("<!here>", ""), ("<https://a.b>", "https://a.b"),
     ("<mailto:a@b.ca|a@b.ca>", "a@b.ca"), ("1 &lt; 2 &amp;amp; 3", "1 < 2 &amp; 3")],
)  # fmt: skip
def test_slacks_own_marks_are_read(text: str, read: str) -> None:
    assert typed(text) == read


def test_a_question_in_a_thread_is_answered_there(member: SlackUser, slack: SlackStandIn) -> None:
    member.say("hello", thread_ts="1482960137.003543")
    (said,) = slack.wait(lambda: slack.posts)
    assert said.body["thread_ts"] == "1482960137.003543"


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ({"mimetype": "image/png"}, "can't look at pictures"),
        ({"mimetype": "audio/mp4", "subtype": "slack_audio"}, "can't listen"),
        ({"mimetype": "application/pdf"}, "can't open files"),
    ],
)
def test_what_is_no_text_gets_a_kind_reply(member: SlackUser, slack: SlackStandIn, file: Any, said: str) -> None:
    member.say("", subtype="file_share", files=[{"id": "F1", **file}])
    slack.wait(lambda: slack.posts)
    (text,) = slack.texts
    assert said in text
    assert DISCLAIMER in text


def changed(member: SlackUser, message: dict[str, Any], text: str, **parts: Any) -> dict[str, Any]:
    stamp = member.stamp()
    now = {**message, "text": text, "edited": {"user": member.user, "ts": stamp}, **parts}
    return member.envelope(
        {
            "type": "message",
            "subtype": "message_changed",
            "channel": member.channel,
            "channel_type": "im",
            "ts": stamp,
            "message": now,
            "previous_message": message,
        }
    )


def test_the_last_message_may_be_edited(member: SlackUser, slack: SlackStandIn) -> None:
    first = member.say("magnsium")
    slack.wait(lambda: slack.posts)
    assert member.post(changed(member, first, "magnesium")).ok
    slack.wait(lambda: len(slack.posts) == 2)
    assert "You asked: magnesium" in slack.texts[1]


def test_what_others_say_or_slack_does_is_taken_in_silence(member: SlackUser, slack: SlackStandIn) -> None:
    silent = [
        member.message("beep", bot_id="B1"),
        member.message("", subtype="bot_message"),
        member.message("among us", channel="C1", channel_type="channel"),
        {"type": "message", "subtype": "message_deleted", "channel": member.channel, "channel_type": "im", "ts": "1.2"},
        {"type": "app_home_opened", "user": member.user, "channel": member.channel, "tab": "home"},
    ]
    first = member.say("here")
    for event in silent:
        assert member.post(member.envelope(event)).status_code == 200
    assert member.post(changed(member, first, "here")).status_code == 200
    assert member.post({"type": "app_rate_limited", "minute_rate_limited": 1}).status_code == 200
    member.say("there")
    slack.wait(lambda: len(slack.posts) == 2)
    assert "You asked: there" in slack.texts[1]


def test_a_channel_is_told_once_and_then_left_alone(member: SlackUser, slack: SlackStandIn) -> None:
    channel = f"C{member.channel[1:]}"
    for text in ("<@UBOT> hello", "<@UBOT> again"):
        event = {"type": "app_mention", "user": member.user, "text": text, "ts": member.stamp(), "channel": channel}
        assert member.post(member.envelope(event)).ok
    member.say("alone")
    slack.wait(lambda: any("You asked: alone" in text for text in slack.texts))
    (told,) = [call for call in slack.posts if call.body["channel"] == channel]
    assert "health is private" in told.body["text"]


def test_the_address_is_confirmed(member: SlackUser) -> None:
    asked = {"token": "x", "challenge": "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P", "type": "url_verification"}
    answer = member.post(asked)
    assert (answer.status_code, answer.text) == (200, asked["challenge"])
    assert member.post(asked, secret="wrong").status_code == 401


def test_slacks_retry_is_the_same_message(member: SlackUser, slack: SlackStandIn) -> None:
    envelope = member.envelope(member.message("once"))
    for number in range(3):
        assert member.post(envelope, X_Slack_Retry_Num=str(number), X_Slack_Retry_Reason="http_timeout").ok
    member.say("twice")
    slack.wait(lambda: len(slack.posts) == 2)
    assert "You asked: twice" in slack.texts[1]


@pytest.mark.parametrize("seconds", [-301, 301, -86400])
def test_a_replay_is_refused(member: SlackUser, seconds: int) -> None:
    body = member.envelope(member.message("again"))
    assert member.post(body, stamp=int(time.time()) + seconds).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [{"X_Slack_Signature": ""}, {"X_Slack_Signature": "v0=00"}, {"X_Slack_Signature": "v0=\xff"},
     {"X_Slack_Request_Timestamp": ""}, {"X_Slack_Request_Timestamp": "soup"}, {"X_Slack_Request_Timestamp": "9" * 400}],
)  # fmt: skip
def test_without_a_good_signature_nothing_is_taken(member: SlackUser, headers: dict[str, str]) -> None:
    answer = member.post(member.envelope(member.message("let me in")), **headers)
    assert answer.status_code == 401
    assert "let me in" not in answer.text


def test_another_bodys_signature_is_refused(member: SlackUser) -> None:
    assert member.post(member.envelope(member.message("let me in")), secret=SIGNING_SECRET[::-1]).status_code == 401


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"type": "event_callback"}', b'{"type": "event_callback", "event": 7}',
                                  b'{"type": "event_callback", "event": {"type": "app_mention"}}'])  # fmt: skip
def test_what_is_malformed_is_refused(member: SlackUser, body: bytes) -> None:
    assert member.post(body).status_code == 400


@pytest.mark.parametrize("body", [b"", b"payload=", b"payload=%7B%7D", b"payload=%ff", b"other=1"])
def test_a_malformed_form_is_refused(member: SlackUser, body: bytes) -> None:
    assert member.post(body, Content_Type="application/x-www-form-urlencoded").status_code == 400


def app() -> Slack:
    return Slack(Settings(slack_token=TOKEN, slack_signing_secret=SIGNING_SECRET))


@pytest.mark.parametrize(
    ("status", "headers", "body", "result"),
    [
        (200, {}, b'{"ok": true, "ts": "1.2"}', Sent("1.2")),
        (200, {}, b"OK - 123", Sent()),
        (429, {"Retry-After": "30"}, b"", Later("Slack answered 429", 30.0)),
        (200, {"Retry-After": "1"}, b'{"ok": false, "error": "ratelimited"}', Later("Slack answered 200 ratelimited", 1.0)),
        (503, {}, b"<html>", Later("Slack answered 503")),
        (200, {}, b"", Later("Slack answered 200")),
        (200, {}, b"[]", Later("Slack answered 200")),
        (200, {}, b'{"ok": false, "error": "invalid_auth"}', Later("Slack answered 200 invalid_auth")),
        (200, {}, b'{"ok": false, "error": "channel_not_found"}', Failed("Slack answered 200 channel_not_found")),
        (404, {}, b"", Failed("Slack answered 404")),
    ],
)
def test_what_slack_answers_is_understood(status: int, headers: dict[str, str], body: bytes, result: object) -> None:
    assert app().result(status, headers, body) == result


@pytest.mark.parametrize("address", ["https://evil.example/x", "http://files.slack.com/x", "https://slack.com.evil.example/"])
def test_a_picture_goes_nowhere_but_to_slack(address: str) -> None:
    about = {"next": "upload", "png": "", "title": "x", "where": {"channel": "D1"}}
    with pytest.raises(ValueError, match="elsewhere"):
        app().follow(Outgoing("files.getUploadURLExternal", {}, about=about), b'{"upload_url": "%s"}' % address.encode())


@given(st.text(st.characters(blacklist_categories=["Cs"]), max_size=80))
def test_what_was_escaped_is_read_as_it_was(text: str) -> None:
    assert typed(escaped(text)) == text.strip()


def channels_of(message: dict[str, Any], **about: str) -> list[Outgoing]:
    return app().render([message], incoming("D1", about=about))


@hypothesis_settings(max_examples=40, deadline=None)
@given(replies())
def test_every_reply_fits_what_slack_documents(reply: dict[str, Any]) -> None:
    """https://docs.slack.dev/reference/block-kit/blocks: 50 blocks, 3000 letters of a section, 75 of a button."""
    requests = channels_of(reply)
    for request in requests:
        assert request.path == "chat.postMessage"
        assert 0 < len(request.body["blocks"]) <= 50
        for block in request.body["blocks"]:
            if block["type"] == "section":
                assert 0 < len(block["text"]["text"]) <= 3000
            else:
                assert 0 < len(block["elements"]) <= 5
    shown = [block["text"]["text"] for request in requests for block in request.body["blocks"] if block["type"] == "section"]
    assert "".join("".join(shown).split()) == "".join(escaped(reply["body"] + reply["ending"]).split())
    rows = [block["elements"] for request in requests for block in request.body["blocks"] if block["type"] == "actions"]
    buttons = [button for row in rows for button in row]
    assert [button["value"] for button in buttons] == [button["payload"] for button in reply["buttons"]]
    assert all(len(button["text"]["text"]) <= 75 for button in buttons)
    assert len({button["action_id"] for button in buttons}) == len(buttons)
    # The choices hang under the end.
    assert not any(block["type"] == "actions" for request in requests[:-1] for block in request.body["blocks"])


@pytest.mark.parametrize("title", ["x" * 76, "&" * 40, "a <b> " * 30])
def test_a_long_title_is_cut_where_it_is_escaped_and_says_so(title: str) -> None:
    (request,) = channels_of(said("Choose.", title))
    text = request.body["blocks"][-1]["elements"][0]["text"]["text"]
    assert len(text) <= 75
    assert text.endswith("…") and "&" not in text.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "")


def test_an_address_and_a_mark_for_everybody_are_words_in_an_answer() -> None:
    (request,) = channels_of(said("<!channel> <https://evil.example|click> & more"))
    assert "<" not in request.body["text"]
    assert request.body["unfurl_links"] is request.body["unfurl_media"] is False
    assert request.body["blocks"][0]["text"]["type"] == "plain_text"


def test_the_token_goes_to_slacks_own_methods_and_not_to_the_address_of_an_upload() -> None:
    assert app().headers(Outgoing("chat.postMessage", {})) == {"Authorization": f"Bearer {TOKEN}"}
    assert app().headers(Outgoing("https://files.slack.com/upload/v1/x", {})) == {}


def test_a_picture_goes_in_three_steps_to_the_thread_that_asked() -> None:
    picture = {"png": b"\x89PNG", "alt": "Magnesium in 28 g. Almonds: 77 mg."}
    asks, answer = channels_of(said("77 mg.", picture=picture), thread="1.2")
    assert asks.form and asks.body == {"filename": "chart.png", "length": "4", "alt_txt": picture["alt"]}
    upload = app().follow(asks, b'{"ok": true, "upload_url": "https://files.slack.com/upload/x", "file_id": "F1"}')
    assert upload and upload.file == ("filename", "image/png", b"\x89PNG")
    show = app().follow(upload, b"OK - 4")
    assert show and show.path == "files.completeUploadExternal"
    files = [{"id": "F1", "title": "Magnesium in 28 g"}]
    assert show.body == {"files": files, "channel_id": "D1", "thread_ts": "1.2"}
    assert app().follow(show, b'{"ok": true}') is None
    assert answer.body["thread_ts"] == "1.2"
    assert app().follow(answer, b'{"ok": true}') is None


def signed(body: bytes, stamp: int, key: str = SIGNING_SECRET, version: str = "v0") -> Request:
    digest = hmac.new(key.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    headers = {"x-slack-request-timestamp": str(stamp), "x-slack-signature": f"{version}={digest}"}
    return Request("POST", "https://guide.example/", headers, {}, body)


@pytest.mark.parametrize("seconds", [-290, 0, 290])
def test_a_clock_may_be_a_little_wrong(seconds: int) -> None:
    app().verify(signed(b"{}", int(time.time()) + seconds))


@pytest.mark.parametrize(
    "change",
    [
        lambda request: replace(request, body=b"{} "),
        lambda request: replace(request, headers={**request.headers, "x-slack-request-timestamp": str(int(time.time()) - 5)}),
        lambda request: replace(request, headers={**request.headers, "x-slack-request-timestamp": "٣"}),
        lambda request: signed(request.body, int(time.time()), "another secret"),
        lambda request: signed(request.body, int(time.time()), version="v1"),
        lambda request: replace(request, headers={name: value.upper() for name, value in request.headers.items()}),
        lambda request: replace(request, headers={}),
    ],
)
def test_a_signature_is_of_its_time_body_and_secret_only(change: Any) -> None:
    with pytest.raises(Refused) as refused:
        app().verify(change(signed(b"{}", int(time.time()))))
    assert refused.value.status == 401
