"""The console as a web application."""

from __future__ import annotations

import datetime
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy.engine import Engine
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bot.console.accounts import Accounts
from bot.console.audit import code
from bot.console.headers import Guard
from bot.console.knowledge import Topics
from bot.console.pages import conversations, dashboard, export, inbox, log_in, people, start, transcript
from bot.console.problem import Problem, not_found
from bot.console.role import Role
from bot.console.session import Sessions
from bot.console.throttle import Throttle
from bot.console.visit import Console, Page, Request, endpoint, refusal
from bot.conversations.archive import Archive
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.console.oidc import Provider

HERE = Path(__file__).parent


def make_app(archive: Archive, settings: Settings, provider: Provider | None = None) -> Starlette:
    """The application.

    Args:
        archive: of the conversations, its database brought to its newest shape.
        settings: of this installation.
        provider: in the place of the one that the settings name.

    Raises:
        ValueError: RLS_OIDC_ROLES can't be read.
    """
    pages = make_pages()
    url = settings.console_url.rstrip("/")
    database = archive.engine
    console = Console(
        archive=archive,
        pages=pages,
        sessions=Sessions(database, settings.console_idle_minutes * 60, settings.console_session_hours * 3600),
        accounts=Accounts(database),
        throttle=Throttle(database),
        topics=Topics.read(settings.knowledge),
        provider=provider or _provider(database, settings),
        url=url,
        proxies=settings.console_proxies,
    )

    def refused(request: Request, error: Exception) -> Response:
        if isinstance(error, Problem):
            return refusal(request, error, pages)
        if isinstance(error, HTTPException) and error.status_code == 405:
            return refusal(request, Problem(405, "This address does not take that."), pages)
        if isinstance(error, HTTPException) and error.status_code == 400:
            return refusal(request, Problem(400, "The form could not be read."), pages)
        return refusal(request, not_found(), pages)

    host = urlsplit(url).hostname
    app = Starlette(
        routes=routes(),
        middleware=[Middleware(Guard, hosts=[host] if host else [], https=url.startswith("https:"))],
        exception_handlers={Problem: refused, HTTPException: refused},
    )
    app.state.console = console
    return app


def routes() -> list[Route | Mount]:
    """Every address, and what it takes to see it."""
    review = partial(_page, role=Role.REVIEWER, methods=("POST",))
    admin = partial(_page, role=Role.ADMIN)
    everybody = partial(_page, role=None)
    one = "/conversations/{conversation}"
    return [
        everybody("/log-in", log_in.log_in, methods=("GET", "POST"), name="log_in"),
        everybody("/sign-in", log_in.sign_in),
        everybody(log_in.BACK, log_in.signed_in),
        _page("/log-out", log_in.log_out, methods=("POST",)),
        _page("/", start.show),
        _page("/account", people.own, methods=("GET", "POST")),
        _page("/inbox", inbox.show),
        review("/inbox", inbox.judge),
        _page("/inbox/decisions", inbox.decisions),
        review("/inbox/decisions/{lesson:int}/undo", inbox.undo),
        _page("/dashboard", dashboard.show),
        admin("/staff", people.show),
        admin("/staff", people.add, methods=("POST",)),
        admin("/staff/{name}", people.change, methods=("POST",)),
        admin("/audit", people.log),
        admin("/export/{what}.{kind}", export.export),
        _page("/conversations", conversations.show),
        review("/filters", conversations.keep),
        review("/filters/{filter:int}/remove", conversations.drop),
        _page(one, transcript.show),
        review(f"{one}/notes", transcript.write),
        review(f"{one}/tags", transcript.tag),
        review(f"{one}/assignee", transcript.assign),
        review(f"{one}/status", transcript.decide),
        admin(f"{one}/erase", transcript.erase, methods=("GET", "POST")),
        admin(f"{one}/export", transcript.export),
        Mount("/static", StaticFiles(directory=HERE / "static"), name="static"),
    ]


def _page(
    path: str, page: Page, role: Role | None = Role.READER, methods: tuple[str, ...] = ("GET",), name: str | None = None
) -> Route:
    return Route(path, endpoint(page, role), methods=list(methods), name=name)


@lru_cache(maxsize=1)
def make_pages() -> Environment:
    """The templates, read once; every value in them is escaped."""
    pages = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    pages.filters |= {"moment": moment, "day": day, "code": code, "part": partial(quote, safe=""), "percent": percent}
    pages.globals["Role"] = Role
    return pages


def moment(at: float | None) -> str:
    """A time as staff read it, in UTC."""
    return "" if at is None else f"{_time(at):%d %b %Y, %H:%M}"


def day(at: float | None) -> str:
    """A day, in UTC."""
    return "" if at is None else f"{_time(at):%Y-%m-%d}"


def percent(share: float) -> str:
    """A share, with a decimal where it is small."""
    return f"{share:.1%}" if 0 < share < 0.1 else f"{share:.0%}"


def _time(at: float) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(at, datetime.timezone.utc)


def _provider(database: Engine, settings: Settings) -> Provider | None:
    given: dict[str, Any] = {"issuer": settings.oidc_issuer, "client": settings.oidc_client, "secret": settings.oidc_secret}
    if not all(given.values()):
        return None
    # What speaks to providers takes a second to import, and few need it.
    from bot.console.oidc import Provider, mapping

    try:
        roles = mapping(settings.oidc_roles)
    except ValueError as error:
        raise ValueError(f"RLS_OIDC_ROLES: {error}") from None
    return Provider(database, **given, claim=settings.oidc_claim, roles=roles)
