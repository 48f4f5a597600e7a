"""An event's contact asks after a list: the answer names who is flagged, in words that two have read, and nobody else.

Policy: P-9.4, P-9.6.
"""

import re
from datetime import timedelta
from typing import Final

from guardian.sandbox.browser import Browser, Page
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import Stage, StoryContext
from guardian.sandbox.stories.records_journey import file_case

SUMMARY: Final = "Repeatedly interrupted speakers and was asked to stop."
ADVICE: Final = "A named contact on the day would help."
_CROWD: Final = tuple(f"Quillon Marsh{number:02}" for number in range(12))
NOT_ONE: Final = "one name alone is not looked up"
WAITS: Final = "before a member has released the answer, the contact reads that it is being looked at"
UNREAD: Final = "nothing is told in words that no second member has read"
TOLD: Final = "the answer has the one who is flagged, in the words that two members have read, with what would help"
NEVER_CLEAN: Final = "of nobody else it says anything: nothing to tell is not a clean record"
OVER: Final = "after its last day the event's link opens nothing"
_LINK: Final = re.compile(r"https?://\S+/event/\S+")
_EVENTS: Final = "/console/records/events"


async def play(context: StoryContext) -> None:
    """Alder is flagged; thirteen people want to come."""
    async with context.open_stage() as stage:
        case = await file_case(stage, "Alder interrupted speakers, and was asked to stop.", "alder")
        nadia, tomas = (stage.group.at_console(stage[key]) for key in ("nadia", "tomas"))
        record = f"/console/records/cases/{case}"
        await nadia.submit(record, "Keep the summary", {"flagged": "yes", "summary": SUMMARY, "advice": ADVICE})
        link = await _register(stage)
        page = await _send(link, "alder")
        stage.checks.check(NOT_ONE, page.status != 200 and "alder" in page.forms[-1].values["names"][0], page.text)
        page = await _send(link, "\n".join(("alder", *_CROWD)))
        stage.checks.check(WAITS, SUMMARY not in page.text and "flagged" not in page.text, page.text)
        await nadia.submit(_EVENTS, "It is this person")
        await nadia.submit(_EVENTS, "Release the answer")
        page = await _open(link)
        stage.checks.check(UNREAD, SUMMARY not in page.text, page.text)
        await tomas.submit(record, "I have read these words")
        page = await _open(link)
        stage.checks.check(TOLD, page.text.count(SUMMARY) == 1 and ADVICE in page.text, page.text)
        named = [name for name in _CROWD if name in page.text]
        stage.checks.check(NEVER_CLEAN, not named and "clean" not in page.text.replace("not mean", ""), page.text)
        await stage.driver.leap(timedelta(days=4))
        page = await _open(link)
        stage.checks.check(OVER, page.status == 404 and SUMMARY not in page.text, page.text)


async def _register(stage: Stage) -> str:
    ends = f"{stage.now() + timedelta(days=2):%Y-%m-%d}"
    typed = {"name": "Orchard Days", "contact": "Sam Oakes", "address": "sam@example.org", "ends": ends}
    told = await stage.group.at_console(stage["nadia"]).submit(_EVENTS, "Register the event", typed)
    found = _LINK.search(told.text)
    if found is None:
        raise LookupError(f"no link is shown: {told.text}")
    return found.group()


async def _send(link: str, names: str) -> Page:
    async with Browser(link) as browser:
        page = await browser.open(link)
        return await browser.send(page, page.find_form("Send"), {"names": names})


async def _open(link: str) -> Page:
    async with Browser(link) as browser:
        return await browser.open(link)


STORY: Final = Story("event-check", "an event asks after its list, and is told what two members have read", play)
