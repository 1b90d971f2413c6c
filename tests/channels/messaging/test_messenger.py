"""Facebook Messenger; the payloads are those of the pages that `meta_provider` names.

Errors: https://developers.facebook.com/documentation/business-messaging/messenger-platform/error-codes
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft7Validator

from bot.channels.messaging.app import Failed, Incoming, Later, Outgoing, Refused, Request, Sent, What
from bot.channels.messaging.messenger import Messenger
from bot.channels.messaging.meta import unmarked
from bot.settings import Settings
from tests.channels.messaging import meta_provider as meta
from tests.channels.messaging.replies import ENDING, button, incoming, replies, said

APP = Messenger(Settings(**meta.MESSENGER_SETTINGS))
TEXT, PICTURE = Draft7Validator(meta.MESSENGER_TEXT), Draft7Validator(meta.MESSENGER_PICTURE)
VISITOR = incoming(meta.PSID)


def parsed(*events: dict[str, Any]) -> list[Incoming]:
    request = meta.signed(meta.messenger_delivery(*events), "messenger")
    APP.verify(request)
    return APP.parse(request)


def attached(kind: str, payload: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    attachment = {"type": kind, "payload": {"url": "https://example.org/1"} if payload is None else payload}
    return meta.messenger_event({"message": {"mid": "m_1", "attachments": [attachment], **more}})


def rendered(*messages: dict[str, Any]) -> list[Outgoing]:
    requests = APP.render(list(messages), VISITOR)
    for request in requests:
        (PICTURE if request.file else TEXT).validate(request.body)
    return requests


def spoken(request: Outgoing) -> str:
    return request.body["message"]["text"]


def test_a_text_comes_in_and_its_answer_goes_out():
    (found,) = parsed(meta.messenger_text("does magnesium help?"))
    assert found == Incoming("m_1", meta.PSID, What.TEXT, 1458692752478.0, "does magnesium help?")
    (request,) = APP.render([said("It may help some people.")], found)
    assert request.path == "/me/messages"
    assert request.body == {
        "recipient": {"id": meta.PSID},
        "messaging_type": "RESPONSE",
        "message": {"text": f"It may help some people.\n\n{ENDING}"},
    }
    assert APP.headers(request) == {"Authorization": f"Bearer {meta.TOKEN}"}
    assert APP.address == "https://graph.facebook.com/v25.0"


@pytest.mark.parametrize(("headers", "status"), [({}, 401), ({"x-hub-signature-256": meta.signature(b"x")}, 403)])
def test_a_request_that_meta_did_not_sign_is_refused(headers, status):
    with pytest.raises(Refused) as refused:
        APP.verify(Request("POST", "https://guide.example/", headers, {}, b"{}"))
    assert refused.value.status == status


def test_the_verification_is_answered_with_its_challenge_only_to_who_knows_our_word():
    query = {"hub.mode": "subscribe", "hub.verify_token": meta.WORD, "hub.challenge": "1158201444"}
    assert APP.challenge(meta.asks(query, "messenger")) == "1158201444"
    with pytest.raises(Refused):
        APP.challenge(meta.asks({**query, "hub.verify_token": "guess"}, "messenger"))


@pytest.mark.parametrize(
    ("event", "what", "text", "payload"),
    [
        (
            meta.messenger_text("Caffeine", quick_reply={"payload": "#topic:caffeine"}),
            What.BUTTON, "Caffeine", "#topic:caffeine",
        ),
        (
            meta.messenger_event({"postback": {"mid": "m_2", "title": "Foods", "payload": "#topic:foods"}}),
            What.BUTTON, "Foods", "#topic:foods",
        ),
        (
            meta.messenger_event({"postback": {"mid": "m_3", "title": "Get started", "payload": "GET_STARTED"}}),
            What.START, "Get started", None,
        ),
        (meta.messenger_text("why?", reply_to={"mid": "m_0"}), What.TEXT, "why?", None),
        (attached("audio"), What.VOICE, "", None),
        (attached("image"), What.PICTURE, "", None),
        (attached("image", text="is this normal?"), What.PICTURE, "is this normal?", None),
        (attached("image", {"url": "https://example.org/1", "sticker_id": 369239263222822}), What.STICKER, "", None),
        (attached("image", sticker_id=369239263222822), What.STICKER, "", None),
        (attached("video"), What.PICTURE, "", None),
        (attached("reel"), What.PICTURE, "", None),
        (attached("file"), What.FILE, "", None),
        (attached("location", {"coordinates": {"lat": 1.0, "long": 2.0}}), What.LOCATION, "", None),
        (attached("fallback", text="https://example.org is this true?"), What.TEXT, "https://example.org is this true?", None),
        (meta.messenger_event({"message": {"mid": "m_1", "attachments": [{"type": "fallback"}]}}), What.OTHER, "", None),
        (attached("something_new"), What.OTHER, "", None),
        (meta.messenger_text(" "), What.OTHER, " ", None),
    ],
)  # fmt: skip
def test_every_kind_of_message_is_known(event, what, text, payload):
    (found,) = parsed(event)
    assert (found.what, found.text, found.payload) == (what, text, payload)


@pytest.mark.parametrize(
    "event",
    [
        meta.messenger_event({"message": {"is_echo": True, "app_id": 1, "mid": "m_1", "text": "hello"}}),
        meta.messenger_event({"delivery": {"mids": ["m_0"], "watermark": 1458668856253}}),
        meta.messenger_event({"read": {"watermark": 1458668856253}}),
        meta.messenger_event({"reaction": {"reaction": "love", "emoji": "❤", "action": "react", "mid": "m_0"}}),
        meta.messenger_event({"message_edit": {"mid": "m_0", "text": "hullo", "num_edit": 1}}),
    ],
)
def test_echoes_receipts_and_reactions_are_passed_over(event):
    assert parsed(event) == []


def test_what_another_app_of_the_page_answers_is_left_to_it():
    entry = {"id": meta.PAGE, "time": 1, "standby": [meta.messenger_text("hello")]}
    assert APP.parse(meta.signed({"object": "page", "entry": [entry]})) == []


def test_one_delivery_may_hold_several_messages():
    found = parsed(meta.messenger_text("one"), meta.messenger_text("two", "m_2", 1458692752000))
    assert [(one.id, one.text, one.order) for one in found] == [
        ("m_1", "one", 1458692752478.0),
        ("m_2", "two", 1458692752000.0),
    ]


def test_an_older_postback_without_a_name_gets_one_that_stays_the_same():
    event = meta.messenger_event({"postback": {"title": "Foods", "payload": "#topic:foods"}})
    (one,), (again,) = parsed(event), parsed(event)
    (later,) = parsed({**event, "timestamp": 1458692752479})
    assert one.id == again.id != later.id


@pytest.mark.parametrize(
    "delivery",
    [
        b"{",
        {"object": "page"},
        {"object": "page", "entry": [{"messaging": {}}]},
        {"object": "page", "entry": [{"messaging": ["hello"]}]},
        meta.messenger_delivery({"message": {"mid": "m_1", "text": "hello"}, "timestamp": 1}),
        meta.messenger_delivery(meta.messenger_event({"message": {"mid": "m_1", "text": "hello"}}, person="../me")),
        meta.messenger_delivery(meta.messenger_event({"message": {"text": "hello"}})),
        meta.messenger_delivery(meta.messenger_event({"message": {"mid": "m_1", "attachments": {}}})),
        meta.messenger_delivery(meta.messenger_text("hello", at=True)),
        meta.messenger_delivery({**meta.messenger_text("hello"), "timestamp": None}),
    ],
)
def test_what_is_not_a_delivery_is_refused(delivery):
    with pytest.raises(Refused) as refused:
        APP.parse(meta.signed(delivery))
    assert refused.value.status == 400


def test_short_choices_are_quick_replies():
    (request,) = rendered(said("It may help.", "How much is safe?", "Caffeine"))
    assert request.body["message"]["quick_replies"] == [
        {"content_type": "text", "title": "How much is safe?", "payload": "#topic:how_much_is_safe?"},
        {"content_type": "text", "title": "Caffeine", "payload": "#topic:caffeine"},
    ]
    assert "1." not in spoken(request)


def test_longer_titles_stand_in_the_text_and_the_replies_are_their_numbers():
    (request,) = rendered(said("It may help.", "Caffeine", "Which foods are rich in magnesium?"))
    assert spoken(request) == f"It may help.\n\nReply 1 or 2:\n1. Caffeine\n2. Which foods are rich in magnesium?\n\n{ENDING}"
    assert [reply["title"] for reply in request.body["message"]["quick_replies"]] == ["1", "2"]
    assert request.body["message"]["quick_replies"][0]["payload"] == "#topic:caffeine"


def test_more_choices_than_quick_replies_are_only_numbered():
    (request,) = rendered({**said("Which?"), "buttons": [button(f"Food {number}") for number in range(14)]})
    assert "14. Food 13" in spoken(request)
    assert "quick_replies" not in request.body["message"]


def test_a_long_answer_is_split_and_the_choices_go_with_its_end():
    requests = rendered(said("One more sentence about restless legs. " * 100, "Caffeine"))
    assert len(requests) == 3
    assert all("quick_replies" not in request.body["message"] for request in requests[:-1])
    assert spoken(requests[-1]).endswith(ENDING)
    assert "quick_replies" in requests[-1].body["message"]


def test_what_would_be_taken_for_bold_is_shown_as_it_is():
    (request,) = rendered(said("*Iron* _and_ snake_case"))
    assert spoken(request).startswith("∗Iron∗ ˍandˍ snake_case")


def test_a_chart_goes_as_a_file_before_its_words():
    picture, answer = rendered(said("Pumpkin seeds have more.", picture={"png": b"\x89PNG", "alt": "Pumpkin seeds 156 mg."}))
    assert picture.file == ("filedata", "image/png", b"\x89PNG")
    assert picture.words == "Pumpkin seeds 156 mg."
    assert spoken(answer).endswith(ENDING)
    assert APP.follow(picture, b"{}") is None


@pytest.mark.parametrize(
    ("status", "error", "expected"),
    [
        (400, {"code": 613}, Later("400, error 613")),
        (400, {"code": 1200}, Later("400, error 1200")),
        (400, {"code": 80006}, Later("400, error 80006")),
        (400, {"code": 4}, Later("400, error 4")),
        (400, {"code": 2}, Later("400, error 2")),
        (400, {"code": 190}, Later("400, error 190")),
        (400, {"code": 551}, Failed("400, error 551")),
        (500, {"code": 551}, Failed("500, error 551")),
        (400, {"code": 10, "error_subcode": 2018278}, Failed("400, error 10")),
        (400, {"code": 100, "error_subcode": 2018001}, Failed("400, error 100")),
        (403, {"code": 200, "error_subcode": 1545041}, Failed("403, error 200")),
        (400, {"code": 230}, Failed("400, error 230")),
        (503, {}, Later("503")),
    ],
)
def test_what_the_providers_errors_mean(status, error, expected):
    assert APP.result(status, {}, json.dumps({"error": error}).encode()) == expected


def test_a_taken_message_has_the_providers_name():
    assert APP.result(200, {}, b'{"recipient_id": "1", "message_id": "m_AG5"}') == Sent("m_AG5")


@settings(max_examples=40, deadline=None)
@given(replies())
def test_every_reply_fits_what_the_provider_documents(reply):
    requests = rendered(reply)
    assert unmarked(reply["ending"]) in spoken(requests[-1])
    said_so = " ".join(" ".join(map(spoken, requests)).split())
    for word in unmarked(reply["body"]).split():
        assert word in said_so or len(word) > 1900
