"""What is wrong with an installation, in plain words, and how to mend it. Each check looks and changes nothing."""

from __future__ import annotations

import os
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from pydantic import ValidationError

from bot.settings import Settings

FREE_MEGABYTES = 500
FEWEST_CHARACTERS = 16
# Machines whose clocks differ by more give sessions that end too soon or too late.
SKEW = 5.0
PATIENCE = 3.0


@dataclass(frozen=True)
class Finding:
    """What a check found.

    Attributes:
        name: what was looked at.
        problem: what is wrong and how to mend it; None where all is well.
    """

    name: str
    problem: str | None


def examine(options: Settings | None = None) -> Iterator[Finding]:
    """Every check in turn; where the settings themselves are wrong, only those."""
    if options is None:
        try:
            options = Settings()
        except ValidationError as error:
            for each in error.errors():
                yield Finding("settings", f"RLS_{str(each['loc'][0]).upper()}: {each['msg']}; see docs/settings.md")
            return
    yield Finding("settings", None)
    for name, check in CHECKS.items():
        try:
            problem = check(options)
        except Exception as error:
            problem = f"could not be looked at ({type(error).__name__}); run it with 'rls --verbose doctor' and report it"
        yield Finding(name, problem)


def workers(options: Settings) -> str | None:
    """Whether the settings fit the number of workers."""
    from bot.supervisor import Unfit, check

    try:
        check(options)
    except Unfit as error:
        return str(error)
    if options.workers > 1 and options.secret is None and not options.secret_file.exists():
        return "workers on several machines need the same RLS_SECRET; set it to what 'openssl rand -hex 32' prints"
    return None


def knowledge(options: Settings) -> str | None:
    """Whether the knowledge base's files can be used."""
    from bot.knowledge.errors import KnowledgeError, KnowledgeErrors
    from bot.knowledge_folder import read_all

    try:
        read_all(options.knowledge)
    except (KnowledgeError, KnowledgeErrors, OSError) as error:
        first = str(error).splitlines()[0]
        return f"{first}; run 'rls knowledge check' for all"
    return None


def knowledge_database(options: Settings) -> str | None:
    """Whether the knowledge database holds what the files say."""
    from sqlalchemy.exc import SQLAlchemyError

    from bot.knowledge import store
    from bot.knowledge.base import read
    from bot.knowledge.errors import KnowledgeError, KnowledgeErrors

    try:
        stored = store.stored_version(store.engine(options.database))
        version = read(options.knowledge).version
    except store.StoreError as error:
        return str(error)
    except SQLAlchemyError:
        return "the knowledge database does not answer or is no database; check RLS_DATABASE, then run 'rls knowledge build'"
    except (KnowledgeError, KnowledgeErrors, OSError):
        return "it can't be compared with files that can't be read; mend those first"
    if stored != version:
        return "the knowledge database is not what the files say; run 'rls knowledge build', then 'rls knowledge reload'"
    return None


def conversations(options: Settings) -> str | None:
    """Whether the conversations' database answers and has its tables."""
    from bot.conversations import database

    try:
        database.check(database.engine(options.conversations, patience=PATIENCE))
    except database.DatabaseError as error:
        return f"{error}; check RLS_CONVERSATIONS and that the database runs"
    return None


def spool(options: Settings) -> str | None:
    """Whether turns can be kept while the database is away, and none waits although it is there."""
    folder = _existing(options.spool)
    if not os.access(folder, os.W_OK):
        return f"{options.spool} can't be written to; give the bot's user the right to, or set RLS_SPOOL"
    from bot.conversations.spool import Spool

    waiting = Spool(options.spool, options.spool_bytes).size if options.spool.exists() else 0
    if waiting:
        return (
            f"{waiting} bytes of conversations wait on disk; bring the database back and start 'rls serve', which stores them"
        )
    return None


def redis(options: Settings) -> str | None:
    """Whether Redis answers, where one is named."""
    if not options.redis:
        return None
    import redis as client

    try:
        server = client.from_url(options.redis, socket_connect_timeout=PATIENCE, socket_timeout=PATIENCE)
        server.ping()
    except (client.RedisError, OSError, ValueError) as error:
        return f"Redis does not answer ({type(error).__name__}); start it, or correct RLS_REDIS"
    return None


def model(options: Settings) -> str | None:
    """Whether there is a whole model for the present knowledge and code."""
    import tarfile
    import zlib

    from bot.training import model_path

    path = options.models / model_path().name
    if not path.exists():
        others = len(list(options.models.glob("*.tar.gz")))
        has = f"none of the {others} models there fits" if others else "there is no model"
        return f"{has} the present knowledge and code; run 'rls train'"
    try:
        with tarfile.open(path) as archive:
            archive.getmembers()
    except (tarfile.TarError, EOFError, OSError, zlib.error):
        return f"{path.name} is broken; delete it and run 'rls train'"
    return None


def encoder(options: Settings) -> str | None:
    """Whether the sentence encoder's files are the ones that the project was built with."""
    from bot.nlu.encoder import MODEL_SHA256, TOKENIZER_FILE, TOKENIZER_SHA256, ModelError, checked, packaged_model

    try:
        checked(options.encoder or packaged_model(), MODEL_SHA256)
        checked(TOKENIZER_FILE, TOKENIZER_SHA256)
    except ModelError as error:
        return str(error)
    return None


def disk(options: Settings) -> str | None:
    """Whether there is room for conversations, the spool and models."""
    for path in (options.spool, options.models, options.secret_file):
        free = shutil.disk_usage(_existing(path)).free / 1_000_000
        if free < FREE_MEGABYTES:
            return f"only {free:.0f} MB are free where {path} is; free some, {FREE_MEGABYTES} MB are wanted"
    return None


def port(options: Settings) -> str | None:
    """Whether the port is free, or taken by this bot itself."""
    if _running(options.pid_file):
        return None
    for name, host, number in (
        ("RLS_PORT", options.host, options.port),
        *([("RLS_CONSOLE_PORT", options.console_host, options.console_port)] if options.console else []),
    ):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, number))
            except OSError as error:
                return f"{host}:{number} can't be listened on ({error.strerror}); stop what holds it, or set {name}"
    return None


def channels(options: Settings) -> str | None:
    """Whether messaging apps that were begun to be set up are complete."""
    from bot.channels.messaging.registry import APPS, missing

    for app in APPS:
        lacking = missing(app, options)
        if lacking and len(lacking) < len(app.needs):
            return f"{app.name} is set up in part and off: set {', '.join(lacking)}; see docs/channels.md"
    on = [app.name for app in APPS if not missing(app, options)]
    if on and not (options.public_url or "").startswith("https://"):
        return f"{', '.join(on)} can't reach this server: set RLS_PUBLIC_URL to its https address"
    return None


def secrets(options: Settings) -> str | None:
    """Whether what must not be guessed can't be, and what must not be read by others isn't."""
    from bot.secret import FEWEST_CHARACTERS as SECRET_CHARACTERS

    if options.secret is not None and len(options.secret) < SECRET_CHARACTERS:
        return f"RLS_SECRET has fewer than {SECRET_CHARACTERS} characters; take what 'openssl rand -hex 32' prints"
    for name, value in (("RLS_RASA_API_TOKEN", options.rasa_api_token), ("RLS_METRICS_TOKEN", options.metrics_token)):
        if value and len(value) < FEWEST_CHARACTERS:
            return f"{name} has fewer than {FEWEST_CHARACTERS} characters; take what 'openssl rand -hex 16' prints"
    if options.secret is None and options.secret_file.exists() and options.secret_file.stat().st_mode & 0o077:
        return f"{options.secret_file} can be read by others; run 'chmod 600 {options.secret_file}'"
    return None


def clock(options: Settings) -> str | None:
    """Whether the clock is plausible: not before this code was written, and not far from Redis's."""
    newest = Path(__file__).stat().st_mtime
    if time.time() < newest - 86_400:
        said = f"{datetime.now(timezone.utc):%d %B %Y}"
        return f"the clock says {said}, before this version was installed; set it, or run an NTP client"
    if options.redis and redis(options) is None:
        import redis as client

        seconds, micros = client.from_url(options.redis, socket_timeout=PATIENCE).time()
        if abs(time.time() - seconds - micros / 1_000_000) > SKEW:
            return "this machine's clock and that of Redis differ by more than 5 s; run an NTP client on both"
    return None


CHECKS: dict[str, Callable[[Settings], str | None]] = {
    "workers": workers,
    "knowledge files": knowledge,
    "knowledge database": knowledge_database,
    "conversations": conversations,
    "spool": spool,
    "redis": redis,
    "model": model,
    "encoder": encoder,
    "disk space": disk,
    "ports": port,
    "messaging apps": channels,
    "secrets": secrets,
    "clock": clock,
}


def _existing(path: Path) -> Path:
    """The path, or the nearest folder above it that exists."""
    while not path.exists():
        path = path.parent
    return path


def _running(pid_file: Path) -> bool:
    try:
        os.kill(int(pid_file.read_text(encoding="utf-8")), 0)
    except (FileNotFoundError, ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True
