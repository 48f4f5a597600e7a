"""A new report about somebody moves the day on which their earlier case is expunged; unfounded, it gives the day back.

Policy: P-9.5.
"""

from datetime import datetime, timedelta
from typing import Final

from guardian.sandbox.runner import Story
from guardian.sandbox.stage import Stage, StoryContext
from guardian.sandbox.stories.records_journey import ROUND, YEAR, file_case, read_records_case, report_on_page

SAID: Final = "Alder shouted wombatface at a speaker, and apologised."
AGAIN: Final = "Alder is said to have shouted again, at the next meeting."
DATED: Final = "what was minor and single is expunged a year after it was closed"
MOVED: Final = "a new report moves that day to a year after it, and nothing is expunged while it is open"
KEPT: Final = "the former day passes while the report is open, and the case is still there"
RETURNED: Final = "found to be no violation, the report gives the former day back, and the case goes"
NEWER_STAYS: Final = "the newer case waits for its own day"


async def play(context: StoryContext) -> None:
    """Two reports about Alder, half a year apart, and the second is unfounded."""
    async with context.open_stage() as stage:
        first = await file_case(stage, SAID, "alder")
        day = stage.now() + YEAR
        page = await read_records_case(stage, first)
        stage.checks.check(DATED, _date(day) in page, page[-1500:])
        await stage.driver.leap(YEAR / 2)
        await report_on_page(stage, AGAIN, "alder", handled=True)
        again = await stage.group.newest_case(stage["nadia"])
        await stage.group.name_person(stage["nadia"], again, "alder")
        page = await read_records_case(stage, first)
        moved = _date(stage.now() + YEAR) in page and "A newer report is still open" in page
        stage.checks.check(MOVED, moved, page[-1500:])
        await stage.driver.leap(day - stage.now() + ROUND)
        await stage.driver.leap(timedelta(days=1))
        page = await read_records_case(stage, first)
        stage.checks.check(KEPT, "wombatface" in page, page[-1500:])
        await _close_as_unfounded(stage, again)
        page = await read_records_case(stage, first)
        stage.checks.check(RETURNED, "wombatface" not in page and "Expunged" in page, page[-1500:])
        page = await read_records_case(stage, again)
        stage.checks.check(NEWER_STAYS, "at the next meeting" in page, page[-1500:])


async def _close_as_unfounded(stage: Stage, case: str) -> None:
    found = {"found-what": "Nothing of it happened.", "found-violation": "no"}
    await stage.group.submit_on_page(stage["nadia"], case, "Keep the findings", found)
    await stage.group.close(stage["nadia"], case, "Nothing of it happened.")
    await stage.driver.leap(ROUND)
    await stage.driver.leap(timedelta(days=1))


def _date(day: datetime) -> str:
    return f"{day.day} {day:%B %Y}"


STORY: Final = Story("repeat-report-resets-expunge", "a new report moves the day of an earlier case", play)
