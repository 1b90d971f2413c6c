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
    database: str = Field(
        f"sqlite:///{ROOT / 'var' / 'knowledge.db'}", description="SQLAlchemy URL of the knowledge database"
    )
    conversations: str = Field(
        f"sqlite:///{ROOT / 'var' / 'conversations.db'}", description="SQLAlchemy URL of the conversations"
    )
    models: Path = Field(ROOT / "models", description="folder of trained models; the newest is used")
    encoder: Path | None = Field(None, description="another copy of the sentence encoder's ONNX file")
    country: str = Field(
        "CA", regex="^(CA|US|UK|IE|AU|NZ|EU|OTHER)$", description="country whose emergency numbers come first"
    )
    rasa_api_token: str | None = Field(None, description="switches Rasa's own HTTP API on, behind this token")
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
