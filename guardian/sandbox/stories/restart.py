"""The service is killed between applying and recording, twice: once while restricting, once while lifting."""

import asyncio
from datetime import timedelta
from typing import Final

from guardian.ids import SpaceName
from guardian.sandbox.apart import Apart, in_a_process_of_its_own
from guardian.sandbox.checks import openings, placed_and_lifted
from guardian.sandbox.community import FORUM, GITHUB, SPACES
from guardian.sandbox.config import Wishes
from guardian.sandbox.pausing import RELEASE, RESTRICT
from guardian.sandbox.playing import Story
from guardian.sandbox.studio import Stage, Studio

TERM: Final = timedelta(days=30)
KILLED: Final = "the service was killed twice, each time after a space had done it and before it was recorded"
HELD: Final = "after the first kill the restriction holds in every space"
NO_GAP: Final = "no space let the person in between the first placing and the end of the term"
LIFTED: Final = "after the second kill access has returned in every space"
ONCE: Final = "each space was restricted once and released once"
NOT_REPEATED: Final = "what could not be repeated was not asked for twice"


async def play(studio: Studio) -> None:
    """Kofi acts on Alder; the machine fails while the forum restricts, and again while GitHub lets go."""
    async with studio.stage(Wishes(call_ceiling="2s"), opening=in_a_process_of_its_own) as stage:
        service = stage.service
        if not isinstance(service, Apart):
            raise TypeError("this story needs a process that can be killed")
        service.on_start = stage.world.connect_hooks
        alder, group = stage["alder"], stage.group
        await service.arm(FORUM, RESTRICT)
        dying = asyncio.create_task(_dies(stage, service, FORUM))
        case = await group.act(stage["kofi"], alder, "ongoing", "Insults newcomers in every channel, just now.")
        await stage.harness.rest()
        await dying
        stage.checks.equal(HELD, stage.world.where_shut_out(alder), SPACES)
        for key in ("yuki", "lena"):
            await group.review(stage[key], case, "ratify", TERM)
        await _ends(stage, service)
        stage.checks.equal(KILLED, service.killed, 2)
        counts = {str(space): placed_and_lifted(stage.world, alder, space) for space in SPACES}
        stage.checks.equal(ONCE, counts, {str(space): (1, 1) for space in SPACES})
        removals = len(stage.world.github.history.calls("member.remove"))
        removals += len(stage.world.github.history.calls("membership.delete"))
        stage.checks.equal(NOT_REPEATED, removals, 1)


async def _ends(stage: Stage, service: Apart) -> None:
    alder = stage["alder"]
    ends = stage.now() + TERM
    await stage.harness.advance(ends - timedelta(minutes=1))
    open_ = openings(stage.world, alder, stage.now() - TERM + timedelta(minutes=1), stage.now())
    stage.checks.check(NO_GAP, not open_, "; ".join(open_))
    await service.arm(GITHUB, RELEASE)
    dying = asyncio.create_task(_dies(stage, service, GITHUB))
    await stage.harness.advance(ends + timedelta(minutes=1))
    await dying
    stage.checks.equal(LIFTED, stage.world.where_shut_out(alder), ())


async def _dies(stage: Stage, service: Apart, space: SpaceName) -> None:
    await service.killed_when_paused()
    stage.say(
        f"The service is killed: {space} has done what it was asked, and nobody has recorded it. It starts again."
    )


STORY: Final = Story("restart", "the service is killed between applying and recording, twice", play)
