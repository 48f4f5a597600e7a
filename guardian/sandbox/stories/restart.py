"""The service is killed between applying and recording, twice: once while restricting, once while lifting."""

import asyncio
from datetime import timedelta
from typing import Final

from guardian.ids import SpaceName
from guardian.sandbox.checks import count_placed_and_lifted, find_openings
from guardian.sandbox.community import FORUM, GITHUB, SPACES
from guardian.sandbox.config import SandboxOptions
from guardian.sandbox.crash_points import RELEASE, RESTRICT
from guardian.sandbox.runner import Story
from guardian.sandbox.service_process import ServiceProcess, run_in_own_process
from guardian.sandbox.stage import Stage, StoryContext

TERM: Final = timedelta(days=30)
KILLED: Final = "the service was killed twice, each time after a space had done it and before it was recorded"
HELD: Final = "after the first kill the restriction holds in every space"
NO_GAP: Final = "no space let the person in between the first placing and the end of the term"
LIFTED: Final = "after the second kill access has returned in every space"
ONCE: Final = "each space was restricted once and released once"
NOT_REPEATED: Final = "what could not be repeated was not asked for twice"


async def play(context: StoryContext) -> None:
    """Kofi acts on Alder; the machine fails while the forum restricts, and again while GitHub lets go."""
    async with context.open_stage(SandboxOptions(call_ceiling="2s"), open_service=run_in_own_process) as stage:
        service = stage.service
        if not isinstance(service, ServiceProcess):
            raise TypeError("this story needs a process that can be killed")
        service.on_start = stage.world.connect_webhooks
        alder, group = stage["alder"], stage.group
        await service.arm(FORUM, RESTRICT)
        dying = asyncio.create_task(_kill_at(stage, service, FORUM))
        case = await group.act(stage["kofi"], alder, "ongoing", "Insults newcomers in every channel, just now.")
        await stage.driver.run_until_idle()
        await dying
        stage.checks.check_equal(HELD, stage.world.spaces_shut_out_of(alder), SPACES)
        for key in ("yuki", "lena"):
            await group.review(stage[key], case, "ratify", TERM)
        await group.approve_newest_text(stage["ines"], case)
        await _kill_while_releasing(stage, service)
        stage.checks.check_equal(KILLED, service.kill_count, 2)
        counts = {str(space): count_placed_and_lifted(stage.world, alder, space) for space in SPACES}
        stage.checks.check_equal(ONCE, counts, {str(space): (1, 1) for space in SPACES})
        removals = len(stage.world.github.history.calls("member.remove"))
        removals += len(stage.world.github.history.calls("membership.delete"))
        stage.checks.check_equal(NOT_REPEATED, removals, 1)


async def _kill_while_releasing(stage: Stage, service: ServiceProcess) -> None:
    alder = stage["alder"]
    ends = stage.now() + TERM
    await stage.driver.advance(ends - timedelta(minutes=1))
    open_ = find_openings(stage.world, alder, stage.now() - TERM + timedelta(minutes=1), stage.now())
    stage.checks.check(NO_GAP, not open_, "; ".join(open_))
    await service.arm(GITHUB, RELEASE)
    dying = asyncio.create_task(_kill_at(stage, service, GITHUB))
    await stage.driver.advance(ends + timedelta(minutes=1))
    await dying
    stage.checks.check_equal(LIFTED, stage.world.spaces_shut_out_of(alder), ())


async def _kill_at(stage: Stage, service: ServiceProcess, space: SpaceName) -> None:
    await service.kill_when_paused()
    stage.narrate(
        f"The service is killed: {space} has done what it was asked, and nobody has recorded it. It starts again."
    )


STORY: Final = Story("restart", "the service is killed between applying and recording, twice", play)
