"""Logging in and out."""

from __future__ import annotations

import hmac
import secrets
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from starlette.responses import RedirectResponse, Response

from bot.console import audit
from bot.console.accounts import Account, AccountError
from bot.console.problem import Problem
from bot.console.tables import staff
from bot.console.visit import CSRF, Visit, address, local

if TYPE_CHECKING:
    from bot.console.oidc import Person

# A form without a session has its token in a cookie of its own, so that nobody logs a browser in from elsewhere.
FORM_COOKIE, STATE_COOKIE = "rls_console_form", "rls_console_sign_in"
BACK = "/sign-in/back"


def log_in(visit: Visit) -> Response:
    """The form to log in with, and what comes of it."""
    if visit.request.method == "POST":
        return _enter(visit)
    if visit.session:
        return visit.go(visit.query.get("then", "/"))
    return _form(visit)


def log_out(visit: Visit) -> Response:
    """End the session."""
    visit.console.sessions.end(visit.request.cookies[visit.cookie])
    visit.note("log out")
    response = RedirectResponse("/log-in", 303)
    response.delete_cookie(visit.cookie, path="/", secure=visit.secure, httponly=True, samesite="lax")
    return response


def sign_in(visit: Visit) -> Response:
    """Send the browser to the identity provider."""
    provider = _provider(visit)
    visit.console.throttle.check("", address(visit.request, visit.console.proxies))
    started = provider.start(_back(visit), local(visit.query.get("then", "/")))
    response = RedirectResponse(started.url, 303)
    response.set_cookie(STATE_COOKIE, started.state, max_age=600, path=BACK, httponly=True, samesite="lax",
                        secure=visit.secure)  # fmt: skip
    return response


def signed_in(visit: Visit) -> Response:
    """The browser comes back from the identity provider."""
    provider = _provider(visit)
    state = visit.query.get("state", "")
    # Of this browser: somebody else's sign-in must not become its session.
    if not state or not hmac.compare_digest(state.encode(), visit.request.cookies.get(STATE_COOKIE, "").encode()):
        raise Problem(403, "This sign-in is not under way any more. Start it again.")
    if "code" not in visit.query:
        raise Problem(403, "The identity provider did not let you in.")
    person, then = provider.finish(_back(visit), state, visit.query["code"])
    if person.role is None:
        raise Problem(403, "You are known, but no role was given to you here. Ask who looks after the staff's roles.")
    account = _account(visit, person)
    response = _opened(visit, account, local(then), "sign in")
    response.delete_cookie(STATE_COOKIE, path=BACK)
    return response


def _form(visit: Visit, problem: str = "", status: int = 200, name: str = "", retry_after: int | None = None) -> Response:
    token = visit.request.cookies.get(FORM_COOKIE) or secrets.token_urlsafe(24)
    then = visit.field("then", 2000) if visit.request.method == "POST" else visit.query.get("then", "/")
    response = visit.page(
        "log_in.html", status, problem=problem, name=name, token=token, then=local(then), nobody=_nobody(visit)
    )
    if retry_after:
        response.headers["Retry-After"] = str(retry_after)
    response.set_cookie(FORM_COOKIE, token, path="/log-in", httponly=True, samesite="strict", secure=visit.secure)
    return response


def _nobody(visit: Visit) -> bool:
    with visit.connection() as connection:
        return connection.execute(sa.select(staff.c.name).limit(1)).first() is None


def _enter(visit: Visit) -> Response:
    kept = visit.request.cookies.get(FORM_COOKIE, "")
    if not kept or not hmac.compare_digest(visit.field(CSRF).encode(), kept.encode()):
        return _form(visit, "The page had been open for too long. Please log in once more.", 403)
    name, password = visit.field("name").casefold(), visit.form.get("password")
    whence = address(visit.request, visit.console.proxies)
    throttle = visit.console.throttle
    try:
        throttle.check(name, whence)
    except Problem as problem:
        return _form(visit, problem.message, problem.status, name, problem.retry_after)
    account = visit.console.accounts.check(name, password if isinstance(password, str) else "")
    if account is None:
        throttle.failed(name, whence)
        return _form(visit, "Name and password do not go together. Check both.", 401, name)
    throttle.passed(name)
    return _opened(visit, account, local(visit.field("then", 2000)), "log in")


def _opened(visit: Visit, account: Account, then: str, action: str) -> Response:
    old = visit.request.cookies.get(visit.cookie)
    token = visit.console.sessions.open(account.name, old)
    with visit.connection() as connection:
        audit.note(connection, account.name, action)
    response = RedirectResponse(then, 303)
    longest = int(visit.console.sessions.longest)
    response.set_cookie(visit.cookie, token, max_age=longest, path="/", httponly=True, samesite="lax", secure=visit.secure)
    return response


def _account(visit: Visit, person: Person) -> Account:
    """The account of somebody who signed in, made at the first time; its role follows the provider's."""
    assert person.role
    accounts = visit.console.accounts
    account = accounts.by_subject(person.subject)
    if account is None:
        for name in (person.name, *(f"{person.name}-{number}" for number in range(2, 100))):
            try:
                return accounts.add(name, person.role, None, person.subject)
            except AccountError:
                continue
        raise Problem(409, "There are too many accounts of this name.")
    if account.role is not person.role:
        try:
            accounts.set_role(account.name, person.role)
        except AccountError as error:
            raise Problem(409, f"Your role could not be changed: {error}.") from None
        account = accounts.get(account.name)
    return account


def _provider(visit: Visit) -> Any:
    if visit.console.provider is None:
        raise Problem(404, "Signing in by an identity provider is not set up here.")
    return visit.console.provider


def _back(visit: Visit) -> str:
    base = visit.console.url or str(visit.request.base_url)
    return base.rstrip("/") + BACK
