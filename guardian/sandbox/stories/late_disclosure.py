"""A conflict is disclosed after the vote: the ballot does not count, and what was agreed by it is open again."""

from typing import Final

from guardian.sandbox.runner import Story
from guardian.sandbox.stage import StoryContext
from guardian.sandbox.stories.membership_journey import group_of, report, told

AGREED: Final = "two others agree, and it is decided"
REOPENED: Final = "the ballot of whoever discloses a conflict counts no more, and the group hears that it is open again"
GONE: Final = "whoever disclosed it sees the case no more"

_NOT_THERE: Final = 404


async def play(context: StoryContext) -> None:
    """Nadia proposes, all others agree but Ines; then three of them disclose that they know the person."""
    async with context.open_stage() as stage:
        group, nadia = stage.group, stage["nadia"]
        await report(stage)
        case = await group.newest_case(nadia)
        await group.propose(nadia, case, "no_action")
        await group.agree(case, *(stage[key] for key in ("tomas", "kofi", "lena", "yuki", "ines")))
        await stage.driver.run_until_idle()
        before = (await group.read_case(nadia, case)).text
        stage.checks.check(AGREED, "The reporter is asked for their view" in before, before)
        for key in ("kofi", "lena", "yuki", "ines"):
            values = {"recuse-reason": "personal_relationship"}
            await group.submit_on_page(stage[key], case, "Step back", values)
        await stage.driver.run_until_idle()
        page = await group.at_console(stage["kofi"]).open(f"/console/cases/{case}")
        stage.checks.check_equal(GONE, page.status, _NOT_THERE)
        heard = told(stage, "open again", group_of(stage))
        stage.checks.check(REOPENED, "nadia" in heard and "tomas" in heard, str(heard))


STORY: Final = Story("late-disclosure", "a conflict that is disclosed after the vote takes the ballot away", play)
