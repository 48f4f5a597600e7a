"""Nothing is decided over somebody who was not heard: the person answers on their page, or the time for it passes.

Policy: P-3.5.
"""

from datetime import timedelta
from typing import Final

from guardian.sandbox.community import DISCORD, SPACES
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import StoryContext
from guardian.sandbox.stories.journey import WHAT, agree, name_target

SAID: Final = "It was late and I was rude. I have written to those whom I could find."
NOT_BEFORE: Final = "what was agreed is not enacted while the person was not heard"
HEARD: Final = "what the person says is read by the group before it is enacted"
HELD: Final = "once they were heard the decision is enacted, and holds in every space"


async def play(context: StoryContext) -> None:
    """The group agrees first, and has to hear Alder all the same."""
    async with context.open_stage() as stage:
        group, nadia, alder = stage.group, stage["nadia"], stage["alder"]
        receipt = await stage.people.report(stage["wren"], WHAT, "alder")
        await stage.driver.run_until_idle()
        case = await group.newest_case(nadia)
        await name_target(stage, case, alder, DISCORD)
        await group.propose(nadia, case, "short_suspension", 30)
        await agree(stage, case)
        await stage.driver.pass_time(timedelta(hours=72, minutes=1))
        preview = (await group.at_console(nadia).open(f"/console/cases/{case}/enact")).text
        waits = "Still missing" in preview and "The reported person is heard" in preview
        stage.checks.check(NOT_BEFORE, waits and not stage.world.spaces_shut_out_of(alder), preview[:1500])
        await stage.people.make_request(stage["wren"], receipt, "You may contact the reported person")
        await group.say_what_was_reported(nadia, stage["tomas"], case)
        await stage.driver.run_until_idle()
        await stage.people.submit_personal_form(alder, stage.people.receipt_of(alder), "Send", SAID)
        await stage.driver.run_until_idle()
        read = (await group.read_case(stage["kofi"], case)).text
        stage.checks.check(HEARD, SAID in read, read[:1500])
        await group.approve_newest_text(stage["ines"], case)
        await group.enact(nadia, case)
        await stage.driver.run_until_idle()
        stage.checks.check_equal(HELD, stage.world.spaces_shut_out_of(alder), SPACES)


STORY: Final = Story("heard-before-decision", "nothing is decided over somebody who was not heard", play)
