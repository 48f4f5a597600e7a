"""Each way of misbehaving harms a naive client; a fault that harmed nobody would prove nothing."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta

import aiohttp
import pytest

from connectors.emulators.discord.server import DiscordEmulator
from connectors.emulators.discord.state import DiscordState
from connectors.emulators.shared.faults import Fault, FaultKind
from tests.connectors.emulators.discord.client_bot import BEGAN, ManualClock, running

# aiohttp repeats GET, PUT and DELETE once, unseen, where the connection ends without an answer: one cut is not noticed.
NOTICED = 2


class Naive:
    """A client that believes whatever seems to be the case."""

    def __init__(self, emulator: DiscordEmulator, session: aiohttp.ClientSession) -> None:
        self._session = session
        self._guild = f"{emulator.api_url}/guilds/{emulator.guild_id}"
        self._general = f"{emulator.api_url}/channels/{emulator.state.general_id}/messages"

    async def ban(self, person: str) -> bool:
        """True where the call succeeded; a failure of any kind is taken as "not banned"."""
        try:
            async with self._session.put(f"{self._guild}/bans/{person}") as answer:
                return answer.status == 204
        except aiohttp.ClientError:
            return False

    async def is_banned(self, person: str) -> bool:
        """True where the look succeeded; anything else is taken as "no"."""
        try:
            async with self._session.get(f"{self._guild}/bans/{person}") as answer:
                await answer.read()
                return answer.status == 200
        except aiohttp.ClientError:
            return False

    async def say(self, text: str) -> None:
        """Said until it was heard to succeed."""
        for _ in range(5):
            try:
                async with self._session.post(self._general, json={"content": text}) as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                continue


@pytest.fixture
async def naive(emulator: DiscordEmulator) -> AsyncIterator[Naive]:
    """The naive client before the emulator."""
    async with aiohttp.ClientSession(headers={"Authorization": f"Bot {emulator.token}"}) as session:
        yield Naive(emulator, session)


async def test_a_lost_answer_makes_a_naive_client_think_that_nobody_was_banned(
    emulator: DiscordEmulator, naive: Naive, ada: str
) -> None:
    emulator.set_fault(Fault(kind=FaultKind.LOST_ANSWER, operation="ban.put", times=NOTICED))
    assert not await naive.ban(ada)
    assert emulator.was_banned(ada, emulator.now())


async def test_a_lost_answer_makes_a_naive_client_say_everything_twice(emulator: DiscordEmulator, naive: Naive) -> None:
    emulator.set_fault(Fault(kind=FaultKind.LOST_ANSWER, operation="message.post", times=1))
    await naive.say("you are suspended")
    assert len(emulator.state.messages_in(emulator.state.general_id)) == 2


async def test_a_reset_leaves_a_naive_clients_ban_unplaced(emulator: DiscordEmulator, naive: Naive, ada: str) -> None:
    emulator.set_fault(Fault(kind=FaultKind.RESET, operation="ban.put", times=NOTICED))
    assert not await naive.ban(ada)
    assert not emulator.was_banned(ada, emulator.now())


@pytest.mark.parametrize(
    "kind", [FaultKind.SERVER_ERROR, FaultKind.NO_PERMISSION, FaultKind.TOO_MANY, FaultKind.TOO_MANY_SILENT]
)
async def test_a_look_that_failed_reads_as_not_banned_to_a_naive_client(
    emulator: DiscordEmulator, naive: Naive, ada: str, kind: FaultKind
) -> None:
    emulator.ban_by_hand(emulator.state.owner_id, ada)
    assert await naive.is_banned(ada)
    emulator.set_fault(Fault(kind=kind, operation="ban.get", times=1, seconds=0.5, status=503))
    assert not await naive.is_banned(ada)
    assert emulator.was_banned(ada, emulator.now())


async def test_a_stale_read_shows_a_naive_client_a_ban_that_was_lifted(
    emulator: DiscordEmulator, naive: Naive, ada: str
) -> None:
    emulator.ban_by_hand(emulator.state.owner_id, ada)
    emulator.set_fault(Fault(kind=FaultKind.STALE_READ, operation="ban.get"))
    emulator.unban_by_hand(emulator.state.owner_id, ada)
    assert await naive.is_banned(ada)
    emulator.faults.clear()
    assert not await naive.is_banned(ada)


async def test_an_empty_read_denies_a_ban_that_stands(emulator: DiscordEmulator, naive: Naive, ada: str) -> None:
    emulator.ban_by_hand(emulator.state.owner_id, ada)
    emulator.set_fault(Fault(kind=FaultKind.EMPTY_READ, operation="ban.get"))
    assert not await naive.is_banned(ada)
    emulator.faults.clear()
    assert await naive.is_banned(ada)


async def test_a_drip_holds_a_client_without_a_ceiling(emulator: DiscordEmulator, naive: Naive, ada: str) -> None:
    emulator.set_fault(Fault(kind=FaultKind.DRIP, operation="ban.get", seconds=30))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await naive.is_banned(ada)


async def test_latency_delays_every_call_of_a_naive_client(emulator: DiscordEmulator, naive: Naive, ada: str) -> None:
    emulator.set_fault(Fault(kind=FaultKind.LATENCY, operation="ban.*", seconds=0.15))
    begun = time.perf_counter()
    await naive.ban(ada)
    assert time.perf_counter() - begun >= 0.15


async def test_a_missed_join_lets_a_client_that_only_listens_overlook_who_came_back(
    emulator: DiscordEmulator, ada: str
) -> None:
    async with running(emulator) as bot:
        emulator.leave(ada)
        await bot.wait_for_event(f"remove {ada}")
        emulator.set_fault(Fault(kind=FaultKind.MISSED_EVENT, operation="GUILD_MEMBER_ADD", times=1))
        emulator.rejoin(ada)
        emulator.rename(ada, "ada again")
        emulator.ban_by_hand(emulator.state.owner_id, emulator.state.add_user("marker"))
        await bot.wait_for_event(f"audit ban by {emulator.state.owner_id} because None")
        assert f"join {ada}" not in bot.heard
        assert str((await bot.home.fetch_member(int(ada))).id) == ada


async def test_a_429_is_waited_out_by_the_real_client(emulator: DiscordEmulator, ada: str) -> None:
    async with running(emulator, sync=False) as bot:
        emulator.set_fault(Fault(kind=FaultKind.TOO_MANY, operation="member.get", times=1, seconds=0.2))
        begun = time.perf_counter()
        assert str((await bot.home.fetch_member(int(ada))).id) == ada
        assert time.perf_counter() - begun >= 0.2
        assert [e.status for e in emulator.history.calls("member.get")] == [429, 200]


@pytest.mark.parametrize(("scale", "refused"), [(1.0, True), (60.0, False)])
async def test_more_than_fifty_calls_a_second_are_refused_unless_the_budget_is_wider(
    hours: ManualClock, scale: float, refused: bool
) -> None:
    emulator = DiscordEmulator(DiscordState(begun=BEGAN), now=hours.now, budget_scale=scale)
    await emulator.start()
    async with aiohttp.ClientSession(headers={"Authorization": f"Bot {emulator.token}"}) as session:
        url = f"{emulator.api_url}/users/@me"

        async def asked() -> tuple[int, str | None]:
            async with session.get(url) as answer:
                return answer.status, answer.headers.get("Via")

        answers = await asyncio.gather(*(asked() for _ in range(60)))
    await emulator.stop()
    assert ((429, "1.1 google") in answers) is refused


async def test_the_headers_of_a_route_say_what_is_left(emulator: DiscordEmulator, ada: str, ben: str) -> None:
    async with aiohttp.ClientSession(headers={"Authorization": f"Bot {emulator.token}"}) as session:
        left = []
        for person in (ada, ben):
            async with session.put(f"{emulator.api_url}/guilds/{emulator.guild_id}/bans/{person}") as answer:
                left.append(int(answer.headers["X-RateLimit-Remaining"]))
                assert float(answer.headers["X-RateLimit-Reset-After"]) > 0
    assert left == [4, 3]


async def test_the_address_of_a_file_ends_after_a_day(emulator: DiscordEmulator, hours: ManualClock, ada: str) -> None:
    await emulator.person(ada).send_dm("see this", [("proof.txt", b"bytes")])
    private = emulator.state.private_channel(ada)
    assert private is not None
    shown = emulator.community.to_json(emulator.state.messages_in(private.id)[0])
    url = shown["attachments"][0]["url"]
    async with aiohttp.ClientSession() as session:
        async with session.get(url) as answer:
            assert (answer.status, await answer.read()) == (200, b"bytes")
        async with session.get(url.replace("hm=", "hm=0")) as answer:
            assert answer.status == 404
        hours.advance(timedelta(hours=24))
        async with session.get(url) as answer:
            assert answer.status == 404
