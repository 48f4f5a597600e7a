"""The link to Discord: signing in, staying connected, hearing of accounts, and never waiting past a ceiling."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import discord
import pytest

from connectors.discord.ceiling import bounded
from connectors.discord.client import DiscordLink
from connectors.discord.emulator.server import DiscordEmulator
from connectors.discord.emulator.state import DiscordState
from connectors.discord.space import DiscordSpace
from connectors.discord.translate import Got, Silence
from connectors.emulation.faults import Fault, FaultKind
from guardian.errors import Misconfigured
from guardian.spaces.port import Account, Seen
from rules.precedence import Hold
from tests.contracts.stage_discord import DiscordStage, a_config, discord_stage
from tests.contracts.stages import LIFTED, StageClock, an_order

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


class Ears:
    """Collects the accounts that the link speaks of."""

    def __init__(self, link: DiscordLink) -> None:
        self.heard: list[str] = []
        self._more = asyncio.Event()
        link.on_account_changed = self.hear

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
async def linked(link: DiscordLink) -> AsyncIterator[DiscordLink]:
    """The link, started and in the end closed."""
    try:
        await link.start()
        yield link
    finally:
        await link.close()


# -- signing in


async def test_a_wrong_token_stops_the_start_with_its_remedy(emulator: DiscordEmulator) -> None:
    link = DiscordLink(replace(a_config(emulator), token="wrong"))
    with pytest.raises(Misconfigured, match="developer portal"):
        await link.start()


async def test_the_switched_off_intent_stops_the_start_with_its_remedy(emulator: DiscordEmulator) -> None:
    emulator.state.privileged_intents = 0
    with pytest.raises(Misconfigured, match="Server Members Intent"):
        await DiscordLink(a_config(emulator)).start()


async def test_the_set_up_is_awaited_once_with_the_client(emulator: DiscordEmulator) -> None:
    seen: list[tuple[discord.Client, bool]] = []

    async def setup(client: discord.Client) -> None:
        seen.append((client, emulator.gateway.is_connected))

    async with linked(DiscordLink(a_config(emulator), setup=setup)) as link:
        assert link.connected
        assert seen == [(link.client, False)]


async def test_a_fault_in_the_set_up_is_let_out(emulator: DiscordEmulator) -> None:
    async def setup(_: discord.Client) -> None:
        raise KeyError("a bug")

    with pytest.raises(KeyError):
        await DiscordLink(a_config(emulator), setup=setup).start()


async def test_before_signing_in_nothing_is_claimed(emulator: DiscordEmulator) -> None:
    assert isinstance(await DiscordLink(a_config(emulator)).read_ban("1"), Silence)


async def test_after_closing_nothing_is_claimed(stage: DiscordStage) -> None:
    await stage.link.close()
    assert isinstance(await stage.link.read_ban(stage.account.native_id), Silence)
    assert stage.link.client.is_closed()


@pytest.mark.wire_time
async def test_a_discord_that_is_down_at_first_is_reached_when_it_is_back(emulator: DiscordEmulator) -> None:
    emulator.set_fault(Fault(FaultKind.SERVER_ERROR, "*", status=503))
    link = DiscordLink(replace(a_config(emulator), patience=timedelta(seconds=0.3)))
    async with linked(link):
        assert not link.connected
        emulator.faults.clear()
        async with asyncio.timeout(PATIENCE):
            while not isinstance(await link.read_guild(), Got):
                await asyncio.sleep(0.05)


# -- the gateway


async def test_looks_and_acts_work_while_the_gateway_is_down(emulator: DiscordEmulator) -> None:
    native_id = emulator.state.add_member(emulator.state.add_user("rowan"))
    config = replace(a_config(emulator), gateway_url="ws://127.0.0.1:9/", patience=timedelta(seconds=0.3))
    async with linked(DiscordLink(config)) as link:
        space = DiscordSpace(link, StageClock())
        assert not link.connected
        assert isinstance(await space.observe(Account(space.name, native_id)), Seen)


async def test_a_cut_gateway_is_connected_again_and_events_are_heard(stage: DiscordStage) -> None:
    ears = Ears(stage.link)
    stage.emulator.gateway.cut()
    stage.hold_by_hand(stage.account, Hold.BARRED)
    async with asyncio.timeout(PATIENCE):
        while stage.account.native_id not in ears.heard:
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("hold", [Hold.BARRED, Hold.MUTED])
async def test_anothers_hand_is_heard_when_it_places_and_when_it_lifts(stage: DiscordStage, hold: Hold) -> None:
    ears = Ears(stage.link)
    stage.hold_by_hand(stage.account, hold)
    await ears.until_heard(stage.account.native_id)
    await asyncio.sleep(0.1)
    ears.heard.clear()
    stage.lift_by_hand(stage.account, hold)
    await ears.until_heard(stage.account.native_id)


async def test_a_return_is_heard_even_where_the_leaving_was_missed(stage: DiscordStage) -> None:
    stage.emulator.set_fault(Fault(FaultKind.MISSED_EVENT, "GUILD_MEMBER_REMOVE"))
    ears = Ears(stage.link)
    stage.emulator.leave(stage.account.native_id)
    stage.emulator.rejoin(stage.account.native_id)
    await ears.until_heard(stage.account.native_id)


async def test_our_own_acts_are_not_heard_as_news_but_anothers_after_them_are(stage: DiscordStage) -> None:
    ears = Ears(stage.link)
    await stage.space.restrict(an_order(stage, Hold.BARRED))
    await stage.space.release(stage.account, Hold.BARRED, LIFTED)
    await stage.space.restrict(an_order(stage, Hold.BARRED))
    stage.hold_by_hand(stage.other, Hold.BARRED)
    await ears.until_heard(stage.other.native_id)
    assert stage.account.native_id not in ears.heard
    stage.lift_by_hand(stage.account, Hold.BARRED)
    await ears.until_heard(stage.account.native_id)


# -- the ceiling


@pytest.mark.wire_time
async def test_a_global_limit_that_outlasts_the_ceiling_does_not_hold_back_later_calls() -> None:
    async with discord_stage(enforce_limits=True) as stage:
        answers = await asyncio.gather(*(_bounded_look(stage) for _ in range(70)))
        assert any(isinstance(answer, Silence) for answer in answers)
        await asyncio.sleep(1.1)
        assert isinstance(await _bounded_look(stage), Got)


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
            return await stage.link.read_guild()
    except TimeoutError:
        return Silence("cut")


async def _naive_look(stage: DiscordStage) -> Any:
    try:
        async with asyncio.timeout(0.5):
            return await stage.link.client.http.get_guild(stage.link.config.guild_id)
    except TimeoutError:
        return TimeoutError
