"""The settings of one installation, read from the environment."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from pydantic import BaseSettings, Field, SecretStr

PACKAGE = Path(__file__).resolve().parent
# What stands beside the package in a checkout is within it where it was installed from a wheel: Rasa's files and the knowledge.
ROOT = PACKAGE.parent if (PACKAGE.parent / "config.yml").is_file() else PACKAGE / "project"
# What the bot writes is kept in the checkout, or else in the folder that it is started from.
HOME = Path.cwd() if ROOT.parent == PACKAGE else ROOT


class Settings(BaseSettings):
    """Every setting with its default; each is an environment variable that starts with RLS_."""

    host: str = Field("127.0.0.1", description="address that the server listens on")
    port: int = Field(5005, ge=0, le=65535, description="port that the server listens on")
    workers: int = Field(1, ge=1, le=64, description="worker processes; more than one need RLS_REDIS and PostgreSQL")
    redis: str | None = Field(None, description="URL of the Redis that workers share turns and limits in")
    pid_file: Path = Field(HOME / "var" / "rls.pid", description="file that a running server writes its process id to")
    drain_seconds: int = Field(30, ge=1, description="seconds that a stopping worker may take to finish what is under way")
    metrics_token: str | None = Field(None, description="lets who sends it read /metrics; without it only this machine may")
    knowledge: Path = Field(ROOT / "knowledge", description="folder of the knowledge base")
    database: str = Field(f"sqlite:///{HOME / 'var' / 'knowledge.db'}", description="SQLAlchemy URL of the knowledge database")
    conversations: str = Field(
        f"sqlite:///{HOME / 'var' / 'conversations.db'}", description="SQLAlchemy URL of the conversations"
    )
    spool: Path = Field(HOME / "var" / "spool", description="folder of what waits to be stored while the database is away")
    spool_megabytes: int = Field(200, ge=1, description="most megabytes that may wait there")
    keep_days: int = Field(90, ge=1, description="days that a conversation is kept after its last message")
    keep_days_by_channel: str = Field("", description="other days for some channels, such as twilio_sms=30,web=60")
    models: Path = Field(HOME / "models", description="folder of trained models; the one made from the present content is used")
    encoder: Path | None = Field(None, description="another copy of the sentence encoder's ONNX file")
    country: str = Field("CA", regex="^(CA|US|UK|IE|AU|NZ|EU|OTHER)$", description="country whose emergency numbers come first")
    rasa_api_token: str | None = Field(None, description="switches Rasa's own HTTP API on, behind this token")
    secret: str | None = Field(None, description="key that signs web sessions; made and kept in a file when not given")
    secret_file: Path = Field(HOME / "var" / "secret", description="file of the key that is made where none is given")
    web_origins: str = Field("", description="websites that may embed the chat, split by commas; * for every site")
    web_session_minutes: int = Field(30, ge=1, description="minutes that a web session is good for before it is renewed")
    web_renewal_days: int = Field(30, ge=1, description="days after which a returning visitor starts a new conversation")
    web_longest_message: int = Field(2000, ge=100, description="most characters of a web message")
    web_messages_per_minute: int = Field(30, ge=1, description="messages a minute in one web conversation")
    web_requests_per_minute: int = Field(300, ge=1, description="requests a minute from one address on the web channel")
    web_proxies: int = Field(0, ge=0, description="proxies in front of the server, whose X-Forwarded-For is believed")
    public_url: str | None = Field(
        None, regex="^https?://[^/]+", description="address that visitors and providers reach this server by"
    )
    messaging_attempts: int = Field(
        12, ge=1, le=50, description="attempts to deliver a reply to a messaging app before staff must see to it"
    )
    telegram_token: SecretStr | None = Field(None, description="token of the Telegram bot, from BotFather")
    telegram_secret: SecretStr | None = Field(None, description="secret_token that the Telegram webhook was set with")
    telegram_api: str = Field("https://api.telegram.org", description="another address of the Telegram Bot API")
    slack_token: SecretStr | None = Field(None, description="bot token of the Slack app, which starts with xoxb-")
    slack_signing_secret: SecretStr | None = Field(None, description="signing secret of the Slack app")
    slack_api: str = Field("https://slack.com/api", description="another address of Slack's Web API")
    whatsapp_number_id: str | None = Field(None, description="id of the WhatsApp phone number at Meta")
    whatsapp_token: SecretStr | None = Field(None, description="access token of the WhatsApp system user")
    whatsapp_app_secret: SecretStr | None = Field(
        None, description="secret of the Meta app that the WhatsApp number belongs to"
    )
    whatsapp_verify_token: SecretStr | None = Field(None, description="our own word that the WhatsApp webhook was set with")
    whatsapp_api: str = Field("https://graph.facebook.com/v25.0", description="another address of the Graph API for WhatsApp")
    messenger_page_token: SecretStr | None = Field(None, description="access token of the Facebook page")
    messenger_app_secret: SecretStr | None = Field(None, description="secret of the Meta app that the page belongs to")
    messenger_verify_token: SecretStr | None = Field(None, description="our own word that the page's webhook was set with")
    messenger_api: str = Field("https://graph.facebook.com/v25.0", description="another address of the Graph API for pages")
    twilio_account_sid: str | None = Field(None, regex="^AC[0-9a-fA-F]{32}$", description="id of the Twilio account")
    twilio_auth_token: SecretStr | None = Field(None, description="auth token of the Twilio account")
    twilio_sms_sender: str | None = Field(
        None, regex=r"^(\+?[0-9]{3,15}|MG[0-9a-fA-F]{32})$", description="Twilio number or messaging service that answers SMS"
    )
    twilio_whatsapp_sender: str | None = Field(
        None,
        regex=r"^((whatsapp:)?\+[0-9]{6,15}|MG[0-9a-fA-F]{32})$",
        description="Twilio number or messaging service that answers in WhatsApp",
    )
    twilio_api: str = Field("https://api.twilio.com", description="another address of Twilio's API")
    console: bool = Field(True, description="whether `rls serve` starts the staff console too; off, 0 or false for not")
    console_host: str = Field("127.0.0.1", description="address that the staff console listens on")
    console_port: int = Field(5006, ge=0, le=65535, description="port that the staff console listens on")
    console_url: str = Field("", regex=r"^(https?://[^/\s]+/?)?$", description="address by which staff reach the console")
    console_proxies: int = Field(0, ge=0, description="proxies in front of the console, whose X-Forwarded-For is believed")
    console_idle_minutes: int = Field(30, ge=1, description="minutes without a request after which staff are logged out")
    console_session_hours: int = Field(12, ge=1, description="hours after which staff are logged out in any case")
    oidc_issuer: str = Field("", description="identity provider by which staff may sign in")
    oidc_client: str = Field("", description="id of the console at the identity provider")
    oidc_secret: str = Field("", description="secret of the console at the identity provider")
    oidc_claim: str = Field("groups", description="claim that holds a person's groups or roles")
    oidc_roles: str = Field("", description="which of them make which role, such as support=reviewer,leads=admin")
    log_level: str = Field(
        "WARNING",
        regex="^(DEBUG|INFO|WARNING|ERROR|CRITICAL)$",
        description="least serious message that is logged: DEBUG, INFO, WARNING, ERROR or CRITICAL",
    )
    log_format: str = Field("text", regex="^(text|json)$", description="how log lines are written: text, or json")

    @property
    def spool_bytes(self) -> int:
        """Most bytes that may wait in the spool."""
        return self.spool_megabytes * 1_000_000

    class Config:
        env_prefix = "RLS_"


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings, read once.

    Raises:
        pydantic.ValidationError: a variable holds a value that it can't take.
    """
    return Settings()
