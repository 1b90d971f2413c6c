"""Which apps are on, and what the others still need."""

from __future__ import annotations

import pytest

from bot.channels.messaging.app import App
from bot.channels.messaging.registry import APPS, missing, switched_on
from bot.settings import Settings

GIVEN = {
    **{name: "0123456789abcdef" for app in APPS for name in app.needs},
    "twilio_account_sid": f"AC{'0' * 32}",
    "twilio_sms_sender": "+15145550100",
    "twilio_whatsapp_sender": "+15145550100",
    "secret": "0123456789abcdef0123456789abcdef",
}


def test_without_settings_every_app_is_off_and_says_what_it_needs() -> None:
    assert switched_on(Settings()) == {}
    for app in APPS:
        assert missing(app, Settings()) == [f"RLS_{name.upper()}" for name in app.needs]


def test_with_all_settings_every_app_is_on_under_its_own_name() -> None:
    on = switched_on(Settings(**GIVEN))
    assert list(on) == [app.name for app in APPS]
    assert len(on) == len(APPS) == 6
    assert all(type(on[app.name]) is app for app in APPS)


@pytest.mark.parametrize(("app", "name"), [(app, name) for app in APPS for name in app.needs])
def test_an_app_without_one_of_its_settings_is_off(app: type[App], name: str) -> None:
    options = Settings(**{key: value for key, value in GIVEN.items() if key != name})
    assert missing(app, options) == [f"RLS_{name.upper()}"]
    assert app.name not in switched_on(options)


@pytest.mark.parametrize("name", ["telegram_token", "telegram_secret"])
def test_an_empty_setting_is_none(name: str) -> None:
    """An app whose secret is empty would take what anybody sends."""
    assert "telegram" not in switched_on(Settings(**{**GIVEN, name: ""}))
