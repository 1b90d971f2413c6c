"""`rls doctor` and `rls knowledge reload`: for whoever keeps the bot running."""

from __future__ import annotations

import os
import signal

import click

from bot.settings import settings


@click.command()
def doctor() -> None:
    """Say in plain words what is wrong and how to mend it; exit with 1 if anything is."""
    from bot.doctor import examine

    wrong = 0
    for found in examine():
        click.echo(f"ok     {found.name}" if found.problem is None else f"wrong  {found.name}: {found.problem}")
        wrong += found.problem is not None
    if wrong:
        raise click.ClickException(f"{wrong} thing{'s are' if wrong > 1 else ' is'} wrong; each line says how to mend it")


@click.command()
def reload() -> None:
    """Let the running server answer from the knowledge files as they are now, without a restart."""
    from bot.knowledge import store
    from bot.knowledge_folder import read_all
    from bot.training import model_path

    base = read_all(settings().knowledge)
    if not model_path().exists():
        raise click.ClickException(
            "questions, words or safety rules have changed, which needs a training: run 'rls train' and restart the server"
        )
    store.save(base, store.engine(settings().database))
    try:
        pid = int(settings().pid_file.read_text(encoding="utf-8"))
        os.kill(pid, signal.SIGUSR1)
    except (FileNotFoundError, ValueError, ProcessLookupError):
        click.echo(f"version {base.version} is in the database; no server runs here, so the next one to start takes it")
        return
    except PermissionError:
        raise click.ClickException(
            f"version {base.version} is in the database, but the server runs as another user; run this as that user"
        ) from None
    click.echo(f"version {base.version} is in the database, and the server was told to read it")
