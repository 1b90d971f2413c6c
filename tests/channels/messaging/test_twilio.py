"""SMS and WhatsApp by Twilio; the payloads are those of the pages that `twilio_provider` names.

Errors: https://www.twilio.com/docs/api/errors/21610, 21211, 20429, 63016, 63018
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from bot.channels.messaging.app import Failed, Incoming, Later, Outgoing, Refused, Request, Sent, What
from bot.channels.messaging.meta import unmarked
from bot.channels.messaging.segments import plain, segments, small
from bot.channels.messaging.twilio import MORE, TwilioSms, TwilioWhatsApp
from bot.knowledge.drawing import Box, Drawing, Words
from bot.settings import Settings
from tests.channels.messaging import twilio_provider as twilio
from tests.channels.messaging.replies import ENDING, SHORT_ENDING, incoming, replies, said

SECRET = "0123456789abcdef0123456789abcdef"
SMS = TwilioSms(Settings(**twilio.SMS_SETTINGS, secret=SECRET))
WHATSAPP = TwilioWhatsApp(Settings(**twilio.WHATSAPP_SETTINGS, secret=SECRET))
OF_SMS, OF_WHATSAPP = Draft7Validator(twilio.SMS), Draft7Validator(twilio.WHATSAPP)
NAME = "SM" + "1" * 32
SERVICE = "MG" + "a" * 32
VISITOR, CHATTER = incoming(twilio.PERSON), incoming(f"whatsapp:{twilio.PERSON}")


def received(fields: dict[str, str]) -> list[Incoming]:
    app, channel = (WHATSAPP, "twilio_whatsapp") if fields["From"].startswith("whatsapp:") else (SMS, "twilio_sms")
    request = twilio.signed(fields, channel)
    app.verify(request)
    return app.parse(request)


def only(fields: dict[str, str]) -> Incoming:
    (found,) = received(fields)
    return found


def texts(*messages: dict[str, Any], whom: Incoming = VISITOR) -> list[str]:
    requests = SMS.render(list(messages), whom)
    for request in requests:
        OF_SMS.validate(request.body)
    assert [request.held for request in requests] == [number > 0 for number in range(len(requests))]
    return [request.body["Body"] for request in requests]


def chat(*messages: dict[str, Any], app: TwilioWhatsApp = WHATSAPP) -> list[Outgoing]:
    requests = app.render(list(messages), CHATTER)
    for request in requests:
        OF_WHATSAPP.validate(request.body)
    return requests


def test_a_short_message_comes_in_and_its_answer_goes_out():
    found = only(twilio.sms("does magnesium help?"))
    assert (found.id, found.address, found.what, found.text) == (NAME, twilio.PERSON, What.TEXT, "does magnesium help?")
    assert found.country == "CA"
    (request,) = SMS.render([said("It may help.", ending=SHORT_ENDING)], found)
    assert request.path == f"/2010-04-01/Accounts/{twilio.ACCOUNT}/Messages.json"
    assert request.form
    assert request.body == {"To": twilio.PERSON, "From": twilio.OURS, "Body": f"It may help.\n\n{SHORT_ENDING}"}
    assert SMS.headers(request)["Authorization"].startswith("Basic ")
    assert SMS.address == "https://api.twilio.com"
    assert SMS.acknowledgement() == ('<?xml version="1.0" encoding="UTF-8"?><Response/>', "text/xml")


def test_a_messaging_service_may_be_the_sender():
    app = TwilioSms(Settings(**{**twilio.SMS_SETTINGS, "twilio_sms_sender": SERVICE}))
    (request,) = app.render([said("Yes.")], VISITOR)
    assert request.body["MessagingServiceSid"] == SERVICE
    assert "From" not in request.body
    chat_app = TwilioWhatsApp(Settings(**{**twilio.WHATSAPP_SETTINGS, "twilio_whatsapp_sender": SERVICE}, secret=SECRET))
    assert chat_app.sender == SERVICE


@pytest.mark.parametrize("sender", ["Guide", "+1 555", "MG1", "whatsapp:+15550783881"])
def test_what_is_no_sender_is_not_taken(sender):
    with pytest.raises(ValueError, match="twilio_sms_sender"):
        Settings(twilio_sms_sender=sender)


# Signatures.


def test_the_signature_of_the_documents_example_is_known():
    """https://www.twilio.com/docs/usage/webhooks/webhooks-security#example"""
    fields = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+12349013030",
        "Digits": "1234",
        "From": "+12349013030",
        "To": "+18005551212",
    }
    assert twilio.signature("https://mycompany.com/myapp.php?foo=1&bar=2", fields, "12345") == "0/KCTR6DLpKmkAf8muzZqo1nDgQ="


@pytest.mark.parametrize("base", ["https://guide.example", "https://guide.example:8443", "http://guide.example"])
def test_the_address_is_part_of_the_signature(base):
    request = twilio.signed(twilio.sms("héllo & 100% +"), base=base)
    SMS.verify(request)
    with pytest.raises(Refused):
        SMS.verify(Request("POST", request.url + "?to=me", request.headers, {}, request.body))


@pytest.mark.parametrize(
    ("signed", "seen"),
    [("https://guide.example:443", "https://guide.example"), ("https://guide.example", "https://guide.example:443")],
)
def test_a_signature_with_or_without_the_usual_port_is_good(signed, seen):
    request = twilio.signed(twilio.sms("hello"), base=signed)
    SMS.verify(Request("POST", request.url.replace(signed, seen), request.headers, {}, request.body))


def test_fields_that_are_new_are_part_of_the_signature():
    SMS.verify(twilio.signed(twilio.sms("hello", NewField="x", Empty="")))


@pytest.mark.parametrize(
    ("headers", "status"),
    [({}, 401), ({"x-twilio-signature": ""}, 401), ({"x-twilio-signature": "x"}, 403), ({"x-twilio-signature": "é" * 28}, 403)],
)
def test_a_request_that_twilio_did_not_sign_is_refused(headers, status):
    request = twilio.signed(twilio.sms("hello"))
    with pytest.raises(Refused) as refused:
        SMS.verify(Request("POST", request.url, headers, {}, request.body))
    assert refused.value.status == status


def test_a_signed_body_that_was_changed_is_refused():
    request = twilio.signed(twilio.sms("hello"))
    for body in (request.body.replace(b"hello", b"hullo"), request.body + b"&Body=more", b"\xff"):
        with pytest.raises(Refused):
            SMS.verify(Request("POST", request.url, request.headers, {}, body))


def test_a_request_signed_with_another_token_is_refused():
    fields = twilio.sms("hello")
    request = twilio.signed(fields)
    headers = {"x-twilio-signature": twilio.signature(request.url, fields, "another token")}
    with pytest.raises(Refused) as refused:
        SMS.verify(Request("POST", request.url, headers, {}, request.body))
    assert refused.value.status == 403


def test_a_request_of_another_account_is_refused():
    with pytest.raises(Refused) as refused:
        SMS.verify(twilio.signed(twilio.sms("hello", AccountSid="AC" + "f" * 32)))
    assert refused.value.status == 403


def test_a_form_of_a_thousand_fields_is_refused():
    request = twilio.signed({f"f{number}": "x" for number in range(1000)})
    with pytest.raises(Refused) as refused:
        SMS.verify(request)
    assert refused.value.status == 400


# What comes in.


@pytest.mark.parametrize(
    ("fields", "what", "text", "payload"),
    [
        (twilio.media("image/jpeg", twilio.sms("")), What.PICTURE, "", None),
        (twilio.media("image/jpeg", twilio.sms("is this normal?")), What.PICTURE, "is this normal?", None),
        (twilio.media("audio/amr", twilio.sms("")), What.VOICE, "", None),
        (twilio.media("video/3gpp", twilio.sms("")), What.PICTURE, "", None),
        (twilio.media("application/pdf", twilio.sms("")), What.FILE, "", None),
        (twilio.media("text/vcard", twilio.sms("")), What.OTHER, "", None),
        (twilio.sms(""), What.OTHER, "", None),
        (twilio.sms("HELP"), What.TEXT, "HELP", None),
        (twilio.sms("help", OptOutType="HELP"), What.TEXT, "help", None),
        (twilio.sms(" More. "), What.MORE, " More. ", None),
        (twilio.sms("tell me more"), What.TEXT, "tell me more", None),
        (twilio.sms("2"), What.TEXT, "2", None),
        (twilio.whatsapp("more"), What.TEXT, "more", None),
        (twilio.whatsapp("end"), What.TEXT, "end", None),
        (
            twilio.whatsapp("Caffeine", MessageType="button", ButtonText="Caffeine", ButtonPayload="#topic:caffeine"),
            What.BUTTON, "Caffeine", "#topic:caffeine",
        ),
        (twilio.whatsapp("", MessageType="location", Latitude="43.6", Longitude="-79.3"), What.LOCATION, "", None),
        (twilio.media("image/webp", twilio.whatsapp("", MessageType="sticker")), What.STICKER, "", None),
        (twilio.media("audio/ogg", twilio.whatsapp("", MessageType="audio")), What.VOICE, "", None),
        (twilio.whatsapp("", MessageType="order"), What.OTHER, "", None),
    ],
)  # fmt: skip
def test_every_kind_of_message_is_known(fields, what, text, payload):
    found = only(fields)
    assert (found.what, found.text, found.payload) == (what, text, payload)


@pytest.mark.parametrize(
    "fields", [twilio.sms("", MessageStatus="delivered", SmsStatus="delivered"), twilio.whatsapp("👍", MessageType="reaction")]
)
def test_receipts_and_reactions_are_passed_over(fields):
    assert received(fields) == []


def test_the_country_of_a_whatsapp_number_is_known():
    assert only(twilio.whatsapp("hi", From="whatsapp:+447700900123")).country == "UK"
    assert only(twilio.whatsapp("hi", From="whatsapp:US.13491208655302741918")).country == "US"


@pytest.mark.parametrize(
    ("app", "fields"),
    [
        (SMS, {"Body": "hello", "From": twilio.PERSON}),
        (SMS, {"Body": "hello", "MessageSid": NAME}),
        (SMS, twilio.whatsapp("hello")),
        (SMS, twilio.sms("hello", From="messenger:123")),
        (WHATSAPP, twilio.sms("hello")),
    ],
)
def test_what_is_no_message_of_this_channel_is_refused(app, fields):
    with pytest.raises(Refused) as refused:
        app.parse(Request("POST", "https://guide.example/", {}, {}, urlencode(fields).encode()))
    assert refused.value.status == 400


# To be left alone, and to be let in again.


@pytest.mark.parametrize(
    "word", ["STOP", "stop", " Stop ", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"]
)
def test_a_stop_that_twilio_itself_confirms_is_remembered_in_silence(word):
    found = only(twilio.sms(word))
    assert found.what is What.STOP
    assert SMS.render([said("You will get no more messages.")], found) == []


def test_a_stop_that_twilio_does_not_take_for_one_is_confirmed_by_us():
    found = only(twilio.sms("Stop."))
    assert found.what is What.STOP
    assert texts(said("You will get no more messages."), whom=found)


def test_a_word_that_the_operator_chose_at_twilio_is_a_stop():
    found = only(twilio.sms("ARRET", OptOutType="STOP"))
    assert found.what is What.STOP
    assert SMS.render([said("You will get no more messages.")], found) == []


def test_in_whatsapp_a_stop_is_confirmed_by_us_unless_twilio_says_that_it_did():
    ours, theirs = only(twilio.whatsapp("STOP")), only(twilio.whatsapp("STOP", OptOutType="STOP"))
    assert ours.what is theirs.what is What.STOP
    assert len(WHATSAPP.render([said("You will get no more messages.")], ours)) == 1
    assert WHATSAPP.render([said("You will get no more messages.")], theirs) == []


@pytest.mark.parametrize(
    "fields", [twilio.sms("START"), twilio.sms("unstop"), twilio.sms("RETOUR", OptOutType="START"), twilio.whatsapp("Start")]
)
def test_the_words_to_be_let_in_again(fields):
    assert only(fields).what is What.START


def test_a_yes_is_a_text_that_may_let_in_again_on_sms():
    found = only(twilio.sms("Yes"))
    assert found.what is What.TEXT
    assert found.about["lets_in"] is True
    assert not only(twilio.sms("yes please")).about["lets_in"]
    assert not only(twilio.whatsapp("yes")).about["lets_in"]


# What goes out by SMS.


def test_choices_are_numbers():
    (text,) = texts(said("It may help.", "How much is safe?", "Caffeine", ending=SHORT_ENDING))
    assert text == f"It may help.\n\nReply 1 or 2:\n1. How much is safe?\n2. Caffeine\n\n{SHORT_ENDING}"


def test_quotes_and_dashes_cost_nothing():
    (text,) = texts(said("It’s “weak” – 5–10 mg…", ending=SHORT_ENDING))
    assert text.startswith('It\'s "weak" - 5-10 mg...')


def test_a_long_answer_is_three_segments_and_the_rest_on_request():
    sentence = "One more sentence about restless legs. "
    parts = texts(said(sentence * 25, "Caffeine", ending=SHORT_ENDING))
    assert [segments(part) for part in parts[:-1]] == [3] * (len(parts) - 1)
    assert all(part.endswith(f"legs.\n\n{MORE}\n\n{SHORT_ENDING}") for part in parts[:-1])
    assert parts[-1].endswith(f"legs.\n\nReply 1:\n1. Caffeine\n\n{SHORT_ENDING}")
    assert "".join(parts).count("One more sentence") == 25


def test_the_choices_stand_together_in_the_last_part():
    titles = [f"The food with the rather long name number {number}" for number in range(6)]
    first, last = texts(said("Which of these? " * 10, *titles, ending=SHORT_ENDING))
    assert "Reply 1" not in first
    assert last.startswith("Reply 1, 2, 3, 4, 5 or 6:\n1. The food")


def test_more_choices_than_one_part_holds_are_in_several():
    titles = [f"The food with the rather long name number {number}" for number in range(12)]
    parts = texts(said("Which of these?", *titles, ending=SHORT_ENDING))
    assert parts[0].startswith("Which of these?\n\nReply 1, 2")
    assert all(segments(part) <= 3 and SHORT_ENDING in part for part in parts)
    assert "number 11" in parts[-1]


def test_what_is_said_about_danger_is_whole_and_at_once():
    words = "In Canada, call the poison centre now: 1-844-764-7669. " * 12
    (text,) = texts(said(words.strip(), ending=SHORT_ENDING, reply={"safety": "overdose"}))
    assert text == f"{words.strip()}\n\n{SHORT_ENDING}"
    assert segments(text) > 3


def test_danger_that_one_message_cannot_hold_is_two_and_neither_waits():
    requests = SMS.render([said("Call 911 now. " * 150, ending=SHORT_ENDING, reply={"safety": "emergency"})], VISITOR)
    assert [request.held for request in requests] == [False, False]


def test_a_boundary_is_no_danger():
    assert len(texts(said("I can't choose a dose for you. " * 30, reply={"safety": "personal_dosing"}))) > 1


def test_one_turn_is_one_answer():
    parts = texts(said("I can't look at pictures.", ending=ENDING), said("It may help.", "Caffeine", ending=SHORT_ENDING))
    assert parts == [f"I can't look at pictures.\n\nIt may help.\n\nReply 1:\n1. Caffeine\n\n{ENDING}"]


def test_a_text_in_other_letters_is_as_long_as_they_are():
    parts = texts(said("магний помогает. " * 20, ending=SHORT_ENDING))
    assert all(segments(part) <= 3 for part in parts)
    assert len(parts) > 3


def test_a_disclaimer_of_more_than_three_segments_is_not_cut():
    ending = "No. " * 150 + "Ask."
    parts = texts(said("It may help. " * 20, ending=ending))
    assert all(ending in part for part in parts)


def test_nothing_is_said_where_there_is_nothing_to_say():
    assert SMS.render([], VISITOR) == []


@settings(max_examples=40, deadline=None)
@given(replies(), st.sampled_from(["", "emergency", "personal_dosing"]))
def test_every_reply_fits_what_the_provider_documents_by_sms(reply, safety):
    requests = SMS.render([{**reply, "reply": {"safety": safety}}], VISITOR)
    for request in requests:
        OF_SMS.validate(request.body)
    parts = [request.body["Body"] for request in requests]
    ending = plain(reply["ending"])
    if safety == "emergency":
        assert not any(request.held for request in requests)
        assert ending in parts[-1]
    else:
        # A long disclaimer may leave no room beside it where a letter of the reply makes all of them wide.
        letter = "x" if all(map(small, parts)) else "ж"
        roomy = segments(f"{ending}\n\n{MORE}\n\n{letter * 63}") <= 3
        assert all(segments(part) <= 3 or not roomy for part in parts)
        assert all(ending in part for part in parts)
        assert all(MORE in part for part in parts[:-1])
    said_so = " ".join(" ".join(parts).split())
    for word in plain(reply["body"]).replace("**", "").split():
        assert word in said_so or len(word) > 50


# What goes out by WhatsApp.


def test_a_whatsapp_message_comes_in_and_its_answer_goes_out():
    found = only(twilio.whatsapp("does magnesium help?"))
    assert (found.address, found.country) == (f"whatsapp:{twilio.PERSON}", "CA")
    (request,) = WHATSAPP.render([said("It *may* help.", "Caffeine")], found)
    OF_WHATSAPP.validate(request.body)
    assert request.body["Body"] == f"It ∗may∗ help.\n\nReply 1:\n1. Caffeine\n\n{ENDING}"


def test_a_long_answer_is_split_at_1600_characters():
    requests = chat(said("One more sentence about restless legs. " * 50))
    assert len(requests) == 2
    assert not any(request.held for request in requests)
    assert requests[-1].body["Body"].endswith(ENDING)


def chart() -> dict[str, Any]:
    drawing = Drawing("Magnesium in 28 g", "Almonds: 77 mg.", 90.0, (Words(8, 24, "Almonds", 13), Box(8, 30, 200, 16)))
    return {"lookup": {"chart": drawing.svg(), "alt": f"{drawing.title}. {drawing.description}"}}


def test_a_chart_is_a_link_where_there_is_an_address_to_fetch_it_from():
    app = TwilioWhatsApp(Settings(**twilio.WHATSAPP_SETTINGS, secret=SECRET, public_url="https://guide.example/"))
    picture, answer = chat(said("Almonds: 77 mg.", reply=chart()), app=app)
    assert picture.body["MediaUrl"].startswith("https://guide.example/webhooks/charts/")
    assert "77" not in picture.body["MediaUrl"].rpartition("/")[0]
    assert "77 mg" in picture.words
    assert answer.body["Body"].endswith(ENDING)


def test_without_an_address_a_chart_is_its_words():
    (answer,) = chat(said("Almonds: 77 mg.", reply=chart()))
    assert "MediaUrl" not in answer.body


@settings(max_examples=40, deadline=None)
@given(replies())
def test_every_reply_fits_what_the_provider_documents_in_whatsapp(reply):
    requests = chat(reply)
    assert unmarked(reply["ending"]) in requests[-1].body["Body"]


# What the answers mean.


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (429, 20429, Later("429, error 20429")),
        (503, 20503, Later("503, error 20503")),
        (500, 20500, Later("500, error 20500")),
        (401, 20003, Later("401, error 20003")),
        (400, 63018, Later("400, error 63018")),
        (400, 14107, Later("400, error 14107")),
        (400, 21610, Failed("400, error 21610")),
        (400, 21211, Failed("400, error 21211")),
        (400, 21408, Failed("400, error 21408")),
        (400, 21617, Failed("400, error 21617")),
        (400, 63016, Failed("400, error 63016")),
        (404, 20404, Failed("404, error 20404")),
    ],
)
def test_what_the_providers_errors_mean(status, code, expected):
    assert SMS.result(status, {}, json.dumps(twilio.twilio_error(code, status=status)).encode()) == expected


def test_what_an_answer_without_a_code_means():
    assert SMS.result(502, {}, b"<html>") == Later("502")
    assert SMS.result(429, {"Retry-After": "7"}, b"") == Later("429", 7.0)
    assert SMS.result(403, {}, b"[]") == Failed("403")


def test_a_taken_message_has_the_providers_name():
    assert SMS.result(201, {}, json.dumps({"sid": NAME, "status": "queued"}).encode()) == Sent(NAME)
