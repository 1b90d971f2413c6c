"""`rls console`: the staff's web application by itself."""

from __future__ import annotations

import click


@click.command()
def console() -> None:
    """Serve the staff console alone; `rls serve` serves it beside the bot."""
    from bot.console.server import run

    try:
        run()
    except ValueError as error:
        raise click.ClickException(str(error)) from None
