"""A reporter and the reported person each ask what is kept of them: each reads what is theirs, and nobody learns who spoke.

Policy: P-2.6, P-2.11, P-5.6, P-6.2.
"""

import re
from typing import Final

from guardian.sandbox.checks import messages_to
from guardian.sandbox.community import DISCORD, Human
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import Stage, StoryContext
from guardian.sandbox.stories.journey import WHAT, name_target

SIDE: Final = "I was tired, and I am sorry for my tone."
_DATA: Final = "/console/data-requests"
_REQUEST: Final = re.compile(r"^/console/data-requests/[^/]+$")

TOLD: Final = "the reporter hears that the answer to their request is there"
OWN: Final = "the reporter reads their own report in the answer"
GIVEN: Final = "the person reads their own words in the answer, once a second member has read it"
BEFORE: Final = "nothing of the answer is on the page before a second member has read it"
WHO: Final = "nothing on the person's page shows the report, or who sent it"


async def play(context: StoryContext) -> None:
    """First the reporter asks, then the person who is heard."""
    async with context.open_stage() as stage:
        group, nadia, wren, alder = stage.group, stage["nadia"], stage["wren"], stage["alder"]
        receipt = await stage.people.report(wren, WHAT, "alder")
        await stage.driver.run_until_idle()
        await stage.people.ask_for_data(wren, receipt, door="/follow-up")
        await _draft(stage, stage["kofi"])
        before = len(messages_to(stage.world, wren))
        await _send(stage, stage["tomas"])
        told = messages_to(stage.world, wren)[before:]
        stage.checks.check(TOLD, any("something new" in text for text in told), "; ".join(told))
        page = await stage.people.follow_up(receipt)
        stage.checks.check(OWN, WHAT in page.text.partition("What is kept of you")[2], page.text)
        case = await group.newest_case(nadia)
        await name_target(stage, case, alder, DISCORD)
        await stage.people.make_request(wren, receipt, "You may contact the reported person")
        await group.say_what_was_reported(nadia, stage["tomas"], case)
        await stage.driver.run_until_idle()
        await _person_asks(stage, alder)


async def _person_asks(stage: Stage, alder: Human) -> None:
    receipt = stage.people.receipt_of(alder)
    await stage.people.submit_personal_form(alder, receipt, "Send", SIDE)
    await stage.people.ask_for_data(alder, receipt, door="/personal")
    await _draft(stage, stage["kofi"])
    before = (await stage.people.personal_page(alder, receipt)).text
    stage.checks.check(BEFORE, "Left out, and why" not in before, before)
    await _send(stage, stage["tomas"])
    after = (await stage.people.personal_page(alder, receipt)).text
    answer = after.partition("Left out, and why")
    stage.checks.check(GIVEN, SIDE in answer[0] and "who has spoken to us" in answer[2], after)
    stage.checks.check(WHO, WHAT not in after and "wren" not in after.casefold(), after)


async def _draft(stage: Stage, by: Human) -> None:
    await stage.group.at_console(by).submit(await _address(stage, by), "Keep the draft, and have it read")


async def _send(stage: Stage, by: Human) -> None:
    await stage.group.at_console(by).submit(await _address(stage, by), "Send the answer")
    await stage.driver.run_until_idle()


async def _address(stage: Stage, by: Human) -> str:
    """Return where the one request that waits for the member is answered."""
    page = await stage.group.at_console(by).open(_DATA)
    return next(address for address, _ in page.links if _REQUEST.match(address))


STORY: Final = Story("access-request", "what is kept of somebody is shown to them, and who spoke is not", play)
