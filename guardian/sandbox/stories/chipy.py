"""Another community, other numbers: a shepherd is the contact, and a suspension needs the organisers' recorded motion.

Policy: P-3.4, P-5.1, P-8.5, P-11.1.
"""

from typing import Final

from guardian.sandbox.community import DISCORD, SPACES
from guardian.sandbox.config import SandboxOptions
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import StoryContext
from guardian.sandbox.stories.journey import WHAT, agree, open_case, skip_feedback

FOUND: Final = "insults over several weeks"
BIAS: Final = "I met this person once, at a conference."
WHY: Final = "A warning did not help."

BIAS_KNOWN: Final = "those who decide read what the shepherd says of their own bias, before anything is proposed"
NOT_WITHOUT: Final = "a suspension that the group agreed to is not in force without the organisers' motion"
ONE_IS_NOT_ENOUGH: Final = "a motion that one organiser records does not count yet"
NOT_BEFORE_THE_REPORT: Final = "no motion is recorded before the organisers have the group's report"
READ: Final = "the organisers read what was found, what is proposed and why, and not what was reported"
HELD: Final = "once the motion is confirmed it can be enacted, and holds in every space"


async def play(context: StoryContext) -> None:
    """The group agrees, the organisers approve, and it holds."""
    async with context.open_stage(SandboxOptions(policy="chipy")) as stage:
        group, nadia, alder = stage.group, stage["nadia"], stage["alder"]
        case = await open_case(stage, alder, DISCORD)
        await group.submit_on_page(nadia, case, "Tell the others", {"What may bias you?": BIAS})
        shown = await group.read_case(stage["tomas"], case)
        stage.checks.check(BIAS_KNOWN, BIAS in shown.text, shown.text[:1500])
        await group.propose(nadia, case, "short_suspension", 30)
        await agree(stage, case)
        page = await group.read_case(nadia, case)
        waits = "enact" not in [address.rpartition("/")[2] for address, _ in page.links]
        stage.checks.check(NOT_WITHOUT, waits, page.text[:1500])
        shown = await group.read_case(stage["ruth"], case)
        waits = "Record the motion" not in shown.text
        stage.checks.check(NOT_BEFORE_THE_REPORT, waits, shown.text[:1500])
        await group.submit_on_page(nadia, case, "Keep the findings", {"What happened?": FOUND})
        await group.submit_on_page(nadia, case, "Send it to the organisers", {"Why does the group ask for this?": WHY})
        await group.submit_on_page(stage["ruth"], case, "Record the motion", {"motion": "yes"})
        page = await group.read_case(nadia, case)
        waits = "enact" not in [address.rpartition("/")[2] for address, _ in page.links]
        stage.checks.check(ONE_IS_NOT_ENOUGH, waits, page.text[:1500])
        shown = await group.read_case(stage["sven"], case)
        told = all(words in shown.text for words in ("a short suspension", FOUND, WHY))
        blind = told and WHAT not in shown.text
        stage.checks.check(READ, blind, shown.text[:1500])
        await group.submit_on_page(stage["sven"], case, "Confirm the recorded motion")
        await stage.driver.run_until_idle()
        await skip_feedback(stage, case)
        await group.approve_newest_text(stage["ines"], case)
        await group.enact(nadia, case)
        await stage.driver.run_until_idle()
        stage.checks.check_equal(HELD, stage.world.spaces_shut_out_of(alder), SPACES)


STORY: Final = Story("chipy", "another community's numbers: organisers approve a suspension by motion", play)
