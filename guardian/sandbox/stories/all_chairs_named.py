"""A report names every chair: it goes to the Board, and nobody of the working group hears, sees or counts it."""

from typing import Final

from guardian.sandbox.runner import Story
from guardian.sandbox.stage import StoryContext
from guardian.sandbox.stories.membership_journey import MEMBERS, group_of, report, told

BOARD: Final = "the Board hears of it at once"
NOBODY_ELSE: Final = "nobody of the working group but the liaison to the Board hears of it"
NOT_LISTED: Final = "no list of theirs shows or counts it"


async def play(context: StoryContext) -> None:
    """Nadia and Tomas are the chairs; a stranger reports both."""
    async with context.open_stage() as stage:
        nadia, tomas = stage["nadia"], stage["tomas"]
        await stage.group.at_console(nadia).submit(
            f"{MEMBERS}/{tomas.member}", "Give or change the office", {"group": "working_group", "office": "chair"}
        )
        await stage.driver.run_until_idle()
        counted = [await stage.group.count_cases(human) for human in group_of(stage)]
        await report(stage, "the two who lead it", concerns=(nadia.name, tomas.name))
        stage.checks.check_equal(BOARD, told(stage, "report", (stage["ruth"], stage["sven"])), {"ruth", "sven"})
        stage.checks.check_equal(NOBODY_ELSE, told(stage, "report") - {"ines"}, set())
        members = [human for human in group_of(stage) if human.key != "ines"]
        shown = [await stage.group.count_cases(human) for human in members]
        stage.checks.check_equal(NOT_LISTED, (sum(counted), sum(shown)), (0, 0))


STORY: Final = Story("all-chairs-named", "a report that names every chair goes to the Board and to nobody else", play)
