"""A case is forgotten on its day, and a copy from before that opens for everybody else, and for nobody who is forgotten.

Policy: P-9.5.
"""

from datetime import timedelta
from typing import Final

from guardian.sandbox.community import DISCORD
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import Stage, StoryContext
from guardian.sandbox.stories.records_journey import (
    ROUND,
    YEAR,
    file_case,
    make_envelopes,
    read_records_case,
    report_on_page,
)

SAID: Final = "Alder shouted wombatface at a speaker. The event team spoke with them, and they apologised."
OTHER: Final = "Somebody posts vellichor under every question of newcomers."
ON_ITS_DAY: Final = "on its day the case is expunged, and its page shows neither who was in it nor what was said"
OTHERS_STAY: Final = "every other case is read as before"
NOT_IN_THE_COPY: Final = "brought back from a copy of before, what was forgotten since can be read by nobody"
OTHERS_IN_THE_COPY: Final = "from the same copy every other case comes back"
_HORIZON: Final = timedelta(days=31)


async def play(context: StoryContext) -> None:
    """Two cases, a copy of both, and a year later one of them."""
    async with context.open_installation() as home:
        envelopes = await make_envelopes(home)
        copy = home.folder / "copies" / "before"
        copy.parent.mkdir()
        async with home.serve() as stage:
            gone, kept = await _two_cases(stage)
            await home.run("backup", str(copy))
            await stage.driver.leap(ROUND)
            await stage.driver.leap(YEAR)
            await _show(stage, gone, kept, (ON_ITS_DAY, OTHERS_STAY))
            await stage.driver.leap(_HORIZON)
            await home.run("backup", str(copy.with_name("after")))
        home.lose_disk()
        await home.run("restore", str(copy), typed=envelopes)
        async with home.serve() as stage:
            await _show(stage, gone, kept, (NOT_IN_THE_COPY, OTHERS_IN_THE_COPY))


async def _two_cases(stage: Stage) -> tuple[str, str]:
    gone = await file_case(stage, SAID, "alder", DISCORD)
    await report_on_page(stage, OTHER, "birch")
    return gone, await stage.group.newest_case(stage["nadia"])


async def _show(stage: Stage, gone: str, kept: str, checks: tuple[str, str]) -> None:
    page = await read_records_case(stage, gone)
    shown = [word for word in ("wombatface", "alder") if word in page]
    stage.checks.check(checks[0], not shown and "Expunged" in page, page[:1500])
    page = await read_records_case(stage, kept)
    stage.checks.check(checks[1], "vellichor" in page, page[:1500])


STORY: Final = Story("expunge-after-backup", "what is expunged is in no copy that is brought back afterwards", play)
