"""Threads on Discord: locked for a while and opened again; of messages that others wrote, no text is ever claimed."""

from collections.abc import AsyncIterator

import pytest

from connectors.discord.content import DiscordContent
from connectors.emulators.discord.permissions import FOR_THE_BOT, Permission
from connectors.emulators.shared.control import Declined
from guardian.spaces.content import ContentRef, ContentRestrictionKind, ObservedContent
from guardian.spaces.outcomes import Already, Done, Forbidden, Rejected
from guardian.spaces.port import Missing, Unknown
from tests.contracts.stage_discord import DiscordStage, discord_stage

LOCKED = ContentRestrictionKind.LOCKED


@pytest.fixture
async def stage() -> AsyncIterator[DiscordStage]:
    async with discord_stage() as made:
        yield made


def things(stage: DiscordStage) -> DiscordContent:
    return DiscordContent(stage.connection)


async def a_thread(stage: DiscordStage) -> ContentRef:
    """A thread of the account's, found by the link that people copy."""
    thread = stage.emulator.state.add_thread("a quarrel", stage.account.native_id)
    found = await things(stage).find(f"https://discord.com/channels/{stage.emulator.guild_id}/{thread}")
    assert found is not None
    return found


async def test_nobody_writes_in_a_locked_thread_until_it_is_opened_again(stage: DiscordStage) -> None:
    thread = await a_thread(stage)
    assert await things(stage).restrict(thread, LOCKED) == Done()
    with pytest.raises(Declined):
        stage.emulator.say(stage.account.native_id, thread.native_id, "And another thing")
    looked = await things(stage).observe(thread)
    assert looked == ObservedContent(frozenset({LOCKED}), {LOCKED: stage.emulator.state.bot_id})
    assert await things(stage).release(thread, LOCKED) == Done()
    stage.emulator.say(stage.account.native_id, thread.native_id, "Thank you")


async def test_a_thread_that_fell_asleep_while_locked_is_opened_all_the_same(stage: DiscordStage) -> None:
    thread = await a_thread(stage)
    await things(stage).restrict(thread, LOCKED)
    stage.emulator.state.channels[thread.native_id].archived = True
    assert await things(stage).release(thread, LOCKED) == Done()
    assert await things(stage).observe(thread) == ObservedContent()


async def test_what_stands_already_is_said_to_stand(stage: DiscordStage) -> None:
    thread = await a_thread(stage)
    assert await things(stage).release(thread, LOCKED) == Already()
    await things(stage).restrict(thread, LOCKED)
    assert await things(stage).restrict(thread, LOCKED) == Already()


async def test_without_the_permission_it_is_named(stage: DiscordStage) -> None:
    thread = await a_thread(stage)
    stage.emulator.state.bot_permissions = FOR_THE_BOT & ~Permission.MANAGE_THREADS
    outcome = await things(stage).restrict(thread, LOCKED)
    assert isinstance(outcome, Forbidden)
    assert "Manage Threads" in outcome.needs


async def test_a_message_is_known_by_its_link_and_its_text_is_never_claimed(stage: DiscordStage) -> None:
    state = stage.emulator.state
    said = stage.emulator.say(stage.account.native_id, state.general_id, "Learn to read.")
    found = await things(stage).find(f"https://discord.com/channels/{state.guild_id}/{state.general_id}/{said}")
    assert found is not None
    assert isinstance(await things(stage).read_copy(found), Unknown)
    assert isinstance(await things(stage).restrict(found, LOCKED), Rejected)


async def test_a_thread_that_is_gone_is_missing_and_a_channel_is_no_thread(stage: DiscordStage) -> None:
    state = stage.emulator.state
    assert await things(stage).observe(ContentRef(stage.space.name, "700000000000000123")) == Missing()
    assert await things(stage).find(state.general_id) is None
    assert await things(stage).find(f"https://discord.com/channels/1111111111111111/{state.general_id}") is None
