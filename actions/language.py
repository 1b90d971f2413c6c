"""A message in another language, and the country that a visitor names."""

from __future__ import annotations

from functools import lru_cache

import yaml
from rasa_sdk.events import SlotSet

from bot.dialogue.reply import Kind, Reply
from bot.dialogue.turn import Outcome, ReplyingAction, Turn
from bot.knowledge.library import library
from bot.settings import settings

ENGLISH = "I only work in English for now. Please ask in English, in as few or as simple words as you like."


class ActionLanguage(ReplyingAction):
    """Says in the visitor's language that the bot works in English."""

    def name(self) -> str:
        return "action_language"

    def outcome(self, turn: Turn) -> Outcome:
        text = texts().get(turn.understanding.get("language") or "", "")
        said = text.format(number=library().replies.emergency_number(turn.country))
        return Outcome(Reply(kind=Kind.SMALLTALK, text=f"{said}\n\n{ENGLISH}".strip()))


class ActionCountry(ReplyingAction):
    """Remembers the country, for emergency numbers."""

    def name(self) -> str:
        return "action_country"

    def outcome(self, turn: Turn) -> Outcome:
        country = library().replies.country(turn.text) or "OTHER"
        number = library().replies.emergency_number(country)
        text = f"Thank you. In an emergency there, call {number}. What would you like to know about restless legs or magnesium?"
        return Outcome(Reply(kind=Kind.SMALLTALK, text=text), [SlotSet("country", country)])


@lru_cache(maxsize=1)
def texts() -> dict[str, str]:
    """What to say by language code."""
    path = settings().knowledge / "languages.yml"
    loaded: dict[str, str] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded
