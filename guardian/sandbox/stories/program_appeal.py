"""Somebody does not agree with an affiliated program's answer: within its time the appeal is the group's, later it is not.

Policy: P-8.1, P-8.2.
"""

from datetime import timedelta
from typing import Final

from guardian.sandbox.browser import Browser, Page
from guardian.sandbox.checks import people_messaged
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import Stage, StoryContext

PROGRAM: Final = "Web Girls of the Harbour"
WHAT: Final = "Alder mocked a participant in the program's chat; the program wrote that nothing follows."
DONE_THERE: Final = "They spoke with Alder once, and wrote to me that this is enough."
KNOWN: Final = "the case says which program answered when, what it did, and that this is an appeal"
ACCEPTED: Final = "somebody accepts the appeal by name"
LATE: Final = "what nobody accepts in time is put to the chair"
QUIET: Final = "the moderators of the spaces hear nothing of it"
REFUSED: Final = "an appeal that comes too late is refused with the rule, and with whom else to turn to"
STATUS: Final = "whoever appeals follows how it goes on behind their receipt"


async def play(context: StoryContext) -> None:
    """A participant appeals three days after the answer; somebody else forty days after theirs."""
    async with context.open_stage() as stage:
        group, nadia = stage.group, stage["nadia"]
        receipt = (await _appeal(stage, days_ago=3)).find_receipt()
        await stage.driver.run_until_idle()
        case = await group.newest_case(nadia)
        page = (await group.read_case(nadia, case)).text
        known = PROGRAM in page and DONE_THERE in page and "an appeal against its answer" in page
        stage.checks.check(KNOWN, known, page[:2500])
        await stage.driver.pass_time(timedelta(hours=25))
        told = people_messaged(stage.world, [nadia], f"{case}: nobody has accepted it yet")
        stage.checks.check_equal(LATE, told, {"nadia"})
        moderators = [stage[key] for key in ("oskar", "priya", "marek")]
        heard = people_messaged(stage.world, moderators, "passed on") | people_messaged(stage.world, moderators, case)
        stage.checks.check_equal(QUIET, heard, set())
        await group.accept(stage["kofi"], case)
        page = (await group.read_case(nadia, case)).text
        stage.checks.check(ACCEPTED, "by Kofi" in page, page[:2500])
        page = (await stage.people.follow_up(receipt)).text
        stage.checks.check(STATUS, "kofi" not in page.casefold() and case not in page, page[:1500])
        refused = await _appeal(stage, days_ago=40)
        said = "P-8.1" in refused.text and "turn to its contact" in refused.text
        stage.checks.check(REFUSED, refused.status == 422 and said, refused.text[:1500])


async def _appeal(stage: Stage, *, days_ago: int) -> Page:
    answered = (stage.now() - timedelta(days=days_ago)).date().isoformat()
    typed = {
        "what_happened": WHAT,
        "who": "alder",
        "outside_ground": "program_appeal",
        "outside_name": PROGRAM,
        "outside_answered": answered,
        "outside_done": DONE_THERE,
    }
    async with Browser(stage.service.url) as browser:
        page = await browser.open("/report")
        return await browser.send(page, page.find_form("Send the report"), typed)


STORY: Final = Story("program-appeal", "somebody appeals against the answer of an affiliated program", play)
