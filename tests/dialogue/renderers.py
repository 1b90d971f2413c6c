"""What a person gets to read of a message of the bot, on each way out.

A messaging app joins with one line: `RENDERERS["telegram"] = of_app(app)`; the property tests then hold it to the same promises.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.channels.web.conversation import shown
from bot.dialogue.conversation import Exchange, _message
from bot.dialogue.reply import FinishedReply

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


RENDERERS: dict[str, Renderer] = {"rest": collected, "ask": asked, "web": web, "page": page, "stored": stored}
