"""The messaging apps that there are, and what each still needs."""

from __future__ import annotations

from typing import Dict, List, Tuple, Type

from bot.channels.messaging.app import App
from bot.channels.messaging.messenger import Messenger
from bot.channels.messaging.slack import Slack
from bot.channels.messaging.telegram import Telegram
from bot.channels.messaging.twilio import TwilioSms, TwilioWhatsApp
from bot.channels.messaging.whatsapp import WhatsApp
from bot.settings import Settings

APPS: Tuple[Type[App], ...] = (Telegram, Slack, WhatsApp, Messenger, TwilioSms, TwilioWhatsApp)


def missing(app: Type[App], options: Settings) -> List[str]:
    """The environment variables that an app needs and that are not set."""
    return [f"RLS_{name.upper()}" for name in app.needs if not _given(options, name)]


def switched_on(options: Settings) -> Dict[str, App]:
    """The apps that have all they need, by name."""
    return {app.name: app(options) for app in APPS if not missing(app, options)}


def _given(options: Settings, name: str) -> bool:
    value = getattr(options, name)
    return bool(value.get_secret_value() if hasattr(value, "get_secret_value") else value)
