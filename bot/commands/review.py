"""`rls knowledge import-review`: what reviewers decided becomes examples, tests and lists."""

from __future__ import annotations

import time

import click
import sqlalchemy as sa

from bot.console import teaching
from bot.conversations.tables import lessons, turns
from bot.settings import settings


@click.command("import-review")
@click.option("--yes", is_flag=True, help="Write without asking.")
def import_review(yes: bool) -> None:
    """Write what reviewers decided in the console into the topics' files, after showing what changes."""
    from bot.console.database import opened
    from bot.knowledge.base import read
    from bot.safety.screen import Screen

    database = opened(settings().conversations)
    waiting = sa.select(lessons, turns.c.entities).join_from(lessons, turns, lessons.c.turn == turns.c.id, isouter=True)
    with database.connect() as connection:
        rows = list(connection.execute(waiting.where(lessons.c.imported.is_(None)).order_by(lessons.c.id)))
    if not rows:
        click.echo("No decision waits.")
        return
    screen = Screen.load(settings().knowledge / "safety.yml")

    def danger(text: str) -> str | None:
        found = screen.check(text)
        return found.category if found else None

    plan = teaching.Planner(teaching.Files(knowledge=settings().knowledge), danger).plan(rows)
    for lesson, reason in plan.refused:
        click.echo(f"Left out: {lesson.said!r} ({lesson.decision}, by {lesson.staff}): {reason}.", err=True)
    if plan.after:
        click.echo(plan.diff())
    changes = f"{len(plan.after)} {'file' if len(plan.after) == 1 else 'files'}"
    if plan.after and not yes and not click.confirm(f"Write {changes} for {len(plan.lessons)} decisions?"):
        click.echo("Nothing was written.")
        return
    try:
        teaching.write(plan)
    except teaching.Refused as error:
        raise click.ClickException(str(error)) from None
    # Only now: a decision counts as imported when its file is written.
    with database.begin() as connection:
        change = lessons.update().where(lessons.c.id.in_(plan.lessons), lessons.c.imported.is_(None))
        connection.execute(change.values(imported=time.time()))
    # Says at once if a file would not be taken.
    read(settings().knowledge)
    click.echo(
        f"{len(plan.lessons)} decisions imported, {len(plan.refused)} left out, {changes} written. 'rls train' teaches them."
    )
