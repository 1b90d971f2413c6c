"""A small identity provider on a port of its own, for tests of signing in."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey


class StandIn:
    """Lets everybody in whom `claims` describe; a test may spoil what it says.

    Attributes:
        claims: of the person who signs in.
        spoilt: claims that replace the right ones in the id token.
        key: signs the token.
    """

    def __init__(self, client: str = "console", secret: str = "hush") -> None:
        self.client, self.secret = client, secret
        self.claims: dict[str, Any] = {"sub": "42", "preferred_username": "Olga Out", "groups": ["support"]}
        self.spoilt: dict[str, Any] = {}
        self.known = RSAKey.generate_key(2048, {"kid": "one"})
        self.key = self.known
        self.algorithm = "RS256"
        self.asked: dict[str, str] = {}
        self.calls: list[str] = []
        handler = type("Handler", (_Handler,), {"provider": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.issuer = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def sign_in(self, url: str) -> str:
        """What the browser does at the provider; returns the path and query it comes back with."""
        self.asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        back = urlsplit(self.asked["redirect_uri"])
        return f"{back.path}?{urlencode({'code': 'the-code', 'state': self.asked['state']})}"

    def answer(self, path: str, body: str, authorization: str) -> tuple[int, Any]:
        self.calls.append(path)
        if path == "/.well-known/openid-configuration":
            return 200, {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
            }
        if path == "/keys":
            return 200, {"keys": [self.known.as_dict(private=False)]}
        if path == "/token":
            return self._token({name: values[0] for name, values in parse_qs(body).items()}, authorization)
        return 404, {}

    def _token(self, form: dict[str, str], authorization: str) -> tuple[int, Any]:
        given = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        right = (
            given == f"{self.client}:{self.secret}"
            and form.get("code") == "the-code"
            and self.asked["code_challenge"] == challenge
            and form.get("redirect_uri") == self.asked["redirect_uri"]
        )
        if not right:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": self.client, "iat": now, "exp": now + 300, "nonce": self.asked["nonce"]}
        claims |= self.claims | self.spoilt
        token = jwt.encode({"alg": self.algorithm, "kid": "one"}, claims, self.key, algorithms=[self.algorithm])
        return 200, {"access_token": "x", "token_type": "Bearer", "id_token": token}


class _Handler(BaseHTTPRequestHandler):
    provider: StandIn

    def do_GET(self) -> None:
        self._send(*self.provider.answer(self.path, "", ""))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
        self._send(*self.provider.answer(self.path, body, self.headers.get("authorization", "")))

    def _send(self, status: int, body: Any) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        pass
