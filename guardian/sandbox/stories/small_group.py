"""Three members, of whom one has a conflict: the two who are left decide. With one alone, those in a Board's place do.

Policy: P-2.5, P-4.1, P-5.1, P-11.
"""

from datetime import timedelta
from typing import Final

from guardian.sandbox.checks import messages_to
from guardian.sandbox.community import DISCORD
from guardian.sandbox.runner import Story
from guardian.sandbox.set_up import SMALL_GROUP, Arrangement
from guardian.sandbox.stage import Stage, StoryContext
from guardian.sandbox.stories.journey import WHAT

TERM: Final = timedelta(days=30)

GONE: Final = "whoever has a conflict finds the case nowhere any more"
NOT_ALONE: Final = "whoever proposes does not decide alone"
HELD: Final = "the two who are left decide, and the server shuts the person out"
SILENT: Final = "whoever has a conflict hears nothing of what was decided"
STAND_INS: Final = (
    "with one member left those in the Board's place hear of the report, and the two whom it names do not"
)

_NOT_THERE: Final = 404


async def play(context: StoryContext) -> None:
    """Kofi works with Rowan; Nadia and Tomas decide. A second report names Kofi and Tomas: Nadia alone cannot."""
    arrangement = Arrangement(size=3, seats=SMALL_GROUP, spaces=(DISCORD,), theirs=(DISCORD,), has_mail=False)
    async with context.open_set_up_stage(arrangement) as (stage, _):
        await stage.people.report(stage["wren"], WHAT, "rowan")
        await stage.driver.run_until_idle()
        case = await _step_back(stage)
        heard = len(messages_to(stage.world, stage["kofi"]))
        await _decide(stage, case)
        stage.checks.check_equal(SILENT, len(messages_to(stage.world, stage["kofi"])), heard)
        await _name_two(stage)


async def _step_back(stage: Stage) -> str:
    group, kofi = stage.group, stage["kofi"]
    case = await group.newest_case(kofi)
    await group.submit_on_page(kofi, case, "Step back", {"recuse-reason": "same_employer"})
    await stage.driver.run_until_idle()
    page = await group.at_console(kofi).open(f"/console/cases/{case}")
    stage.checks.check_equal(GONE, page.status, _NOT_THERE)
    return case


async def _decide(stage: Stage, case: str) -> None:
    group, nadia, tomas = stage.group, stage["nadia"], stage["tomas"]
    await group.name_person(nadia, case, "rowan", DISCORD)
    await group.skip_step(nadia, tomas, case, "hearing", "They were heard about the same matter already.")
    await group.propose(nadia, case, "short_suspension", TERM.days)
    await stage.driver.run_until_idle()
    page = (await group.read_case(nadia, case)).text
    stage.checks.check(NOT_ALONE, "a proposal is being voted on" in page, page[:800])
    await group.agree(case, tomas)
    await stage.driver.run_until_idle()
    await group.skip_step(nadia, tomas, case, "feedback", "The reporter asked not to be written to again.")
    await group.approve_newest_text(tomas, case)
    await group.enact(nadia, case)
    await stage.driver.run_until_idle()
    shut_out = stage.world.is_shut_out(stage["rowan"], DISCORD, stage.now())
    stage.checks.check(HELD, shut_out, "the server lets them in")


async def _name_two(stage: Stage) -> None:
    """Somebody reports two of the three members: what is left of the group is too small to decide."""
    everybody = tuple(map(stage.__getitem__, SMALL_GROUP))
    before = {human.key: len(messages_to(stage.world, human)) for human in everybody}
    named = (stage["kofi"].name, stage["tomas"].name)
    await stage.people.report_on_page(WHAT, "two of the group", concerns=named)
    await stage.driver.run_until_idle()
    told = {human.key for human in everybody if len(messages_to(stage.world, human)) > before[human.key]}
    stage.checks.check_equal(STAND_INS, told & {"kofi", "tomas", "ruth", "sven"}, {"ruth", "sven"})


STORY: Final = Story(
    "small-group", "one of three members has a conflict: two decide, and with one left others do", play
)
