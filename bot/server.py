"""The server: one process on one port, with Rasa's REST channel, health, readiness and a page to chat on."""

from __future__ import annotations

from typing import Any

from rasa.core.channels.rest import RestInput
from rasa.core.run import close_resources, configure_app
from sanic import Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.web.channel import WebInput
from bot.console.server import beside
from bot.dialogue.agent import load, stored_conversations
from bot.settings import settings
from bot.widget.site import files, site


def run() -> None:
    """Serve until stopped."""
    app = make_app()
    app.register_listener(_load_agent, "before_server_start")
    app.register_listener(_say_ready, "after_server_start")
    with beside():
        app.run(host=settings().host, port=settings().port, workers=1, access_log=False, motd=False)


def make_app() -> Sanic:
    """The application, without its agent."""
    token = settings().rasa_api_token
    app = configure_app([RestInput(), WebInput()], enable_api=bool(token), auth_token=token)
    app.register_listener(close_resources, "after_server_stop")
    served = files(settings().country)
    app.blueprint(site(served))

    async def page(request: Request) -> HTTPResponse | None:
        # Rasa keeps the root for "Hello from Rasa"; a visitor wants the page.
        return served["/"].response(request) if request.path == "/" else None

    app.register_middleware(page, "request")
    app.add_route(_health, "/health", name="health")
    app.add_route(_ready, "/ready", name="ready")
    return app


async def _load_agent(app: Sanic, _: Any) -> None:
    app.ctx.agent = load(stored_conversations())


async def _say_ready(app: Sanic, _: Any) -> None:
    print(f"RLS Guide answers at http://{settings().host}:{settings().port}/", flush=True)


async def _health(request: Request) -> HTTPResponse:
    return response.json({"status": "ok"})


async def _ready(request: Request) -> HTTPResponse:
    agent = getattr(request.app.ctx, "agent", None)
    if agent is None or not agent.is_ready():
        return response.json({"status": "loading"}, status=503)
    return response.json({"status": "ready", "model": agent.model_name})
