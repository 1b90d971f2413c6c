"""What is said without the dialogue: about what the bot can't take, about silence, and in groups."""

from __future__ import annotations

from bot.channels.messaging.app import What
from bot.dialogue.reply import TROUBLE, Kind, Reply

# The words that carriers and WhatsApp know, alone in a message.
STOP = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "optout", "revoke"})
_START = frozenset({"start", "unstop", "optin"})
_MORE = frozenset({"more"})
# They end what carriers send, and may mean anything in a chat.
_CARRIERS = frozenset({"cancel", "end", "quit"})

TYPE_IT = "Please type your question in a few words."
TEXTS = {
    What.VOICE: f"I can't listen to voice messages. {TYPE_IT}",
    What.PICTURE: f"I can't look at pictures or videos. {TYPE_IT}",
    What.FILE: f"I can't open files. {TYPE_IT}",
    What.LOCATION: f"I can't use a location, and I don't keep it. {TYPE_IT}",
    What.STICKER: f"I can't read stickers. {TYPE_IT}",
    What.OTHER: f"I can only read text. {TYPE_IT}",
    What.GROUP: "Others can read along here, and health is private. Please write to me in a chat of our own.",
    What.STOP: "You will get no more messages from me. Send START if you want to ask something again.",
    What.START: "I can write to you again. You can ask about restless legs and magnesium, or send STOP at any time.",
}


def reply(what: What) -> Reply:
    """The fixed reply to something that is no text."""
    return Reply(kind=Kind.SMALLTALK, text=TEXTS[what])


def trouble() -> Reply:
    """The reply where no answer could be made."""
    return Reply(kind=Kind.ERROR, text=TROUBLE)


def word(text: str) -> What:
    """Whether a message is one of the words that govern what is sent; otherwise it is a text."""
    alone = _alone(text)
    if alone in STOP:
        return What.STOP
    if alone in _START:
        return What.START
    return What.MORE if alone in _MORE else What.TEXT


def chat_word(text: str) -> What:
    """The same where only we mind the words, and nothing is held back."""
    return What.TEXT if _alone(text) in _CARRIERS | _MORE else word(text)


def _alone(text: str) -> str:
    return text.strip().strip(".!/").replace(" ", "").replace("-", "").casefold()
