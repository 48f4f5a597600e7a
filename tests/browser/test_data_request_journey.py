"""Somebody asks on their page what is kept of them, and reads there what two who may have answered."""

import pytest

from rules.deadlines import TimeLimit, due_at
from tests.browser.conftest import ON_EVERY_SCREEN, Browser
from tests.builders.community import BRUNO, INES, TEXT
from tests.builders.journey import DAY, a_journey
from tests.guardian.services.data_requests.test_data_requests import name_officer

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

DATA = "/console/data-requests"
OWN_WORDS = "I was angry that day."


async def open_own_page(browser: Browser, receipt: str) -> None:
    """Whoever holds the receipt has their page before them: the receipt proves that it is theirs."""
    await browser.page.context.clear_cookies()
    await browser.visit("/personal")
    await browser.page.fill("#receipt", receipt)
    await browser.follow("button:text-is('Open')")


async def draft_with(browser: Browser, of_report: str) -> None:
    """The officer writes what is given of the report, and keeps the draft."""
    await browser.page.locator("fieldset", has_text=TEXT).locator("textarea").first.fill(of_report)
    await browser.follow("text=Keep the draft, and have it read")


@ON_EVERY_SCREEN
async def test_a_reported_person_asks_for_a_copy_and_reads_it_without_a_word_of_the_reporter(browser: Browser) -> None:
    """P-2.6, P-5.6, P-6.2"""
    page, community = browser.page, browser.community
    await name_officer(community)
    journey = await a_journey(community, reporter_handle="quillwort")
    receipt = await journey.hold_hearing(OWN_WORDS)
    await open_own_page(browser, receipt)
    assert await browser.find_problems() == []
    await page.check("label:text-is('A copy of what is kept of me')")
    await browser.follow("text=Send the request")
    assert "You have an answer by" in await browser.words()

    await browser.sit(INES, DATA)
    assert await browser.find_problems() == []
    due = due_at(TimeLimit.DATA_REQUEST, community.clock.now(), community.app.policy)
    shown = page.locator(".tasks time").first
    assert (await shown.get_attribute("datetime") or "").startswith(f"{due:%Y-%m-%d}")
    await browser.follow(".tasks a")
    assert await browser.find_problems() == []
    await draft_with(browser, TEXT)
    assert "This may show who spoke" in await browser.words()
    assert await browser.find_problems() == []
    await draft_with(browser, "")
    assert "Somebody else reads it now" in await browser.words()
    assert await page.locator("button:text-is('Send the answer')").count() == 0

    community.pass_time(DAY)
    await open_own_page(browser, receipt)
    assert "Your request is granted" not in await browser.words()
    await browser.sit(BRUNO, DATA)
    await browser.follow(".tasks a")
    assert "left out: " in await browser.words()
    assert await browser.find_problems() == []
    await browser.follow("text=Send the answer")
    assert "it stands on their page" in await browser.words()

    await open_own_page(browser, receipt)
    read = await browser.words()
    assert "Your request is granted" in read
    assert OWN_WORDS in read.partition("What is kept of you")[2]
    assert "What could show who has spoken to us" in read
    for hidden in (TEXT, "quillwort", "Ines Moreau", "Bruno Keller"):
        assert hidden not in await page.content()
    assert await browser.find_problems() == []
