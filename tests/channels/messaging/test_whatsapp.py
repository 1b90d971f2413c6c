"""WhatsApp by Meta; the payloads are those of the pages that `meta_provider` names.

Errors: https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft7Validator

from bot.channels.messaging.app import Failed, Incoming, Later, Outgoing, Refused, Request, Sent, What
from bot.channels.messaging.meta import unmarked
from bot.channels.messaging.whatsapp import WhatsApp
from bot.settings import Settings
from tests.channels.messaging import meta_provider as meta
from tests.channels.messaging.replies import ENDING, button, incoming, replies, said

APP = WhatsApp(Settings(**meta.WHATSAPP_SETTINGS))
MESSAGE, MEDIA = Draft7Validator(meta.WHATSAPP_MESSAGE), Draft7Validator(meta.WHATSAPP_MEDIA)
VISITOR = incoming(meta.PERSON)


def parsed(*messages: dict[str, Any], **value: Any) -> list[Incoming]:
    request = meta.signed(meta.whatsapp_delivery(*messages, **value))
    APP.verify(request)
    return APP.parse(request)


BUTTON_REPLY = {"type": "button_reply", "button_reply": {"id": "#topic:caffeine", "title": "Caffeine"}}


def only(*messages: dict[str, Any]) -> Incoming:
    (found,) = parsed(*messages)
    return found


def rendered(*messages: dict[str, Any], whom: Incoming = VISITOR) -> list[Outgoing]:
    requests = APP.render(list(messages), whom)
    for request in requests:
        (MEDIA if request.file else MESSAGE).validate(request.body)
    return requests


def spoken(request: Outgoing) -> str:
    kind = request.body["type"]
    return request.body["text"]["body"] if kind == "text" else request.body["interactive"]["body"]["text"]


def test_a_text_comes_in_and_its_answer_goes_out():
    found = only(meta.whatsapp_text("does magnesium help?"))
    assert found == Incoming("wamid.1", meta.PERSON, What.TEXT, 1739321024.0, "does magnesium help?", None, country="US")
    (request,) = rendered(said("It may help some people."), whom=found)
    assert request.path == f"/{meta.NUMBER}/messages"
    assert request.body["to"] == meta.PERSON
    assert spoken(request) == f"It may help some people.\n\n{ENDING}" == request.words
    assert APP.headers(request) == {"Authorization": f"Bearer {meta.TOKEN}"}
    assert APP.address == "https://graph.facebook.com/v25.0"


def test_a_signature_of_other_letters_than_ascii_is_that_of_the_escaped_body():
    assert only(meta.whatsapp_text("äöå 😀")).text == "äöå 😀"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"x-hub-signature-256": ""}, 401),
        ({"x-hub-signature": "sha1=0"}, 401),
        ({"x-hub-signature-256": "sha256=" + "0" * 64}, 403),
        ({"x-hub-signature-256": "sha256="}, 403),
        ({"x-hub-signature-256": "é"}, 403),
        ({"x-hub-signature-256": meta.signature(b"{}", "another secret")}, 403),
        ({"x-hub-signature-256": meta.signature(b"{}").removeprefix("sha256=")}, 403),
    ],
)
def test_a_request_that_meta_did_not_sign_is_refused(headers, status):
    with pytest.raises(Refused) as refused:
        APP.verify(Request("POST", "https://guide.example/", headers, {}, b"{}"))
    assert refused.value.status == status


def test_a_signed_body_that_was_changed_is_refused():
    request = meta.signed(meta.whatsapp_delivery(meta.whatsapp_text("hello")))
    with pytest.raises(Refused):
        APP.verify(Request("POST", request.url, request.headers, {}, request.body.replace(b"hello", b"hullo")))


def test_the_verification_is_answered_with_its_challenge():
    query = {"hub.mode": "subscribe", "hub.verify_token": meta.WORD, "hub.challenge": "1158201444"}
    assert APP.challenge(meta.asks(query)) == "1158201444"


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"hub.mode": "subscribe", "hub.challenge": "1"},
        {"hub.mode": "subscribe", "hub.verify_token": "guess", "hub.challenge": "1"},
        {"hub.mode": "unsubscribe", "hub.verify_token": meta.WORD, "hub.challenge": "1"},
    ],
)
def test_a_verification_that_does_not_know_our_word_is_refused(query):
    with pytest.raises(Refused) as refused:
        APP.challenge(meta.asks(query))
    assert refused.value.status == 403


def test_a_delivery_is_no_question():
    assert APP.challenge(meta.signed(meta.whatsapp_delivery())) is None


@pytest.mark.parametrize(
    ("message", "what", "text", "payload"),
    [
        (
            meta.whatsapp_message("interactive", BUTTON_REPLY),
            What.BUTTON, "Caffeine", "#topic:caffeine",
        ),
        (
            meta.whatsapp_message("interactive", {
                "type": "list_reply",
                "list_reply": {"id": "#topic:foods", "title": "Which foods are…", "description": "Which foods are rich in it?"},
            }),
            What.BUTTON, "Which foods are rich in it?", "#topic:foods",
        ),
        (meta.whatsapp_message("button", {"text": "Yes", "payload": "#yes"}), What.BUTTON, "Yes", "#yes"),
        (meta.whatsapp_message("interactive", {"type": "nfm_reply", "nfm_reply": {"name": "flow"}}), What.OTHER, "", None),
        (meta.whatsapp_message("audio", {"mime_type": "audio/ogg", "id": "1", "voice": True}), What.VOICE, "", None),
        (
            meta.whatsapp_message("image", {"caption": "is this normal?", "mime_type": "image/jpeg", "id": "2754859441498128"}),
            What.PICTURE, "is this normal?", None,
        ),
        (meta.whatsapp_message("video", {"mime_type": "video/mp4", "id": "1"}), What.PICTURE, "", None),
        (meta.whatsapp_message("document", {"filename": "a.pdf", "caption": "my labs", "id": "1"}), What.FILE, "my labs", None),
        (meta.whatsapp_message("location", {"latitude": 37.4, "longitude": -122.1, "name": "Home"}), What.LOCATION, "", None),
        (meta.whatsapp_message("sticker", {"mime_type": "image/webp", "id": "1", "animated": False}), What.STICKER, "", None),
        (meta.whatsapp_message("contacts", [{"name": {"formatted_name": "Dr Who"}}]), What.OTHER, "", None),
        (meta.whatsapp_message("order", {"catalog_id": "1", "product_items": []}), What.OTHER, "", None),
        (
            meta.whatsapp_message("unsupported", {"type": "poll_update"}, errors=[{"code": 131051}]),
            What.OTHER, "", None,
        ),
        (meta.whatsapp_message("something_new", {"body": "?"}), What.OTHER, "", None),
        (meta.whatsapp_message("text"), What.TEXT, "", None),
        (meta.whatsapp_text("hello all", group_id="Y2FwaV9ncm91cDox"), What.GROUP, "hello all", None),
    ],
)  # fmt: skip
def test_every_kind_of_message_is_known(message, what, text, payload):
    found = only(message)
    assert (found.what, found.text, found.payload) == (what, text, payload)


@pytest.mark.parametrize("word", ["STOP", "stop", " Stop. ", "Stop all", "STOPALL", "unsubscribe", "Opt out"])
def test_the_words_to_be_left_alone(word):
    assert only(meta.whatsapp_text(word)).what is What.STOP


@pytest.mark.parametrize("word", ["START", "start!", "unstop"])
def test_the_words_to_be_let_in_again(word):
    assert only(meta.whatsapp_text(word)).what is What.START


@pytest.mark.parametrize("text", ["can i stop ropinirole", "end", "cancel", "it won't stop", "quit", "more", "start iron?"])
def test_a_sentence_with_such_a_word_is_a_question(text):
    assert only(meta.whatsapp_text(text)).what is What.TEXT


@pytest.mark.parametrize(
    "message",
    [
        meta.whatsapp_message("reaction", {"message_id": "wamid.0", "emoji": "👍"}),
        meta.whatsapp_message("system", {"body": "User changed", "wa_id": "12195555358", "type": "user_changed_number"}),
    ],
)
def test_silence_is_the_answer_to_reactions_and_changed_numbers(message):
    assert parsed(message) == []


def test_receipts_and_errors_and_other_fields_are_passed_over():
    status = {
        "id": "wamid.0",
        "status": "failed",
        "timestamp": "1739321024",
        "recipient_id": meta.PERSON,
        "errors": [{"code": 131047}],
    }
    assert parsed(statuses=[status]) == []
    assert parsed(errors=[{"code": 130429, "title": "Rate limit hit"}]) == []
    delivery = meta.whatsapp_delivery(meta.whatsapp_text("hello"))
    delivery["entry"][0]["changes"][0]["field"] = "message_template_status_update"
    assert APP.parse(meta.signed(delivery)) == []


def test_a_delivery_of_another_product_or_number_is_passed_over():
    assert APP.parse(meta.signed(meta.messenger_delivery(meta.messenger_text("hi")))) == []
    assert APP.parse(meta.signed(meta.whatsapp_delivery(meta.whatsapp_text("hi"), number="1"))) == []


def test_one_delivery_may_hold_several_messages():
    delivery = meta.whatsapp_delivery(meta.whatsapp_text("one"), meta.whatsapp_text("two", "wamid.2"))
    delivery["entry"] += meta.whatsapp_delivery(meta.whatsapp_text("three", "wamid.3", "1739321000"))["entry"]
    found = APP.parse(meta.signed(delivery))
    assert [(one.id, one.text, one.order) for one in found] == [
        ("wamid.1", "one", 1739321024.0), ("wamid.2", "two", 1739321024.0), ("wamid.3", "three", 1739321000.0),
    ]  # fmt: skip


def test_who_hides_the_number_is_answered_by_the_name_that_meta_gave():
    message = meta.whatsapp_text("hello")
    del message["from"]
    found = only(message)
    assert (found.address, found.country) == (meta.STRANGER, "US")
    (request,) = rendered(said("Hello."), whom=found)
    assert request.body["recipient"] == meta.STRANGER
    assert "to" not in request.body


def without(name: str) -> dict[str, Any]:
    message = meta.whatsapp_text("hello")
    del message[name]
    return message


def nobody() -> dict[str, Any]:
    message = without("from")
    del message["from_user_id"]
    return message


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b"\xff",
        b"[" * 100_000,
        b"{}",
        {"object": "whatsapp_business_account"},
        {"object": "whatsapp_business_account", "entry": {}},
        {"object": "whatsapp_business_account", "entry": [1]},
        {"object": "whatsapp_business_account", "entry": [{"id": "1"}]},
        {"object": 1, "entry": []},
        meta.whatsapp_delivery(messages={}),
        meta.whatsapp_delivery(messages=["hello"]),
        meta.whatsapp_delivery(nobody()),
        meta.whatsapp_delivery(without("id")),
        meta.whatsapp_delivery(without("timestamp")),
        meta.whatsapp_delivery(meta.whatsapp_text("hello", at="soon")),
        meta.whatsapp_delivery(meta.whatsapp_text("hello", at="9" * 400)),
        meta.whatsapp_delivery(meta.whatsapp_text("hello", at="٣")),
    ],
)
def test_what_is_not_a_delivery_is_refused(body):
    request = meta.signed(body)
    APP.verify(request)
    with pytest.raises(Refused) as refused:
        APP.parse(request)
    assert refused.value.status == 400


def test_up_to_three_short_choices_are_buttons():
    (request,) = rendered(said("It may help.", "How much is safe?", "Caffeine"))
    assert request.body["interactive"] == {
        "type": "button",
        "body": {"text": f"It may help.\n\n{ENDING}"},
        "action": {
            "buttons": [
                {"type": "reply", "reply": {"id": "#topic:how_much_is_safe?", "title": "How much is safe?"}},
                {"type": "reply", "reply": {"id": "#topic:caffeine", "title": "Caffeine"}},
            ]
        },
    }


def test_longer_titles_are_a_list_whose_rows_tell_them_whole():
    (request,) = rendered(said("It may help.", "Caffeine", "Which foods are rich in magnesium?"))
    (section,) = request.body["interactive"]["action"]["sections"]
    assert section["rows"] == [
        {"id": "#topic:caffeine", "title": "Caffeine"},
        {
            "id": "#topic:which_foods_are_rich_in_magnesium?",
            "title": "Which foods are rich in…",
            "description": "Which foods are rich in magnesium?",
        },
    ]


def test_four_choices_are_a_list():
    (request,) = rendered(said("Which?", "A", "B", "C", "D"))
    assert request.body["interactive"]["type"] == "list"


@pytest.mark.parametrize(
    "buttons",
    [
        [button("x" * 73)],
        [button(str(number)) for number in range(11)],
        [button("Same", "#a"), button("Same", "#b")],
        [button("One", "#a"), button("Two", "#a")],
        [button("Long", "#" * 201)],
        [button("Space", " #a")],
    ],
)
def test_choices_that_fit_neither_are_numbered(buttons):
    (request,) = rendered({**said("Which?"), "buttons": buttons})
    assert request.body["type"] == "text"
    assert f"1. {buttons[0]['title']}" in spoken(request)


def test_a_long_answer_goes_before_and_the_choices_hang_under_the_disclaimer():
    sentence = "One more sentence about restless legs. "
    requests = rendered(said((sentence * 120).strip(), "Caffeine"))
    assert [request.body["type"] for request in requests] == ["text", "text", "interactive"]
    assert spoken(requests[-1]) == ENDING
    assert " ".join(map(spoken, requests[:-1])) == (sentence * 120).strip()


def test_a_long_answer_without_choices_is_split_at_sentences():
    requests = rendered(said("One more sentence about restless legs. " * 150))
    assert len(requests) == 2
    assert spoken(requests[0]).endswith("legs.")
    assert spoken(requests[1]).endswith(ENDING)


def test_a_very_long_disclaimer_is_told_before_the_choices():
    requests = rendered(said("It may help.", "Caffeine", ending=("Not advice. " * 100).strip()))
    assert spoken(requests[-2]).endswith("Not advice.")
    assert spoken(requests[-1]) == "What would you like to know next?"


def test_what_would_be_taken_for_bold_is_shown_as_it_is():
    text = "*Iron* _and_ ~tea~ `code` 5*3 snake_case https://example.org/a_b*c **911** *\n> 300 mg"
    (request,) = rendered(said(text))
    assert spoken(request).startswith(
        "∗Iron∗ ˍandˍ ∼tea∼ ˋcodeˋ 5*3 snake_case https://example.org/a_b*c 911 ∗\n＞ 300 mg"
    )  # fmt: skip


def test_a_chart_is_uploaded_first_and_sent_with_its_words():
    upload, answer = rendered(said("Pumpkin seeds have more.", picture={"png": b"\x89PNG", "alt": "Pumpkin seeds 156 mg."}))
    assert upload.path == f"/{meta.NUMBER}/media"
    assert upload.file == ("file", "image/png", b"\x89PNG")
    assert spoken(answer).endswith(ENDING)
    following = APP.follow(upload, b'{"id": "4490709327384033"}')
    assert following
    MESSAGE.validate(following.body)
    assert following.body["image"] == {"id": "4490709327384033", "caption": "Pumpkin seeds 156 mg."}
    assert following.path == answer.path
    assert APP.follow(following, b"{}") is None


def test_an_upload_without_a_name_is_left_out_since_the_text_has_the_numbers():
    (upload, _) = rendered(said("More.", picture={"png": b"\x89PNG", "alt": "x" * 2000}))
    assert APP.follow(upload, b"{}") is None
    following = APP.follow(upload, b'{"id": "1"}')
    assert following and following.body["image"] == {"id": "1"}


@pytest.mark.parametrize(
    ("status", "error", "expected"),
    [
        (429, 130429, Later("429, error 130429")),
        (400, 131056, Later("400, error 131056", 6.0)),
        (400, 131048, Later("400, error 131048")),
        (429, 80007, Later("429, error 80007")),
        (429, 4, Later("429, error 4")),
        (500, 131000, Later("500, error 131000")),
        (500, 131016, Later("500, error 131016")),
        (500, 131057, Later("500, error 131057")),
        (500, 133004, Later("500, error 133004")),
        (503, 2, Later("503, error 2")),
        (400, 1, Later("400, error 1")),
        (401, 190, Later("401, error 190")),
        (401, 0, Later("401, error 0")),
        (400, 131047, Failed("400, error 131047")),
        (400, 131026, Failed("400, error 131026")),
        (500, 3, Failed("500, error 3")),
        (403, 10, Failed("403, error 10")),
        (403, 368, Failed("403, error 368")),
        (400, 100, Failed("400, error 100")),
        (400, 131051, Failed("400, error 131051")),
    ],
)
def test_what_the_providers_errors_mean(status, error, expected):
    assert APP.result(status, {}, json.dumps(meta.meta_error(error)).encode()) == expected


def test_what_an_answer_without_a_code_means():
    assert APP.result(502, {}, b"<html>Bad gateway</html>") == Later("502")
    assert APP.result(429, {"Retry-After": "30"}, b"") == Later("429", 30.0)
    assert APP.result(429, {"retry-after": "Fri, 01 Jan 2027 00:00:00 GMT"}, b"") == Later("429")
    assert APP.result(404, {}, b'{"error": "gone"}') == Failed("404")
    assert APP.result(400, {}, b'{"error": {"code": "131047"}}') == Failed("400")


def test_a_taken_message_has_the_providers_name():
    assert APP.result(200, {}, b'{"messages": [{"id": "wamid.2"}]}') == Sent("wamid.2")
    assert APP.result(200, {}, b'{"id": "4490709327384033"}') == Sent("")


@settings(max_examples=40, deadline=None)
@given(replies())
def test_every_reply_fits_what_the_provider_documents(reply):
    requests = rendered(reply)
    assert unmarked(reply["ending"]) in "\n".join(map(spoken, requests[-2:]))
    said_so = " ".join(" ".join(map(spoken, requests)).split())
    for line in unmarked(reply["body"]).split():
        assert line in said_so or len(line) > 4000
