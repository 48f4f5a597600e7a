"""The law asks to keep a case past its day: a hold with a reason and an end keeps it, and no longer than that.

Policy: P-9.5.
"""

from datetime import timedelta
from typing import Final

from guardian.sandbox.runner import Story
from guardian.sandbox.stage import StoryContext
from guardian.sandbox.stories.records_journey import ROUND, YEAR, file_case, read_records_case

SAID: Final = "Alder shouted wombatface at a speaker, and apologised."
COURT: Final = "A court has asked for what we know of it."
ENDLESS: Final = "a hold for longer than a year is refused"
HELD: Final = "its day passes, and the case is still there, with the reason"
GONE: Final = "the hold ends by itself on its day, and the case is expunged"
_HOLD: Final = "Place a legal hold"
_LENGTH: Final = timedelta(days=90)


async def play(context: StoryContext) -> None:
    """A court asks a month before the day, and has what it needs two months after it."""
    async with context.open_stage() as stage:
        group, nadia = stage.group, stage["nadia"]
        case = await file_case(stage, SAID, "alder")
        await stage.driver.leap(YEAR - timedelta(days=30))
        for length in (2 * YEAR, _LENGTH):
            typed = {"hold-until": f"{stage.now() + length:%Y-%m-%d}", "hold-reason": COURT}
            page = await group.submit_on_page(nadia, case, _HOLD, typed)
            if length > YEAR:
                stage.checks.check(ENDLESS, "A legal hold ends after today" in page.text, page.text[-1500:])
        await stage.driver.leap(timedelta(days=60))
        shown = await read_records_case(stage, case)
        stage.checks.check(HELD, "wombatface" in shown and COURT in shown, shown[-1500:])
        await stage.driver.leap(timedelta(days=30) + ROUND)
        await stage.driver.leap(timedelta(days=1))
        shown = await read_records_case(stage, case)
        is_gone = "wombatface" not in shown and COURT not in shown and "Expunged" in shown
        stage.checks.check(GONE, is_gone, shown[-1500:])


STORY: Final = Story("legal-hold", "a legal hold keeps a case past its day, and ends", play)
