"""`rls staff`: accounts for the console."""

from __future__ import annotations

import click

from bot.console import password as passwords
from bot.console.accounts import AccountError, Accounts
from bot.console.role import Role
from bot.settings import settings

ROLES = click.Choice([role.value for role in Role])


@click.group()
def staff() -> None:
    """Look after the accounts of the staff console."""


@staff.command()
@click.argument("name")
@click.option("--role", type=ROLES, default=Role.REVIEWER.value, show_default=True, help="What they may do.")
def add(name: str, role: str) -> None:
    """Add an account. Its password is asked for, or made where none is given."""
    accounts = _accounts()
    password, made = _password()
    try:
        account = accounts.add(name, Role(role), password)
    except (AccountError, passwords.WeakPassword) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{account.name} was added as {account.role.value}.")
    _show(password, made)


@staff.command("list")
def list_() -> None:
    """List the accounts."""
    from bot.console.app import moment

    found = _accounts().all()
    if not found:
        click.echo("There is no account yet; add one with 'rls staff add NAME --role admin'.")
    for account in found:
        way = "organisation" if account.subject else "password"
        click.echo(f"{account.name}\t{account.role.value}\t{way}\tlast visit: {moment(account.visited) or 'never'}")


@staff.command()
@click.argument("name")
def remove(name: str) -> None:
    """Remove an account; it is logged out at once."""
    try:
        _accounts().remove(name)
    except AccountError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{name} was removed.")


@staff.command()
@click.argument("name")
def password(name: str) -> None:
    """Give an account a new password; it is logged out everywhere."""
    accounts = _accounts()
    try:
        accounts.get(name)
        new, made = _password()
        accounts.set_password(name, new)
    except (AccountError, passwords.WeakPassword) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{name} has a new password.")
    _show(new, made)


@staff.command()
@click.argument("name")
@click.argument("new", type=ROLES)
def role(name: str, new: str) -> None:
    """Change what an account may do; it is logged out."""
    try:
        _accounts().set_role(name, Role(new))
    except AccountError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"The role of {name} is {new} now.")


def _accounts() -> Accounts:
    from bot.console.database import opened

    return Accounts(opened(settings().conversations))


def _password() -> tuple[str, bool]:
    """A password that was typed, or one that was made."""
    given: str = click.prompt(
        "Password (leave it empty to have one made)", default="", show_default=False, hide_input=True,
        confirmation_prompt="Again",
    )  # fmt: skip
    return (given, False) if given else (passwords.made(), True)


def _show(password: str, made: bool) -> None:
    if made:
        click.echo(f"Password, shown this once: {password}")
