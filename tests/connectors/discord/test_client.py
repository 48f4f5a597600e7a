"""The link to Discord: signing in, staying connected, hearing of accounts, and never waiting past a ceiling."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import discord
import pytest

from connectors.discord.client import DiscordConnection
from connectors.discord.space import DiscordSpace
from connectors.discord.timeouts import bounded
from connectors.discord.translate import NoAnswer, Refusal, Success
from connectors.emulators.discord.server import DiscordEmulator
from connectors.emulators.discord.state import GUILD_MEMBERS_INTENT, DiscordState
from connectors.emulators.shared.faults import Fault, FaultKind
from guardian.errors import Misconfigured
from guardian.spaces.port import Account, Observed
from rules.precedence import AccessLevel
from tests.contracts.stage_discord import DiscordStage, a_config, discord_stage
from tests.contracts.stages import LIFTED, StageClock, a_restriction_order

PATIENCE = 5.0


@pytest.fixture
async def emulator() -> AsyncIterator[DiscordEmulator]:
    clock = StageClock()
    made = DiscordEmulator(DiscordState(begun=clock.now()), now=clock.now, enforce_limits=False)
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def stage() -> AsyncIterator[DiscordStage]:
    async with discord_stage() as made:
        yield made


class Subscribers:
    """Collects the accounts that the link speaks of."""

    def __init__(self, connection: DiscordConnection) -> None:
        self.heard: list[str] = []
        self._more = asyncio.Event()
        connection.on_account_changed = self.hear

    async def hear(self, native_id: str) -> None:
        self.heard.append(native_id)
        self._more.set()

    async def until_heard(self, native_id: str) -> None:
        """Returns once the link has spoken of the account."""
        async with asyncio.timeout(PATIENCE):
            while native_id not in self.heard:
                self._more.clear()
                await self._more.wait()


@asynccontextmanager
async def linked(connection: DiscordConnection) -> AsyncIterator[DiscordConnection]:
    """The link, started and in the end closed."""
    try:
        await connection.start()
        yield connection
    finally:
        await connection.close()


# -- signing in


async def test_a_wrong_token_stops_the_start_with_its_remedy(emulator: DiscordEmulator) -> None:
    connection = DiscordConnection(replace(a_config(emulator), token="wrong"))
    with pytest.raises(Misconfigured, match="developer portal"):
        await connection.start()


async def test_the_switched_off_intent_stops_the_start_with_its_remedy(emulator: DiscordEmulator) -> None:
    emulator.state.privileged_intents = 0
    with pytest.raises(Misconfigured, match="Server Members Intent"):
        await DiscordConnection(a_config(emulator)).start()


async def test_the_set_up_is_awaited_once_with_the_client(emulator: DiscordEmulator) -> None:
    seen: list[tuple[discord.Client, bool]] = []

    async def setup(client: discord.Client) -> None:
        seen.append((client, emulator.gateway.is_connected))

    async with linked(DiscordConnection(a_config(emulator), setup=setup)) as connection:
        assert connection.is_connected
        assert seen == [(connection.client, False)]


async def test_a_fault_in_the_set_up_is_let_out(emulator: DiscordEmulator) -> None:
    async def setup(_: discord.Client) -> None:
        raise KeyError("a bug")

    with pytest.raises(KeyError):
        await DiscordConnection(a_config(emulator), setup=setup).start()


async def test_before_signing_in_nothing_is_claimed(emulator: DiscordEmulator) -> None:
    assert isinstance(await DiscordConnection(a_config(emulator)).read_ban("1"), NoAnswer)


async def test_after_closing_nothing_is_claimed(stage: DiscordStage) -> None:
    await stage.connection.close()
    assert isinstance(await stage.connection.read_ban(stage.account.native_id), NoAnswer)
    assert stage.connection.client.is_closed()


@pytest.mark.wire_time
async def test_a_discord_that_is_down_at_first_is_reached_when_it_is_back(emulator: DiscordEmulator) -> None:
    emulator.set_fault(Fault(kind=FaultKind.SERVER_ERROR, operation="*", status=503))
    connection = DiscordConnection(replace(a_config(emulator), patience=timedelta(seconds=0.3)))
    async with linked(connection):
        assert not connection.is_connected
        emulator.faults.clear()
        async with asyncio.timeout(PATIENCE):
            while not isinstance(await connection.read_guild(), Success):
                await asyncio.sleep(0.05)


# -- the gateway


async def test_looks_and_acts_work_while_the_gateway_is_down(emulator: DiscordEmulator) -> None:
    native_id = emulator.state.add_member(emulator.state.add_user("rowan"))
    config = replace(a_config(emulator), gateway_url="ws://127.0.0.1:9/", patience=timedelta(seconds=0.3))
    async with linked(DiscordConnection(config)) as connection:
        space = DiscordSpace(connection, StageClock())
        assert not connection.is_connected
        assert isinstance(await space.observe(Account(space.name, native_id)), Observed)


async def test_a_cut_gateway_is_connected_again_and_events_are_heard(stage: DiscordStage) -> None:
    subscribers = Subscribers(stage.connection)
    stage.emulator.gateway.cut()
    stage.restrict_manually(stage.account, AccessLevel.BARRED)
    async with asyncio.timeout(PATIENCE):
        while stage.account.native_id not in subscribers.heard:
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("level", [AccessLevel.BARRED, AccessLevel.MUTED])
async def test_anothers_hand_is_heard_when_it_places_and_when_it_lifts(stage: DiscordStage, level: AccessLevel) -> None:
    subscribers = Subscribers(stage.connection)
    stage.restrict_manually(stage.account, level)
    await subscribers.until_heard(stage.account.native_id)
    await asyncio.sleep(0.1)
    subscribers.heard.clear()
    stage.release_manually(stage.account, level)
    await subscribers.until_heard(stage.account.native_id)


async def test_a_return_is_heard_even_where_the_leaving_was_missed(stage: DiscordStage) -> None:
    stage.emulator.set_fault(Fault(kind=FaultKind.MISSED_EVENT, operation="GUILD_MEMBER_REMOVE"))
    subscribers = Subscribers(stage.connection)
    stage.emulator.leave(stage.account.native_id)
    stage.emulator.rejoin(stage.account.native_id)
    await subscribers.until_heard(stage.account.native_id)


async def test_our_own_acts_are_not_heard_as_news_but_anothers_after_them_are(stage: DiscordStage) -> None:
    subscribers = Subscribers(stage.connection)
    await stage.space.restrict(a_restriction_order(stage, AccessLevel.BARRED))
    await stage.space.release(stage.account, AccessLevel.BARRED, LIFTED)
    await stage.space.restrict(a_restriction_order(stage, AccessLevel.BARRED))
    stage.restrict_manually(stage.other, AccessLevel.BARRED)
    await subscribers.until_heard(stage.other.native_id)
    assert stage.account.native_id not in subscribers.heard
    stage.release_manually(stage.account, AccessLevel.BARRED)
    await subscribers.until_heard(stage.account.native_id)


# -- the ceiling


@pytest.mark.wire_time
async def test_a_global_limit_that_outlasts_the_ceiling_does_not_hold_back_later_calls() -> None:
    async with discord_stage(enforce_limits=True) as stage:
        answers = await asyncio.gather(*(_bounded_look(stage) for _ in range(70)))
        assert any(isinstance(answer, NoAnswer) for answer in answers)
        await asyncio.sleep(1.1)
        assert isinstance(await _bounded_look(stage), Success)


@pytest.mark.wire_time
async def test_the_library_alone_is_held_back_for_ever_by_a_cut_in_a_global_limit() -> None:
    """Why our calls end before the library sleeps: whoever only cuts it off never gets an answer again."""
    async with discord_stage(enforce_limits=True) as stage:
        assert TimeoutError in await asyncio.gather(*(_naive_look(stage) for _ in range(70)))
        await asyncio.sleep(1.1)
        assert await _naive_look(stage) is TimeoutError


async def _bounded_look(stage: DiscordStage) -> Any:
    try:
        async with bounded(timedelta(seconds=0.5)):
            return await stage.connection.read_guild()
    except TimeoutError:
        return NoAnswer("cut")


async def _naive_look(stage: DiscordStage) -> Any:
    try:
        async with asyncio.timeout(0.5):
            return await stage.connection.client.http.get_guild(stage.connection.config.guild_id)
    except TimeoutError:
        return TimeoutError


# -- for a service that goes on


@pytest.mark.harm("one-space-down-stops-everything")
async def test_an_opened_link_says_what_is_wrong_and_lets_the_others_go_on(emulator: DiscordEmulator) -> None:
    connection = DiscordConnection(replace(a_config(emulator), token="wrong"))
    try:
        async with asyncio.timeout(PATIENCE):
            await connection.open()
        assert connection.fault is not None
        assert "developer portal" in connection.fault
        assert isinstance(await connection.read_ban("1"), NoAnswer)
    finally:
        await connection.close()


@pytest.mark.harm("one-space-down-stops-everything")
async def test_a_fault_of_ours_in_the_set_up_ends_no_service(emulator: DiscordEmulator) -> None:
    async def setup(_: discord.Client) -> None:
        raise KeyError("a bug")

    connection = DiscordConnection(a_config(emulator), setup=setup)
    try:
        async with asyncio.timeout(PATIENCE):
            await connection.open()
        assert connection.fault is not None
    finally:
        await connection.close()


@pytest.mark.wire_time
@pytest.mark.parametrize("trouble", ["token", "intent"])
async def test_a_link_that_people_have_mended_comes_up_by_itself(emulator: DiscordEmulator, trouble: str) -> None:
    config = replace(a_config(emulator), mending=timedelta(seconds=0.05))
    right = emulator.token
    if trouble == "token":
        emulator.token = "not this one"
    else:
        emulator.state.privileged_intents = 0
    connection = DiscordConnection(config)
    try:
        await connection.open()
        assert "developer portal" in (connection.fault or "")
        emulator.token, emulator.state.privileged_intents = right, GUILD_MEMBERS_INTENT
        async with asyncio.timeout(PATIENCE):
            while not connection.is_connected:
                await asyncio.sleep(0.01)
        assert connection.fault is None
        assert isinstance(await connection.read_ban("1"), Refusal)
    finally:
        await connection.close()


@pytest.mark.wire_time
async def test_while_only_the_listening_is_refused_calls_are_still_made(emulator: DiscordEmulator) -> None:
    emulator.state.privileged_intents = 0
    connection = DiscordConnection(a_config(emulator))
    try:
        await connection.open()
        async with asyncio.timeout(PATIENCE):
            while isinstance(await connection.read_guild(), NoAnswer):
                await asyncio.sleep(0.01)
        assert connection.fault is not None
    finally:
        await connection.close()
