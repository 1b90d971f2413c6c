"""Signing in by OpenID Connect, against a provider that a test may spoil."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from joserfc.jwk import OctKey, RSAKey
from sqlalchemy.engine import Engine

from bot.console.accounts import Accounts
from bot.console.app import make_app
from bot.console.oidc import WITHIN, Provider, mapping
from bot.console.problem import Problem
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


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (httpx.Response(200, json={"issuer": "https://other.example"}), "another name than RLS_OIDC_ISSUER"),
        (httpx.Response(200, json={}), "another name than RLS_OIDC_ISSUER"),
        (httpx.Response(200, json=["issuer"]), "answer can't be read"),
        (httpx.Response(200, text="<html>"), "can't be reached"),
        (httpx.Response(500), "can't be reached"),
        (httpx.Response(302, headers={"location": "https://other.example"}), "can't be reached"),
    ],
)
def test_a_provider_that_says_something_else_is_told(database: Engine, answer: httpx.Response, told: str) -> None:
    transport = httpx.MockTransport(lambda _: answer)
    provider = Provider(database, "https://id.example/", "console", "hush", "groups", {}, transport)
    with pytest.raises(Problem, match=told) as caught:
        provider.start("http://localhost/sign-in/back", "/")
    assert caught.value.status == 502
    with database.connect() as connection:
        assert connection.execute(sa.select(sign_ins)).all() == []


def test_the_last_admin_is_not_made_less_by_the_provider(
    browser: Callable[[], Member], provider: StandIn, archive: Archive
) -> None:
    provider.claims["groups"] = ["leads"]
    assert signed_in(browser(), provider).status_code == 303
    provider.claims["groups"] = ["support"]
    answer = signed_in(browser(), provider)
    assert answer.status_code == 409
    assert "Your role could not be changed: &#39;olga-out&#39; is the last admin" in answer.text
    assert Accounts(archive.engine).get("olga-out").role is Role.ADMIN


def test_a_token_for_another_client_of_the_same_provider_is_refused(browser: Callable[[], Member], provider: StandIn) -> None:
    provider.spoilt = {"azp": "other"}
    answer = signed_in(browser(), provider)
    assert answer.status_code == 403
    assert "did not vouch for you" in answer.text
    provider.spoilt = {"azp": "console"}
    assert signed_in(browser(), provider).status_code == 303


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"preferred_username": "Zoë Ünal"}, "zo-nal"),
        ({"preferred_username": None, "email": "Olga@Clinic.example"}, "olga@clinic.example"),
        ({"preferred_username": ""}, "42"),
        ({"preferred_username": "-._@"}, "staff"),
        ({"preferred_username": "x" * 200}, "x" * 48),
    ],
)
def test_whatever_the_provider_calls_somebody_becomes_a_name_of_ours(
    browser: Callable[[], Member], provider: StandIn, archive: Archive, claims: dict[str, Any], name: str
) -> None:
    provider.claims |= claims
    assert signed_in(browser(), provider).status_code == 303
    assert [account.name for account in Accounts(archive.engine).all()] == [name]


@pytest.mark.parametrize(
    ("groups", "role"),
    [
        (["support", "leads"], Role.ADMIN),
        ("support", Role.REVIEWER),
        (["support", 7, None], Role.REVIEWER),
    ],
)
def test_of_several_groups_the_one_that_may_most_counts(
    browser: Callable[[], Member], provider: StandIn, archive: Archive, groups: Any, role: Role
) -> None:
    provider.claims["groups"] = groups
    assert signed_in(browser(), provider).status_code == 303
    assert Accounts(archive.engine).all()[0].role is role


def test_a_group_s_name_may_hold_the_sign_that_names_its_role() -> None:
    assert mapping(" cn=leads = admin ,, ") == {"cn=leads": Role.ADMIN}
    assert mapping("") == mapping(" , ") == {}
