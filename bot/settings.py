"""The settings of one installation, read from the environment."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from pydantic import BaseSettings, Field

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Every setting with its default; each is an environment variable that starts with RLS_."""

    host: str = Field("127.0.0.1", description="address that the server listens on")
    port: int = Field(5005, ge=0, le=65535, description="port that the server listens on")
    knowledge: Path = Field(ROOT / "knowledge", description="folder of the knowledge base")
    database: str = Field(f"sqlite:///{ROOT / 'var' / 'knowledge.db'}", description="SQLAlchemy URL of the knowledge database")
    conversations: str = Field(
        f"sqlite:///{ROOT / 'var' / 'conversations.db'}", description="SQLAlchemy URL of the conversations"
    )
    spool: Path = Field(ROOT / "var" / "spool", description="folder of what waits to be stored while the database is away")
    spool_megabytes: int = Field(200, ge=1, description="most megabytes that may wait there")
    keep_days: int = Field(90, ge=1, description="days that a conversation is kept after its last message")
    keep_days_by_channel: str = Field("", description="other days for some channels, such as sms=30,web=60")
    models: Path = Field(ROOT / "models", description="folder of trained models; the newest is used")
    encoder: Path | None = Field(None, description="another copy of the sentence encoder's ONNX file")
    country: str = Field("CA", regex="^(CA|US|UK|IE|AU|NZ|EU|OTHER)$", description="country whose emergency numbers come first")
    rasa_api_token: str | None = Field(None, description="switches Rasa's own HTTP API on, behind this token")
    secret: str | None = Field(None, description="key that signs web sessions; made and kept in a file when not given")
    secret_file: Path = Field(ROOT / "var" / "secret", description="file of the key that is made where none is given")
    web_origins: str = Field("", description="websites that may embed the chat, split by commas; * for every site")
    web_session_minutes: int = Field(30, ge=1, description="minutes that a web session is good for before it is renewed")
    web_renewal_days: int = Field(30, ge=1, description="days after which a returning visitor starts a new conversation")
    web_longest_message: int = Field(2000, ge=100, description="most characters of a web message")
    web_messages_per_minute: int = Field(30, ge=1, description="messages a minute in one web conversation")
    web_requests_per_minute: int = Field(300, ge=1, description="requests a minute from one address on the web channel")
    web_proxies: int = Field(0, ge=0, description="proxies in front of the server, whose X-Forwarded-For is believed")
    log_level: str = Field("WARNING", description="least serious message that is logged")

    class Config:
        env_prefix = "RLS_"


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings, read once.

    Raises:
        pydantic.ValidationError: a variable holds a value that it can't take.
    """
    return Settings()
