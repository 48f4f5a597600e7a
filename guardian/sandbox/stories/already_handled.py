"""What was dealt with on the spot is sent for the file: acknowledged so, closed without a decision, nobody written to.

Policy: P-2.3.
"""

from typing import Final

from guardian.sandbox.browser import Browser
from guardian.sandbox.checks import forum_messages_to, messages_to, people_messaged
from guardian.sandbox.community import DISCORD
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import Stage, StoryContext

WHAT: Final = "Alder shouted at a speaker. The event team spoke with them, and they apologised to the speaker."
GROUP: Final = ("nadia", "tomas", "ines", "kofi", "yuki", "lena")
NOTIFIED: Final = "the group is told of it like of any report"
CLOSED: Final = "it is closed at once, without a proposal and without a hearing"
TOLD: Final = "whoever sent it reads that it is kept for the file"
LEFT_ALONE: Final = "the person is not written to"


async def play(context: StoryContext) -> None:
    """Somebody of the event team writes on the page; the group files it."""
    async with context.open_stage() as stage:
        group, nadia, alder = stage.group, stage["nadia"], stage["alder"]
        receipt = await _file(stage)
        await stage.driver.run_until_idle()
        notified = people_messaged(stage.world, [stage[key] for key in GROUP], "new report")
        stage.checks.check_equal(NOTIFIED, notified, set(GROUP))
        case = await group.newest_case(nadia)
        await group.name_person(nadia, case, "alder", DISCORD)
        done = await group.close(nadia, case, "Dealt with on the spot by the event team.")
        await stage.driver.run_until_idle()
        stage.checks.check(CLOSED, "is closed" in done, done[:800])
        page = (await stage.people.follow_up(receipt)).text
        stage.checks.check(TOLD, "file" in page, page[:1500])
        written = [*messages_to(stage.world, alder), *forum_messages_to(stage.world, alder)]
        stage.checks.check_equal(LEFT_ALONE, written, [])


async def _file(stage: Stage) -> str:
    async with Browser(stage.service.url) as browser:
        page = await browser.open("/report")
        typed = {"what_happened": WHAT, "who": "alder", "handled": "yes", "hold_contact": "yes"}
        return (await browser.send(page, page.find_form("Send the report"), typed)).find_receipt()


STORY: Final = Story("already-handled", "what was dealt with on the spot is sent for the file", play)
