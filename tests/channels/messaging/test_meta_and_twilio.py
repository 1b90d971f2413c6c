"""WhatsApp, Messenger, and Twilio's SMS and WhatsApp over HTTP: a real server, a fake agent, and stand-ins of the providers."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterator
from functools import partial

import pytest
import requests

from tests.channels.messaging.meta_provider import WORD
from tests.channels.messaging.people import PEOPLE, OfMessenger, OfSms, OfTwilioWhatsApp, OfWhatsApp, Person, Providers
from tests.channels.messaging.standin import Call, Fault
from tests.e2e.running import RunningServer

DISCLAIMER = "general information, not medical advice."
KINDS = {kind.channel: kind for kind in PEOPLE}


@pytest.fixture(autouse=True)
def _refused_nothing(providers: Providers) -> Iterator[None]:
    """The providers begin anew, and what they got is as they document it."""
    for provider in providers.values():
        provider.forget()
    yield
    assert [provider.refused for provider in providers.values()] == [[]] * len(providers)


@pytest.fixture(params=list(KINDS))
def person(request: pytest.FixtureRequest, app_server: RunningServer, providers: Providers) -> Person:
    """Somebody on each app."""
    return KINDS[request.param](app_server.url, providers[request.param])


@pytest.fixture
def everybody(app_server: RunningServer, providers: Providers) -> list[Person]:
    """Somebody on each app, at the same time."""
    return [kind(app_server.url, providers[kind.channel]) for kind in PEOPLE]


@pytest.fixture
def texter(app_server: RunningServer, providers: Providers) -> OfSms:
    return OfSms(app_server.url, providers["twilio_sms"])


def always(fault: Fault, call: Call) -> Fault:
    return fault


def first_time(failed: set[str], fault: Fault, call: Call) -> Fault | None:
    if call.key in failed:
        return None
    failed.add(call.key)
    return fault


def test_a_question_gets_its_answer_with_the_disclaimer_and_the_choices(person: Person) -> None:
    person.say("does magnesium help")
    (text,) = person.hears()
    assert "You asked: does magnesium help" in text
    assert DISCLAIMER in text.lower()
    assert text.endswith("about your own situation.")
    (call,) = person.calls
    assert "How much is safe?" in str(call.body)


def test_a_choice_is_taken(person: Person) -> None:
    person.say("does magnesium help")
    person.hears()
    assert person.post(person.press(person.calls[0], 1)).ok
    # Where a choice is a number, the dialogue knows what it stands for; the fake one says the number.
    meant = "2" if isinstance(person, (OfSms, OfTwilioWhatsApp)) else "#topic:caffeine"
    assert f"You asked: {meant}" in person.hears(2)[1]


def test_a_picture_gets_a_kind_reply_and_its_words_an_answer(person: Person) -> None:
    assert person.post(person.picture()).ok
    (text,) = person.hears()
    assert "I can't look at pictures" in text
    assert DISCLAIMER in text.lower()
    assert person.post(person.picture("is this a clot")).ok
    person.provider.wait(lambda: "You asked: is this a clot" in person.texts[-1])


def test_danger_is_told_whole(person: Person) -> None:
    person.say("danger")
    (text,) = person.hears()
    assert text.replace("**", "").startswith("Call 911 now.")


def test_a_chart_is_a_picture_where_the_app_takes_one(person: Person) -> None:
    person.say("real chart")
    texts = person.hears()
    assert "lmonds" in texts[-1]
    assert len(person.calls) == (1 if isinstance(person, OfSms) else 2)


@pytest.mark.parametrize(("signature", "status"), [(None, 401), ("wrong", 403), ("sha256=" + "0" * 64, 403)])
def test_what_is_not_signed_well_is_refused_and_not_answered(person: Person, signature: str | None, status: int) -> None:
    delivery = person.text("let me in")
    answer = person.post(delivery, signature)
    assert answer.status_code == status
    assert "let me in" not in answer.text
    # The same delivery, signed well, is the first one.
    assert person.post(delivery).ok
    assert len(person.hears()) == 1


def test_a_signature_is_good_for_its_own_body_only(person: Person) -> None:
    _, headers = person.signed(person.text("hello"))
    body, _ = person.signed(person.text("another"))
    assert requests.post(person.url, data=body, headers=headers, timeout=15).status_code == 403


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff\xfe", b"[" * 100_000])
def test_what_is_malformed_is_refused(person: Person, body: bytes) -> None:
    answer = person.post(body)
    assert answer.status_code in (400, 403)
    assert "Traceback" not in answer.text


def test_what_is_repeated_is_answered_once(person: Person) -> None:
    delivery = person.say("only once")
    for _ in range(3):
        assert person.post(delivery).ok
    person.say("and this")
    assert [text.count("You asked: only once") for text in person.hears(2)] == [1, 0]


def test_messages_are_answered_in_the_order_of_their_time(app_server: RunningServer, providers: Providers) -> None:
    # Twilio tells no time, so there is nothing to put in order.
    for kind in (OfWhatsApp, OfMessenger):
        person = kind(app_server.url, providers[kind.channel])
        both = person.text("second", at=1739321026)
        earlier = person.text("first", at=1739321025)
        both["entry"] += earlier["entry"]
        assert person.post(both).ok
        first, second = person.hears(2)
        assert "You asked: first" in first
        assert "You asked: second" in second


def test_what_fails_in_passing_is_sent_again_and_nothing_is_lost(everybody: list[Person]) -> None:
    failed: set[str] = set()
    for person in everybody:
        person.provider.fault = partial(first_time, failed, Fault(429, person.too_much, {"Retry-After": "1"}))
    for person in everybody:
        person.say("patience please")
    for person in everybody:
        (text,) = person.hears()
        assert "You asked: patience please" in text
        tried = [call for call in person.provider.calls if person.is_mine(call)]
        assert len(tried) == 2
        assert len({call.key for call in tried}) == 1
        assert tried[1].at - tried[0].at >= 1.0


def test_a_provider_that_is_away_gets_it_when_it_is_back(everybody: list[Person]) -> None:
    away = {id(person.provider): person.provider for person in everybody}.values()
    for provider in away:
        provider.down()
    for person in everybody:
        person.say("are you there")
    time.sleep(1.0)
    for provider in away:
        provider.up()
    for person in everybody:
        (text,) = person.hears()
        assert "You asked: are you there" in text


def test_a_slow_provider_is_told_once(everybody: list[Person]) -> None:
    for person in everybody:
        person.provider.delay = 1.0
    started = time.monotonic()
    for person in everybody:
        person.say("slowly")
    # Nobody waits for a provider to be told that a message came.
    assert time.monotonic() - started < 1.0
    for person in everybody:
        assert len(person.hears()) == 1


def test_what_a_provider_will_never_take_waits_for_staff(everybody: list[Person], app_server: RunningServer) -> None:
    # Other tests leave some of theirs behind.
    with sqlite3.connect(app_server.database) as database:
        (before,) = database.execute("SELECT coalesce(max(id), 0) FROM outbox").fetchone()
    for person in everybody:
        person.provider.fault = partial(always, Fault(400, person.never))
        person.say("never")
    query = f"SELECT channel, why FROM outbox WHERE status = 'dead' AND id > {before} ORDER BY channel"
    deadline = time.monotonic() + 15
    rows: list[tuple[str, str]] = []
    while len(rows) < len(everybody) and time.monotonic() < deadline:
        with sqlite3.connect(app_server.database) as database:
            rows = list(database.execute(query))
        time.sleep(0.1)
    assert rows == [
        ("messenger", "400, error 551"),
        ("twilio_sms", "400, error 21610"),
        ("twilio_whatsapp", "400, error 21610"),
        ("whatsapp", "400, error 131047"),
    ]


def test_who_says_stop_is_left_alone_until_start(app_server: RunningServer, providers: Providers) -> None:
    for kind in (OfWhatsApp, OfTwilioWhatsApp):
        person = kind(app_server.url, providers[kind.channel])
        for text in ("STOP", "are you there", "START", "hello again"):
            person.say(text)
        stopped, back, answered = person.hears(3)
        assert "no more messages" in stopped
        assert "can write to you again" in back
        assert "You asked: hello again" in answered


def test_by_sms_twilio_confirms_a_stop_and_a_yes_lets_in_again(texter: OfSms) -> None:
    for text in ("STOP", "are you there", "YES", "hello again"):
        texter.say(text)
    back, answered = texter.hears(2)
    assert "can write to you again" in back
    assert "You asked: hello again" in answered
    texter.say("yes")
    assert "You asked: yes" in texter.hears(3)[2]


def test_by_sms_the_rest_comes_on_request_part_by_part(texter: OfSms) -> None:
    texter.say("long")
    (first,) = texter.hears()
    assert "Reply MORE for the rest." in first
    texter.say("More")
    second = texter.hears(2)[1]
    texter.say("MORE")
    third = texter.hears(3)[2]
    for part in (first, second, third):
        assert part.endswith("about your own situation.")
    numbers = [int(number) for part in (first, second, third) for number in re.findall(r"sentence (\d+)", part)]
    assert numbers == list(range(len(numbers)))
    # Something else is said: the rest is gone, and "more" is a word like another.
    texter.say("something else")
    texter.hears(4)
    texter.say("more")
    assert "You asked: more" in texter.hears(5)[4]


def test_a_verification_is_answered_with_its_challenge(app_server: RunningServer) -> None:
    query = {"hub.mode": "subscribe", "hub.verify_token": WORD, "hub.challenge": "1158201444"}
    for channel in ("whatsapp", "messenger"):
        answer = requests.get(f"{app_server.url}/webhooks/{channel}/webhook", params=query, timeout=15)
        assert (answer.status_code, answer.text) == (200, "1158201444")
        refused = requests.get(
            f"{app_server.url}/webhooks/{channel}/webhook", params={**query, "hub.verify_token": "x"}, timeout=15
        )
        assert refused.status_code == 403
        assert "1158201444" not in refused.text
    assert requests.get(f"{app_server.url}/webhooks/twilio_sms/webhook", params=query, timeout=15).status_code == 405


def test_twilio_is_acknowledged_in_its_own_language(texter: OfSms) -> None:
    answer = texter.post(texter.text("hello"))
    assert answer.headers["Content-Type"].startswith("text/xml")
    assert answer.text.endswith("<Response/>")
    texter.hears()


def test_a_chart_can_be_fetched_by_its_link_and_by_no_other(app_server: RunningServer, providers: Providers) -> None:
    person = OfTwilioWhatsApp(app_server.url, providers["twilio_whatsapp"])
    person.say("real chart")
    person.hears()
    link = next(call.body["MediaUrl"] for call in person.calls if "MediaUrl" in call.body)
    local = link.replace("https://guide.example", app_server.url)
    answer = requests.get(local, timeout=15)
    assert answer.content.startswith(b"\x89PNG")
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    for other in (local[:-5] + "x.png", local.rpartition("/")[0] + "/x.png", local[:-100]):
        assert requests.get(other, timeout=15).status_code == 404


def test_nothing_private_is_in_the_log(everybody: list[Person], app_server: RunningServer) -> None:
    for person in everybody:
        person.say("my secret sentence")
        person.post(person.text("my secret sentence"), "wrong")
        person.hears()
    log = (app_server.folder / "log").read_text()
    assert "my secret sentence" not in log
    for private in ("meta-access-token", "meta-app-secret", "twilio-auth-token", "1416555"):
        assert private not in log
