"""Nobody answers a reporter in time: they are told so once, with a new date, and it becomes the group's matter."""

from datetime import timedelta
from typing import Final

from guardian.sandbox.runner import Story
from guardian.sandbox.stage import StoryContext
from guardian.sandbox.stories.membership_journey import group_of, report, told

REMINDED: Final = "the group is reminded before the answer is due"
CHAIR: Final = "once it is late, the chair is told"
ADMITTED: Final = "the reporter reads that it is late, with a new date, and reads it once"
ALL: Final = "a day later it is everybody's matter"

_LATE: Final = "a date has passed"


async def play(context: StoryContext) -> None:
    """A stranger reports; three days pass without an answer."""
    async with context.open_stage() as stage:
        receipt = await report(stage)
        everybody = {human.key for human in group_of(stage)}
        await stage.driver.pass_time(timedelta(hours=23))
        stage.checks.check_equal(REMINDED, told(stage, "is due"), everybody)
        await stage.driver.pass_time(timedelta(hours=2))
        stage.checks.check(CHAIR, "nadia" in told(stage, _LATE), str(told(stage, _LATE)))
        await stage.driver.pass_time(timedelta(days=2))
        stage.checks.check_equal(ALL, told(stage, _LATE), everybody)
        page = await stage.people.follow_up(receipt)
        stage.checks.check_equal(ADMITTED, page.text.count("sorry"), 1)


STORY: Final = Story(
    "late-answer", "a reporter who is not answered in time is told so once, and the group sees to it", play
)
