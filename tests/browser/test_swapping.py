"""Small changes in place, where scripts run: the page is the same as without them, and nobody loses what they type."""

import pytest

from guardian.services.deliberation.proposals import propose
from tests.browser.conftest import Browser
from tests.browser.test_case_journey import Clicks
from tests.builders.community import AMARA, BRUNO
from tests.builders.journey import a_warning

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_vote_and_a_note_change_the_page_in_place_and_keep_what_is_typed_elsewhere(browser: Browser) -> None:
    """P-5.1, P-3.3"""
    page, community = browser.page, browser.community
    case, person = await community.a_named_case()
    await propose(community.app, AMARA, case.code_name, a_warning(), person)
    clicks = Clicks(browser, case.code_name)
    await clicks.sit(BRUNO)
    await page.evaluate("window.same = true")
    await page.click("summary:text-is('Write the findings')")
    await page.fill("#found-what", "Half a sentence")
    await page.fill("#note-text", "I have seen it myself.")
    await browser.swap("form[action$='/thread'] button")
    assert "I have seen it myself." in await browser.words()
    await browser.swap("button:text-is('Agree')")
    assert await page.input_value("#found-what") == "Half a sentence"
    assert await page.evaluate("window.same")
    async with community.units_of_work.read() as view:
        proposal = (await view.deliberation.proposals_of(case.id))[0]
        assert [ballot.member for ballot in await view.deliberation.ballots_on(proposal.id)] == [BRUNO]


async def test_a_claim_leaves_whoever_goes_through_the_list_by_keys_where_they_were(browser: Browser) -> None:
    """P-2.4: also after a filter, which the address carries."""
    page = browser.page
    await browser.community.a_case(what_happened="Dmitri Volkov was there as well.")
    await Clicks(browser).sit(AMARA)
    await browser.open("/console")
    await page.evaluate("window.same = true")
    await browser.swap("text=/^Reporters/")
    await page.wait_for_url("**/console?only=Reporters")
    await page.keyboard.press("j")
    await browser.swap(".tasks li:nth-child(2) button:text-is('I have it')")
    assert "you have it since" in await browser.words()
    assert await page.evaluate("document.activeElement.closest('li') !== null && window.same")
