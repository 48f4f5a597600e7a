"""A week on duty ends: a report goes to the first on duty, then to the second, then to all, and the group hears who follows.

Yuki and Lena are on duty; Lena takes Yuki's turn of the next week.
"""

from datetime import timedelta
from typing import Final

from guardian.sandbox.config import SandboxOptions
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import Stage, StoryContext
from guardian.sandbox.stories.membership_journey import ROTA, group_of, put_on_duty, report, told

FIRST: Final = "the first on duty alone is told of a new report"
SECOND: Final = "the second on duty is told when nobody has it in hand"
EVERYBODY: Final = "a day later everybody has been told"
SWAPPED: Final = "a turn is another's only when both want it"
HANDED_OVER: Final = "the whole group hears once who is on duty from Monday noon on"


async def play(context: StoryContext) -> None:
    """Nadia plans; a report comes on Monday afternoon; the next week is handed over."""
    async with context.open_stage(SandboxOptions(rounds_every="1d")) as stage:
        await stage.driver.pass_time(timedelta(hours=4))
        await put_on_duty(stage, stage["nadia"], stage["yuki"], stage["lena"])
        await report(stage)
        everybody = {human.key for human in group_of(stage)}
        stage.checks.check_equal(FIRST, told(stage, "new report"), {"yuki"})
        await stage.driver.pass_time(timedelta(hours=7))
        stage.checks.check_equal(SECOND, told(stage, "new report"), {"yuki", "lena"})
        await stage.driver.pass_time(timedelta(hours=18))
        stage.checks.check_equal(EVERYBODY, told(stage, "new report"), everybody)
        await _swap(stage)
        await stage.driver.pass_time(timedelta(days=6))
        stage.checks.check_equal(HANDED_OVER, told(stage, "Rota: Kofi Mensah is on duty"), everybody)


async def _swap(stage: Stage) -> None:
    """Yuki offers the next week to Kofi, who takes it."""
    yuki, kofi = stage.group.at_console(stage["yuki"]), stage.group.at_console(stage["kofi"])
    page = await yuki.open(ROTA)
    place = page.find_form("Offer it").choices["place"][-1][0]
    offered = await yuki.press(page, "Offer it", {"place": place, "to": str(stage["kofi"].member)})
    taken = await kofi.submit(ROTA, "Take it")
    await stage.driver.run_until_idle()
    before, after = (page.text.count("Kofi Mensah") for page in (offered, taken))
    stage.checks.check(
        SWAPPED, after > 0 and "You offer Kofi Mensah" in offered.text and "Swaps" not in taken.text, str(before)
    )


STORY: Final = Story("rota-handover", "who is on duty is told first, the others later, and a week is handed over", play)
