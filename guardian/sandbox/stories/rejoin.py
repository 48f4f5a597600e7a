"""People leave Discord and come back while something runs: they are found restricted at once, and no role comes with them."""

from datetime import datetime, timedelta
from typing import Final

from connectors.emulation.control import Declined
from connectors.emulation.faults import FaultKind
from guardian.sandbox.checks import bars_of, messages_to
from guardian.sandbox.community import DISCORD, Human
from guardian.sandbox.playing import Story
from guardian.sandbox.stories.journey import acted_and_ratified
from guardian.sandbox.studio import Stage, Studio

TERM: Final = timedelta(days=60)
KEPT_OUT: Final = "somebody who is suspended cannot come back in"
AT_ONCE: Final = "somebody who comes in again is shut out in the same moment, though nothing told of the lift before"
NO_ROLES: Final = "no role is given back while the suspension runs"
NO_GAP: Final = "a mute of sixty days is renewed before Discord ends it, without an instant in between"
NOBODY_ASKED: Final = "somebody who leaves has lifted nothing: nobody is told so"
MUTED_AGAIN: Final = (
    "somebody whose timeout ran out while they were away is muted in the moment in which they come back"
)
ROLES_BACK: Final = "once it is over, the roles without power are given back to whoever comes"
FREE: Final = "once it is over, nothing is held on either of them"

_DAY: Final = timedelta(days=1)


async def play(studio: Studio) -> None:
    """Rowan is suspended everywhere, Hazel muted on Discord, both for sixty days; both go and come."""
    async with studio.stage() as stage:
        rowan, hazel = stage["rowan"], stage["hazel"]
        roles = list(stage.world.discord.state.members[rowan.discord].roles)
        await acted_and_ratified(stage, rowan, TERM)
        await _muted(stage, hazel)
        begun = stage.now()
        await _comes_back(stage, rowan)
        await stage.harness.advance(begun + 27 * _DAY)
        _no_gap(stage, hazel, begun)
        await _away_for_long(stage, hazel, begun)
        await stage.harness.advance(begun + TERM + timedelta(hours=1))
        discord = stage.world.discord
        held = stage.world.where_shut_out(rowan), discord.muted(hazel.discord, stage.now())
        stage.checks.equal(FREE, held, ((), False))
        stage.say("Rowan comes back, now that the term is over")
        discord.rejoin(rowan.discord)
        await stage.harness.rest()
        stage.checks.equal(ROLES_BACK, discord.state.members[rowan.discord].roles, roles)


async def _muted(stage: Stage, hazel: Human) -> None:
    """One member acts, and two others ratify it with the term."""
    group, kofi = stage.group, stage["kofi"]
    wanted = {"name": hazel.key, "space": str(DISCORD), "spaces": str(DISCORD), "restriction": "muted"}
    seen = await group.command(kofi, "act", **wanted, ground="ongoing", reason="Shouts people down, just now.")
    await group.press(kofi, seen, "Act now")
    await stage.harness.rest()
    case = await group.newest_case(stage["yuki"])
    await group.account(kofi, case, "I was in the channel.")
    for key in ("yuki", "lena"):
        await group.review(stage[key], case, "ratify", TERM)
    await stage.harness.rest()


async def _comes_back(stage: Stage, rowan: Human) -> None:
    discord = stage.world.discord
    stage.say("Rowan tries to join again")
    try:
        discord.rejoin(rowan.discord)
        stage.checks.check(KEPT_OUT, False, "they are in")
    except Declined as refused:
        stage.checks.check(KEPT_OUT, True, str(refused))
    stage.say("Oskar lifts Rowan's ban by hand; no event tells of it")
    stage.world.fault(DISCORD, FaultKind.MISSED_EVENT, "GUILD_BAN_REMOVE")
    stage.world.fault(DISCORD, FaultKind.MISSED_EVENT, "GUILD_AUDIT_LOG_ENTRY_CREATE")
    discord.unban_by_hand(stage["oskar"].discord, rowan.discord)
    stage.world.heal(DISCORD)
    await stage.harness.wait(2 * _DAY)
    joined = stage.now()
    stage.say("Rowan joins")
    discord.rejoin(rowan.discord)
    await stage.harness.rest()
    changes = [f"{'placed' if c.after else 'lifted'} at {c.at:%d %H:%M}" for c in bars_of(stage.world, rowan, DISCORD)]
    held = stage.world.shut_out(rowan, DISCORD, stage.now())
    stage.checks.check(AT_ONCE, held and stage.now() == joined, "; ".join(changes))
    given = [c.after for c in discord.history.changes_of("role", rowan.discord)]
    stage.checks.check(NO_ROLES, not given, f"given: {given}")


def _no_gap(stage: Stage, hazel: Human, begun: datetime) -> None:
    hours = range(int((stage.now() - begun) / timedelta(hours=1)))
    without = [h for h in hours if not stage.world.discord.muted(hazel.discord, begun + timedelta(hours=h))]
    placed = list(stage.world.discord.history.changes_of("timeout", hazel.discord))
    stage.checks.check(NO_GAP, not without and len(placed) == 2, f"{len(placed)} timeouts, without after {without} h")


async def _away_for_long(stage: Stage, hazel: Human, begun: datetime) -> None:
    discord, before = stage.world.discord, _told_of_lifts(stage)
    stage.say("Hazel leaves Discord")
    discord.leave(hazel.discord)
    await stage.harness.advance(begun + 57 * _DAY)
    stage.checks.equal(NOBODY_ASKED, _told_of_lifts(stage), before)
    ran_out = not discord.muted(hazel.discord, stage.now())
    stage.say("Hazel joins again")
    joined = stage.now()
    discord.rejoin(hazel.discord)
    await stage.harness.rest()
    again = discord.muted(hazel.discord, stage.now()) and stage.now() == joined
    stage.checks.check(MUTED_AGAIN, ran_out and again, f"ran out before: {ran_out}, muted: {again}")


def _told_of_lifts(stage: Stage) -> int:
    members = [stage[key] for key in ("nadia", "tomas", "ines", "kofi", "yuki", "lena")]
    return sum("somebody lifted" in text for member in members for text in messages_to(stage.world, member))


STORY: Final = Story(
    "rejoin", "people leave and come back while something runs, and are found restricted at once", play
)
