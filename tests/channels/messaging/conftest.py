"""A running server with a fake agent, and providers that it talks to, on this machine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.channels.messaging import meta_provider, twilio_provider
from tests.channels.messaging.meta_provider import MessengerStandIn, WhatsAppStandIn
from tests.channels.messaging.people import Providers
from tests.channels.messaging.slack_standin import SlackStandIn, SlackUser
from tests.channels.messaging.telegram_standin import TelegramStandIn, TelegramUser
from tests.channels.messaging.twilio_provider import TwilioStandIn
from tests.e2e.running import RunningServer

SECRET = "0123456789abcdef0123456789abcdef"
ATTEMPTS = 4


@pytest.fixture(scope="session")
def telegram_running() -> Iterator[TelegramStandIn]:
    standin = TelegramStandIn()
    yield standin
    standin.close()


@pytest.fixture(scope="session")
def slack_running() -> Iterator[SlackStandIn]:
    standin = SlackStandIn()
    yield standin
    standin.close()


@pytest.fixture(scope="session")
def providers() -> Iterator[Providers]:
    """Meta and Twilio, by channel; both of Twilio's are one."""
    twilio = TwilioStandIn()
    running = {"whatsapp": WhatsAppStandIn(), "messenger": MessengerStandIn(), "twilio_sms": twilio, "twilio_whatsapp": twilio}
    yield running
    for standin in {id(standin): standin for standin in running.values()}.values():
        standin.close()


@pytest.fixture(scope="session")
def app_server(
    tmp_path_factory: pytest.TempPathFactory,
    telegram_running: TelegramStandIn,
    slack_running: SlackStandIn,
    providers: Providers,
) -> Iterator[RunningServer]:
    """A server with every app on."""
    settings = {
        "secret": SECRET,
        "messaging_attempts": str(ATTEMPTS),
        **telegram_running.settings,
        "telegram_api": telegram_running.url,
        **slack_running.settings,
        "slack_api": slack_running.api,
        **meta_provider.WHATSAPP_SETTINGS,
        "whatsapp_api": providers["whatsapp"].url,
        **meta_provider.MESSENGER_SETTINGS,
        "messenger_api": providers["messenger"].url,
        **twilio_provider.SMS_SETTINGS,
        **twilio_provider.WHATSAPP_SETTINGS,
        "twilio_api": providers["twilio_sms"].url,
        "public_url": twilio_provider.PUBLIC,
    }
    running = RunningServer(tmp_path_factory.mktemp("apps"), **settings)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def telegram(telegram_running: TelegramStandIn) -> Iterator[TelegramStandIn]:
    """Telegram, which took nothing yet, and at the end refused nothing."""
    telegram_running.forget()
    yield telegram_running
    assert telegram_running.refused == []


@pytest.fixture
def user(app_server: RunningServer) -> TelegramUser:
    """Somebody new on Telegram."""
    return TelegramUser(app_server.url)


@pytest.fixture
def slack(slack_running: SlackStandIn) -> Iterator[SlackStandIn]:
    """Slack, which took nothing yet, and at the end refused nothing."""
    slack_running.forget()
    yield slack_running
    assert slack_running.refused == []


@pytest.fixture
def member(app_server: RunningServer) -> SlackUser:
    """Somebody new on Slack."""
    return SlackUser(app_server.url)
