"""`rls channels`: which messaging apps are on, what they lack, and what could not be delivered."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import click

from bot.settings import settings

if TYPE_CHECKING:
    from bot.channels.messaging.queue import Queue


@click.group(invoke_without_command=True)
@click.pass_context
def channels(ctx: click.Context) -> None:
    """Show each messaging app's state; with a command, see to what could not be delivered."""
    if ctx.invoked_subcommand is None:
        _list()


def _list() -> None:
    from bot.channels.messaging.registry import APPS, missing

    counts = _queue().counts()
    for app in APPS:
        lacking = missing(app, settings())
        state = "on" if not lacking else "off" if len(lacking) == len(app.needs) else f"off, lacks {', '.join(lacking)}"
        numbers = {what: count for (channel, what), count in counts.items() if channel == app.name}
        shown = [f"{numbers[what]} {what}" for what in ("unanswered", "waiting", "dead", "sent") if numbers.get(what)]
        click.echo(f"{app.name:16} {state}" + (f" ({', '.join(shown)})" if shown else ""))


@channels.command()
def check() -> None:
    """Say what is missing for a messaging app to work; exit with 1 if anything is."""
    from bot.channels.messaging.registry import APPS, missing

    options = settings()
    wanted = [app for app in APPS if len(missing(app, options)) < len(app.needs)]
    problems = [f"{app.name}: {name} is not set" for app in wanted for name in missing(app, options)]
    if wanted and not (options.public_url or "").startswith("https://"):
        problems.append("RLS_PUBLIC_URL is not set to an https address: providers call nothing else")
    if not wanted:
        problems.append("no messaging app is set up; see docs/channels.md")
    dead = len(_queue().letters())
    if dead:
        problems.append(f"replies that could not be delivered: {dead}; see 'rls channels dead'")
    if problems:
        raise click.ClickException("\n".join(problems))
    base = (options.public_url or "").rstrip("/")
    for app in wanted:
        click.echo(f"{app.name}: ready at {base}/webhooks/{app.name}/webhook")


@channels.command()
def dead() -> None:
    """List the replies that could not be delivered, with their number, conversation and reason."""
    letters = _queue().letters()
    for letter in letters:
        when = datetime.datetime.fromtimestamp(letter.at, datetime.timezone.utc)
        words = " ".join(letter.words.split())
        click.echo(f"{letter.id}  {when:%Y-%m-%d %H:%M} UTC  {letter.conversation}  {letter.why}\n    {words[:200]}")
    if not letters:
        click.echo("every reply was delivered, or still waits for its next attempt")


@channels.command()
@click.argument("numbers", metavar="ID...", nargs=-1, required=True, type=int)
def resend(numbers: tuple[int, ...]) -> None:
    """Try replies that could not be delivered again; the server sends them within seconds."""
    queue = _queue()
    unknown = [str(number) for number in numbers if not queue.resend(number)]
    if unknown:
        raise click.ClickException(f"no undelivered reply has the number {', '.join(unknown)}; see 'rls channels dead'")
    click.echo(f"{len(numbers)} will be sent again")


def _queue() -> Queue:
    from bot.channels.messaging.queue import Queue
    from bot.conversations.archive import the_archive
    from bot.secret import signing_key

    options = settings()
    return Queue(the_archive().ready, signing_key(options.secret, options.secret_file))
