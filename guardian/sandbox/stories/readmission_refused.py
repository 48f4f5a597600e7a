"""A term is over and the person asks to return; the group says not yet, and everything holds until it says otherwise.

Policy: P-6.2.
"""

from datetime import timedelta
from typing import Final

from guardian.sandbox.checks import find_openings
from guardian.sandbox.community import DISCORD, SPACES
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import StoryContext
from guardian.sandbox.stories.journey import agree, suspend_by_decision

TERM: Final = timedelta(days=90)
ASKED: Final = "the person asks on their page, locked out everywhere, and the group has it as a case"
REFUSED: Final = "the person reads that they may not return yet"
STILL_HELD: Final = "no space has let them in, neither when the term was over nor since"


async def play(context: StoryContext) -> None:
    """Alder's term, the request, and the answer."""
    async with context.open_stage() as stage:
        group, nadia, alder = stage.group, stage["nadia"], stage["alder"]
        await suspend_by_decision(stage, alder, TERM, where=DISCORD)
        begun, receipt = stage.now(), stage.people.receipt_of(alder)
        await stage.driver.pass_time(TERM + timedelta(minutes=1))
        await stage.people.submit_personal_form(alder, receipt, "Ask to return", "I want to come back.")
        await stage.driver.run_until_idle()
        request = await group.newest_case(nadia)
        page = (await group.read_case(nadia, request)).text
        stage.checks.check(ASKED, "a request to return" in page and "I want to come back." in page, page[:1500])
        await group.propose(nadia, request, "no-return", summary="The conditions are not met.")
        await agree(stage, request)
        await group.enact(nadia, request)
        await stage.driver.run_until_idle()
        page = (await stage.people.personal_page(alder, receipt)).text
        stage.checks.check(REFUSED, "has not been granted" in page, page[:3000])
        await stage.driver.pass_time(timedelta(days=1))
        open_ = find_openings(stage.world, alder, begun, stage.now())
        held = stage.world.spaces_shut_out_of(alder) == SPACES
        stage.checks.check(STILL_HELD, held and not open_, "; ".join(open_))


STORY: Final = Story("readmission-refused", "a term is over, and the group says that it is not time yet", play)
