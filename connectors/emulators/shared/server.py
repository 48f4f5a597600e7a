"""A real HTTP server on loopback for one emulated platform: routing, faults and history around plain handlers."""

import asyncio
import copy
import json
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from random import Random
from typing import Any, Generic, Protocol, TypeVar

from aiohttp import web

from connectors.emulators.shared.faults import Fault, FaultKind, Faults
from connectors.emulators.shared.history import Exchange, History


class EmulatedState(Protocol):
    """What a platform remembers, as far as the faults of its reads need it."""

    def forget_restrictions(self) -> None:
        """Let nobody be restricted: for a copy that an empty read answers from."""
        ...


StateT = TypeVar("StateT", bound=EmulatedState)


@dataclass(frozen=True, slots=True)
class Response:
    """What goes back: a JSON value (None: empty body), a status, extra headers, and the exact content type."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    raw: bytes | None = None


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file of a multipart body, read whole, so that the record of the request can keep it."""

    filename: str
    content_type: str
    content: bytes


@dataclass(slots=True)
class Request(Generic[StateT]):
    """One request as a handler sees it; `state` is the live state, or a stale copy where that fault stands."""

    state: StateT
    exchange: Exchange
    params: dict[str, str]
    query: dict[str, str]
    headers: dict[str, str]
    body: Any
    actor: str


Handler = Callable[[Request[StateT]], Awaitable[Response] | Response]


class EmulatedServer(ABC, Generic[StateT]):
    """One platform on loopback. Subclasses add routes, say who calls, and word their platform's refusals."""

    def __init__(self, state: StateT, *, now: Callable[[], datetime], seed: int = 0) -> None:
        self.state = state
        self.now = now
        self.history = History(now)
        self.faults = Faults(Random(seed))
        self.app = web.Application(client_max_size=64 * 1024 * 1024)
        self._runner: web.AppRunner | None = None
        self._stale_state: StateT | None = None
        self.port = 0

    @property
    def origin(self) -> str:
        """`http://127.0.0.1:PORT`, once started."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self, port: int = 0) -> None:
        """Listen on loopback; port 0 takes a free one."""
        self._runner = web.AppRunner(self.app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        addresses = self._runner.addresses
        self.port = int(addresses[0][1])

    async def stop(self) -> None:
        """Stop listening; state and history stay readable."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def set_fault(self, fault: Fault) -> Fault:
        """Set the fault; a stale read freezes what reads answer from this instant."""
        if fault.kind is FaultKind.STALE_READ:
            self._stale_state = copy.deepcopy(self.state)
        return self.faults.set(fault)

    def route(self, method: str, path: str, operation: str, handler: Handler[StateT]) -> None:
        """Answer requests of this method and path by `handler`, and record them as `operation`."""

        async def answer(request: web.Request) -> web.StreamResponse:
            return await self._serve(request, operation, handler)

        self.app.router.add_route(method, path, answer)

    # -- what each platform says in its own words

    @abstractmethod
    def identify_caller(self, request: web.Request) -> str | None:
        """Return whose credentials these are; None where they are missing or wrong."""

    @abstractmethod
    def unauthorized_response(self, call: Request[StateT]) -> Response:
        """Return the platform's answer to missing or wrong credentials."""

    @abstractmethod
    def rate_limited_response(self, call: Request[StateT], retry_after: float | None) -> Response:
        """Return the platform's 429, with or without a time to wait."""

    @abstractmethod
    def server_error_response(self, call: Request[StateT], status: int) -> Response:
        """Return the platform's own 5xx."""

    @abstractmethod
    def forbidden_response(self, call: Request[StateT]) -> Response:
        """Return the platform's answer where a permission is missing."""

    def check_limits(self, call: Request[StateT]) -> Response | None:
        """Return the platform's own limits, asked before the handler; None lets the call through."""
        return None

    # -- the way of one request

    async def _serve(self, request: web.Request, operation: str, handler: Handler[StateT]) -> web.StreamResponse:
        body = await _parse_body(request)
        actor = self.identify_caller(request)
        query = {name: ",".join(request.query.getall(name)) for name in request.query}
        exchange = self.history.record_request(
            operation, request.method, request.path, query, dict(request.headers), body, actor or ""
        )
        call = Request(
            state=self.state,
            exchange=exchange,
            params=dict(request.match_info),
            query=query,
            headers=dict(request.headers),
            body=body,
            actor=actor or "",
        )
        drawn = self.faults.draw(operation)
        exchange.fault = "+".join(f.kind for f in drawn) or None
        for fault in drawn:
            if fault.kind is FaultKind.LATENCY:
                await asyncio.sleep(fault.seconds)
        fault = next((f for f in drawn if f.kind is not FaultKind.LATENCY), Fault(kind=FaultKind.LATENCY))
        if fault.kind is FaultKind.RESET:
            return _abort_connection(request)
        reply = self._refusal(call, fault, actor)
        if reply is None:
            if fault.kind is FaultKind.STALE_READ and request.method == "GET" and self._stale_state is not None:
                call.state = self._stale_state
            if fault.kind is FaultKind.EMPTY_READ and request.method == "GET":
                call.state = copy.deepcopy(self.state)
                call.state.forget_restrictions()
            handled = handler(call)
            reply = handled if isinstance(handled, Response) else await handled
        if fault.kind is FaultKind.LOST_ANSWER:
            return _abort_connection(request)
        if fault.kind is not FaultKind.ODD_ANSWER:
            exchange.status, exchange.answer = reply.status, reply.body if self.history.keeps_answers else None
        return await self._send(request, reply, fault.seconds if fault.kind is FaultKind.DRIP else 0.0)

    def _refusal(self, call: Request[StateT], fault: Fault, actor: str | None) -> Response | None:
        match fault.kind:
            case FaultKind.TOO_MANY:
                return self.rate_limited_response(call, fault.seconds)
            case FaultKind.TOO_MANY_SILENT:
                return self.rate_limited_response(call, None)
            case FaultKind.SERVER_ERROR:
                return self.server_error_response(call, fault.status)
            case FaultKind.NO_PERMISSION:
                return self.forbidden_response(call)
            case FaultKind.ODD_ANSWER:
                return _odd_response(fault.body)
            case _:
                return self.unauthorized_response(call) if actor is None else self.check_limits(call)

    async def _send(self, request: web.Request, reply: Response, drip: float) -> web.StreamResponse:
        payload = reply.raw
        if payload is None:
            payload = b"" if reply.body is None else json.dumps(reply.body).encode()
        headers = {"Date": format_datetime(self.now().astimezone(UTC), usegmt=True), **reply.headers}
        if payload:
            headers["Content-Type"] = reply.content_type
        if not drip:
            return web.Response(status=reply.status, body=payload or None, headers=headers)
        response = web.StreamResponse(status=reply.status, headers=headers)
        response.content_length = len(payload)
        await response.prepare(request)
        for index in range(len(payload)):
            await response.write(payload[index : index + 1])
            await asyncio.sleep(drip / max(len(payload), 1))
        await response.write_eof()
        return response


def _odd_response(body: Any) -> Response:
    """A page of whatever stands in front, or JSON that the platform would never send."""
    return Response(raw=body.encode(), content_type="text/html") if isinstance(body, str) else Response(200, body)


async def _parse_body(request: web.Request) -> Any:
    """The body as JSON, as form fields, or as raw text, by its content type; None where there is none."""
    if not request.can_read_body:
        return None
    if request.content_type == "application/json":
        text = await request.text()
        return json.loads(text) if text else None
    if request.content_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
        form = await request.post()
        fields: dict[str, Any] = {}
        for name in form:
            values = [_read_field(value) for value in form.getall(name)]
            fields[name] = values if name.endswith("[]") else values[-1]
        return fields
    return await request.text()


def _read_field(value: Any) -> Any:
    return (
        UploadedFile(value.filename, value.content_type, value.file.read())
        if isinstance(value, web.FileField)
        else value
    )


def _abort_connection(request: web.Request) -> web.StreamResponse:
    """The connection ends without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)
