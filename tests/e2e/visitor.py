"""Somebody who talks to the web channel, without a browser."""

from __future__ import annotations

import json
import uuid
from typing import Any

import requests


class Visitor:
    """Somebody with a session."""

    def __init__(self, url: str, address: str | None = None) -> None:
        self.base = f"{url}/webhooks/web"
        self.http = requests.Session()
        if address:
            self.http.headers["X-Forwarded-For"] = address
        self.tokens: dict[str, Any] = self.post("session").json()
        self.use(self.tokens["session"])

    def use(self, session: str) -> None:
        self.http.headers["Authorization"] = f"Bearer {session}"

    def post(self, path: str, body: Any = None) -> requests.Response:
        return self.http.post(f"{self.base}/{path}", json=body, timeout=60)

    def get(self, path: str) -> requests.Response:
        return self.http.get(f"{self.base}/{path}", timeout=60)

    def delete(self) -> requests.Response:
        return self.http.delete(f"{self.base}/conversation", timeout=60)

    def send(self, text: str, name: str | None = None, **more: Any) -> requests.Response:
        return self.post("messages", {"id": name or uuid.uuid4().hex, "text": text, **more})

    def lines(self, text: str, name: str | None = None) -> list[dict[str, Any]]:
        sent = self.send(text, name)
        assert sent.status_code == 200, sent.text
        return [json.loads(line) for line in sent.text.splitlines()]

    @property
    def history(self) -> list[dict[str, Any]]:
        turns: list[dict[str, Any]] = self.get("messages").json()["turns"]
        return turns
