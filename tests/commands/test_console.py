"""`rls console` as an operator meets it."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from bot.cli import main
from bot.console import server


def test_a_setting_that_it_can_not_take_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise ValueError("RLS_OIDC_ROLES: 'leads' is no group and role; write leads=admin")

    monkeypatch.setattr(server, "run", refuse)
    done = CliRunner().invoke(main, ["console"])
    assert (done.exit_code, done.output) == (1, "Error: RLS_OIDC_ROLES: 'leads' is no group and role; write leads=admin\n")


def test_it_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[bool] = []
    monkeypatch.setattr(server, "run", lambda: served.append(True))
    assert CliRunner().invoke(main, ["console"]).exit_code == 0
    assert served == [True]
