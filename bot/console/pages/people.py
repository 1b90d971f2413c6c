"""The staff's accounts, one's own account, and the audit log."""

from __future__ import annotations

from starlette.responses import Response

from bot.console import audit
from bot.console import password as passwords
from bot.console.accounts import AccountError
from bot.console.problem import Problem
from bot.console.role import Role
from bot.console.visit import Visit, address


def show(visit: Visit) -> Response:
    """All accounts."""
    return visit.page("staff.html", accounts=visit.console.accounts.all(), made=None, roles=list(Role))


def add(visit: Visit) -> Response:
    """A new account, with a password that is shown once."""
    password = passwords.made()
    try:
        account = visit.console.accounts.add(visit.field("name", 64), _role(visit), password)
    except AccountError as error:
        raise Problem(422, f"The account was not made: {error}.") from None
    visit.note("add staff", account.name, account.role.value)
    return visit.page(
        "staff.html", accounts=visit.console.accounts.all(), made=(account.name, password), roles=list(Role)
    )  # fmt: skip


def change(visit: Visit) -> Response:
    """Change a role, make a new password, or remove an account."""
    name, accounts = visit.path["name"], visit.console.accounts
    what = visit.field("do")
    try:
        if what == "role":
            role = _role(visit)
            accounts.set_role(name, role)
            visit.note("change role", name, role.value)
            return visit.go("/staff" if visit.staff.name != name else "/", f"The role of {name} is {role.value} now.")
        if what == "remove":
            if name == visit.staff.name:
                raise Problem(422, "You can't remove the account that you are using.")
            accounts.remove(name)
            visit.note("remove staff", name)
            return visit.go("/staff", f"{name} was removed.")
        if what == "password":
            password = passwords.made()
            accounts.set_password(name, password)
            visit.note("new password", name)
            return visit.page("staff.html", accounts=accounts.all(), made=(name, password), roles=list(Role))
    except AccountError as error:
        raise Problem(422, f"That was not done: {error}.") from None
    raise Problem(422, "There is no such change.")


def own(visit: Visit) -> Response:
    """One's own account: a new password."""
    if visit.request.method == "GET":
        return visit.page("account.html")
    old, new, again = (visit.form.get(name) for name in ("old", "new", "again"))
    whence = address(visit.request, visit.console.proxies)
    visit.console.throttle.check(visit.staff.name, whence)
    if not isinstance(old, str) or visit.console.accounts.check(visit.staff.name, old) is None:
        visit.console.throttle.failed(visit.staff.name, whence)
        raise Problem(422, "The present password is not right, so nothing was changed.")
    if not isinstance(new, str) or new != again:
        raise Problem(422, "The new password was not typed the same twice, so nothing was changed.")
    try:
        visit.console.accounts.set_password(visit.staff.name, new)
    except passwords.WeakPassword as error:
        raise Problem(422, f"The new password was not taken: {error}.") from None
    visit.note("new password", visit.staff.name)
    return visit.go("/log-in")


def log(visit: Visit) -> Response:
    """The audit log."""
    staff, what = visit.query.get("staff", "")[:64], visit.query.get("what", "")[:64]
    before = visit.query.get("before", "")
    with visit.connection() as connection:
        rows = audit.lines(connection, staff, what, int(before) if before.isdecimal() and len(before) < 19 else None)
    visit.note("view audit")
    names = [account.name for account in visit.console.accounts.all()]
    more = rows[audit.PAGE - 1].id if len(rows) > audit.PAGE else None
    return visit.page("audit.html", rows=rows[: audit.PAGE], staff=staff, what=what, names=names, more=more)


def _role(visit: Visit) -> Role:
    try:
        return Role(visit.field("role"))
    except ValueError:
        raise Problem(422, "There is no such role.") from None
