"""What each message gets, with a dialogue that says what it was asked and an app that sends what it is given."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

import pytest

from bot.channels.messaging import words
from bot.channels.messaging.answers import LONGEST_TEXT, Answer, Answers, Guide, Known
from bot.channels.messaging.app import App, Incoming, Outgoing, Request, Result, Sent, What
from bot.channels.messaging.queue import GROUP, STOP, Delivery
from bot.conversations import erasure
from bot.dialogue.reply import Reply
from bot.settings import Settings

ENDING = {"disclaimer": "No advice.", "advice": "Ask a doctor."}
LONG = "#topic:" + "x" * 100


class OfTests(App):
    name = "tests"
    needs = ()
    longest_payload = 40

    def verify(self, request: Request) -> None:
        pass

    def parse(self, request: Request) -> list[Incoming]:
        return []

    def render(self, messages: list[dict[str, Any]], incoming: Incoming) -> list[Outgoing]:
        return [Outgoing("send", message, words=message["text"]) for message in messages]

    def headers(self, outgoing: Outgoing) -> dict[str, str]:
        return {}

    @property
    def address(self) -> str:
        return "http://127.0.0.1:9"

    def result(self, status: int, headers: Mapping[str, str], body: bytes) -> Result:
        return Sent()


class WithPictures(OfTests):
    pictures = True


class Saying:
    """Says what it was asked, and keeps by whom and from where."""

    def __init__(self, *said: dict[str, Any]) -> None:
        self.said = said
        self.asked: list[tuple[str, str | None]] = []
        self.full: list[bool] = []
        self.buttons = [{"title": "Caffeine", "payload": "#topic:caffeine"}, {"title": "Long", "payload": LONG}]

    def is_ready(self) -> bool:
        return True

    async def ask(self, app: App, delivery: Delivery, text: str, country: str | None) -> list[dict[str, Any]]:
        self.asked.append((text, country))
        return list(self.said) or [{"text": f"You asked: {text}", "buttons": [], "reply": {}}]

    async def offered(self, conversation: str) -> list[dict[str, Any]]:
        return self.buttons

    async def finish(
        self, app: App, conversation: str, reply: Reply, country: str | None, full: bool = False
    ) -> dict[str, Any]:
        self.full.append(full)
        return {"text": reply.text, "buttons": [], "reply": {}}

    async def picture(self, message: dict[str, Any]) -> dict[str, Any] | None:
        return {"png": b"png", "alt": "alt"} if "chart" in message["text"] else None


def answer(incoming: Incoming, known: Known | None = None, guide: Saying | None = None, app: type[App] = OfTests) -> Answer:
    answers = Answers({"tests": app(Settings())}, cast(Guide, guide or Saying()))
    delivery = Delivery(1, "tests-somebody", "tests", "key", 1, incoming)
    return asyncio.run(answers.answer(delivery, known or Known()))


def came(what: What = What.TEXT, text: str = "hello", **more: Any) -> Incoming:
    return Incoming("1", "7", what, 1.0, text, **more)


def texts(given: Answer) -> list[str]:
    return [request.words for request in given.requests]


def test_a_text_is_asked_with_the_country_that_the_address_tells() -> None:
    guide = Saying()
    assert texts(answer(came(country="UK"), guide=guide)) == ["You asked: hello"]
    assert guide.asked == [("hello", "UK")]


@pytest.mark.parametrize("what", [what for what in What if what is not What.START])
@pytest.mark.parametrize("why", [STOP, GROUP])
def test_who_wants_to_be_left_alone_hears_nothing_whatever_comes(what: What, why: str) -> None:
    guide = Saying()
    known = Known(silence=why, is_last=True, holds_more=True)
    assert answer(came(what, payload="#topic:caffeine"), known, guide) == Answer()
    assert guide.asked == []


def test_a_start_lets_in_who_said_stop_and_no_group() -> None:
    let_in = answer(came(What.START, "START"), Known(silence=STOP))
    assert let_in.speak and texts(let_in) == [words.TEXTS[What.START]]
    assert answer(came(What.START, "START"), Known(silence=GROUP)) == Answer()


def test_a_word_that_the_carrier_takes_for_a_start_lets_in_only_who_said_stop() -> None:
    yes = came(text="yes", about={"lets_in": True})
    assert answer(yes, Known(silence=STOP)).speak
    assert not answer(yes, Known(silence=GROUP)).requests
    guide = Saying()
    assert not answer(yes, Known(), guide).speak
    assert guide.asked == [("yes", None)]


def test_a_start_of_somebody_new_is_a_hello() -> None:
    guide = Saying()
    assert not answer(came(What.START, "/start from_the_website"), guide=guide).speak
    assert guide.asked == [("hello", None)]


def test_a_stop_is_confirmed_once_with_the_whole_disclaimer_and_not_asked() -> None:
    guide = Saying()
    stopped = answer(came(What.STOP, "STOP"), guide=guide)
    assert (stopped.silence, texts(stopped), guide.full, guide.asked) == (STOP, [words.TEXTS[What.STOP]], [True], [])


def test_a_group_is_told_why_and_its_words_are_not_asked() -> None:
    guide = Saying()
    told = answer(came(What.GROUP, "my legs"), guide=guide)
    assert (told.silence, texts(told), guide.asked) == (GROUP, [words.TEXTS[What.GROUP]], [])


@pytest.mark.parametrize(("is_last", "asked"), [(True, [("new words", None)]), (False, [])])
def test_an_edited_message_is_asked_only_where_it_is_the_last(is_last: bool, asked: list[Any]) -> None:
    guide = Saying()
    edited = answer(came(What.EDITED, "new words", edits="0"), Known(is_last=is_last), guide)
    assert guide.asked == asked
    assert bool(edited.requests) is is_last


def test_more_is_the_rest_where_there_is_one_and_a_question_where_there_is_none() -> None:
    guide = Saying()
    assert answer(came(What.MORE, "more"), Known(holds_more=True), guide) == Answer(more=True)
    assert texts(answer(came(What.MORE, "more"), Known(), guide)) == ["You asked: more"]


@pytest.mark.parametrize(
    ("pressed", "title", "asked"),
    [
        ("#topic:caffeine", "Caffeine", "#topic:caffeine"),
        # Never offered here, as from a forged request or a conversation that was erased.
        ("#delete:yes", "Mine", "Mine"),
        ("#topic:alcohol", "Alcohol", "Alcohol"),
        ("", "Empty", "Empty"),
    ],
)
def test_a_button_means_what_was_offered_and_else_its_words(pressed: str, title: str, asked: str) -> None:
    guide = Saying()
    answer(came(What.BUTTON, title, payload=pressed), guide=guide)
    assert guide.asked == [(asked, None)]


def test_a_long_payload_leaves_under_a_short_name_and_comes_back_whole() -> None:
    said = {"text": "Choose.", "buttons": [{"title": "Long", "payload": LONG}], "reply": {}}
    guide = Saying(said)
    (request,) = answer(came(), guide=guide).requests
    (button,) = request.body["buttons"]
    assert button["title"] == "Long" and len(button["payload"]) <= OfTests.longest_payload
    answer(came(What.BUTTON, "Long", payload=button["payload"]), guide=guide)
    assert guide.asked[-1] == (LONG, None)


NO_TEXTS = (What.VOICE, What.PICTURE, What.FILE, What.LOCATION, What.STICKER, What.OTHER)


@pytest.mark.parametrize("what", NO_TEXTS)
def test_what_is_no_text_gets_its_reply_and_its_words_an_answer(what: What) -> None:
    guide = Saying()
    assert texts(answer(came(what, ""), guide=guide)) == [words.TEXTS[what]]
    assert guide.asked == []
    assert texts(answer(came(what, "is this a clot"), guide=guide)) == [words.TEXTS[what], "You asked: is this a clot"]


def test_an_empty_text_is_asked_so_that_nothing_is_met_with_silence() -> None:
    guide = Saying()
    answer(came(text=""), guide=guide)
    assert guide.asked == [("", None)]


def test_a_very_long_text_is_cut() -> None:
    guide = Saying()
    answer(came(text="x" * (LONGEST_TEXT + 1)), guide=guide)
    assert len(guide.asked[0][0]) == LONGEST_TEXT


def test_the_disclaimer_is_told_apart_from_the_answer() -> None:
    whole = {"text": "It may help.\n\nNo advice. Ask a doctor.", "buttons": [], "reply": ENDING}
    only = {"text": "No advice. Ask a doctor.", "buttons": [], "reply": ENDING}
    without = {"text": "It may help.", "buttons": [], "reply": ENDING}
    bare = {"text": "It may help.", "reply": None}
    bodies = [request.body for request in answer(came(), guide=Saying(whole, only, without, bare)).requests]
    assert [(body["body"], body["ending"]) for body in bodies] == [
        ("It may help.", "No advice. Ask a doctor."),
        ("", "No advice. Ask a doctor."),
        ("It may help.", ""),
        ("It may help.", ""),
    ]
    assert [body["text"] for body in bodies] == [message["text"] for message in (whole, only, without, bare)]


def test_a_chart_is_drawn_only_for_apps_that_take_pictures() -> None:
    said = ({"text": "a chart", "reply": {}}, {"text": "words", "reply": {}})
    drawn = answer(came(), guide=Saying(*said), app=WithPictures)
    assert [request.body.get("picture") for request in drawn.requests] == [{"png": b"png", "alt": "alt"}, None]
    assert all("picture" not in request.body for request in answer(came(), guide=Saying(*said)).requests)


def test_a_receipt_of_deletion_leaves_nothing_behind() -> None:
    lookup = {"type": erasure.KIND, "receipt": "ABCD-EFGH", "at": 1.0, "messages": 4}
    plain = answer(came(text="delete my data"))
    assert not plain.erased
    said = {"text": "It is deleted.", "buttons": [], "reply": {"lookup": lookup}}
    assert answer(came(text="yes"), guide=Saying(said)).erased


def test_where_no_answer_can_be_made_there_is_still_a_sentence() -> None:
    answers = Answers({"tests": OfTests(Settings())}, cast(Guide, Saying()))
    delivery = Delivery(1, "tests-somebody", "tests", "key", 4, came())
    (request,) = asyncio.run(answers.trouble(delivery)).requests
    assert request.words == words.trouble().text


def test_two_messages_of_the_dialogue_are_sent_in_their_order() -> None:
    said = [{"text": f"part {number}", "buttons": [], "reply": {}} for number in range(3)]
    assert texts(answer(came(), guide=Saying(*said))) == ["part 0", "part 1", "part 2"]
    assert texts(answer(replace(came(), id="2"), guide=Saying(said[0]))) == ["part 0"]
