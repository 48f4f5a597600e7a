"""A case from its report to its end by the pages alone, at a desk, on a phone and without scripts; the clicks are counted."""

from dataclasses import dataclass

import pytest

from guardian.ids import MemberId
from guardian.services.operations import deadline_runner
from tests.browser.conftest import ON_EVERY_SCREEN, Browser
from tests.builders.community import AMARA, BRUNO, DISCORD, DMITRI
from tests.builders.journey import HOUR, newest_case

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

MOST_CLICKS = 12
"""Naming 2, the hearing 2, the proposal 2, two ballots, the letter 1, enacting 1, closing 1."""


@dataclass(slots=True)
class Clicks:
    """The browser, with how often somebody has pressed something in it."""

    browser: Browser
    code_name: str = ""
    count: int = 0

    async def sit(self, member: MemberId, below: str = "") -> None:
        """The member has the browser now, and the case before them."""
        await self.browser.sit(member, f"/console/cases/{self.code_name}{below}")

    async def press(self, label: str) -> None:
        """The button or link of that name is pressed, which leads on."""
        self.count += 1
        await self.browser.follow(f":is(button, a):text-is('{label}'):visible")

    async def vote(self, *members: MemberId) -> None:
        """The members agree, one after the other."""
        for member in members:
            await self.sit(member)
            self.count += 1
            await self.browser.swap("button:text-is('Agree'):visible")


@ON_EVERY_SCREEN
async def test_a_case_goes_from_its_report_to_its_end_by_the_pages_alone(browser: Browser) -> None:
    """P-3.5, P-5.1, P-5.5, P-5.6, P-5.8"""
    page, community = browser.page, browser.community
    community.spaces[DISCORD].add("700000000000000001", "grumbler")
    await community.report(who="grumbler")
    clicks = Clicks(browser, (await newest_case(community)).code_name)

    await clicks.sit(AMARA)
    await page.fill("#look-account", "grumbler")
    await clicks.press("Look, before anything is kept")
    await clicks.press("This case is about grumbler in discord")
    await page.fill("#text-hearing-reported", "You are said to have insulted people in the help channel.")
    await browser.follow("#write-hearing-reported button")
    clicks.count += 1
    await clicks.sit(BRUNO)
    await clicks.press("I have read it, and the hearing begins with it")
    assert "has begun" in await browser.words()

    await clicks.sit(AMARA)
    await page.select_option("#propose-outcome", "warning")
    await page.fill("#propose-summary", "Insults in the help channel.")
    await clicks.press("Show what would hold where")
    assert "Nothing changes in any space" in await browser.words()
    assert await browser.find_problems() == []
    await clicks.press("Propose")
    await clicks.vote(BRUNO, DMITRI)
    community.pass_time(48 * HOUR)
    await deadline_runner.run_due(community.app)

    await clicks.sit(BRUNO)
    await clicks.press("I have read it: nobody is given away")
    community.pass_time(8 * 24 * HOUR)
    await deadline_runner.run_due(community.app)
    await clicks.sit(BRUNO, "/enact")
    assert await browser.find_problems() == []
    await clicks.press("Enact for grumbler in discord")
    assert "is in force" in await browser.words()
    await page.fill("#close-outcome", "Warned.")
    await browser.follow("form[action$='/close'] button")
    clicks.count += 1
    assert "is closed" in await browser.words()
    assert clicks.count <= MOST_CLICKS
