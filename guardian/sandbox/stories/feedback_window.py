"""Whoever reported is told the proposal and asked, in neutral words; three days later it goes on by itself.

Policy: P-5.4.
"""

from datetime import timedelta
from typing import Final

from guardian.sandbox.community import DISCORD, SPACES
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import StoryContext
from guardian.sandbox.stories.journey import WHAT, agree, name_target, skip_hearing

ANSWER: Final = "I am afraid that it starts again with somebody else."
ASKED: Final = "the reporter reads what is proposed, and until when they can answer, and no name"
RECORDED: Final = "what the reporter answers is read by the group"
NOT_BEFORE: Final = "nothing is enacted before the reporter had their time"
HELD: Final = "when the time is over it can be enacted, and holds in every space"


async def play(context: StoryContext) -> None:
    """Wren is asked, answers, and the window closes."""
    async with context.open_stage() as stage:
        group, nadia, alder = stage.group, stage["nadia"], stage["alder"]
        receipt = await stage.people.report(stage["wren"], WHAT, "alder")
        await stage.driver.run_until_idle()
        case = await group.newest_case(nadia)
        await name_target(stage, case, alder, DISCORD)
        await skip_hearing(stage, case)
        await group.propose(nadia, case, "short_suspension", 30)
        await agree(stage, case)
        page = (await stage.people.follow_up(receipt)).text
        stage.checks.check(ASKED, "a suspension" in page and "nadia" not in page.casefold(), page[:1500])
        await stage.people.add_words(stage["wren"], receipt, ANSWER)
        await stage.driver.run_until_idle()
        read = (await group.read_case(stage["kofi"], case)).text
        stage.checks.check(RECORDED, ANSWER in read, read[:1500])
        await group.approve_newest_text(stage["ines"], case)
        preview = (await group.at_console(nadia).open(f"/console/cases/{case}/enact")).text
        waits = "Still missing" in preview and not stage.world.spaces_shut_out_of(alder)
        stage.checks.check(NOT_BEFORE, waits, preview[:1500])
        await stage.driver.pass_time(timedelta(hours=72, minutes=1))
        await group.enact(nadia, case)
        await stage.driver.run_until_idle()
        stage.checks.check_equal(HELD, stage.world.spaces_shut_out_of(alder), SPACES)


STORY: Final = Story("feedback-window", "whoever reported is told the proposal and asked", play)
