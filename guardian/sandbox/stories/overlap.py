"""Two sanctions on one person: the first ends, the second holds; then a ban takes its place, with no instant open."""

from datetime import datetime, timedelta
from typing import Final

from guardian.sandbox.checks import openings, placed_and_lifted
from guardian.sandbox.community import FORUM, SPACES
from guardian.sandbox.playing import Story
from guardian.sandbox.stories.journey import acted_and_ratified, banned_in_its_place, suspended_by_the_group
from guardian.sandbox.studio import Stage, Studio

FIRST_TERM: Final = timedelta(days=30)
SECOND_TERM: Final = timedelta(days=120)
HELD_BY_BOTH: Final = "both sanctions hold in every space"
SECOND_HOLDS: Final = "the end of the first sanction lifts nothing that the second still asks for"
NO_GAP: Final = "the ban takes the place of the suspension with no instant open in any space"
BAN_OUTLIVES: Final = "the ban holds after the term of the suspension is over"
PLACED_ONCE: Final = "nothing was placed twice and nothing lifted"


async def play(studio: Studio) -> None:
    """Birch is suspended twice over, then banned."""
    async with studio.stage() as stage:
        begun = await _two_sanctions(stage)
        await stage.harness.advance(begun + FIRST_TERM)
        stage.say("The first sanction's term is over; the second still runs.")
        await stage.harness.wait(timedelta(days=8))
        open_ = openings(stage.world, stage["birch"], begun, stage.now())
        stage.checks.check(SECOND_HOLDS, not open_, "; ".join(open_))
        await _a_ban(stage, begun)
        await stage.harness.advance(begun + SECOND_TERM + timedelta(days=60))
        stage.checks.equal(BAN_OUTLIVES, stage.world.where_shut_out(stage["birch"]), SPACES)
        counts = {str(space): placed_and_lifted(stage.world, stage["birch"], space) for space in SPACES}
        stage.checks.equal(PLACED_ONCE, counts, {str(space): (1, 0) for space in SPACES})


async def _two_sanctions(stage: Stage) -> datetime:
    """Birch is held by an act of one member that the group has ratified, and by a decision in another case."""
    birch = stage["birch"]
    await acted_and_ratified(stage, birch, FIRST_TERM)
    begun = stage.now()
    await stage.harness.wait(timedelta(days=1))
    await suspended_by_the_group(stage, birch, SECOND_TERM, where=FORUM)
    stage.checks.equal(HELD_BY_BOTH, stage.world.where_shut_out(birch), SPACES)
    return begun


async def _a_ban(stage: Stage, begun: datetime) -> None:
    await stage.harness.wait(timedelta(days=1))
    await banned_in_its_place(stage)
    await stage.harness.wait(timedelta(days=3))
    open_ = openings(stage.world, stage["birch"], begun, stage.now())
    stage.checks.check(NO_GAP, not open_, "; ".join(open_))


STORY: Final = Story("overlap", "two sanctions on one person; one ends, the other holds; a ban replaces it", play)
