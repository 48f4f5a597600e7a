"""The gateway frame by frame: sessions, resuming, acknowledgements, member chunks, what intents let through."""

import asyncio
from typing import Any

import aiohttp
import pytest

from connectors.emulators.discord.server import DiscordEmulator
from connectors.emulators.shared.faults import Fault, FaultKind

MODERATION, MEMBERS, GUILDS, GUILD_MESSAGES = 1 << 2, 1 << 1, 1 << 0, 1 << 9


class Wire:
    """One raw connection to the gateway."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, token: str) -> None:
        self.socket, self.token = socket, token

    async def send(self, op: int, data: Any) -> None:
        await self.socket.send_json({"op": op, "d": data})

    async def next(self) -> tuple[int, str | None, Any]:
        frame = await asyncio.wait_for(self.socket.receive_json(), 2)
        return frame["op"], frame["t"], frame["d"]

    async def identify(self, intents: int) -> str:
        """Ready; the session's id."""
        assert (await self.next())[0] == 10
        await self.send(2, {"token": self.token, "intents": intents, "properties": {}})
        _, name, data = await self.next()
        assert name == "READY"
        if intents & GUILDS:
            assert (await self.next())[1] == "GUILD_CREATE"
        return str(data["session_id"])


@pytest.fixture
async def session() -> Any:
    """A plain HTTP session."""
    async with aiohttp.ClientSession() as opened:
        yield opened


async def _connect(session: aiohttp.ClientSession, emulator: DiscordEmulator) -> Wire:
    return Wire(await session.ws_connect(emulator.gateway_url), emulator.token)


async def test_a_heartbeat_is_acknowledged_unless_told_otherwise(emulator: DiscordEmulator, session: Any) -> None:
    wire = await _connect(session, emulator)
    await wire.identify(GUILDS)
    await wire.send(1, None)
    assert (await wire.next())[0] == 11
    emulator.gateway.acknowledges = False
    await wire.send(1, None)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(wire.socket.receive(), 0.05)


async def test_an_unknown_session_cannot_be_resumed(emulator: DiscordEmulator, session: Any) -> None:
    wire = await _connect(session, emulator)
    assert (await wire.next())[0] == 10
    await wire.send(6, {"token": emulator.token, "session_id": "gone", "seq": 5})
    assert await wire.next() == (9, None, False)
    await wire.send(2, {"token": emulator.token, "intents": GUILDS, "properties": {}})
    assert (await wire.next())[1] == "READY"


async def test_an_invalidated_session_cannot_be_resumed(emulator: DiscordEmulator, session: Any) -> None:
    wire = await _connect(session, emulator)
    known = await wire.identify(0)
    emulator.gateway.invalidate()
    assert await wire.next() == (9, None, False)
    await wire.send(6, {"token": emulator.token, "session_id": known, "seq": 1})
    assert await wire.next() == (9, None, False)


async def test_what_happened_while_away_is_replayed_in_order(emulator: DiscordEmulator, session: Any, ada: str) -> None:
    wire = await _connect(session, emulator)
    known = await wire.identify(MODERATION | MEMBERS)
    emulator.gateway.cut()
    await wire.socket.receive()
    emulator.ban_by_hand(emulator.state.owner_id, ada)
    again = await _connect(session, emulator)
    assert (await again.next())[0] == 10
    await again.send(6, {"token": emulator.token, "session_id": known, "seq": 1})
    names = [(await again.next())[1] for _ in range(4)]
    assert names == ["GUILD_MEMBER_REMOVE", "GUILD_AUDIT_LOG_ENTRY_CREATE", "GUILD_BAN_ADD", "RESUMED"]


async def test_a_session_hears_only_what_it_asked_for(emulator: DiscordEmulator, session: Any, ada: str) -> None:
    wire = await _connect(session, emulator)
    await wire.identify(MODERATION)
    emulator.ban_by_hand(emulator.state.owner_id, ada)
    assert [(await wire.next())[1] for _ in range(2)] == ["GUILD_AUDIT_LOG_ENTRY_CREATE", "GUILD_BAN_ADD"]


async def test_text_of_others_is_blank_without_the_content_intent(
    emulator: DiscordEmulator, session: Any, ada: str
) -> None:
    wire = await _connect(session, emulator)
    await wire.identify(GUILD_MESSAGES)
    emulator.say(ada, emulator.state.general_id, "private thoughts")
    emulator.say(ada, emulator.state.general_id, f"to <@{emulator.state.bot_id}>")
    assert [(await wire.next())[2]["content"] for _ in range(2)] == ["", f"to <@{emulator.state.bot_id}>"]


async def test_members_come_in_chunks_that_carry_the_askers_mark(emulator: DiscordEmulator, session: Any) -> None:
    for index in range(1500):
        emulator.state.add_member(emulator.state.add_user(f"p{index}"))
    wire = await _connect(session, emulator)
    await wire.identify(MEMBERS)
    await wire.send(8, {"guild_id": int(emulator.guild_id), "query": "", "limit": 0, "nonce": "n"})
    chunks = [(await wire.next())[2] for _ in range(2)]
    assert [len(c["members"]) for c in chunks] == [1000, 502]
    assert {c["nonce"] for c in chunks} == {"n"}


async def test_a_swallowed_event_reaches_nobody_and_is_not_replayed(
    emulator: DiscordEmulator, session: Any, ada: str
) -> None:
    emulator.leave(ada)
    wire = await _connect(session, emulator)
    await wire.identify(MEMBERS)
    emulator.set_fault(Fault(kind=FaultKind.MISSED_EVENT, operation="GUILD_MEMBER_ADD", times=1))
    emulator.rejoin(ada)
    emulator.rename(ada, "renamed")
    assert (await wire.next())[1] == "GUILD_MEMBER_UPDATE"
