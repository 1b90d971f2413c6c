"""Signing in by OpenID Connect, against a provider that a test may spoil."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from joserfc.jwk import OctKey, RSAKey

from bot.console.accounts import Accounts
from bot.console.app import make_app
from bot.console.oidc import WITHIN, mapping
from bot.console.role import Role
from bot.console.tables import sign_ins
from bot.conversations.archive import Archive
from bot.settings import Settings
from tests.console.conftest import Member
from tests.console.provider import StandIn


@pytest.fixture(scope="module")
def kept() -> Iterator[StandIn]:
    provider = StandIn()
    yield provider
    provider.close()


@pytest.fixture
def provider(kept: StandIn) -> StandIn:
    kept.claims = {"sub": "42", "preferred_username": "Olga Out", "groups": ["support"]}
    kept.spoilt, kept.key, kept.algorithm = {}, kept.known, "RS256"
    return kept


@pytest.fixture
def browser(archive: Archive, provider: StandIn) -> Callable[[], Member]:
    settings = Settings(
        oidc_issuer=provider.issuer, oidc_client="console", oidc_secret="hush", oidc_roles="leads=admin, support=reviewer"
    )
    app = make_app(archive, settings)
    return lambda: Member(app, base_url="http://localhost:5006")


def signed_in(member: Member, provider: StandIn, then: str = "/inbox") -> Any:
    started = member.get("/sign-in", params={"then": then}, follow_redirects=False)
    assert started.status_code == 303
    return member.get(provider.sign_in(started.headers["location"]), follow_redirects=False)


def test_it_works(browser: Callable[[], Member], provider: StandIn, archive: Archive) -> None:
    member = browser()
    assert "Sign in with your organisation" in member.get("/log-in").text
    answer = signed_in(member, provider)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/inbox"
    assert "olga-out, reviewer" in member.get("/").text
    assert provider.asked["code_challenge_method"] == "S256"
    assert provider.asked["redirect_uri"] == "http://localhost:5006/sign-in/back"
    assert provider.asked["scope"] == "openid profile email"
    assert Accounts(archive.engine).check("olga-out", "") is None


def test_the_same_person_keeps_the_account_and_the_role_follows_the_provider(
    browser: Callable[[], Member], provider: StandIn, archive: Archive
) -> None:
    signed_in(browser(), provider)
    provider.claims |= {"preferred_username": "olga.new", "groups": ["leads", "support"]}
    member = browser()
    signed_in(member, provider)
    assert "olga-out, admin" in member.get("/").text
    assert [account.name for account in Accounts(archive.engine).all()] == ["olga-out"]


def test_somebody_of_the_same_name_gets_an_account_of_their_own(
    browser: Callable[[], Member], provider: StandIn, accounts: Accounts
) -> None:
    provider.claims |= {"preferred_username": "Anna"}
    member = browser()
    signed_in(member, provider)
    assert "anna-2, reviewer" in member.get("/").text
    assert accounts.get("anna").subject is None


@pytest.mark.parametrize("groups", [[], ["others"], None, 7, {"support": 1}, "supporters"])
def test_who_has_no_role_stays_outside(browser: Callable[[], Member], provider: StandIn, archive: Archive, groups: Any) -> None:
    provider.claims["groups"] = groups
    answer = signed_in(browser(), provider)
    assert answer.status_code == 403
    assert "no role was given to you" in answer.text
    assert Accounts(archive.engine).all() == []


@pytest.mark.parametrize(
    "spoilt",
    [
        {"iss": "https://evil.example"},
        {"aud": "another"},
        {"nonce": "another"},
        {"exp": 1},
        {"azp": "another"},
        {"sub": None},
        {"iat": 9_999_999_999},
    ],
    ids=str,
)
def test_a_token_that_is_not_for_us_is_refused(
    browser: Callable[[], Member], provider: StandIn, spoilt: dict[str, Any]
) -> None:
    provider.spoilt = spoilt
    answer = signed_in(browser(), provider)
    assert answer.status_code == 403
    assert "did not vouch for you" in answer.text


def test_a_token_of_another_key_is_refused(browser: Callable[[], Member], provider: StandIn) -> None:
    provider.key = RSAKey.generate_key(2048, {"kid": "one"})
    assert signed_in(browser(), provider).status_code == 403


def test_a_token_signed_with_our_secret_is_refused(browser: Callable[[], Member], provider: StandIn) -> None:
    provider.key = OctKey.import_key("hush-that-is-long-enough-for-it-all")  # type: ignore[assignment]
    provider.algorithm = "HS256"
    assert signed_in(browser(), provider).status_code == 403


def test_a_sign_in_is_good_once_and_in_one_browser(browser: Callable[[], Member], provider: StandIn) -> None:
    member, thief = browser(), browser()
    back = provider.sign_in(member.get("/sign-in", follow_redirects=False).headers["location"])
    assert thief.get(back, follow_redirects=False).status_code == 403
    assert member.get(back, follow_redirects=False).status_code == 303
    assert member.get(back, follow_redirects=False).status_code == 403


def test_a_sign_in_that_took_too_long_is_refused(browser: Callable[[], Member], provider: StandIn, archive: Archive) -> None:
    member = browser()
    back = provider.sign_in(member.get("/sign-in", follow_redirects=False).headers["location"])
    with archive.engine.begin() as connection:
        connection.execute(sign_ins.update().values(at=sign_ins.c.at - WITHIN - 1))
    assert member.get(back, follow_redirects=False).status_code == 403


@pytest.mark.parametrize("query", ["", "?state=x", "?state=&code=x", "?error=access_denied&state=x"])
def test_coming_back_with_nothing_is_refused(browser: Callable[[], Member], query: str) -> None:
    assert browser().get(f"/sign-in/back{query}").status_code == 403


def test_no_sign_in_leads_elsewhere(browser: Callable[[], Member], provider: StandIn, archive: Archive) -> None:
    assert signed_in(browser(), provider, "//evil.example").headers["location"] == "/"


def test_a_provider_that_is_away_is_told(archive: Archive) -> None:
    settings = Settings(oidc_issuer="http://127.0.0.1:9", oidc_client="c", oidc_secret="s", oidc_roles="a=admin")
    answer = Member(make_app(archive, settings), base_url="http://localhost").get("/sign-in")
    assert answer.status_code == 502
    assert "can&#39;t be reached" in answer.text


def test_without_a_provider_nothing_is_offered(open_browser: Callable[..., Member]) -> None:
    assert "organisation" not in open_browser().get("/log-in").text
    assert open_browser().get("/sign-in").status_code == 404


def test_sign_ins_under_way_are_thrown_away(browser: Callable[[], Member], archive: Archive) -> None:
    browser().get("/sign-in", follow_redirects=False)
    with archive.engine.begin() as connection:
        connection.execute(sign_ins.update().values(at=1.0))
    browser().get("/sign-in", follow_redirects=False)
    with archive.engine.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(sign_ins)).scalar() == 1


def test_roles_are_read_from_the_setting() -> None:
    assert mapping("leads=admin,support staff=reader") == {"leads": Role.ADMIN, "support staff": Role.READER}
    for text in ("leads", "leads=boss", "=admin"):
        with pytest.raises(ValueError, match="is not NAME=reader"):
            mapping(text)
