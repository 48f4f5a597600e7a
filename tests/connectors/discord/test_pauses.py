"""A whole server on Discord: invitations and private messages paused, each until an instant, and opened again."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from connectors.discord.pauses import TO_PAUSE, DiscordPauses
from connectors.emulators.discord.permissions import FOR_THE_BOT, Permission
from guardian.spaces.outcomes import Done, Forbidden, Rejected, Unavailable
from guardian.spaces.pauses import OPEN, PauseKind, PauseSetting, PauseTarget
from guardian.spaces.port import Unknown
from tests.contracts.stage_discord import DiscordStage, discord_stage

PRIVATE = "dms_disabled_until"


@pytest.fixture
async def stage() -> AsyncIterator[DiscordStage]:
    async with discord_stage() as made:
        yield made


def pauses(stage: DiscordStage) -> DiscordPauses:
    return DiscordPauses(stage.connection, stage.clock)


def invites(stage: DiscordStage) -> PauseTarget:
    return PauseTarget(pauses(stage)._connection.config.name, PauseKind.INVITES)


async def test_what_is_paused_shows_until_it_is_opened(stage: DiscordStage) -> None:
    closed = PauseSetting(1, stage.clock.now() + timedelta(hours=6))
    assert await pauses(stage).observe(invites(stage)) == OPEN
    assert await pauses(stage).apply(invites(stage), closed) == Done()
    assert await pauses(stage).observe(invites(stage)) == closed
    assert await pauses(stage).apply(invites(stage), OPEN) == Done()
    assert await pauses(stage).observe(invites(stage)) == OPEN


@pytest.mark.harm("pause-loosens-stricter")
async def test_the_other_pause_stays_as_an_administrator_has_set_it(stage: DiscordStage) -> None:
    theirs = stage.clock.now() + timedelta(hours=12)
    stage.emulator.pause_by_hand(stage.emulator.state.owner_id, PRIVATE, theirs)
    await pauses(stage).apply(invites(stage), PauseSetting(1, stage.clock.now() + timedelta(hours=1)))
    await pauses(stage).apply(invites(stage), OPEN)
    assert stage.emulator.state.paused == {PRIVATE: theirs}


@pytest.mark.harm("pause-loosens-stricter")
async def test_invitations_that_are_off_without_an_end_count_as_paused(stage: DiscordStage) -> None:
    stage.emulator.state.features.append("INVITES_DISABLED")
    assert (await pauses(stage).observe(invites(stage))) == PauseSetting(1, detail="INVITES_DISABLED")


async def test_what_discord_would_not_keep_is_not_asked_of_it(stage: DiscordStage) -> None:
    too_long = PauseSetting(1, stage.clock.now() + timedelta(hours=25))
    assert isinstance(await pauses(stage).apply(invites(stage), too_long), Rejected)
    assert isinstance(await pauses(stage).apply(invites(stage), PauseSetting(1)), Rejected)


async def test_without_the_permission_it_is_said_what_is_missing(stage: DiscordStage) -> None:
    role = stage.emulator.state.roles[stage.emulator.state.bot_role_id]
    role.permissions = int(FOR_THE_BOT & ~Permission.MANAGE_GUILD)
    closed = PauseSetting(1, stage.clock.now() + timedelta(hours=6))
    assert await pauses(stage).apply(invites(stage), closed) == Forbidden(TO_PAUSE)


async def test_a_server_that_does_not_answer_is_not_open(stage: DiscordStage) -> None:
    stage.break_down()
    assert isinstance(await pauses(stage).observe(invites(stage)), Unknown)


@pytest.mark.harm("unreadable-pause-taken-for-open")
@pytest.mark.parametrize(
    "odd", [{"id": "1"}, {"id": "1", "incidents_data": {PRIVATE: "soon"}}, "<html>It works!</html>"]
)
async def test_a_server_whose_pauses_cannot_be_read_is_neither_open_nor_written(
    stage: DiscordStage, odd: object
) -> None:
    theirs = stage.clock.now() + timedelta(hours=12)
    stage.emulator.pause_by_hand(stage.emulator.state.owner_id, PRIVATE, theirs)
    stage.answer_oddly(odd)
    private = PauseTarget(invites(stage).space, PauseKind.DIRECT_MESSAGES)
    assert isinstance(await pauses(stage).observe(private), Unknown)
    closed = PauseSetting(1, stage.clock.now() + timedelta(hours=1))
    assert isinstance(await pauses(stage).apply(invites(stage), closed), Unavailable)
    assert stage.emulator.state.paused == {PRIVATE: theirs}
