"""`rls conversations`: what is kept of visitors."""

from __future__ import annotations

import contextlib
import datetime
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click
import sqlalchemy as sa

from bot.settings import ROOT, settings

if TYPE_CHECKING:
    from bot.conversations.spool import Spool


@click.group()
def conversations() -> None:
    """Delete, export, back up and restore conversations."""


@conversations.command()
@click.argument("conversation")
def erase(conversation: str) -> None:
    """Delete one visitor's CONVERSATION everywhere, and print the receipt."""
    from bot.conversations import erasure
    from bot.conversations.archive import the_archive

    with _told():
        receipt = erasure.erase(the_archive(), conversation)
    when = datetime.datetime.fromtimestamp(receipt.at, datetime.timezone.utc)
    click.echo(f"Receipt {receipt.receipt}, {when:%Y-%m-%d %H:%M} UTC: {receipt.messages} messages deleted.")
    for table, count in sorted(receipt.rows.items()):
        click.echo(f"{table}: {count}")
    if not any(receipt.rows.values()):
        click.echo("There was no such conversation.")


@conversations.command()
@click.argument("conversation")
def export(conversation: str) -> None:
    """Print all that is kept of one visitor's CONVERSATION as JSON."""
    from bot.conversations import export as exporting
    from bot.conversations.archive import the_archive

    with _told():
        found = exporting.export(the_archive(), conversation)
    if not found:
        raise click.ClickException(f"there is no conversation {conversation!r}")
    click.echo(json.dumps(found, ensure_ascii=False, indent=2))


@conversations.command()
def prune() -> None:
    """Delete what is older than RLS_KEEP_DAYS says. The server does it every hour by itself."""
    from bot.conversations.archive import the_archive
    from bot.conversations.retention import prune as forget
    from bot.conversations.retention import retention

    with _told():
        gone = forget(the_archive().ready(), retention())
    click.echo(", ".join(f"{name}: {count} deleted" for name, count in sorted(gone.items())) or "Nothing is too old.")


@conversations.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Write everything that is kept to FILE, while the bot runs."""
    from bot.conversations import backup as copying
    from bot.conversations import database

    with _told():
        engine = database.patient(settings().conversations)
        database.check(engine)
        _counted(copying.backup(engine, _spool(), file), f"in {file}")


@conversations.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Fill an empty database from FILE."""
    from bot.conversations import backup as copying
    from bot.conversations import database

    with _told():
        _counted(copying.restore(database.patient(settings().conversations), _spool(), file), "restored")


@conversations.command()
@click.option("--count", default=2000, show_default=True, type=click.IntRange(1, 99_999), help="How many conversations.")
@click.option("--remove", is_flag=True, help="Only delete the ones that were made up before.")
def demo(count: int, remove: bool) -> None:
    """Write made-up conversations, marked as such, so that the console shows something."""
    from bot.conversations import database
    from bot.dialogue import demo as made_up

    with _told():
        engine = database.patient(settings().conversations)
        database.migrate(engine)
        if remove:
            click.echo(f"{made_up.remove(engine)} made-up conversations deleted.")
            return
        source = made_up.Source.load(settings().knowledge, ROOT / "data" / "nlu.yml")
        turns = made_up.write(engine, source, count)
    click.echo(f"{count} made-up conversations with {turns} messages; delete them with 'rls conversations demo --remove'.")


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Says in one line what is wrong."""
    from bot.conversations.archive import Away
    from bot.conversations.backup import BackupError
    from bot.conversations.database import DatabaseError

    # What it logs is for a server, which goes on; here it is said once.
    log = logging.getLogger("bot.conversations")
    level = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    except (Away, BackupError, DatabaseError, OSError) as error:
        raise click.ClickException(str(error)) from None
    except sa.exc.SQLAlchemyError as error:
        # Its own message holds the statement, and with it what is kept.
        raise click.ClickException(f"the conversations' database can't be used ({type(error).__name__})") from None
    finally:
        log.setLevel(level)


def _spool() -> Spool:
    from bot.conversations.spool import Spool

    return Spool(settings().spool, settings().spool_bytes)


def _counted(counts: dict[str, int], where: str) -> None:
    for table, count in sorted(counts.items()):
        click.echo(f"{table}: {count} {where}")
    if not counts:
        click.echo(f"Nothing {where}: there is no conversation.")
