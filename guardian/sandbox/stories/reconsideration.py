"""A reporter has a decision looked at again: others than those who decided do it, and what was decided holds meanwhile.

Policy: P-5.7.
"""

from typing import Final

from guardian.sandbox.community import DISCORD, SPACES
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import StoryContext
from guardian.sandbox.stories.journey import WHAT, agree, bring_into_force, name_target, skip_hearing

WHY: Final = "It was not the first time, and nobody asked me about the other channels."
WITH_BOARD: Final = "the request lies with the Board"
NOT_THE_SAME: Final = "whoever took part in the decision cannot answer"
HOLDS_ON: Final = "what was decided holds meanwhile"
ANSWERED: Final = "what two others answer takes the place of the decision, without a gap"


async def play(context: StoryContext) -> None:
    """Wren asks; Ruth and Sven answer."""
    async with context.open_stage() as stage:
        group, nadia, alder = stage.group, stage["nadia"], stage["alder"]
        receipt = await stage.people.report(stage["wren"], WHAT, "alder")
        await stage.driver.run_until_idle()
        case = await group.newest_case(nadia)
        await name_target(stage, case, alder, DISCORD)
        await skip_hearing(stage, case)
        await group.propose(nadia, case, "short_suspension", 30)
        await agree(stage, case)
        await bring_into_force(stage, case)
        await stage.people.ask_for_another_look(stage["wren"], receipt, WHY)
        await stage.driver.run_until_idle()
        page = (await group.read_case(nadia, case)).text
        stage.checks.check(WITH_BOARD, "with the Board" in page and WHY in page, page[:1500])
        stage.checks.check_equal(HOLDS_ON, stage.world.spaces_shut_out_of(alder), SPACES)
        answer = {"board-outcome": "permanent_ban", "board-summary": "It goes on and on."}
        page_of_ines = await group.read_case(stage["ines"], case)
        tried = page_of_ines
        if page_of_ines.find_forms("Record the answer"):
            tried = await group.submit_on_page(stage["ines"], case, "Record the answer", answer)
        stage.checks.check(NOT_THE_SAME, tried is page_of_ines or tried.status != 200, tried.text[:800])
        await group.submit_on_page(stage["ruth"], case, "Record the answer", answer)
        await group.submit_on_page(stage["sven"], case, "I have read this: it is the Board's answer")
        await stage.driver.run_until_idle()
        await bring_into_force(stage, case)
        page = (await group.read_case(nadia, case)).text
        held = stage.world.spaces_shut_out_of(alder) == SPACES and "a permanent ban" in page
        stage.checks.check(ANSWERED, held, page[:1500])


STORY: Final = Story("reconsideration", "a reporter has a decision looked at again", play)
