"""Two sanctions on one person: the first ends, the second holds; then a ban takes its place, with no instant open."""

from datetime import datetime, timedelta
from typing import Final

from guardian.sandbox.checks import count_placed_and_lifted, find_openings
from guardian.sandbox.community import FORUM, SPACES
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import Stage, StoryContext
from guardian.sandbox.stories.journey import act_and_ratify, replace_by_ban, suspend_by_decision

FIRST_TERM: Final = timedelta(days=30)
SECOND_TERM: Final = timedelta(days=120)
HELD_BY_BOTH: Final = "both sanctions hold in every space"
SECOND_HOLDS: Final = "the end of the first sanction lifts nothing that the second still asks for"
NO_GAP: Final = "the ban takes the place of the suspension with no instant open in any space"
BAN_OUTLIVES: Final = "the ban holds after the term of the suspension is over"
PLACED_ONCE: Final = "nothing was placed twice and nothing lifted"


async def play(context: StoryContext) -> None:
    """Birch is suspended twice over, then banned."""
    async with context.open_stage() as stage:
        begun = await _impose_two_sanctions(stage)
        await stage.driver.advance(begun + FIRST_TERM)
        stage.narrate("The first sanction's term is over; the second still runs.")
        await stage.driver.pass_time(timedelta(days=8))
        open_ = find_openings(stage.world, stage["birch"], begun, stage.now())
        stage.checks.check(SECOND_HOLDS, not open_, "; ".join(open_))
        await _impose_ban(stage, begun)
        await stage.driver.advance(begun + SECOND_TERM + timedelta(days=60))
        stage.checks.check_equal(BAN_OUTLIVES, stage.world.spaces_shut_out_of(stage["birch"]), SPACES)
        counts = {str(space): count_placed_and_lifted(stage.world, stage["birch"], space) for space in SPACES}
        stage.checks.check_equal(PLACED_ONCE, counts, {str(space): (1, 0) for space in SPACES})


async def _impose_two_sanctions(stage: Stage) -> datetime:
    """Birch is held by an act of one member that the group has ratified, and by a decision in another case."""
    birch = stage["birch"]
    await act_and_ratify(stage, birch, FIRST_TERM)
    begun = stage.now()
    await stage.driver.pass_time(timedelta(days=1))
    await suspend_by_decision(stage, birch, SECOND_TERM, where=FORUM)
    stage.checks.check_equal(HELD_BY_BOTH, stage.world.spaces_shut_out_of(birch), SPACES)
    return begun


async def _impose_ban(stage: Stage, begun: datetime) -> None:
    await stage.driver.pass_time(timedelta(days=1))
    await replace_by_ban(stage)
    await stage.driver.pass_time(timedelta(days=3))
    open_ = find_openings(stage.world, stage["birch"], begun, stage.now())
    stage.checks.check(NO_GAP, not open_, "; ".join(open_))


STORY: Final = Story("overlap", "two sanctions on one person; one ends, the other holds; a ban replaces it", play)
