"""A member steps back from a case: it is gone from their pages at once, and the others decide without them."""

from typing import Final

from guardian.sandbox.checks import messages_to
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import StoryContext
from guardian.sandbox.stories.membership_journey import report

GONE: Final = "the case is gone from the page of whoever steps back, in that instant"
SILENT: Final = "they hear nothing of it any more"
OTHERS_TOLD: Final = "the others hear that a member takes no part"
DECIDED: Final = "the others decide without them"

_NOT_THERE: Final = 404


async def play(context: StoryContext) -> None:
    """Kofi shares an employer with somebody in the case; Nadia, Tomas and Lena decide it."""
    async with context.open_stage() as stage:
        kofi, group = stage["kofi"], stage.group
        await report(stage)
        case = await group.newest_case(kofi)
        await group.submit_on_page(kofi, case, "Step back", {"recuse-reason": "same_employer"})
        await stage.driver.run_until_idle()
        page = await group.at_console(kofi).open(f"/console/cases/{case}")
        stage.checks.check_equal(GONE, page.status, _NOT_THERE)
        told = "\n".join(messages_to(stage.world, stage["lena"]))
        stage.checks.check(OTHERS_TOLD, "takes no part in this case" in told, told)
        before = len(messages_to(stage.world, kofi))
        await group.propose(stage["nadia"], case, "no_action")
        await group.agree(case, stage["tomas"], stage["lena"], stage["yuki"], stage["ines"])
        await stage.driver.run_until_idle()
        shown = (await group.read_case(stage["nadia"], case)).text
        stage.checks.check(DECIDED, "The reporter is asked for their view" in shown, shown)
        stage.checks.check_equal(SILENT, len(messages_to(stage.world, kofi)), before)


STORY: Final = Story("recusal", "a member steps back from a case, sees it no more, and the others decide", play)
