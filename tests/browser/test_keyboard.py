"""Whole journeys by the keyboard alone, in a browser that runs no script: nothing needs a pointer, and nothing a script."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser as Chromium

from guardian.people.permissions import CHAIRS
from guardian.services.case_flow import refer_to_board
from rules.precedence import AccessLevel
from tests.browser.conftest import Browser
from tests.builders.community import AMARA, BRUNO, GRETA, HIROSHI, INES, Community
from tests.builders.journey import DAY, OTHERS, a_journey, newest_case
from tests.guardian.services.escalation.test_local_matters import a_matter
from tests.guardian.services.membership.test_departures import is_seated
from tests.guardian.services.parties.test_personal_page import asked

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

MOST_TABS = 150


@dataclass(slots=True)
class Keys(Browser):
    """A tab before the pages of a community, whose user has a keyboard and nothing else."""

    async def reach(self, selector: str) -> None:
        """The focus has gone on, by Tab, to what is meant."""
        meant = self.page.locator(f"{selector}:focus")
        for _ in range(MOST_TABS):
            await self.page.keyboard.press("Tab")
            if await meant.count():
                return
        raise AssertionError(f"no Tab leads to {selector}")

    async def type(self, selector: str, text: str) -> None:
        """The text is in the field; in a list its first letters choose."""
        await self.reach(selector)
        await self.page.keyboard.type(text)

    async def choose(self, selector: str) -> None:
        """The tick or the first of some choices is set."""
        await self.reach(selector)
        await self.page.keyboard.press("Space")

    async def send(self, label: str) -> None:
        """The button or link of that name is reached and pressed, which leads on."""
        await self.reach(f":is(button, a, summary):text-is({label!r})")
        async with self.page.expect_navigation():
            await self.page.keyboard.press("Enter")

    async def open_details(self, label: str) -> None:
        """What stands behind the summary is open."""
        await self.reach(f"summary:text-is({label!r})")
        await self.page.keyboard.press("Enter")


@pytest_asyncio.fixture(loop_scope="session")
async def keys(chromium: Chromium, community: Community, served: str) -> AsyncIterator[Keys]:
    """A tab without scripts."""
    page = await chromium.new_page(java_script_enabled=False, viewport={"width": 1100, "height": 900})
    page.set_default_timeout(90_000)
    yield Keys(page=page, url=served, axe=Axe(), community=community)
    await page.close()


async def test_a_moderator_passes_a_matter_on_and_a_member_accepts_it(keys: Keys) -> None:
    """P-8.2"""
    matter = await a_matter(keys.community)
    await keys.sit(INES, "/console")
    await keys.send("Escalations")
    await keys.send("Pass something on")
    await keys.type("#matter", matter.code_name)
    await keys.type("#words", "They went on after two warnings.")
    await keys.choose("#urgency-1")
    await keys.send("Pass it on")
    assert "received" in (await keys.words()).casefold()
    passed_on = await newest_case(keys.community)
    await keys.sit(AMARA, "/console/passing-on")
    await keys.type("#accepted", passed_on.code_name)
    await keys.send("Accept it by name")
    assert "accepted" in (await keys.words()).casefold()


async def test_a_request_to_return_is_answered_and_access_returns(keys: Keys) -> None:
    """P-6.2"""
    journey = await a_journey(keys.community)
    await journey.enact()
    await journey.pass_time(61 * DAY)
    request = await asked(keys.community, journey)
    await keys.sit(AMARA, f"/console/cases/{request.code_name}")
    await keys.type("#propose-outcome", "Ye")
    await keys.type("#propose-conditions", "They spoke with a mediator.")
    await keys.send("Show what would hold where")
    await keys.send("Propose")
    await keys.sit(BRUNO, f"/console/cases/{request.code_name}")
    await keys.send("Agree")
    for member in OTHERS[1:]:
        await request.vote_on_newest(member)
    await keys.sit(BRUNO, f"/console/cases/{request.code_name}/enact")
    await keys.send("Enact for grumbler in discord")
    assert await journey.access_level() is AccessLevel.OPEN


async def test_the_only_chair_hands_the_chair_over(keys: Keys) -> None:
    """P-1.2"""
    await keys.sit(AMARA, "/console/membership")
    await keys.type("#successor", "Bruno")
    await keys.send("Show what it ends")
    await keys.send("Step down")
    assert await is_seated(keys.community, BRUNO, CHAIRS)
    assert not await is_seated(keys.community, AMARA, CHAIRS)


async def test_the_board_answers_and_a_second_member_confirms_it(keys: Keys) -> None:
    """P-5.4"""
    case, _ = await keys.community.a_named_case()
    async with keys.community.units_of_work.begin() as uow:
        await refer_to_board(uow, keys.community.app.policy, case, "groups")
    await keys.sit(GRETA, f"/console/cases/{case.code_name}")
    await keys.open_details("Record the Board's answer")
    await keys.type("#board-outcome", "1")
    await keys.type("#board-summary", "Insults in the help channel.")
    await keys.send("Record the answer")
    await keys.sit(HIROSHI, f"/console/cases/{case.code_name}")
    await keys.send("I have read this: it is the Board's answer")
    async with keys.community.units_of_work.read() as view:
        answer = await view.deliberation.board_answer_on(case.id)
    assert answer is not None
    assert (answer.by, answer.confirmed_by) == (GRETA, HIROSHI)
