"""The way in for messaging apps: one of Rasa's input channels for each, and the desk behind them all."""

from __future__ import annotations

import logging
from typing import Any, Awaitable, Callable, Dict, List, Optional

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic
from sanic import Request as SanicRequest
from sanic.response import HTTPResponse

from bot.channels.messaging.app import App, Incoming, Refused, Request
from bot.channels.messaging.chart_link import ChartLinks
from bot.channels.messaging.guide import AgentGuide
from bot.channels.messaging.queue import Queue
from bot.channels.messaging.registry import switched_on
from bot.channels.messaging.worker import AWAY, Worker
from bot.channels.web.limits import InProcessLimits
from bot.channels.web.problem import Problem
from bot.conversations.archive import Away, the_archive
from bot.secret import signing_key
from bot.settings import Settings

logger = logging.getLogger(__name__)

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
# The largest documented request is far below this; what is larger is no message.
MOST_BYTES = 2**20
# A little longer than a request to a provider may take.
FINISH_WITHIN = 16.0
# Whoever sends much that is refused does not fill the log.
REFUSALS_LOGGED_PER_MINUTE = 30

Receive = Callable[[App, List[Incoming]], Awaitable[None]]


class MessagingInput(InputChannel):
    """The webhook of one app.

    Args:
        app: the app.
        receive: keeps messages; what tells that the database is away asks the provider to send them again.
        public_url: the server's address as the provider knows it.
    """

    def __init__(self, app: App, receive: Receive, public_url: Optional[str] = None) -> None:
        self._app = app
        self._receive = receive
        self._public_url = (public_url or "").rstrip("/")
        self._refusals = InProcessLimits()

    @classmethod
    def name(cls) -> str:
        """What Rasa calls all of them; each has a path of its own."""
        return "messaging"

    def url_prefix(self) -> str:
        """The app's path below the webhooks."""
        return self._app.name

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The app's route."""
        blueprint = Blueprint(f"messaging_{self._app.name}")

        # Sanic marks a route's function, which a method can't be.
        async def webhook(request: SanicRequest) -> HTTPResponse:
            return await self._webhook(request)

        # Every method comes to us, so that a refusal is one clear line.
        blueprint.add_route(webhook, "/webhook", methods=METHODS, name="webhook", stream=True)
        return blueprint

    async def _webhook(self, request: SanicRequest) -> HTTPResponse:
        try:
            return await self._taken(request)
        except Refused as refused:
            if not await self._refusals.take(self._app.name, REFUSALS_LOGGED_PER_MINUTE):
                logger.warning("%s: a request was refused with %d: %s", self._app.name, refused.status, refused.why)
            return Problem(refused.status, "refused", "This request was refused.").response()
        except AWAY as error:
            # It is not lost: the provider sends it again.
            logger.warning("%s: a message could not be kept (%s)", self._app.name, type(error).__name__)
            return Problem(503, "unavailable", "The message could not be kept. Please send it again.", 5).response()

    async def _taken(self, raw: SanicRequest) -> HTTPResponse:
        if raw.method not in ("GET", "POST"):
            answer = Problem(405, "method", "This address takes GET, POST.").response()
            answer.headers["Allow"] = "GET, POST"
            return answer
        address = (self._public_url + raw.raw_url.decode("ascii", "replace")) if self._public_url else raw.url
        request = Request(
            raw.method,
            address,
            {name.lower(): value for name, value in raw.headers.items()},
            dict(raw.query_args),
            await _body(raw),
        )
        if raw.method == "GET":
            challenge = self._app.challenge(request)
            if challenge is None:
                raise Refused(405, "nothing is told by GET")
            return HTTPResponse(challenge, content_type="text/plain")
        self._app.verify(request)
        challenge = self._app.challenge(request)
        if challenge is not None:
            return HTTPResponse(challenge, content_type="text/plain")
        await self._receive(self._app, self._app.parse(request))
        body, kind = self._app.acknowledgement()
        return HTTPResponse(body, content_type=kind)


class Desk:
    """What the server has of messaging apps: their channels, and the worker that answers.

    Where no app is on there is neither, and nothing is opened.
    """

    def __init__(self, options: Settings) -> None:
        self._options = options
        self._apps: Dict[str, App] = switched_on(options)
        self._worker: Optional[Worker] = None
        self._queue: Optional[Queue] = None

    def counts(self) -> Dict[str, int]:
        """How much waits in which queue, such as {"slack unanswered": 2}.

        Raises:
            Away: the database does not answer.
        """
        if self._queue is None:
            return {}
        kept = ("unanswered", "waiting", "dead")
        return {f"{channel} {what}": number for (channel, what), number in self._queue.counts().items() if what in kept}

    def channels(self) -> List[InputChannel]:
        """The input channels of the apps that are on."""
        return [MessagingInput(app, self._receive, self._options.public_url) for app in self._apps.values()]

    def serve(self, server: Sanic) -> None:
        """Answer as long as the server runs."""
        if self._apps:
            server.blueprint(ChartLinks(self._secret(), self._options.public_url).blueprint())
            server.register_listener(self._start, "after_server_start")
            server.register_listener(self._stop, "before_server_stop")

    def _secret(self) -> str:
        return signing_key(self._options.secret, self._options.secret_file)

    async def _receive(self, app: App, messages: List[Incoming]) -> None:
        if self._worker is None:
            raise Away("the server has not started yet")
        await self._worker.receive(app, messages)

    async def _start(self, server: Sanic, _: Any) -> None:
        def agent() -> Any:
            return getattr(server.ctx, "agent", None)

        async def ask(message: UserMessage) -> None:
            await agent().handle_message(message)

        queue = self._queue = Queue(the_archive().ready, self._secret())
        guide = AgentGuide(self._options, agent, ask)
        worker = Worker(queue, self._apps, guide, self._options.messaging_attempts)
        await worker.start()
        self._worker = worker

    async def _stop(self, server: Sanic, _: Any) -> None:
        if self._worker:
            await self._worker.stop(FINISH_WITHIN)


async def _body(request: SanicRequest) -> bytes:
    """The body.

    Raises:
        Refused: with 413, it is larger than any message.
    """
    if not request.stream or not request.stream.request_body:
        return bytes(request.body or b"")
    raw = bytearray()
    async for chunk in request.stream:
        raw += chunk
        if len(raw) > MOST_BYTES:
            raise Refused(413, "it is too large")
    return bytes(raw)
