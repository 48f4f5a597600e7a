"""People leave Discord and come back while something runs: they are found restricted at once, and no role comes with them."""

from datetime import datetime, timedelta
from typing import Final

from connectors.emulators.shared.control import Declined
from connectors.emulators.shared.faults import FaultKind
from guardian.sandbox.checks import bars_of, messages_to
from guardian.sandbox.community import DISCORD, Human
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import Stage, StoryContext
from guardian.sandbox.stories.journey import act_and_ratify

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


async def play(context: StoryContext) -> None:
    """Rowan is suspended everywhere, Hazel muted on Discord, both for sixty days; both go and come."""
    async with context.open_stage() as stage:
        rowan, hazel = stage["rowan"], stage["hazel"]
        roles = list(stage.world.discord.state.members[rowan.discord].roles)
        await act_and_ratify(stage, rowan, TERM)
        await _mute(stage, hazel)
        begun = stage.now()
        await _come_back(stage, rowan)
        await stage.driver.advance(begun + 27 * _DAY)
        _check_no_gap(stage, hazel, begun)
        await _stay_away(stage, hazel, begun)
        await stage.driver.advance(begun + TERM + timedelta(hours=1))
        discord = stage.world.discord
        held = stage.world.spaces_shut_out_of(rowan), discord.was_muted(hazel.discord, stage.now())
        stage.checks.check_equal(FREE, held, ((), False))
        stage.narrate("Rowan comes back, now that the term is over")
        discord.rejoin(rowan.discord)
        await stage.driver.run_until_idle()
        stage.checks.check_equal(ROLES_BACK, discord.state.members[rowan.discord].roles, roles)


async def _mute(stage: Stage, hazel: Human) -> None:
    """One member acts, and two others ratify it with the term."""
    group, kofi = stage.group, stage["kofi"]
    wanted = {"name": hazel.key, "name_in": str(DISCORD), "spaces": str(DISCORD), "restriction": "muted"}
    seen = await group.command(kofi, "act", **wanted, ground="ongoing", reason="Shouts people down, just now.")
    await group.press(kofi, seen, "Act now")
    await stage.driver.run_until_idle()
    case = await group.newest_case(stage["yuki"])
    await group.give_statement(kofi, case, "I was in the channel.")
    for key in ("yuki", "lena"):
        await group.review(stage[key], case, "ratify", TERM)
    await stage.driver.run_until_idle()
    await group.approve_newest_text(stage["ines"], case)


async def _come_back(stage: Stage, rowan: Human) -> None:
    discord = stage.world.discord
    stage.narrate("Rowan tries to join again")
    try:
        discord.rejoin(rowan.discord)
        stage.checks.check(KEPT_OUT, False, "they are in")
    except Declined as refused:
        stage.checks.check(KEPT_OUT, True, str(refused))
    stage.narrate("Oskar lifts Rowan's ban by hand; no event tells of it")
    stage.world.set_fault(DISCORD, FaultKind.MISSED_EVENT, "GUILD_BAN_REMOVE")
    stage.world.set_fault(DISCORD, FaultKind.MISSED_EVENT, "GUILD_AUDIT_LOG_ENTRY_CREATE")
    discord.unban_by_hand(stage["oskar"].discord, rowan.discord)
    stage.world.clear_faults(DISCORD)
    await stage.driver.pass_time(2 * _DAY)
    joined = stage.now()
    stage.narrate("Rowan joins")
    discord.rejoin(rowan.discord)
    await stage.driver.run_until_idle()
    changes = [f"{'placed' if c.after else 'lifted'} at {c.at:%d %H:%M}" for c in bars_of(stage.world, rowan, DISCORD)]
    held = stage.world.is_shut_out(rowan, DISCORD, stage.now())
    stage.checks.check(AT_ONCE, held and stage.now() == joined, "; ".join(changes))
    given = [c.after for c in discord.history.changes_of("role", rowan.discord)]
    stage.checks.check(NO_ROLES, not given, f"given: {given}")


def _check_no_gap(stage: Stage, hazel: Human, begun: datetime) -> None:
    hours = range(int((stage.now() - begun) / timedelta(hours=1)))
    without = [h for h in hours if not stage.world.discord.was_muted(hazel.discord, begun + timedelta(hours=h))]
    placed = list(stage.world.discord.history.changes_of("timeout", hazel.discord))
    stage.checks.check(NO_GAP, not without and len(placed) == 2, f"{len(placed)} timeouts, without after {without} h")


async def _stay_away(stage: Stage, hazel: Human, begun: datetime) -> None:
    discord, before = stage.world.discord, _count_lift_notices(stage)
    stage.narrate("Hazel leaves Discord")
    discord.leave(hazel.discord)
    await stage.driver.advance(begun + 57 * _DAY)
    stage.checks.check_equal(NOBODY_ASKED, _count_lift_notices(stage), before)
    ran_out = not discord.was_muted(hazel.discord, stage.now())
    stage.narrate("Hazel joins again")
    joined = stage.now()
    discord.rejoin(hazel.discord)
    await stage.driver.run_until_idle()
    again = discord.was_muted(hazel.discord, stage.now()) and stage.now() == joined
    stage.checks.check(MUTED_AGAIN, ran_out and again, f"ran out before: {ran_out}, muted: {again}")


def _count_lift_notices(stage: Stage) -> int:
    members = [stage[key] for key in ("nadia", "tomas", "ines", "kofi", "yuki", "lena")]
    return sum("somebody lifted" in text for member in members for text in messages_to(stage.world, member))


STORY: Final = Story(
    "rejoin", "people leave and come back while something runs, and are found restricted at once", play
)
