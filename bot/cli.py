"""The command `rls`."""

from __future__ import annotations

import asyncio
import datetime
import difflib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from pydantic import ValidationError

from bot.commands.channels import channels
from bot.commands.console import console
from bot.commands.conversations import conversations
from bot.commands.operating import doctor, reload
from bot.commands.review import import_review
from bot.commands.staff import staff
from bot.knowledge.errors import KnowledgeError, KnowledgeErrors
from bot.settings import settings


class Guide(click.Group):
    """Tells what is wrong in one line each, without a trace back."""

    def invoke(self, ctx: click.Context) -> Any:
        from sqlalchemy.exc import SQLAlchemyError

        from bot.conversations.archive import Away
        from bot.conversations.database import DatabaseError
        from bot.conversations.retention import RetentionError
        from bot.dialogue.errors import BrokenModel, NoModel
        from bot.knowledge.store import StoreError
        from bot.nlu.encoder import ModelError
        from bot.secret import WeakSecret
        from bot.training import TrainingFailed

        try:
            return super().invoke(ctx)
        except (KnowledgeError, KnowledgeErrors, StoreError, DatabaseError, RetentionError) as error:
            raise click.ClickException(str(error)) from None
        except (Away, ModelError, TrainingFailed, NoModel, BrokenModel, WeakSecret) as error:
            raise click.ClickException(str(error)) from None
        except SQLAlchemyError as error:
            # Its own message holds the statement, and with it perhaps what is kept.
            raise click.ClickException(
                f"a database can't be used ({type(error).__name__}); 'rls doctor' says which and how to mend it"
            ) from None
        except ValidationError as error:
            problems = [f"RLS_{str(item['loc'][0]).upper()}: {item['msg']}" for item in error.errors()]
            raise click.ClickException("\n".join(problems)) from None


@click.group(cls=Guide)
@click.option("--verbose", is_flag=True, help="Show what Rasa logs.")
def main(verbose: bool) -> None:
    """Answers about restless legs syndrome and magnesium, from a curated knowledge base."""
    from bot.logs import set_up

    set_up(verbose)


main.add_command(channels)
main.add_command(console)
main.add_command(staff)
main.add_command(conversations)
main.add_command(doctor)


@main.command()
@click.option("--workers", type=click.IntRange(1, 64), help="Worker processes; by default as RLS_WORKERS says.")
def serve(workers: int | None) -> None:
    """Serve the bot; trains first if something has changed."""
    from bot.console.server import beside
    from bot.supervisor import StartFailed, Supervisor, Unfit, check, listen
    from bot.training import train_apart

    if workers is not None:
        os.environ["RLS_WORKERS"] = str(workers)
        settings.cache_clear()

    def renew() -> None:
        _build()
        train_apart()

    try:
        check(settings())
        if settings().workers == 1:
            _ready_to_answer()
            from bot.server import run

            with beside():
                run()
        else:
            renew()
            with beside():
                Supervisor(settings(), listen(settings()), renew).run()
    except (Unfit, StartFailed) as error:
        raise click.ClickException(str(error)) from None


@main.command()
def train() -> None:
    """Train a model, unless there is one for the present content."""
    click.echo(str(_train()))


@main.command()
@click.argument("message", required=False)
@click.option("--json", "as_json", is_flag=True, help="Read a message a line from standard input, write a JSON object a line.")
def ask(message: str | None, as_json: bool) -> None:
    """Ask the bot a question."""
    if as_json == (message is not None):
        raise click.UsageError("give a message, or --json and messages on standard input")
    _ready_to_answer()
    from bot.dialogue.agent import load

    agent = load()
    if message is not None:
        from bot.dialogue.exchange import ask as ask_agent

        click.echo(asyncio.run(ask_agent(agent, message, "you")).plain)
        return
    asyncio.run(_ask_lines(agent))


async def _ask_lines(agent: Any) -> None:
    from bot.dialogue.exchange import ask as ask_agent
    from bot.dialogue.exchange import unreadable

    for number, raw in enumerate(_lines(), start=1):
        try:
            text, sender = read_line(raw, number)
        except ValueError as error:
            exchange = unreadable(raw, str(error))
        else:
            exchange = await ask_agent(agent, text, sender)
        click.echo(json.dumps(exchange.as_dict(), ensure_ascii=False))


def _lines() -> Iterator[str]:
    for raw in sys.stdin.buffer:
        yield raw.decode("utf-8", errors="replace").removesuffix("\n").removesuffix("\r")


def read_line(raw: str, number: int) -> tuple[str, str]:
    """The text and the sender of a line: plain text, or an object with `text` and perhaps `sender`.

    Raises:
        ValueError: it starts as an object but is none, or has no text.
    """
    sender = f"line-{number}"
    if not raw.lstrip().startswith("{"):
        return raw, sender
    try:
        given = json.loads(raw)
    except json.JSONDecodeError as error:
        raise ValueError(f'line {number}: not JSON ({error.msg}); write plain text or {{"text": …}}') from None
    if not isinstance(given, dict) or not isinstance(given.get("text"), str):
        raise ValueError(f'line {number}: no \'text\'; write {{"text": "your message"}}')
    return given["text"], str(given.get("sender") or sender)


@main.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--report", type=click.Path(file_okay=False, path_type=Path), default=Path("var/evaluation"),
              show_default=True, help="Folder that the report and its plots are written to.")  # fmt: skip
@click.option("--stock", is_flag=True, help="Also train a stock Rasa pipeline and score it; takes long.")
@click.option("--baseline", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="An earlier scores.json; exit with 1 if a measure fell below it.")  # fmt: skip
@click.option("--margin", type=click.FloatRange(0, 1), default=0.02, show_default=True,
              help="By how much a measure may fall below the baseline.")  # fmt: skip
@click.option("--page", type=click.Path(dir_okay=False, path_type=Path),
              help="Also write the report without the messages, such as docs/evaluation.md.")  # fmt: skip
def evaluate(
    files: tuple[Path, ...], report: Path, stock: bool, baseline: Path | None, margin: float, page: Path | None
) -> None:
    """Score the bot on labelled messages and write a report."""
    from bot.evaluation.baseline import BaselineError
    from bot.evaluation.messages import MessageError
    from bot.evaluation.run import RegressionError
    from bot.evaluation.run import evaluate as run

    try:
        _train()
        click.echo(run(files, report, stock, baseline, margin, page))
    except RegressionError as error:
        click.echo(error.summary)
        raise click.ClickException(str(error)) from None
    except (BaselineError, MessageError) as error:
        raise click.ClickException(str(error)) from None


@main.group()
def knowledge() -> None:
    """Check, build, compare and publish the knowledge base."""


knowledge.add_command(reload)


knowledge.add_command(import_review)


@knowledge.command()
def check() -> None:
    """Check every file; names file, line and mend."""
    from bot.knowledge.prose import check_prose
    from bot.knowledge_folder import read_all

    folder = settings().knowledge
    base = read_all(folder)
    errors = check_prose(folder, base, datetime.date.today())
    if errors:
        raise KnowledgeErrors(errors)
    click.echo(f"{len(base.topics)} topics in {len({t.group for t in base.topics.values()})} groups, version {base.version}")


@knowledge.command()
def build() -> None:
    """Load the files into the database."""
    click.echo(_build())


@knowledge.command()
@click.argument("topic")
def show(topic: str) -> None:
    """Show a topic's reply as a visitor sees it, and its sentences that are hard to read."""
    from bot.dialogue.disclaimer import Disclaimer
    from bot.dialogue.reply import Answer, Kind, Reply
    from bot.knowledge.base import read
    from bot.knowledge.prose import load_terms, reading_grade
    from bot.knowledge.sentences import hard

    folder = settings().knowledge
    base = read(folder)
    if topic not in base.topics:
        near = difflib.get_close_matches(topic, base.topics, n=3)
        hint = f"; did you mean {', '.join(near)}?" if near else "; its id is the file's name in knowledge/topics"
        raise click.ClickException(f"there is no topic {topic!r}{hint}")
    shown = base.topics[topic]
    terms = load_terms(folder)
    finish, country = Disclaimer.load(folder).finish, settings().country
    for detail in (False, True):
        reply = Reply(kind=Kind.ANSWER, answers=(Answer.of(shown, base, detail),))
        if detail:
            click.echo("\n--- and after 'tell me more':\n")
        click.echo(finish(reply, channel="default", country=country, first=False).plain())
    click.echo(f"\n--- the answer reads at grade {reading_grade(shown.text, terms):.1f}")
    for place, grade, sentence in hard(shown, terms):
        click.echo(f"{place} reads at grade {grade:.0f}: {sentence}")


@knowledge.command()
@click.argument("revision")
def diff(revision: str) -> None:
    """Show what changed since a git REVISION, in plain words."""
    from bot.knowledge.diff import changes
    from bot.knowledge.revision import RevisionError

    try:
        click.echo(changes(settings().knowledge, revision))
    except RevisionError as error:
        raise click.ClickException(str(error)) from None


@knowledge.command()
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--url", help="Address that the site will have, for its canonical links.")
def site(out: Path, url: str | None) -> None:
    """Write the knowledge base as a static site to the folder OUT."""
    from bot.knowledge.base import read
    from bot.knowledge.site.folder import SiteError, write
    from bot.knowledge.site.pages import Site

    folder = settings().knowledge
    base = read(folder)
    files = Site.load(folder, base, settings().country, url).files()
    try:
        write(out, files, base.version)
    except SiteError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{sum(name.endswith('.html') for name in files)} pages in {out}, version {base.version}")


@knowledge.command()
@click.argument("page", required=False, type=click.Path(dir_okay=False, path_type=Path))
def coverage(page: Path | None) -> None:
    """Check that every evidence fact is used or explained; write the list to PAGE where one is named."""
    from bot.knowledge.base import read
    from bot.knowledge.coverage import page as listed
    from bot.knowledge.coverage import uses

    base = read(settings().knowledge)
    found = uses(settings().knowledge, base)
    if page:
        page.write_text(listed(base, found), encoding="utf-8")
    used = sum(use.used for use in found)
    click.echo(f"{used} of {len(found)} facts are used" + (", the others are explained" if used < len(found) else ""))


@knowledge.command()
@click.argument("page", type=click.Path(dir_okay=False, path_type=Path))
def safety(page: Path) -> None:
    """Renew what the safety case PAGE says of the rules."""
    from bot.knowledge.safety_page import renewed
    from bot.safety.rules import RuleBook

    book = RuleBook.load(settings().knowledge / "safety.yml")
    page.write_text(renewed(page, book), encoding="utf-8")
    click.echo(f"{len(book.rules)} rules in {len(book.file.categories)} categories")


def _build() -> str:
    from bot.knowledge import store
    from bot.knowledge.base import read

    base = read(settings().knowledge)
    database = store.engine(settings().database)
    if store.stored_version(database) != base.version:
        store.save(base, database)
    return base.version


def _train() -> Path:
    _build()
    from bot.training import model_path
    from bot.training import train as run

    path = model_path()
    if not path.exists():
        click.echo("Training (about two minutes) …", err=True)
    return run()


def _ready_to_answer() -> None:
    from bot.lightness import leave_tensorflow_out
    from bot.training import train_apart

    _build()
    train_apart()
    leave_tensorflow_out()


if __name__ == "__main__":
    main()
