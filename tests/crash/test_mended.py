"""What trials have found, each named for the harm that it would have done."""

from datetime import UTC, datetime, timedelta

from connectors.discord.client import DiscordConfig, DiscordLink
from connectors.discord.space import DiscordSpace
from guardian.ids import Reference, SanctionId, SpaceName
from guardian.sanctions.desired import Desired
from guardian.sanctions.ownership import Whose
from guardian.sanctions.plan import Release, Situation, plan
from guardian.spaces.port import Held, Presence, Seen
from rules.precedence import Hold
from tests.fakes.clock import FrozenClock

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


async def test_nobody_stays_banned_from_discord_because_they_are_not_there_to_be_muted() -> None:
    """A ban ends while a mute runs on: Discord can mute members only, so that the mute could never replace the ban."""
    link = DiscordLink(DiscordConfig(SpaceName("discord"), "token", "1"))
    muted = Desired(Hold.MUTED, NOW + timedelta(days=3), None, (SanctionId("s"),), Reference("GRD-AAAA"))
    banned = Seen((Held(Hold.BARRED),), Presence.OUTSIDE)
    can = DiscordSpace(link, FrozenClock()).abilities
    step = plan(Situation(muted, banned, {Hold.BARRED: Whose.OURS}, {}, can, NOW)).step
    assert isinstance(step, Release)
    assert step.hold is Hold.BARRED
