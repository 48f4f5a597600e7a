"""After an extended suspension the person returns only once the group has seen that the conditions are met.

Policy: P-5.2, P-6.2.
"""

from datetime import timedelta
from typing import Final

from guardian.sandbox.community import DISCORD, SPACES
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import StoryContext
from guardian.sandbox.stories.journey import agree, suspend_by_decision

TERM: Final = timedelta(days=90)
SHOWN: Final = "I have written down what will be different, and read the code with a mentor."
READ: Final = "the person reads the conditions on their page"
NOT_WITHOUT: Final = "a return without a word on the conditions is not even proposed"
STILL_HELD: Final = "everything holds until the readmission is granted"
RETURNS: Final = "once it is granted access returns in every space"


async def play(context: StoryContext) -> None:
    """Alder shows that the conditions are met."""
    async with context.open_stage() as stage:
        group, nadia, alder = stage.group, stage["nadia"], stage["alder"]
        await suspend_by_decision(stage, alder, TERM, where=DISCORD)
        receipt = stage.people.receipt_of(alder)
        page = (await stage.people.personal_page(alder, receipt)).text
        stage.checks.check(READ, "Says in writing what will be different" in page, page[:3000])
        await stage.driver.pass_time(TERM + timedelta(minutes=1))
        await stage.people.submit_personal_form(alder, receipt, "Ask to return", SHOWN)
        await stage.driver.run_until_idle()
        request = await group.newest_case(nadia)
        typed = {"propose-outcome": "return", "propose-summary": "Asked to return."}
        refused = await group.submit_on_page(nadia, request, "Propose", typed)
        stage.checks.check(NOT_WITHOUT, refused.status == 422, refused.text[:800])
        await group.propose(nadia, request, "return", conditions="Both are met.", summary="Asked to return.")
        await agree(stage, request)
        stage.checks.check_equal(STILL_HELD, stage.world.spaces_shut_out_of(alder), SPACES)
        await group.enact(nadia, request)
        await stage.driver.run_until_idle()
        stage.checks.check_equal(RETURNS, stage.world.spaces_shut_out_of(alder), ())


STORY: Final = Story("readmission-with-conditions", "the person returns once the conditions are met", play)
