"""What trials have found, each named for the harm that it would have done."""

import asyncio
from datetime import UTC, datetime, timedelta

from discord.http import HTTPClient

from connectors.discord.client import DiscordConnection
from connectors.discord.config import DiscordConfig
from connectors.discord.space import DiscordSpace
from connectors.discord.translate import Success
from guardian.ids import Reference, SanctionId, SpaceName
from guardian.reconciler.actions import Release
from guardian.reconciler.ownership import Ownership
from guardian.reconciler.plan import Situation, plan
from guardian.sanctions.desired_state import DesiredState
from guardian.spaces.port import Observed, ObservedRestriction, Presence
from rules.precedence import AccessLevel
from tests.contracts.stage_discord import discord_stage
from tests.fakes.clock import FrozenClock

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


async def test_nobody_stays_banned_from_discord_because_they_are_not_there_to_be_muted() -> None:
    """A ban ends while a mute runs on: Discord can mute members only, so that the mute could never replace the ban."""
    connection = DiscordConnection(DiscordConfig(name=SpaceName("discord"), token="token", guild_id="1"))
    muted = DesiredState(
        level=AccessLevel.MUTED,
        until=NOW + timedelta(days=3),
        changes_at=None,
        reasons=(SanctionId("s"),),
        reference=Reference("GRD-AAAA"),
    )
    banned = Observed((ObservedRestriction(AccessLevel.BARRED),), Presence.OUTSIDE)
    can = DiscordSpace(connection, FrozenClock()).capabilities
    action = plan(
        Situation(
            desired=muted,
            seen=banned,
            ownership={AccessLevel.BARRED: Ownership.OURS},
            enforcements={},
            capabilities=can,
            now=NOW,
        )
    ).action
    assert isinstance(action, Release)
    assert action.level is AccessLevel.BARRED


async def test_a_call_cut_off_as_it_ends_does_not_shut_discord_out_for_ever() -> None:
    """The library lets one call at a time through to an address whose limits it does not know. Cut off while it makes
    way for the next, it never does: every later ban and unban would run into its ceiling until a restart."""

    async def asked(http: HTTPClient) -> dict[str, str]:
        async with http.get_ratelimit("an address"):
            return {}

    async with discord_stage() as stage:
        cut = asyncio.create_task(stage.connection._call(asked))
        await asyncio.sleep(0)
        cut.cancel()
        await asyncio.wait({cut})
        async with asyncio.timeout(1):
            assert await stage.connection._call(asked) == Success({})
