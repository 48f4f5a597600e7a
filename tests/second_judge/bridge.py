"""simcord's backend behind real HTTP and a real gateway, so that the unmodified client library speaks to it.

Read `Bridge` first. What the model refuses keeps its status and code; what it has not implemented is an error here as
there, never an answer.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from typing import Any, Final

import discord
from aiohttp import WSMsgType, web
from simcord.backend import Backend, serializers
from simcord.backend.errors import BackendError
from simcord.gateway import FakeGateway
from simcord.http import RouteNotImplemented, UnsupportedField, dispatch

from guardian.clock import Clock

_DISPATCH, _HEARTBEAT, _IDENTIFY, _HELLO, _ACK = 0, 1, 2, 10, 11
_HEARTBEAT_MS: Final = 45_000
_PREFIX: Final = "/api/v10"
NOT_MODELLED: Final = ("GET /gateway",)
"""What simcord 3.2.1 has no answer for, and no test here is about."""


class FollowedClock:
    """The clock that simcord asks for, which follows case time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._begun = clock.now()

    @property
    def elapsed(self) -> float:
        """Seconds since the beginning."""
        return (self._clock.now() - self._begun).total_seconds()

    def now(self) -> datetime:
        """Case time."""
        return self._clock.now()

    def advance(self, seconds: float) -> None:
        """Case time is moved by the test alone."""
        raise NotImplementedError


@dataclass(slots=True)
class Weather:
    """What is wrong between the two, beside what the model itself refuses."""

    status: int | None = None
    seconds: float = 0.0
    odd: bool = False
    body: object = None
    refuses: bool = False
    loses_responses: bool = False


class _OneClient:
    """One connected client: simcord's own gateway rules decide which events it gets, and what is left out of them."""

    def __init__(self, backend: Backend, socket: web.WebSocketResponse, wanted: int) -> None:
        self._outbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._socket = socket
        self._sequence = 0
        self.parsers = _EveryEvent(self)
        self.intents = discord.Intents.none()
        self.intents.value = wanted
        self.gateway = FakeGateway(backend, self)

    def put(self, event: str, payload: Mapping[str, Any]) -> None:
        """Queue an event as it goes over the wire."""
        self._sequence += 1
        self._outbox.put_nowait({"op": _DISPATCH, "d": dict(payload), "s": self._sequence, "t": event})

    async def send(self) -> None:
        """Send what is queued until the link ends."""
        while True:
            await self._socket.send_json(await self._outbox.get())


class _EveryEvent:
    """What simcord looks the library's parsers up in: here each event goes out as it is."""

    def __init__(self, client: _OneClient) -> None:
        self._client = client

    def __getitem__(self, event: str) -> Any:
        return lambda payload: self._client.put(event, payload)

    def get(self, event: str) -> Any:
        """The parser of an event."""
        return self[event]


@dataclass(slots=True)
class Bridge:
    """One guild of simcord's at two addresses of this machine; `unimplemented` names what the model cannot judge."""

    backend: Backend
    weather: Weather = field(default_factory=Weather)
    unimplemented: list[str] = field(default_factory=list)
    address: str = ""
    under_way: int = 0

    @property
    def api_url(self) -> str:
        """Where the API answers."""
        return f"http://{self.address}{_PREFIX}"

    @property
    def gateway_url(self) -> str:
        """Where the gateway listens."""
        return f"ws://{self.address}/gateway"

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer one call as the model does, in the present weather and with the date of case time."""
        self.under_way += 1
        try:
            response = await self._answer(request)
        finally:
            self.under_way -= 1
        response.headers["Date"] = format_datetime(self.backend.clock.now(), usegmt=True)
        return response

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        weather = self.weather
        body, files = await _read(request)
        if weather.seconds:
            await asyncio.sleep(weather.seconds)
        if weather.odd:
            if isinstance(weather.body, str):
                return web.Response(text=weather.body, content_type="text/html")
            return _say(weather.body)
        if weather.status is not None:
            return web.Response(status=weather.status, text="bad gateway")
        if weather.refuses:
            return _say({"code": 50013, "message": "Missing Permissions"}, 403)
        response = self._dispatch(request, body, files)
        if weather.loses_responses and request.method != "GET" and request.transport is not None:
            request.transport.close()
        return response

    def _dispatch(self, request: web.Request, body: Any, files: list[Any]) -> web.Response:
        path = request.path.removeprefix(_PREFIX)
        try:
            answer = dispatch(
                self.backend,
                request.method,
                path,
                json=body,
                params=dict(request.query),
                files=files,
                reason=request.headers.get("X-Audit-Log-Reason"),
                message_content_access=False,
            )
        except (RouteNotImplemented, UnsupportedField) as gap:
            if f"{request.method} {path}" not in NOT_MODELLED:
                self.unimplemented.append(str(gap))
            return _say({"code": 0, "message": str(gap)}, 501)
        except BackendError as refusal:
            return _say(refusal.to_json(), refusal.status)
        return web.Response(status=204) if answer is None else _say(answer)

    async def converse(self, request: web.Request) -> web.WebSocketResponse:
        """Be the gateway for one client."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"op": _HELLO, "d": {"heartbeat_interval": _HEARTBEAT_MS}, "s": None, "t": None})
        client: _OneClient | None = None
        sending: asyncio.Task[None] | None = None
        try:
            async for frame in socket:
                if frame.type is not WSMsgType.TEXT:
                    continue
                said = json.loads(frame.data)
                if said["op"] == _HEARTBEAT:
                    await socket.send_json({"op": _ACK, "d": None, "s": None, "t": None})
                elif said["op"] == _IDENTIFY and client is None:
                    client = _OneClient(self.backend, socket, said["d"]["intents"])
                    sending = asyncio.create_task(client.send())
                    self._welcome(client)
        finally:
            if client is not None:
                self.backend.subscribers.remove(client.gateway.feed)
            if sending is not None:
                sending.cancel()
        return socket

    def _welcome(self, client: _OneClient) -> None:
        guilds = list(self.backend.guilds.values())
        client.put(
            "READY",
            {
                "v": 10,
                "user": dict(serializers.user_payload(self.backend.bot_user)),
                "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
                "session_id": "the-only-session",
                "resume_gateway_url": self.gateway_url,
                "application": {"id": str(self.backend.application_id), "flags": 0},
            },
        )
        self.backend.subscribers.append(client.gateway.feed)
        for guild in guilds:
            client.gateway.feed("GUILD_CREATE", serializers.guild_create_payload(self.backend, guild))


@dataclass(frozen=True, slots=True)
class _File:
    """A file as simcord reads one."""

    filename: str
    fp: Any
    description: str | None = None


def _say(answer: Any, status: int = 200) -> web.Response:
    """JSON under the very type that Discord writes: the library takes any other for text."""
    return web.Response(body=json.dumps(answer).encode(), status=status, headers={"Content-Type": "application/json"})


async def _read(request: web.Request) -> tuple[Any, list[_File]]:
    if request.content_type != "multipart/form-data":
        raw = await request.read()
        return (json.loads(raw) if raw else None), []
    form = await request.post()
    files = [_File(part.filename, part.file) for part in form.values() if isinstance(part, web.FileField)]
    payload = form.get("payload_json")
    return (json.loads(payload) if isinstance(payload, str) else None), files


@asynccontextmanager
async def open_bridge(clock: Clock) -> AsyncIterator[Bridge]:
    """An empty model that follows case time, behind two addresses; whatever it could not judge is an error at the end."""
    bridge = Bridge(Backend(clock=FollowedClock(clock)))
    app = web.Application()
    app.router.add_get("/gateway", bridge.converse)
    app.router.add_route("*", f"{_PREFIX}/{{path:.*}}", bridge.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    bridge.address = f"{host}:{port}"
    try:
        yield bridge
    finally:
        await runner.cleanup()
    assert bridge.unimplemented == []
