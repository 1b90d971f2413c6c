"""The web channel: sessions, messages with streamed replies, history, feedback and deletion over HTTP."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from pathlib import Path
from typing import Any, Awaitable, Callable, Dict, Optional

import yaml
from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.address import address_key
from bot.channels.collecting import CollectingChannel
from bot.channels.typed import no_command
from bot.channels.web import conversation
from bot.channels.web.body import Feedback, Message, Opening, fitting, read
from bot.channels.web.inbox import Inbox, Messages
from bot.channels.web.limits import Limits
from bot.channels.web.limits import limits as shared_limits
from bot.channels.web.origin import Origins, leave_origins_to_us
from bot.channels.web.problem import Problem, answer_refusals
from bot.channels.web.records import Records
from bot.channels.web.session import Sessions, Tokens
from bot.conversations.archive import Away, archive
from bot.dialogue.deletion import erase
from bot.order import orders
from bot.secret import signing_key
from bot.settings import Settings, settings

logger = logging.getLogger(__name__)

DOCUMENT = Path(__file__).parent / "openapi.yml"
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
LINES = "application/x-ndjson"
DAY = 24 * 3600
# A proxy may cut a connection on which nothing happens.
SIGN_OF_LIFE = 5.0
FINISH_WITHIN = 20.0

Handler = Callable[[Request], Awaitable[Optional[HTTPResponse]]]


class WebInput(InputChannel):
    """What the chat widget talks to.

    Args:
        options: the settings; by default those of the installation.
        limits: counts requests; by default where the settings say.
    """

    def __init__(self, options: Optional[Settings] = None, limits: Optional[Limits] = None) -> None:
        self._options = options or settings()
        self._limits = limits or shared_limits(self._options.redis)
        self._origins = Origins(filter(None, (part.strip() for part in self._options.web_origins.split(","))))
        self._renewal = self._options.web_renewal_days * DAY
        key = signing_key(self._options.secret, self._options.secret_file)
        self._sessions = Sessions(key, self._options.web_session_minutes * 60, self._renewal)
        self._records = Records(archive(self._options.conversations, self._options.spool, self._options.spool_bytes))
        self._document = document(self._options.web_longest_message)
        self._inbox: Inbox
        self._app: Sanic
        self._on_new_message: Callable[[UserMessage], Awaitable[Any]]

    @classmethod
    def name(cls) -> str:
        """The channel's name, which is also its path and its output channel's name."""
        return "web"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The channel's routes."""
        self._on_new_message = on_new_message
        self._inbox = Inbox(self._records, self._ask, orders())
        blueprint = Blueprint("web_channel")
        routes: Dict[str, Dict[str, Handler]] = {
            "/health": {"GET": self._health},
            "/openapi.json": {"GET": self._openapi},
            "/session": {"POST": self._open},
            "/messages": {"GET": self._history, "POST": self._message},
            "/feedback": {"POST": self._feedback},
            "/restart": {"POST": self._restart},
            "/conversation": {"DELETE": self._delete},
            "/<rest:path>": {},
        }
        for path, handlers in routes.items():
            # Every method comes to us, so that a refusal is JSON and tells what is allowed.
            blueprint.add_route(
                self._endpoint(handlers), path, methods=METHODS, name=path.strip("/<>").replace(":", "_"), stream=True
            )
        blueprint.listener("before_server_start")(self._start)
        blueprint.listener("before_server_stop")(self._stop)
        return blueprint

    async def _start(self, app: Sanic, _: Any) -> None:
        self._app = app
        if self._options.web_proxies:
            app.config.PROXIES_COUNT = self._options.web_proxies
        prefix = f"/webhooks/{self.name()}/"
        answer_refusals(app, prefix)
        leave_origins_to_us(app, prefix)

    async def _stop(self, app: Sanic, _: Any) -> None:
        await self._inbox.finish(FINISH_WITHIN)

    def _endpoint(self, handlers: Dict[str, Handler]) -> Callable[..., Awaitable[Optional[HTTPResponse]]]:
        allowed = ", ".join([*handlers, "OPTIONS"])

        async def endpoint(request: Request, rest: str = "") -> Optional[HTTPResponse]:
            request.ctx.headers = {}
            try:
                host = request.headers.get("host", "")
                request.ctx.headers = self._origins.headers(request.headers.get("origin"), host)
                if request.method == "OPTIONS" and handlers:
                    answer: Optional[HTTPResponse] = response.empty(headers={**Origins.preflight(), "Allow": allowed})
                else:
                    answer = await self._handle(request, handlers, allowed)
            except Problem as problem:
                answer = problem.response()
                if problem.status == 405:
                    answer.headers["Allow"] = allowed
            except Away:
                answer = Problem(503, "away", "That can't be done just now. Please try again in a moment.", 5).response()
            except Exception:
                logger.exception("a request to the web channel failed")
                if request.responded:
                    raise
                answer = Problem(500, "failed", "Something went wrong on our side. Please try again.", 5).response()
            if answer is not None:
                answer.headers.update(request.ctx.headers)
            return answer

        return endpoint

    async def _handle(self, request: Request, handlers: Dict[str, Handler], allowed: str) -> Optional[HTTPResponse]:
        address = address_key(request.remote_addr or request.ip)
        await self._take(f"address {address}", self._options.web_requests_per_minute)
        if not handlers:
            raise Problem(404, "not_found", "There is nothing at this address.")
        handler = handlers.get("GET" if request.method == "HEAD" else request.method)
        if handler is None:
            raise Problem(405, "method", f"This address takes {allowed}.")
        return await handler(request)

    async def _take(self, key: str, per_minute: int) -> None:
        wait = await self._limits.take(key, per_minute)
        if wait:
            raise Problem(429, "too_fast", "That was faster than I can answer. Please wait a moment.", wait)

    async def _health(self, request: Request) -> HTTPResponse:
        return response.json({"status": "ok"})

    async def _openapi(self, request: Request) -> HTTPResponse:
        return response.json(self._document)

    async def _open(self, request: Request) -> HTTPResponse:
        opening = await read(request, Opening, self._options.web_longest_message)
        if opening.renewal is None:
            return self._tokens(self._sessions.open())
        tokens = self._sessions.renew(opening.renewal)
        await self._not_deleted(tokens.sender)
        return self._tokens(tokens)

    def _tokens(self, tokens: Tokens) -> HTTPResponse:
        given = {
            "session": tokens.session,
            "renewal": tokens.renewal,
            "expires_in": tokens.expires_in,
            "now": time.time(),
            "longest": self._options.web_longest_message,
            "country": self._options.country,
        }
        return response.json(given, headers={"Cache-Control": "no-store"})

    def _sender(self, request: Request) -> str:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Problem(401, "session_missing", "There is no session. Please start one.")
        return self._sessions.sender(token.strip())

    async def _not_deleted(self, sender: str) -> None:
        if await self._records.receipt(sender):
            raise Problem(401, "deleted", "This conversation was deleted. Please start a new one.")

    async def _history(self, request: Request) -> HTTPResponse:
        sender = self._sender(request)
        await self._not_deleted(sender)
        async with self._inbox.order(sender):
            turns = await self._records.history(sender)
        return response.json({"turns": turns, "now": time.time()}, headers={"Cache-Control": "no-store"})

    async def _message(self, request: Request) -> None:
        sender = self._sender(request)
        await self._not_deleted(sender)
        await self._take(f"conversation {sender}", self._options.web_messages_per_minute)
        longest = self._options.web_longest_message
        message = await read(request, Message, longest)
        fitting(message.text, longest)
        self._agent  # noqa: B018  refuses before anything is said
        task = self._inbox.receive(sender, message)
        # Proxies that gather a response before they pass it on are asked not to.
        headers = {**request.ctx.headers, "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        stream = await request.respond(content_type=LINES, headers=headers)
        while not task.done():
            await stream.send(line({"type": "typing"}))
            await asyncio.wait([task], timeout=SIGN_OF_LIFE)
        try:
            await stream.send(line({"type": "reply", **task.result().as_dict(), "now": time.time()}))
        except Problem as problem:
            await stream.send(line({"type": "error", "code": problem.code, "message": problem.message}))
        await stream.eof()

    async def _feedback(self, request: Request) -> HTTPResponse:
        sender = self._sender(request)
        await self._not_deleted(sender)
        await self._take(f"conversation {sender}", self._options.web_messages_per_minute)
        given = await read(request, Feedback, self._options.web_longest_message)
        await self._records.rate(sender, given.id, given.helpful, given.word)
        return response.json({"status": "thank you"})

    async def _restart(self, request: Request) -> HTTPResponse:
        sender = self._sender(request)
        await self._not_deleted(sender)
        async with self._inbox.order(sender):
            await conversation.begin_anew(self._agent.tracker_store, sender)
        return response.json({"status": "started over"})

    async def _delete(self, request: Request) -> HTTPResponse:
        sender = self._sender(request)
        async with self._inbox.order(sender):
            receipt = await self._records.receipt(sender) or await erase(self._agent.tracker_store, sender)
        return response.json(receipt.as_dict(), headers={"Cache-Control": "no-store"})

    @property
    def _agent(self) -> Any:
        agent = getattr(self._app.ctx, "agent", None)
        if agent is None or not agent.is_ready():
            raise Problem(503, "loading", "The guide is waking up. Please try again in a moment.", 2)
        return agent

    async def _ask(self, sender: str, message: Message) -> Messages:
        output = CollectingChannel(self.name())
        said = no_command(message.text)
        metadata: Dict[str, Any] = {"country": message.country or self._options.country}
        await self._on_new_message(
            UserMessage(said, output, sender, input_channel=self.name(), message_id=message.id, metadata=metadata)
        )
        return [conversation.shown(said) for said in output.messages]


def document(longest: int) -> Dict[str, Any]:
    """The OpenAPI document of a channel whose messages may have so many characters."""
    described: Dict[str, Any] = yaml.safe_load(DOCUMENT.read_text())
    # Not as `maxLength`: a longer text is no malformed request but gets a 413 of its own.
    text = described["components"]["schemas"]["Message"]["properties"]["text"]
    text["description"] = f"What the visitor says, in at most {longest} characters; a longer one is answered with 413."
    return described


def line(event: Dict[str, Any]) -> bytes:
    """An event as a line of the stream."""
    return json.dumps(event, ensure_ascii=False).encode() + b"\n"
