"""The inbox of what was not understood, and the decisions that wait to be imported."""

from __future__ import annotations

import re

import sqlalchemy as sa
from starlette.responses import Response

from bot.console import audit
from bot.console.inbox import DECISIONS, Inbox, decide, take_back, waiting
from bot.console.knowledge import OUT_OF_SCOPE, Topics
from bot.console.likeness import Nearest
from bot.console.problem import Problem, not_found
from bot.console.visit import Console, Visit
from bot.conversations.tables import lessons

PAGE = 20
_NEW_TOPIC = re.compile(r"[a-z][a-z0-9_]{2,63}")


def inbox(console: Console) -> Inbox:
    """The console's inbox, made at its first use."""
    found: Inbox = console.kept.setdefault("inbox", Inbox())
    return found


def nearest(console: Console) -> Nearest:
    """The console's finder of topics, made at its first use."""
    if "nearest" not in console.kept:
        console.kept["nearest"] = Nearest(console.topics.questions)
    found: Nearest = console.kept["nearest"]
    return found


def show(visit: Visit) -> Response:
    """The groups, largest first."""
    number = visit.query.get("page", "1")
    page = int(number) if number.isdecimal() and 0 < len(number) < 6 else 1
    with visit.connection() as connection:
        groups = inbox(visit.console).groups(connection)
        decided = len(waiting(connection))
    start = (page - 1) * PAGE
    shown = groups[start : start + PAGE]
    near = nearest(visit.console)
    return visit.page(
        "inbox.html",
        groups=[(group, near.topics(group.text)) for group in shown],
        number=len(groups),
        messages=sum(len(group.messages) for group in groups),
        page=page,
        more=len(groups) > start + PAGE,
        decided=decided,
    )


def judge(visit: Visit) -> Response:
    """Keep what a reviewer decided about a group."""
    ids = [
        int(value) for value in visit.form.getlist("turn") if isinstance(value, str) and value.isdecimal() and len(value) < 19
    ]
    if not ids:
        raise Problem(422, "Tick at least one message.")
    decision, _, topic = visit.field("decision", 100).partition(":")
    named = _topic(visit.console.topics, topic or visit.field("topic", 100))
    if decision not in DECISIONS:
        raise Problem(422, "There is no such decision.")
    if decision == "topic" and (named is None or named == OUT_OF_SCOPE):
        raise Problem(422, "Name a topic from the list.")
    if decision == "test" and named is None:
        raise Problem(422, "A test needs the topic that should answer it; name one from the list, or 'out of scope'.")
    if decision == "new_topic":
        named = re.sub(r"[^a-z0-9]+", "_", visit.field("new", 64).casefold()).strip("_")
        if not _NEW_TOPIC.fullmatch(named) or named in visit.console.topics.titles:
            raise Problem(422, "Give the new topic a short name of its own, such as 'weighted blankets'.")
    kept = named if decision in ("topic", "new_topic", "test") else None
    try:
        with visit.connection() as connection:
            number = decide(connection, ids, decision, kept, visit.staff.name, visit.console.clock())
            audit.note(connection, visit.staff.name, "decide", decision, f"{number} messages{f', {kept}' if kept else ''}")
    except sa.exc.IntegrityError:
        raise Problem(409, "Somebody decided this at the same moment. Load the page again.") from None
    if not number:
        raise Problem(409, "Somebody has decided about these already, or they were erased. Load the page again.")
    said = f"{DECISIONS[decision]}{f' “{visit.console.topics.title(kept)}”' if kept else ''}: {number} kept."
    return visit.go("/inbox", said)


def decisions(visit: Visit) -> Response:
    """What was decided and waits for `rls knowledge import-review`."""
    with visit.connection() as connection:
        rows = waiting(connection)
        imported = connection.execute(sa.select(sa.func.count()).where(lessons.c.imported.is_not(None))).scalar()
    return visit.page("decisions.html", rows=rows, imported=imported, names=DECISIONS)


def undo(visit: Visit) -> Response:
    """Take a decision back."""
    with visit.connection() as connection:
        row = take_back(connection, visit.path["lesson"])
        if row is None:
            raise not_found()
        audit.note(connection, visit.staff.name, "take back", row.decision)
    inbox(visit.console).forget()
    return visit.go("/inbox/decisions", "Taken back. The message is in the inbox again.")


def _topic(topics: Topics, given: str) -> str | None:
    """The id of a topic that was named by its id or its title."""
    if given in topics.titles:
        return given
    wanted = given.casefold().strip()
    if wanted in ("out of scope", OUT_OF_SCOPE):
        return OUT_OF_SCOPE
    return next((topic for topic, title in topics.titles.items() if title.casefold() == wanted), None)
