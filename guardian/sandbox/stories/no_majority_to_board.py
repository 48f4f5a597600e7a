"""Nobody agrees in time: the matter goes to the Board, whose answer two of it give, and which is carried out.

Policy: P-5.1, P-8.4.
"""

from datetime import timedelta
from typing import Final

from guardian.sandbox.checks import people_messaged
from guardian.sandbox.community import DISCORD, SPACES
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import StoryContext
from guardian.sandbox.stories.journey import bring_into_force, open_case

WITH_BOARD: Final = "a proposal that nobody agrees to in two weeks lies with the Board"
TOLD: Final = "whoever speaks to the Board is told"
ONE_IS_NOT_ENOUGH: Final = "one of the Board alone decides nothing"
HELD: Final = "what two of the Board answer holds in every space"


async def play(context: StoryContext) -> None:
    """The group keeps silent; Ruth and Sven answer."""
    async with context.open_stage() as stage:
        group, nadia = stage.group, stage["nadia"]
        case = await open_case(stage, stage["alder"], DISCORD)
        await group.propose(nadia, case, "short_suspension", 30)
        await stage.driver.pass_time(timedelta(days=14, minutes=1))
        page = (await group.read_case(nadia, case)).text
        stage.checks.check(WITH_BOARD, "with the Board" in page, page[:800])
        told = people_messaged(stage.world, [stage["ines"]], f"{case}: with the Board")
        stage.checks.check_equal(TOLD, told, {"ines"})
        answer = {"board-outcome": "short_suspension", "board-days": "30", "board-summary": "Insulted people."}
        await group.submit_on_page(stage["ruth"], case, "Record the answer", answer)
        page = (await group.read_case(nadia, case)).text
        stage.checks.check(ONE_IS_NOT_ENOUGH, "with the Board" in page, page[:800])
        await group.submit_on_page(stage["sven"], case, "I have read this: it is the Board's answer")
        await stage.driver.run_until_idle()
        await bring_into_force(stage, case)
        stage.checks.check_equal(HELD, stage.world.spaces_shut_out_of(stage["alder"]), SPACES)


STORY: Final = Story("no-majority-to-board", "nobody agrees in time, and the Board decides", play)
