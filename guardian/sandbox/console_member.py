"""A member at the console: signs in by a mailed link, reads, and fills in the forms of its pages. Judges nothing.

Read `ConsoleMember` first.
"""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final

from guardian.sandbox.browser import Browser, Page
from guardian.sandbox.community import Human
from guardian.sandbox.stage import Stage

_LINK: Final = re.compile(r"https?://\S+/console/sign-in/\S+")
_CASE: Final = re.compile(r"/console/cases/([a-z]+-[a-z]+)")
_REVIEW: Final = re.compile(r"/console/reviews/([a-z]+-[a-z]+)")


class ConsoleMember:
    """One member in one browser, which is signed in."""

    def __init__(self, stage: Stage, human: Human, browser: Browser) -> None:
        self._stage, self._human, self._browser = stage, human, browser

    async def newest_case(self) -> str:
        """Return the code name of the case that stands last in their list; LookupError where they are shown none."""
        return _last(_CASE, await self._browser.open("/console/cases"))

    async def newest_review(self) -> str:
        """Return the code name of the last act that waits to be looked at."""
        return _last(_REVIEW, await self._browser.open("/console/reviews"))

    async def read_case(self, case: str) -> Page:
        """Return the page of the case."""
        self._stage.group.narrate(self._human, "reads the case on the console")
        return await self._browser.open(f"/console/cases/{case}")

    async def submit(self, address: str, button: str, values: Mapping[str, str]) -> Page:
        """Open the page and send its form with that button; return what comes of it."""
        page = await self._browser.open(address)
        self._stage.group.narrate(self._human, f"fills in a form of the console and presses [{button}]")
        return await self._browser.send(page, page.find_form(button), values)

    async def press(self, page: Page, button: str) -> Page:
        """Press the button on the page."""
        self._stage.group.narrate(self._human, f"presses [{button}]")
        return await self._browser.send(page, page.find_form(button), {})


@asynccontextmanager
async def sign_in_by_mail(stage: Stage, human: Human) -> AsyncIterator[ConsoleMember]:
    """Ask for a link by mail, follow it, and stay signed in until the block ends."""
    stage.group.narrate(human, "asks on the console for a link by mail, and follows it")
    async with Browser(stage.service.url) as browser:
        page = await browser.open("/console/sign-in")
        await browser.send(page, page.find_form("Send me a link"), {"address": human.mail})
        await stage.driver.run_until_idle()
        link = await browser.open(_mailed_link(stage, human))
        await browser.send(link, link.find_form("Sign in"), {})
        yield ConsoleMember(stage, human, browser)


def mails_to(stage: Stage, human: Human) -> list[str]:
    """Return what was mailed to them, subject and words, oldest first."""
    return [f"{mail['Subject']}\n{mail.get_content()}" for mail in stage.world.mail.mails(human.mail)]


def _mailed_link(stage: Stage, human: Human) -> str:
    found = [match.group() for text in mails_to(stage, human) for match in _LINK.finditer(text)]
    if not found:
        raise LookupError(f"no link was mailed to {human.name}")
    return found[-1]


def _last(pattern: re.Pattern[str], page: Page) -> str:
    found = [match.group(1) for address, _ in page.links if (match := pattern.search(address))]
    if not found:
        raise LookupError(f"nothing is listed at {page.url}: {page.text}")
    return found[-1]
