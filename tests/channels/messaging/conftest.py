"""A running server with a fake agent, and providers that it talks to, on this machine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.channels.messaging.slack_standin import SlackStandIn, SlackUser
from tests.channels.messaging.telegram_standin import TelegramStandIn, TelegramUser
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
def app_server(
    tmp_path_factory: pytest.TempPathFactory, telegram_running: TelegramStandIn, slack_running: SlackStandIn
) -> Iterator[RunningServer]:
    """A server with the apps on."""
    settings = {
        "secret": SECRET,
        "messaging_attempts": str(ATTEMPTS),
        **telegram_running.settings,
        "telegram_api": telegram_running.url,
        **slack_running.settings,
        "slack_api": slack_running.api,
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
