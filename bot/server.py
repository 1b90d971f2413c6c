"""The server: one port, with the channels, health, readiness, metrics and a page to chat on; one worker or several."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from rasa.core.run import close_resources, configure_app
from sanic import Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse
from sqlalchemy.exc import SQLAlchemyError

from bot import metrics
from bot.channels.guarded_rest import GuardedRest
from bot.channels.messaging.channel import Desk
from bot.channels.web.channel import WebInput
from bot.conversations.archive import Away, the_archive
from bot.conversations.retention import prune, retention
from bot.dialogue.agent import load, stored_conversations
from bot.drain import drain
from bot.settings import settings
from bot.widget.site import files, site

logger = logging.getLogger(__name__)

# Nothing that a visitor sends is longer than a message.
LARGEST_REQUEST = 1_000_000
# For whatever sets none of its own.
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
PRUNE_EVERY = 3600.0
LOOK_AT_QUEUES_EVERY = 15.0


def serve_on(listening: socket.socket, ready: Callable[[], None], make: Callable[[], Sanic] | None = None) -> None:
    """Serve on a socket until SIGTERM or SIGINT, then finish what is under way.

    Args:
        listening: bound, and listening where others share it.
        ready: called when messages are answered.
        make: makes the application; by default the bot's.
    """
    with suppress(ImportError):
        import uvloop

        uvloop.install()
    asyncio.run(_serve(listening, ready, (make or _bot)()))


async def _serve(listening: socket.socket, ready: Callable[[], None], app: Sanic) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    app.config.MOTD = False
    server = await app.create_server(
        sock=listening, return_asyncio_server=True, access_log=False, asyncio_server_kwargs={"start_serving": False}
    )
    assert server
    # Sanic knows this only of `run`, which would neither share a socket nor close it before it waits.
    app.is_running = True
    await server.startup()
    await server.before_start()
    # Only now: until here a signal ends the process, as there is nothing to finish.
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    loop.add_signal_handler(signal.SIGUSR1, lambda: asyncio.ensure_future(reload_knowledge(app)))
    await server.start_serving()
    await server.after_start()
    ready()
    await stop.wait()
    await drain(server, settings().drain_seconds)


def run() -> None:
    """Serve with the number of workers that is set, until stopped."""
    from bot.supervisor import listen

    options = settings()
    listening = listen(options)
    options.pid_file.parent.mkdir(parents=True, exist_ok=True)
    options.pid_file.write_text(f"{os.getpid()}\n", encoding="utf-8")
    address = f"http://{options.host}:{options.port}/"
    try:
        serve_on(listening, lambda: print(f"RLS Guide answers at {address}", flush=True))
    finally:
        options.pid_file.unlink(missing_ok=True)


def _bot() -> Sanic:
    app = make_app()
    app.register_listener(_load_agent, "before_server_start")
    return app


def make_app() -> Sanic:
    """The application, without its agent."""
    token = settings().rasa_api_token
    desk = Desk(settings())
    channels = [WebInput(), *desk.channels(), *([GuardedRest(token)] if token else [])]
    app = configure_app(channels, enable_api=bool(token), auth_token=token)
    desk.serve(app)
    app.config.REQUEST_MAX_SIZE = LARGEST_REQUEST
    app.config.FALLBACK_ERROR_FORMAT = "json"
    app.register_listener(close_resources, "after_server_stop")
    served = files(settings().country)
    app.blueprint(site(served))

    async def page(request: Request) -> HTTPResponse | None:
        # Rasa keeps the root for "Hello from Rasa"; a visitor wants the page.
        return served["/"].response(request) if request.path == "/" else None

    app.register_middleware(page, "request")
    app.register_middleware(_secure, "response")
    app.register_listener(_forget_in_time, "after_server_start")
    app.register_listener(partial(_watch, desk.counts), "after_server_start")
    app.register_listener(_close_conversations, "after_server_stop")
    app.add_route(_health, "/health", name="health")
    app.add_route(_ready, "/ready", name="ready")
    app.add_route(metrics.page, "/metrics", name="metrics")
    return app


async def reload_knowledge(app: Sanic) -> None:
    """Answer from the knowledge database as it is now; where it can't be read, go on with what there was."""
    from bot.dialogue.disclaimer import Disclaimer
    from bot.knowledge import library

    try:
        disclaimer = Disclaimer.load(settings().knowledge)
        version = await asyncio.get_running_loop().run_in_executor(None, library.renew)
        app.ctx.agent.nlg.disclaimer = disclaimer
    except Exception:
        logger.exception("the knowledge base could not be read again; answers stay as they were")
        return
    logger.warning("answers now come from knowledge version %s", version)


async def _load_agent(app: Sanic, _: Any) -> None:
    agent = load(stored_conversations())
    # What is loaded when it is first needed is needed now: the first visitor waits no longer than the others.
    await agent.parse_message("hello")
    warm()
    # What is loaded stays: to look through it for garbage again and again would hold a visitor up for half a second.
    gc.collect()
    gc.freeze()
    app.ctx.agent = agent


def warm() -> None:
    """Load what storing and looking up need."""
    from bot.conversations.redaction import redactor
    from bot.knowledge.library import library

    library()
    redactor().find("hello")


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


async def _watch(counts: Callable[[], dict[str, int]], app: Sanic, _: Any) -> None:
    app.add_task(_look_at_queues(counts))


async def _look_at_queues(counts: Callable[[], dict[str, int]]) -> None:
    while True:
        try:
            metrics.SPOOL.set(the_archive().spool.size)
            for queue, number in (await asyncio.get_running_loop().run_in_executor(None, counts)).items():
                metrics.QUEUE.labels(queue).set(number)
        except (Away, SQLAlchemyError, OSError) as error:
            logger.warning("the queues could not be looked at (%s)", type(error).__name__)
        await asyncio.sleep(LOOK_AT_QUEUES_EVERY)


async def _close_conversations(app: Sanic, _: Any) -> None:
    await asyncio.get_running_loop().run_in_executor(None, the_archive().close)


async def _secure(request: Request, answer: HTTPResponse) -> None:
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)


async def _health(request: Request) -> HTTPResponse:
    return response.json({"status": "ok"})


async def _ready(request: Request) -> HTTPResponse:
    agent = getattr(request.app.ctx, "agent", None)
    if agent is None or not agent.is_ready():
        return response.json({"status": "loading"}, status=503)
    return response.json({"status": "ready", "model": agent.model_name})
