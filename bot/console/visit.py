"""A request to the console: who makes it, and what a page needs to answer it."""

from __future__ import annotations

import hmac
import json
import logging
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlencode, urlsplit

from jinja2 import Environment
from sqlalchemy.engine import Connection, Engine
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect
from starlette.requests import Request as AnyRequest
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from bot.address import address_key
from bot.console import audit
from bot.console.accounts import Account, Accounts
from bot.console.knowledge import Topics
from bot.console.problem import Problem
from bot.console.role import Role
from bot.console.session import Session, Sessions
from bot.console.throttle import Throttle
from bot.conversations.archive import Archive

if TYPE_CHECKING:
    from bot.console.oidc import Provider

Request: TypeAlias = "AnyRequest[Any]"

logger = logging.getLogger(__name__)

FAILED = "Something went wrong on our side, and nothing was changed. Try again; if it stays, tell who runs the server."
# The prefix makes a browser refuse the cookie over plain HTTP or for other hosts.
COOKIE, SECURE_COOKIE = "rls_console", "__Host-rls_console"
MOST_BYTES = 200_000
CSRF = "csrf"


@dataclass
class Console:
    """What all requests share.

    Attributes:
        url: the address that staff use, where it is set; of it depend secure cookies and the way back from sign-in.
        proxies: how many proxies stand before it, whose `X-Forwarded-For` is believed.
    """

    archive: Archive
    pages: Environment
    sessions: Sessions
    accounts: Accounts
    throttle: Throttle
    topics: Topics
    provider: Provider | None = None
    url: str = ""
    proxies: int = 0
    clock: Callable[[], float] = time.time
    kept: dict[str, Any] = field(default_factory=dict)

    @property
    def database(self) -> Engine:
        """Of the conversations."""
        return self.archive.engine


class Visit:
    """A request, with the session of who makes it and the form that it brings."""

    def __init__(self, request: Request, console: Console, session: Session | None, form: FormData) -> None:
        self.request = request
        self.console = console
        self.session = session
        self.form = form
        self.query: Mapping[str, str] = request.query_params
        self.path: Mapping[str, Any] = request.path_params

    @property
    def staff(self) -> Account:
        """Who makes the request."""
        assert self.session
        return self.session.account

    def may(self, role: Role) -> bool:
        """Whether they may do what a role may."""
        return self.session is not None and self.staff.role.may(role)

    def field(self, name: str, longest: int = 200) -> str:
        """A field of the form as trimmed text.

        Raises:
            Problem: it is longer than it may be.
        """
        value = self.form.get(name)
        text = value.replace("\0", "").strip() if isinstance(value, str) else ""
        if len(text) > longest:
            raise Problem(422, f"That is too long: at most {longest:,} characters.")
        return text

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A transaction of the conversations' database."""
        with self.console.database.begin() as connection:
            yield connection

    def note(self, action: str, what: str = "", detail: str = "") -> None:
        """Write a line of the audit log."""
        with self.connection() as connection:
            audit.note(connection, self.staff.name, action, what, detail)

    @cached_property
    def secure(self) -> bool:
        """Whether the browser speaks HTTPS with us or with what stands before us."""
        return (self.console.url or str(self.request.url)).startswith("https:")

    @property
    def cookie(self) -> str:
        """The name of the session's cookie."""
        return SECURE_COOKIE if self.secure else COOKIE

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        """A page."""
        text = self.console.pages.get_template(template).render(visit=self, topics=self.console.topics, **values)
        return HTMLResponse(text, status)

    def go(self, path: str, said: str = "") -> Response:
        """Send the browser to a page of ours, on which something is said."""
        response = RedirectResponse(local(path), 303)
        if said:
            response.set_cookie("rls_said", json.dumps(said), max_age=30, path="/", httponly=True, samesite="strict",
                                secure=self.secure)  # fmt: skip
        return response

    @property
    def said(self) -> str:
        """What the request before this one wants to be said."""
        try:
            said = json.loads(self.request.cookies.get("rls_said", '""'))
        except ValueError:
            return ""
        return said if isinstance(said, str) else ""


Page = Callable[[Visit], Response]


def endpoint(page: Page, role: Role | None = Role.READER) -> Callable[[Request], Any]:
    """A page as Starlette calls it: checks who asks, what they may, and that a form is our own.

    Args:
        page: runs in a thread of its own, since databases make it wait.
        role: what it takes to see it; None for pages that are there for everybody.
    """

    async def answer(request: Request) -> Response:
        console: Console = request.app.state.console
        visit = await _visit(request, console)
        if role is not None:
            if visit.session is None:
                return _to_log_in(visit)
            if not visit.may(role):
                raise Problem(403, f"Your account is a {visit.staff.role.value}'s. This needs {_article(role)} {role.value}'s.")
        if request.method == "POST" and visit.session is not None:
            given = visit.form.get(CSRF)
            if not isinstance(given, str) or not hmac.compare_digest(given.encode(), visit.session.csrf.encode()):
                raise Problem(403, "This form is not from your session. Load the page again and repeat what you did.")
        try:
            response = await run_in_threadpool(page, visit)
        except (Problem, HTTPException):
            raise
        except Exception as error:
            # The error's own words may hold a visitor's, so only its kind and place are logged.
            place = traceback.extract_tb(error.__traceback__)[-1]
            logger.error("a page of the console failed: %s in %s, line %s", type(error).__name__, place.name, place.lineno)
            raise Problem(500, FAILED) from None
        if "rls_said" in request.cookies and response.status_code == 200:
            response.delete_cookie("rls_said", path="/")
        return response

    return answer


async def _visit(request: Request, console: Console) -> Visit:
    form = FormData()
    if request.method == "POST":
        _own_origin(request, console)
        form = await _form(request)
    visit = Visit(request, console, None, form)
    token = request.cookies.get(visit.cookie)
    visit.session = await run_in_threadpool(console.sessions.find, token)
    return visit


def _own_origin(request: Request, console: Console) -> None:
    """Refuse a form that another website's page sends."""
    origin = request.headers.get("origin")
    if origin is None:
        return
    ours = {request.headers.get("host", ""), urlsplit(console.url).netloc}
    if urlsplit(origin).netloc not in ours - {""}:
        raise Problem(403, "This form was sent by another website, so nothing was done.")


async def _form(request: Request) -> FormData:
    body = b""
    try:
        async for part in request.stream():
            body += part
            if len(body) > MOST_BYTES:
                raise Problem(413, "That is too much for one form.")
    except ClientDisconnect:
        raise Problem(400, "The form did not arrive whole.") from None
    if body and not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise Problem(415, "Only forms are taken here.")
    # The stream was read above, to bound it; what reads it again is Starlette's own parser.
    request._body = body
    try:
        return await request.form(max_fields=6000)
    except MultiPartException:
        raise Problem(400, "The form could not be read.") from None


def _to_log_in(visit: Visit) -> Response:
    if wants_json(visit.request):
        raise Problem(401, "Log in first.")
    target = visit.request.url.path
    if visit.request.url.query:
        target += f"?{visit.request.url.query}"
    if visit.request.method != "GET" or target == "/":
        return RedirectResponse("/log-in", 303)
    return RedirectResponse(f"/log-in?{urlencode({'then': target})}", 303)


def wants_json(request: Request) -> bool:
    """Whether JSON is asked for rather than a page."""
    accept = request.headers.get("accept", "")
    return "application/json" in accept and "text/html" not in accept


def refusal(request: Request, problem: Problem, pages: Environment) -> Response:
    """How a refusal is told: a plain page, or JSON to who asks for it."""
    headers = {"Retry-After": str(problem.retry_after)} if problem.retry_after else None
    if wants_json(request):
        return JSONResponse({"error": problem.message}, problem.status, headers)
    text = pages.get_template("problem.html").render(problem=problem)
    return HTMLResponse(text, problem.status, headers)


def local(path: str) -> str:
    """A path of ours; the start page for everything that could lead elsewhere."""
    plain = path.startswith("/") and not path.startswith(("//", "/\\")) and "\\" not in path
    return path if plain and all(" " < letter < "\x7f" for letter in path) else "/"


def address(request: Request, proxies: int) -> str:
    """Whom a request comes from; of an IPv6 address the network."""
    given = request.client.host if request.client else ""
    if proxies:
        named = [part.strip() for part in request.headers.get("x-forwarded-for", "").split(",") if part.strip()]
        if len(named) >= proxies:
            given = named[-proxies]
    return address_key(given)


def _article(role: Role) -> str:
    return "an" if role is Role.ADMIN else "a"
