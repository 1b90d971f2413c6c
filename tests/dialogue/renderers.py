"""What a person gets to read of a message of the bot, on each way out.

A messaging app that joins the registry is held to the same promises as the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.channels.messaging.answers import Answers
from bot.channels.messaging.app import App, Incoming, What
from bot.channels.messaging.registry import APPS
from bot.channels.web.conversation import shown
from bot.dialogue.exchange import Exchange, _message
from bot.dialogue.reply import FinishedReply
from bot.settings import Settings
from tests.dialogue.promise import SOURCE_LINE

Message = dict[str, Any]
Renderer = Callable[[Message], str]


def collected(message: Message) -> str:
    """Rasa's REST channel and others that send the text as it is."""
    return str(message["text"])


def asked(message: Message) -> str:
    """`rls ask`: the exchange as plain text."""
    return Exchange("", "", "answer", [], [], None, None, 1.0, [_message(message)], 0.0).plain


def web(message: Message) -> str:
    """The text of the web channel's JSON."""
    return str(shown(message)["text"])


def page(message: Message) -> str:
    """What the widget builds from the reply as data: it does not use the text."""
    reply = FinishedReply.parse_obj(shown(message)["reply"])
    answers = [f"{answer.title}\n{answer.text} {answer.ask}\n{answer.evidence}" for answer in reply.answers]
    parts = [reply.text.replace("**", ""), *answers, f"{reply.disclaimer} {reply.advice}"]
    return "\n\n".join(part for part in parts if part)


def stored(message: Message) -> str:
    """A reply that is read back from the store, as the page does when it is opened again."""
    return FinishedReply.parse_raw(FinishedReply.parse_obj(message["reply"]).json()).plain()


class NoPictures:
    """The part of the dialogue that an app asks for pictures."""

    async def picture(self, message: Message) -> None:
        return None


# None of them is used: nothing is sent.
CREDENTIALS = {
    "telegram_token": "1:token", "telegram_secret": "secret", "slack_token": "xoxb-token", "slack_signing_secret": "secret",
    "whatsapp_number_id": "1", "whatsapp_token": "token", "whatsapp_app_secret": "secret", "whatsapp_verify_token": "word",
    "messenger_page_token": "token", "messenger_app_secret": "secret", "messenger_verify_token": "word",
    "twilio_account_sid": "AC" + "0" * 32, "twilio_auth_token": "token", "twilio_sms_sender": "+15550001111",
    "twilio_whatsapp_sender": "+15550001111",
}  # fmt: skip


def of_app(app: App, at_once: bool = False) -> Renderer:
    """What a messaging app says: all of it, or what it sends at once, before the visitor asks for more."""
    answers = Answers({}, NoPictures())  # type: ignore[arg-type]
    incoming = Incoming("1", "15550002222", What.TEXT, 1.0)

    def render(message: Message) -> str:
        # A source's title may be cut in two, and then nothing tells it from what the bot itself says.
        message = {**message, "text": SOURCE_LINE.sub("- The title of a source", message["text"])}
        requests = app.render([done(answers._prepared(app, message))], incoming)
        return "\n\n".join(request.words for request in requests if request.words and not (at_once and request.held))

    return render


def done(task: Any) -> Any:
    """The result of a coroutine that waits for nothing."""
    try:
        task.send(None)
    except StopIteration as end:
        return end.value
    raise AssertionError("it waits")


# The ways that every conversation of the property tests takes, and those of which each takes one.
ALWAYS: dict[str, Renderer] = {"rest": collected, "ask": asked, "web": web, "page": page, "stored": stored}
APPS_ALL = [app(Settings(**CREDENTIALS)) for app in APPS]
ONE_OF: dict[str, Renderer] = {
    **{app.name: of_app(app) for app in APPS_ALL},
    **{f"{app.name}, at once": of_app(app, at_once=True) for app in APPS_ALL},
}
