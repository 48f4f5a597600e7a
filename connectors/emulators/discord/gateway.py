"""The gateway: a real websocket that hands out events in order, keeps sessions for RESUME, and respects intents.

Frames are sent as uncompressed text, which clients accept whatever compression they asked for.
"""

import asyncio
import contextlib
import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aiohttp import WSMsgType, web

from connectors.emulators.discord import shapes
from connectors.emulators.discord.permissions import Permission
from connectors.emulators.discord.state import (
    GUILD_MEMBERS_INTENT,
    GUILD_PRESENCES_INTENT,
    MESSAGE_CONTENT_INTENT,
    DiscordState,
    Json,
)
from connectors.emulators.shared.faults import Faults

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, REQUEST_MEMBERS, INVALID, HELLO, ACK = 0, 1, 2, 6, 7, 8, 9, 10, 11
GUILDS, MODERATION, GUILD_MESSAGES, DIRECT_MESSAGES = 1 << 0, 1 << 2, 1 << 9, 1 << 12
PRIVILEGED = GUILD_MEMBERS_INTENT | GUILD_PRESENCES_INTENT | MESSAGE_CONTENT_INTENT
INTENTS = {
    "GUILD_CREATE": GUILDS,
    "GUILD_ROLE_CREATE": GUILDS,
    "GUILD_ROLE_UPDATE": GUILDS,
    "GUILD_MEMBER_ADD": GUILD_MEMBERS_INTENT,
    "GUILD_MEMBER_REMOVE": GUILD_MEMBERS_INTENT,
    "GUILD_MEMBER_UPDATE": GUILD_MEMBERS_INTENT,
    "GUILD_BAN_ADD": MODERATION,
    "GUILD_BAN_REMOVE": MODERATION,
    "GUILD_AUDIT_LOG_ENTRY_CREATE": MODERATION,
}
PERMISSIONS = {
    "GUILD_BAN_ADD": Permission.BAN_MEMBERS,
    "GUILD_BAN_REMOVE": Permission.BAN_MEMBERS,
    "GUILD_AUDIT_LOG_ENTRY_CREATE": Permission.VIEW_AUDIT_LOG,
}
MAX_SESSIONS, MAX_FRAMES, CHUNK = 8, 2000, 1000
AUTHENTICATION_FAILED, NOT_AUTHENTICATED, DISALLOWED_INTENTS = 4004, 4003, 4014


@dataclass(slots=True, eq=False)
class GatewayConnection:
    """One websocket; what it is to send waits in order."""

    socket: web.WebSocketResponse
    transport: asyncio.Transport | None
    outbox: asyncio.Queue[Json] = field(default_factory=asyncio.Queue)

    def send(self, op: int, data: Any = None, *, name: str | None = None, sequence: int | None = None) -> None:
        """Send the frame after those before it."""
        self.outbox.put_nowait({"op": op, "d": data, "s": sequence, "t": name})

    async def write(self) -> None:
        """Write frames out until the connection ends."""
        with contextlib.suppress(ConnectionError):
            while True:
                await self.socket.send_str(json.dumps(await self.outbox.get()))


@dataclass(slots=True)
class Session:
    """What one IDENTIFY began: its intents and its numbered frames, kept for a RESUME."""

    id: str
    intents: int
    connection: GatewayConnection | None
    sequence: int = 0
    frames: deque[tuple[int, str, Json]] = field(default_factory=lambda: deque(maxlen=MAX_FRAMES))

    def dispatch(self, name: str, data: Json) -> None:
        """Number the event, keep it, and send it where a connection stands."""
        self.sequence += 1
        self.frames.append((self.sequence, name, data))
        if self.connection is not None:
            self.connection.send(DISPATCH, data, name=name, sequence=self.sequence)


class Gateway:
    """Every session of the bot."""

    def __init__(
        self, state: DiscordState, faults: Faults, token: str, now: Callable[[], datetime], url: Callable[[], str]
    ) -> None:
        self._state, self._faults, self._token = state, faults, token
        self._now, self._url = now, url
        self._sessions: dict[str, Session] = {}
        self._connections: set[GatewayConnection] = set()
        self._numbers = 0
        self.acknowledges = True
        self.heartbeat_interval = 41250

    @property
    def is_connected(self) -> bool:
        """Some session receives events now."""
        return any(session.connection for session in self._sessions.values())

    # -- what the platform does to its clients

    def dispatch(self, name: str, data: Json) -> None:
        """Send every session that asked for this event the event, unless a fault swallows it."""
        if self._faults.drops_event(name):
            return
        for session in self._sessions.values():
            if self._is_subscribed(session, name, data):
                session.dispatch(name, self._visible(session, name, data))

    def ask_reconnect(self) -> None:
        """Ask every client to connect again (op 7)."""
        for connection in self._connections:
            connection.send(RECONNECT)

    def invalidate(self, *, resumable: bool = False) -> None:
        """Tell every client that its session is invalid (op 9); unless resumable, the sessions are gone."""
        for connection in self._connections:
            connection.send(INVALID, resumable)
        if not resumable:
            self._sessions.clear()

    def cut(self) -> None:
        """End every connection without a word."""
        for connection in self._connections:
            if connection.transport is not None:
                connection.transport.abort()

    async def close(self) -> None:
        """Close every connection as a platform going away closes it."""
        for connection in list(self._connections):
            await connection.socket.close(code=1012)

    # -- one connection

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one client until it leaves."""
        socket = web.WebSocketResponse(timeout=0.5, max_msg_size=16 * 1024)
        await socket.prepare(request)
        transport = request.transport
        connection = GatewayConnection(socket, transport if isinstance(transport, asyncio.Transport) else None)
        self._connections.add(connection)
        writer = asyncio.create_task(connection.write())
        connection.send(HELLO, {"heartbeat_interval": self.heartbeat_interval})
        try:
            async for frame in socket:
                if frame.type is WSMsgType.TEXT:
                    await self._receive(connection, json.loads(frame.data))
        finally:
            writer.cancel()
            self._leave(connection)
        return socket

    def _leave(self, connection: GatewayConnection) -> None:
        self._connections.discard(connection)
        is_clean_close = connection.socket.close_code in (1000, 1001)
        for session in list(self._sessions.values()):
            if session.connection is connection:
                session.connection = None
                if is_clean_close:
                    del self._sessions[session.id]

    async def _receive(self, connection: GatewayConnection, frame: Json) -> None:
        match frame.get("op"):
            case 1:
                if self.acknowledges:
                    connection.send(ACK)
            case 2:
                await self._identify(connection, frame["d"])
            case 6:
                self._resume(connection, frame["d"])
            case 8:
                await self._members(connection, frame["d"])

    async def _identify(self, connection: GatewayConnection, wish: Json) -> None:
        intents = int(wish.get("intents", 0))
        if wish.get("token") != self._token:
            await connection.socket.close(code=AUTHENTICATION_FAILED, message=b"Authentication failed.")
        elif intents & PRIVILEGED & ~self._state.privileged_intents:
            await connection.socket.close(code=DISALLOWED_INTENTS, message=b"Disallowed intent(s).")
        else:
            self._begin(connection, intents)

    def _begin(self, connection: GatewayConnection, intents: int) -> None:
        self._numbers += 1
        session = Session(f"session-{self._numbers}", intents, connection)
        self._sessions[session.id] = session
        while len(self._sessions) > MAX_SESSIONS:
            del self._sessions[next(iter(self._sessions))]
        state = self._state
        ready: Json = {"v": 10, "session_id": session.id, "resume_gateway_url": self._url(), "session_type": "normal"}
        ready |= {"user": shapes.user(state, state.bot_id) | {"bot": True}, "private_channels": [], "relationships": []}
        ready |= {"guilds": [{"id": state.guild_id, "unavailable": True}], "shard": [0, 1]}
        application = {"id": state.application_id, "flags": shapes.application_flags(state)}
        session.dispatch("READY", ready | {"application": application})
        if intents & GUILDS:
            session.dispatch("GUILD_CREATE", shapes.guild_create(state, self._now()))

    def _resume(self, connection: GatewayConnection, wish: Json) -> None:
        session = self._sessions.get(wish.get("session_id", ""))
        if session is None or wish.get("token") != self._token:
            connection.send(INVALID, False)
            return
        session.connection = connection
        for number, name, data in list(session.frames):
            if number > int(wish.get("seq") or 0):
                connection.send(DISPATCH, data, name=name, sequence=number)
        session.dispatch("RESUMED", {})

    async def _members(self, connection: GatewayConnection, wish: Json) -> None:
        session = next((s for s in self._sessions.values() if s.connection is connection), None)
        if session is None:
            await connection.socket.close(code=NOT_AUTHENTICATED, message=b"Not authenticated.")
            return
        everybody = not (wish.get("query") or wish.get("user_ids") or wish.get("limit"))
        if everybody and not session.intents & GUILD_MEMBERS_INTENT:
            await connection.socket.close(code=DISALLOWED_INTENTS, message=b"Disallowed intent(s).")
            return
        found = self._find_members(wish)
        chunks = [found[i : i + CHUNK] for i in range(0, len(found), CHUNK)] or [[]]
        for index, chunk in enumerate(chunks):
            data: Json = {"guild_id": self._state.guild_id, "members": chunk, "chunk_index": index}
            data |= {"chunk_count": len(chunks), "nonce": wish.get("nonce"), "not_found": []}
            session.dispatch("GUILD_MEMBERS_CHUNK", data)

    def _find_members(self, wish: Json) -> list[Json]:
        state, query = self._state, str(wish.get("query") or "").lower()
        ids = wish.get("user_ids") or list(state.members)
        asked = [str(i) for i in (ids if isinstance(ids, list) else [ids])]
        members = [state.members[i] for i in asked if i in state.members]
        named = [m for m in members if state.users[m.user_id].username.lower().startswith(query)]
        limit = int(wish.get("limit") or 0) or len(named)
        return [shapes.member(state, m, self._now()) for m in named[:limit]]

    # -- who sees what

    def _is_subscribed(self, session: Session, name: str, data: Json) -> bool:
        needed = INTENTS.get(name, 0)
        if name.startswith("MESSAGE_"):
            needed = GUILD_MESSAGES if data.get("guild_id") else DIRECT_MESSAGES
        permission = PERMISSIONS.get(name)
        if permission is not None and not self._state.has_permission(self._state.bot_id, permission, self._now()):
            return False
        return session.intents & needed == needed

    def _visible(self, session: Session, name: str, data: Json) -> Json:
        """A guild message without the content intent has none, but for the bot's own and those that mention it."""
        if (
            name not in ("MESSAGE_CREATE", "MESSAGE_UPDATE")
            or not data.get("guild_id")
            or session.intents & MESSAGE_CONTENT_INTENT
        ):
            return data
        return shapes.without_content(self._state, data)
