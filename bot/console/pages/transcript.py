"""One conversation: what was said, and what staff make of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from starlette.responses import JSONResponse, Response

from bot.console import audit
from bot.console.filter import STATUSES, Filter
from bot.console.listing import Listing
from bot.console.pages.conversations import slug
from bot.console.problem import Problem, not_found
from bot.console.tables import LOW_CONFIDENCE, staff
from bot.console.visit import Visit
from bot.conversations.archive import Away
from bot.conversations.erasure import erase as erase_conversation
from bot.conversations.export import export as export_conversation
from bot.conversations.tables import conversations, feedback, lessons, notes, tags, turns

MOST_TURNS = 500
MOST_TAGS = 20


@dataclass(frozen=True)
class Source:
    """What a reply rests on, as the visitor saw it."""

    name: str
    title: str
    url: str


def show(visit: Visit) -> Response:
    """The transcript."""
    chosen, _ = Filter.read(visit.query)
    name = visit.path["conversation"]
    with visit.connection() as connection:
        row = _found(connection, name)
        of_it = turns.c.conversation == name
        said = list(connection.execute(sa.select(turns).where(of_it).order_by(turns.c.id.desc()).limit(MOST_TURNS)))[::-1]
        rated = {one.message: one for one in connection.execute(sa.select(feedback).where(feedback.c.conversation == name))}
        written = list(connection.execute(sa.select(notes).where(notes.c.conversation == name).order_by(notes.c.id)))
        marks = list(
            connection.execute(sa.select(tags.c.tag).where(tags.c.conversation == name).order_by(tags.c.tag)).scalars()
        )
        taught = {one.turn: one for one in connection.execute(sa.select(lessons).where(lessons.c.conversation == name))}
        listing = Listing(connection, chosen)
        following, previous = listing.next(row), listing.previous(row)
        people = list(connection.execute(sa.select(staff.c.name).order_by(staff.c.name)).scalars())
        audit.note(connection, visit.staff.name, "view", audit.code(name))
    return visit.page(
        "transcript.html",
        row=row,
        code=audit.code(name),
        turns=[(turn, _replies(turn), _entities(turn)) for turn in said],
        rated=rated,
        notes=written,
        tags=marks,
        taught=taught,
        chosen=chosen,
        following=following,
        previous=previous,
        people=people,
        statuses=STATUSES,
        low=LOW_CONFIDENCE,
        shortened=len(said) == MOST_TURNS,
    )


def write(visit: Visit) -> Response:
    """A note, for the conversation or for one turn of it."""
    text = visit.field("text", 4000)
    if not text:
        raise Problem(422, "A note needs some words.")
    name = visit.path["conversation"]
    turn = visit.field("turn", 18)
    with visit.connection() as connection:
        _found(connection, name)
        if turn and not (turn.isdecimal() and _has_turn(connection, name, int(turn))):
            raise not_found()
        values = {"conversation": name, "turn": int(turn) if turn else None, "staff": visit.staff.name, "text": text}
        connection.execute(notes.insert().values(at=visit.console.clock(), **values))
        audit.note(connection, visit.staff.name, "write note", audit.code(name))
    return _again(visit, "The note was kept.", f"#turn-{turn}" if turn else "#notes")


def tag(visit: Visit) -> Response:
    """Add or remove a tag."""
    name, mark = visit.path["conversation"], slug(visit.field("tag", 64))
    if not mark:
        raise Problem(422, "A tag has letters or digits.")
    own = (tags.c.conversation == name) & (tags.c.tag == mark)
    with visit.connection() as connection:
        _found(connection, name)
        if visit.field("remove"):
            connection.execute(tags.delete().where(own))
        elif connection.execute(sa.select(tags).where(own)).first() is None:
            if connection.execute(sa.select(sa.func.count()).where(tags.c.conversation == name)).scalar() >= MOST_TAGS:
                raise Problem(422, f"A conversation has at most {MOST_TAGS} tags.")
            connection.execute(tags.insert().values(conversation=name, tag=mark))
        audit.note(connection, visit.staff.name, "tag", audit.code(name), f"{'-' if visit.field('remove') else '+'}{mark}")
    visit.console.kept.pop("choices", None)
    return _again(visit, "", "#tags")


def assign(visit: Visit) -> Response:
    """Say who looks after it."""
    name, who = visit.path["conversation"], visit.field("assignee", 64)
    with visit.connection() as connection:
        _found(connection, name)
        if who and connection.execute(sa.select(staff).where(staff.c.name == who)).first() is None:
            raise Problem(422, "There is no such member of staff.")
        connection.execute(conversations.update().where(conversations.c.conversation == name).values(assignee=who or None))
        audit.note(connection, visit.staff.name, "assign", audit.code(name), who or "nobody")
    return _again(visit, f"Assigned to {who}." if who else "Assigned to nobody.")


def decide(visit: Visit) -> Response:
    """Change the status. A flagged conversation is done only when a second person agrees."""
    name, wanted, before = visit.path["conversation"], visit.field("status"), visit.field("before")
    if wanted not in STATUSES:
        raise Problem(422, "There is no such status.")
    me = visit.staff.name
    with visit.connection() as connection:
        row = _found(connection, name)
        if row.status != before:
            said = f"Somebody changed this to '{STATUSES.get(row.status, row.status)}' meanwhile. Load it again."
            raise Problem(409, said)
        if visit.field("seen") not in ("", str(row.turns)):
            raise Problem(409, "More was said since you opened this. Load it again.")
        values = {"status": wanted, **_reviewers(row, wanted, me)}
        same = (conversations.c.conversation == name) & (conversations.c.status == before)
        same &= conversations.c.turns == row.turns
        same &= conversations.c.reviewer.is_(None) if row.reviewer is None else conversations.c.reviewer == row.reviewer
        if not connection.execute(conversations.update().where(same).values(values)).rowcount:
            raise Problem(409, "Somebody changed this at the same moment. Load it again.")
        audit.note(connection, me, "status", audit.code(name), f"{before} to {values['status']}")
        following = None
        if visit.field("next"):
            following = Listing(connection, _filter(visit)).next(row)
    told = "Kept. A second person must agree before it is done." if values["status"] != wanted else STATUSES[wanted] + "."
    if visit.field("next"):
        if following is None:
            return visit.go(f"/conversations?{_filter(visit).query}", f"{told} That was the last one of this list.")
        return visit.go(f"/conversations/{quote(following, safe='')}?{_filter(visit).query}", told)
    return _again(visit, told)


def erase(visit: Visit) -> Response:
    """Ask once more, then erase everything of this visitor, with a receipt."""
    name = visit.path["conversation"]
    with visit.connection() as connection:
        _found(connection, name)
    if visit.request.method == "GET":
        return visit.page("erase.html", name=name, code=audit.code(name), receipt=None)
    if visit.field("confirm").casefold() != audit.code(name):
        raise Problem(422, "The code was not typed as it is shown, so nothing was erased.")
    try:
        receipt = erase_conversation(visit.console.archive, name)
    except Away:
        raise Problem(503, "The database does not answer, so nothing was erased. Try again.") from None
    visit.note("erase", audit.code(name), receipt.receipt)
    return visit.page("erase.html", name=name, code=audit.code(name), receipt=receipt)


def export(visit: Visit) -> Response:
    """Everything that is kept of this visitor, as JSON."""
    name = visit.path["conversation"]
    with visit.connection() as connection:
        _found(connection, name)
    visit.note("export", audit.code(name), "conversation")
    headers = {"Content-Disposition": f'attachment; filename="conversation-{audit.code(name)}.json"'}
    return JSONResponse(export_conversation(visit.console.archive, name), headers=headers)


def _reviewers(row: Any, wanted: str, me: str) -> dict[str, Any]:
    if wanted != "done":
        # Who asks for a second look has had the first one.
        return {"reviewer": me if wanted == "second_look" else None, "second_reviewer": None}
    if not row.flagged:
        return {"reviewer": row.reviewer or me, "second_reviewer": None}
    if row.status == "second_look" and row.reviewer and row.reviewer != me:
        return {"second_reviewer": me}
    if row.status == "second_look" and row.reviewer == me:
        raise Problem(409, "You gave the first opinion. Somebody else must agree before this is done.")
    return {"status": "second_look", "reviewer": me, "second_reviewer": None}


def _found(connection: Connection, name: str) -> Any:
    row = connection.execute(sa.select(conversations).where(conversations.c.conversation == name)).first()
    if row is None:
        raise not_found()
    return row


def _has_turn(connection: Connection, name: str, turn: int) -> bool:
    query = sa.select(turns.c.id).where((turns.c.conversation == name) & (turns.c.id == turn))
    return connection.execute(query).first() is not None


def _filter(visit: Visit) -> Filter:
    return Filter.read(dict(parse_qsl(visit.field("list", 4000))))[0]


def _again(visit: Visit, said: str, place: str = "") -> Response:
    query = _filter(visit).query
    path = f"/conversations/{quote(visit.path['conversation'], safe='')}"
    return visit.go(f"{path}?{query}{place}" if query else f"{path}{place}", said)


def _loaded(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _replies(turn: Any) -> list[dict[str, Any]]:
    """The messages of a reply: their text, and sources with addresses that are safe to follow."""
    messages = _loaded(turn.reply)
    if not isinstance(messages, list):
        return [{"text": turn.replied, "sources": []}]
    shown = []
    for message in messages:
        if isinstance(message, dict):
            reply = message.get("reply")
            shown.append(
                {"text": str(message.get("text") or ""), "sources": _sources(reply if isinstance(reply, dict) else {})}
            )
    return shown


def _sources(reply: Mapping[str, Any]) -> list[Source]:
    named = [*(reply.get("sources") or [])]
    for answer in reply.get("answers") or []:
        named += answer.get("sources") or []
    found: dict[str, Source] = {}
    for source in named:
        if isinstance(source, dict):
            url = str(source.get("url") or "")
            label = " ".join(str(part) for part in (source.get("name"), source.get("year")) if part)
            safe = url if url.startswith(("https://", "http://")) else ""
            found.setdefault(str(source.get("id")), Source(label, str(source.get("title") or ""), safe))
    return list(found.values())


def _entities(turn: Any) -> list[str]:
    entities = _loaded(turn.entities)
    if not isinstance(entities, list):
        return []
    return [f"{one.get('entity')}: {one.get('value')}" for one in entities if isinstance(one, dict)]
