"""Signing in by OpenID Connect: the code flow with PKCE, its state and nonce kept on the server."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import sqlalchemy as sa
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import OAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy.engine import Engine

from bot.console.problem import Problem
from bot.console.role import Role
from bot.console.tables import sign_ins

WITHIN = 10 * 60.0
_LEEWAY = 60
# Signatures made with a key that only the provider has.
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]


@dataclass(frozen=True)
class Person:
    """Whom a provider vouches for: `subject` names issuer and person, `role` is None for who may not come in."""

    subject: str
    name: str
    role: Role | None


@dataclass(frozen=True)
class Started:
    """A sign-in that begins: where the browser goes, and the state that must come back."""

    url: str
    state: str


class Provider:
    """An identity provider.

    Args:
        database: keeps sign-ins that are under way.
        issuer: its address, under which `/.well-known/openid-configuration` lies.
        client, secret: our id there, and the secret that goes with it.
        claim: the claim that holds a person's groups or roles.
        roles: which value of it makes a reader, a reviewer, an admin.
        transport: for tests.
    """

    def __init__(
        self,
        database: Engine,
        issuer: str,
        client: str,
        secret: str,
        claim: str,
        roles: Mapping[str, Role],
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._database = database
        self._issuer = issuer.rstrip("/")
        self._client, self._secret = client, secret
        self._claim, self._roles = claim, roles
        self._transport = transport
        self._found: dict[str, Any] | None = None

    def start(self, back: str, then: str) -> Started:
        """Begin a sign-in.

        Args:
            back: the address that the provider sends the browser back to.
            then: the page that is shown after it.

        Raises:
            Problem: the provider can't be reached.
        """
        place = self._discovered()["authorization_endpoint"]
        nonce, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
        with self._session(back) as session:
            url, state = session.create_authorization_url(place, nonce=nonce, code_verifier=verifier)
        now = time.time()
        row = {"state": state, "nonce": nonce, "verifier": verifier, "then": then, "at": now}
        with self._database.begin() as connection:
            connection.execute(sign_ins.delete().where(sign_ins.c.at < now - WITHIN))
            connection.execute(sign_ins.insert().values(row))
        return Started(str(url), str(state))

    def finish(self, back: str, state: str, code: str) -> tuple[Person, str]:
        """Who signed in, and the page to show them.

        Raises:
            Problem: the sign-in is unknown or too old, or the provider does not vouch for it.
        """
        with self._database.begin() as connection:
            row = connection.execute(sa.select(sign_ins).where(sign_ins.c.state == state)).first()
            # Good for once.
            gone = connection.execute(sign_ins.delete().where(sign_ins.c.state == state)).rowcount
        if row is None or not gone or row.at < time.time() - WITHIN:
            raise Problem(403, "This sign-in is not under way any more. Start it again.")
        try:
            with self._session(back) as session:
                token = session.fetch_token(self._discovered()["token_endpoint"], code=code, code_verifier=row.verifier)
            claims = self._claims(str(token.get("id_token") or ""), row.nonce)
        except (AuthlibBaseError, JoseError, ValueError, KeyError, httpx.HTTPError):
            raise Problem(403, "The identity provider did not vouch for you. Start the sign-in again.") from None
        return self._person(claims), row.then

    def _session(self, back: str) -> OAuth2Client:
        return OAuth2Client(
            self._client,
            self._secret,
            scope="openid profile email",
            redirect_uri=back,
            code_challenge_method="S256",
            transport=self._transport,
            timeout=10,
        )

    def _discovered(self) -> dict[str, Any]:
        if self._found is None:
            found = self._get(f"{self._issuer}/.well-known/openid-configuration")
            if str(found.get("issuer", "")).rstrip("/") != self._issuer:
                raise Problem(502, "The identity provider gives another name than RLS_OIDC_ISSUER.")
            self._found = found
        return self._found

    def _get(self, url: str) -> dict[str, Any]:
        try:
            with httpx.Client(transport=self._transport, timeout=10) as client:
                answer = client.get(url)
                answer.raise_for_status()
                found = answer.json()
        except (httpx.HTTPError, ValueError):
            raise Problem(502, "The identity provider can't be reached. Try again, or use a password.") from None
        if not isinstance(found, dict):
            raise Problem(502, "The identity provider's answer can't be read.")
        return found

    def _claims(self, token: str, nonce: str) -> dict[str, Any]:
        # Read anew each time: keys change, and people sign in rarely.
        keys = KeySet.import_key_set(self._get(self._discovered()["jwks_uri"]))  # type: ignore[arg-type]
        decoded = jwt.decode(token, keys, algorithms=_ALGORITHMS)
        wanted = jwt.JWTClaimsRegistry(
            leeway=_LEEWAY,
            iss={"essential": True, "value": self._discovered()["issuer"]},
            aud={"essential": True, "value": self._client},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        wanted.validate(decoded.claims)
        party = decoded.claims.get("azp")
        if party is not None and party != self._client:
            raise ValueError("made for another client")
        return dict(decoded.claims)

    def _person(self, claims: Mapping[str, Any]) -> Person:
        given = claims.get(self._claim) or []
        names = {given} if isinstance(given, str) else {str(name) for name in given} if isinstance(given, list) else set()
        held = [role for name, role in self._roles.items() if name in names]
        best = max(held, key=list(Role).index) if held else None
        wish = str(claims.get("preferred_username") or claims.get("email") or claims["sub"])
        name = re.sub(r"[^a-z0-9._@-]+", "-", wish.casefold()).strip("-._@")[:48] or "staff"
        return Person(f"{claims['iss']}|{claims['sub']}"[:255], name, best)


def mapping(text: str) -> dict[str, Role]:
    """Roles by a provider's names: "rls-admins=admin, support=reviewer".

    Raises:
        ValueError: a part is not NAME=ROLE.
    """
    roles = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, role = part.rpartition("=")
        try:
            roles[name.strip()] = Role(role.strip())
        except ValueError:
            name = ""
        if not name.strip():
            raise ValueError(f"{part!r} is not NAME=reader, NAME=reviewer or NAME=admin")
    return roles
