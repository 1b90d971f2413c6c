"""The server: one process on one port, with Rasa's REST channel, health, readiness and a page to chat on."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from rasa.core.channels.rest import RestInput
from rasa.core.run import close_resources, configure_app
from sanic import Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse
from sqlalchemy.exc import SQLAlchemyError

from bot.channels.messaging.channel import Desk
from bot.channels.web.channel import WebInput
from bot.console.server import beside
from bot.conversations.archive import Away, the_archive
from bot.conversations.retention import prune, retention
from bot.dialogue.agent import load, stored_conversations
from bot.settings import settings
from bot.widget.site import files, site

logger = logging.getLogger(__name__)

PRUNE_EVERY = 3600.0


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
    desk = Desk(settings())
    app = configure_app([RestInput(), WebInput(), *desk.channels()], enable_api=bool(token), auth_token=token)
    desk.serve(app)
    app.register_listener(close_resources, "after_server_stop")
    served = files(settings().country)
    app.blueprint(site(served))

    async def page(request: Request) -> HTTPResponse | None:
        # Rasa keeps the root for "Hello from Rasa"; a visitor wants the page.
        return served["/"].response(request) if request.path == "/" else None

    app.register_middleware(page, "request")
    app.register_listener(_forget_in_time, "after_server_start")
    app.register_listener(_close_conversations, "after_server_stop")
    app.add_route(_health, "/health", name="health")
    app.add_route(_ready, "/ready", name="ready")
    return app


async def _load_agent(app: Sanic, _: Any) -> None:
    app.ctx.agent = load(stored_conversations())


async def _forget_in_time(app: Sanic, _: Any) -> None:
    app.add_task(_prune())


async def _prune() -> None:
    kept = retention()
    while True:
        try:
            await asyncio.get_running_loop().run_in_executor(None, lambda: prune(the_archive().ready(), kept))
        except (Away, SQLAlchemyError) as error:
            logger.warning("old conversations could not be deleted (%s); it is tried again in an hour", type(error).__name__)
        await asyncio.sleep(PRUNE_EVERY)


async def _close_conversations(app: Sanic, _: Any) -> None:
    await asyncio.get_running_loop().run_in_executor(None, the_archive().close)


async def _say_ready(app: Sanic, _: Any) -> None:
    print(f"RLS Guide answers at http://{settings().host}:{settings().port}/", flush=True)


async def _health(request: Request) -> HTTPResponse:
    return response.json({"status": "ok"})


async def _ready(request: Request) -> HTTPResponse:
    agent = getattr(request.app.ctx, "agent", None)
    if agent is None or not agent.is_ready():
        return response.json({"status": "loading"}, status=503)
    return response.json({"status": "ready", "model": agent.model_name})
