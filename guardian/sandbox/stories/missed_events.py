"""The gateway is cut and every webhook is lost while people act: each of their acts is found by the next sweep, once."""

from datetime import datetime, timedelta
from typing import Final

from connectors.emulators.shared.faults import FaultKind
from guardian.sandbox.checks import bars_of, count_placed_and_lifted, people_messaged, restricted_since
from guardian.sandbox.community import DISCORD, SPACES, Human
from guardian.sandbox.config import SandboxOptions
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import Stage, StoryContext
from guardian.sandbox.stories.journey import act_and_ratify

RESYNC_EVERY: Final = timedelta(hours=6)
OPTIONS: Final = SandboxOptions(resync_every="6h")
UNSEEN: Final = "no event has told of it: for the moment they are in, everywhere"
FOUND: Final = "the next sweep finds it, and they are shut out again in every space"
ASKED: Final = "whoever lifted it is asked, as far as a space's records name them: GitHub's do on a larger plan only"
ONCE: Final = "nothing is doubled: one lift, and one restriction put in its place, in every space"
NATIVE: Final = "a ban by a moderator's own hand is found too, and its moderator is asked for the reason"
LATE: Final = "events that come late, and twice, change nothing any more"
EVENTS_AGAIN: Final = "once events come again, a lift is put back in the same moment"


async def play(context: StoryContext) -> None:
    """Rowan is suspended everywhere. One night nothing that happens in the spaces is told to us."""
    async with context.open_stage(OPTIONS) as stage:
        rowan = stage["rowan"]
        await act_and_ratify(stage, rowan, timedelta(days=30))
        await stage.driver.pass_time(timedelta(days=1, hours=1))
        lifted = stage.now()
        await _lift_unseen(stage, rowan)
        await stage.driver.pass_time(RESYNC_EVERY)
        _check_found(stage, rowan, lifted)
        for space in SPACES:
            stage.world.clear_faults(space)
        await _deliver_late(stage, rowan)
        again = stage.now()
        stage.narrate("Oskar lifts it on Discord once more, and the event comes")
        stage.world.discord.unban_by_hand(stage["oskar"].discord, rowan.discord)
        await stage.driver.run_until_idle()
        held = stage.world.is_shut_out(rowan, DISCORD, again) and stage.now() == again
        stage.checks.check(EVENTS_AGAIN, held, f"{stage.world.spaces_shut_out_of(rowan)}")


async def _lift_unseen(stage: Stage, rowan: Human) -> None:
    world = stage.world
    stage.narrate("Discord's gateway is cut, and no event of any space arrives")
    for space in SPACES:
        world.set_fault(space, FaultKind.MISSED_EVENT)
    world.discord.gateway.cut()
    stage.narrate(
        "Oskar, Priya and Marek each lift what is held on Rowan; Rowan joins Discord again. Oskar bans Linden"
    )
    world.discord.unban_by_hand(stage["oskar"].discord, rowan.discord)
    world.discord.rejoin(rowan.discord)
    world.forum.manual_actions.unsuspend_by_hand("priya", rowan.key)
    world.github.manual_actions.unblock_by_hand("marek", rowan.key)
    world.discord.ban_by_hand(stage["oskar"].discord, stage["linden"].discord, "spam")
    await stage.driver.pass_time(timedelta(hours=1))
    stage.checks.check_equal(UNSEEN, world.spaces_shut_out_of(rowan), ())


def _check_found(stage: Stage, rowan: Human, lifted: datetime) -> None:
    world = stage.world
    since = {space: restricted_since(world, rowan, space) for space in SPACES}
    in_time = all(at is not None and lifted < at <= lifted + RESYNC_EVERY for at in since.values())
    notified = ", ".join(f"{space}: {at:%d %H:%M}" if at else f"{space}: not" for space, at in since.items())
    stage.checks.check(FOUND, in_time and world.spaces_shut_out_of(rowan) == SPACES, notified)
    moderators = [stage[key] for key in ("oskar", "priya", "marek")]
    asked = people_messaged(world, moderators, "A question about something you lifted")
    stage.checks.check_equal(ASKED, asked, {"oskar", "priya"})
    _check_once(stage, rowan, ONCE)
    asked = people_messaged(world, moderators, "/measures/explain/")
    authors = [change.by for change in bars_of(world, stage["linden"], DISCORD)]
    stage.checks.check(
        NATIVE, asked == {"oskar"} and authors == [stage["oskar"].discord], f"asked: {asked}, by {authors}"
    )


def _check_once(stage: Stage, rowan: Human, name: str) -> None:
    counts = {str(space): count_placed_and_lifted(stage.world, rowan, space) for space in SPACES}
    stage.checks.check_equal(name, counts, {str(space): (2, 1) for space in SPACES})


async def _deliver_late(stage: Stage, rowan: Human) -> None:
    """What the forum and GitHub still had to deliver comes now, each event twice."""
    for webhook_sender in (stage.world.forum.webhook_sender, stage.world.github.webhook_sender):
        for delivery in list(webhook_sender.deliveries):
            webhook_sender.redeliver(delivery)
            webhook_sender.redeliver(delivery)
    await stage.driver.run_until_idle()
    _check_once(stage, rowan, LATE)


STORY: Final = Story("missed-events", "events are lost while people act; the next sweep finds it all, once", play)
