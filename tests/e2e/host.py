"""Somebody else's website: its pages are what a test makes them."""

from __future__ import annotations

import contextlib
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Host:
    """A web server of another origin.

    Attributes:
        pages: the HTML by path.
        policies: the Content-Security-Policy by path.
        slow: seconds until a path is answered.
    """

    def __init__(self) -> None:
        self.pages: dict[str, str] = {}
        self.policies: dict[str, str] = {}
        self.slow: dict[str, float] = {}
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                time.sleep(host.slow.get(self.path, 0))
                page = host.pages.get(self.path)
                body = (page or "").encode()
                self.send_response(404 if page is None else 200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                if self.path in host.policies:
                    self.send_header("Content-Security-Policy", host.policies[self.path])
                self.end_headers()
                # A page may be left before it came.
                with contextlib.suppress(BrokenPipeError):
                    self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def page(self, path: str, body: str, policy: str | None = None, head: str = "") -> str:
        """Make a page and return its address."""
        self.pages[path] = (
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Clinic</title>'
            f'<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">{head}</head>'
            f"<body><main><h1>Clinic</h1><p>Our page.</p>{body}</main></body></html>"
        )
        if policy:
            self.policies[path] = policy
        return self.url + path

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
