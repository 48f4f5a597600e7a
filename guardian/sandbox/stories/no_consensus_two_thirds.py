"""One member objects: the time for common ground runs, then two thirds of those who count decide. Policy: P-5.1."""

from datetime import timedelta
from typing import Final

from guardian.sandbox.community import DISCORD, SPACES
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import StoryContext
from guardian.sandbox.stories.journey import bring_into_force, open_case, vote

NOT_YET: Final = "after two days an objection that stands keeps the proposal open"
AGREED: Final = "after a week two thirds are enough, although one still objects"
HELD: Final = "what was agreed holds in every space"


async def play(context: StoryContext) -> None:
    """Lena objects; four others and the chair agree."""
    async with context.open_stage() as stage:
        group, nadia = stage.group, stage["nadia"]
        case = await open_case(stage, stage["alder"], DISCORD)
        await group.propose(nadia, case, "short_suspension", 30)
        await vote(stage, case, "Object", "lena")
        await vote(stage, case, "Agree", "tomas", "ines", "kofi", "yuki")
        await stage.driver.pass_time(timedelta(hours=49))
        page = (await group.read_case(nadia, case)).text
        stage.checks.check(NOT_YET, "a proposal is being voted on" in page, page[:1500])
        await stage.driver.pass_time(timedelta(days=5))
        page = (await group.read_case(nadia, case)).text
        stage.checks.check(
            AGREED, "a proposal is being voted on" not in page and "A decision waits to be enacted" in page, page[:1500]
        )
        await bring_into_force(stage, case)
        stage.checks.check_equal(HELD, stage.world.spaces_shut_out_of(stage["alder"]), SPACES)


STORY: Final = Story("no-consensus-two-thirds", "one member objects, and two thirds decide after a week", play)
