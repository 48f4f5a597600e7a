"""The gateway is cut and every webhook is lost while people act: each of their acts is found by the next sweep, once."""

from datetime import datetime, timedelta
from typing import Final

from connectors.emulation.faults import FaultKind
from guardian.sandbox.checks import bars_of, held_since, placed_and_lifted, who_was_messaged
from guardian.sandbox.community import DISCORD, SPACES, Human
from guardian.sandbox.config import Wishes
from guardian.sandbox.playing import Story
from guardian.sandbox.stories.journey import acted_and_ratified
from guardian.sandbox.studio import Stage, Studio

SWEPT: Final = timedelta(hours=6)
WISHES: Final = Wishes(sweep_every="6h")
UNSEEN: Final = "no event has told of it: for the moment they are in, everywhere"
FOUND: Final = "the next sweep finds it, and they are shut out again in every space"
ASKED: Final = "whoever lifted it is asked, as far as a space's records name them: GitHub's do on a larger plan only"
ONCE: Final = "nothing is doubled: one lift, and one restriction put in its place, in every space"
NATIVE: Final = "a ban by a moderator's own hand is found too, and its moderator is asked for the reason"
LATE: Final = "events that come late, and twice, change nothing any more"
EVENTS_AGAIN: Final = "once events come again, a lift is put back in the same moment"


async def play(studio: Studio) -> None:
    """Rowan is suspended everywhere. One night nothing that happens in the spaces is told to us."""
    async with studio.stage(WISHES) as stage:
        rowan = stage["rowan"]
        await acted_and_ratified(stage, rowan, timedelta(days=30))
        await stage.harness.wait(timedelta(days=1, hours=1))
        lifted = stage.now()
        await _unseen(stage, rowan)
        await stage.harness.wait(SWEPT)
        _found(stage, rowan, lifted)
        for space in SPACES:
            stage.world.heal(space)
        await _late(stage, rowan)
        again = stage.now()
        stage.say("Oskar lifts it on Discord once more, and the event comes")
        stage.world.discord.unban_by_hand(stage["oskar"].discord, rowan.discord)
        await stage.harness.rest()
        held = stage.world.shut_out(rowan, DISCORD, again) and stage.now() == again
        stage.checks.check(EVENTS_AGAIN, held, f"{stage.world.where_shut_out(rowan)}")


async def _unseen(stage: Stage, rowan: Human) -> None:
    world = stage.world
    stage.say("Discord's gateway is cut, and no event of any space arrives")
    for space in SPACES:
        world.fault(space, FaultKind.MISSED_EVENT)
    world.discord.gateway.cut()
    stage.say("Oskar, Priya and Marek each lift what is held on Rowan; Rowan joins Discord again. Oskar bans Linden")
    world.discord.unban_by_hand(stage["oskar"].discord, rowan.discord)
    world.discord.rejoin(rowan.discord)
    world.forum.hands.unsuspend_by_hand("priya", rowan.key)
    world.github.hands.unblock_by_hand("marek", rowan.key)
    world.discord.ban_by_hand(stage["oskar"].discord, stage["linden"].discord, "spam")
    await stage.harness.wait(timedelta(hours=1))
    stage.checks.equal(UNSEEN, world.where_shut_out(rowan), ())


def _found(stage: Stage, rowan: Human, lifted: datetime) -> None:
    world = stage.world
    since = {space: held_since(world, rowan, space) for space in SPACES}
    in_time = all(at is not None and lifted < at <= lifted + SWEPT for at in since.values())
    told = ", ".join(f"{space}: {at:%d %H:%M}" if at else f"{space}: not" for space, at in since.items())
    stage.checks.check(FOUND, in_time and world.where_shut_out(rowan) == SPACES, told)
    moderators = [stage[key] for key in ("oskar", "priya", "marek")]
    asked = who_was_messaged(world, moderators, "A question about something you lifted")
    stage.checks.equal(ASKED, asked, {"oskar", "priya"})
    _once(stage, rowan, ONCE)
    asked = who_was_messaged(world, moderators, "/explain-act")
    hands = [change.by for change in bars_of(world, stage["linden"], DISCORD)]
    stage.checks.check(NATIVE, asked == {"oskar"} and hands == [stage["oskar"].discord], f"asked: {asked}, by {hands}")


def _once(stage: Stage, rowan: Human, name: str) -> None:
    counts = {str(space): placed_and_lifted(stage.world, rowan, space) for space in SPACES}
    stage.checks.equal(name, counts, {str(space): (2, 1) for space in SPACES})


async def _late(stage: Stage, rowan: Human) -> None:
    """What the forum and GitHub still had to deliver comes now, each event twice."""
    for postman in (stage.world.forum.postman, stage.world.github.postman):
        for delivery in list(postman.deliveries):
            postman.again(delivery)
            postman.again(delivery)
    await stage.harness.rest()
    _once(stage, rowan, LATE)


STORY: Final = Story("missed-events", "events are lost while people act; the next sweep finds it all, once", play)
