"""A case closes with its outcome and a review date, and opens again with its whole history when something new comes.

Policy: P-5.8.
"""

from datetime import timedelta
from typing import Final

from guardian.sandbox.checks import people_messaged
from guardian.sandbox.community import DISCORD, SPACES
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import StoryContext
from guardian.sandbox.stories.journey import agree, bring_into_force, open_case

OUTCOME: Final = "A short suspension."
NEW: Final = "The same happened in two other channels."
NOT_BEFORE: Final = "it cannot be closed before what was decided is in force"
CLOSED: Final = "it closes with its outcome and a day on which the group looks again"
REVIEWED: Final = "on that day the group is asked to look at it"
REOPENED: Final = "it opens again with everything that stood in it"
STILL_HELD: Final = "what was decided holds on while the case is open again"


async def play(context: StoryContext) -> None:
    """From closing to the review date, and open again."""
    async with context.open_stage() as stage:
        group, nadia, alder = stage.group, stage["nadia"], stage["alder"]
        case = await open_case(stage, alder, DISCORD)
        await group.propose(nadia, case, "permanent_ban")
        await agree(stage, case)
        page = await group.read_case(nadia, case)
        stage.checks.check(NOT_BEFORE, not page.find_forms("Close the case"), page.text[:800])
        await bring_into_force(stage, case)
        await group.close(nadia, case, OUTCOME)
        page = await group.read_case(nadia, case)
        stage.checks.check(CLOSED, OUTCOME in page.text and "Looked at again" in page.text, page.text[:800])
        await stage.driver.pass_time(timedelta(days=180, minutes=1))
        members = [stage[key] for key in ("nadia", "kofi")]
        told = people_messaged(stage.world, members, f"{case}: a date has passed")
        stage.checks.check_equal(REVIEWED, told, {"nadia", "kofi"})
        await group.submit_on_page(nadia, case, "Open the case again", {"reopen-reason": NEW})
        page = await group.read_case(stage["kofi"], case)
        kept = OUTCOME in page.text and "permanent ban" in page.text and "Nothing is proposed yet" in page.text
        stage.checks.check(REOPENED, kept, page.text[:1500])
        stage.checks.check_equal(STILL_HELD, stage.world.spaces_shut_out_of(alder), SPACES)


STORY: Final = Story("closed-and-reopened", "a case closes, comes up for review, and opens again", play)
