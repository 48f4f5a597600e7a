"""The records by the pages alone: the sheet goes out and an older one comes in, an event is answered, a case is forgotten."""

from datetime import timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook

from guardian.services.decisions.closing import close
from guardian.services.operations import deadline_runner
from guardian.services.retention import expunction
from tests.browser.conftest import ON_EVERY_SCREEN, Browser
from tests.builders.community import AMARA, BRUNO
from tests.builders.journey import DAY, a_journey, a_warning
from tests.guardian.services.records.test_event_check import OTHERS, TOLD, a_flagged_person
from tests.guardian.services.records.test_sheet import a_file

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

RECORDS = "/console/records"


async def download(browser: Browser, label: str, folder: Path) -> Path:
    """The file that the link of that name gives."""
    async with browser.page.expect_download() as coming:
        await browser.page.click(f"a:text-is('{label}')")
    came = await coming.value
    kept = folder / came.suggested_filename
    await came.save_as(kept)
    return kept


async def choose_sheet(browser: Browser, content: bytes) -> None:
    """The sheet is chosen as the file, and what it would do is shown."""
    await browser.page.set_input_files("#sheet", {"name": "old.csv", "mimeType": "text/csv", "buffer": content})
    await browser.follow("text=Show what it would do")
    assert await browser.find_problems() == []


@ON_EVERY_SCREEN
async def test_the_sheet_goes_out_as_files_and_an_older_one_comes_in_after_its_dry_run(
    browser: Browser, tmp_path: Path
) -> None:
    """P-9.1"""
    journey = await a_journey(browser.community)
    await browser.sit(AMARA, RECORDS)
    assert await browser.find_problems() == []
    table = await download(browser, "Take it out as CSV", tmp_path)
    assert journey.code_name in table.read_text("utf-8")
    book = load_workbook(await download(browser, "as XLSX", tmp_path), read_only=True)
    assert journey.code_name in [cell.value for row in book.worksheets[0].iter_rows() for cell in row]

    await browser.follow("text=Take an older sheet in")
    await choose_sheet(browser, a_file({}, {"Case code name": "Brass Bell", "Status": "who knows"}))
    assert "3 Status" in await browser.words()
    await browser.follow("button:text-is('Change something')")
    await choose_sheet(browser, a_file({}))
    assert "No row is left out" in await browser.words()
    await browser.follow("text=Take these rows in")
    assert "1 rows are in the records now." in await browser.words()
    assert await browser.page.locator("a:text-is('amber-anchor')").count() == 1
    assert await browser.find_problems() == []


@ON_EVERY_SCREEN
async def test_an_event_is_registered_sends_its_list_and_is_answered_and_nothing_of_it_stays(browser: Browser) -> None:
    """P-9.6"""
    page, community = browser.page, browser.community
    journey = await a_flagged_person(community)
    await browser.sit(BRUNO, RECORDS + "/events")
    await page.fill("#name", "Conference")
    await page.fill("#contact", "Robin Host")
    await page.fill("#address", "robin@example.org")
    await page.fill("#ends", f"{community.clock.now() + timedelta(days=10):%Y-%m-%d}")
    await browser.follow("text=Register the event")
    link = next(word for word in (await browser.words()).split() if "/event/" in word)
    event = link.removeprefix(community.app.base_url)

    await browser.visit(event)
    await page.fill("#names", "Samuel Example")
    await browser.follow("button:text-is('Send')")
    assert await page.get_attribute("#names", "aria-invalid") == "true"
    await page.fill("#names", f"{OTHERS}\nsámuel example")
    await browser.follow("button:text-is('Send')")
    assert "It is still being looked at" in await browser.words()

    await browser.visit(RECORDS + "/events")
    assert f"“sámuel example” and {journey.person_code}: exact match" in await browser.words()
    assert "Guest Numbera" not in await browser.words()
    await browser.follow("button:text-is('It is this person')")
    await browser.follow("text=Release the answer")
    assert "The answer is released" in await browser.words()
    await browser.visit(event)
    assert TOLD in await browser.words()
    assert "does not mean that nothing has happened" in await browser.words()

    community.pass_time(timedelta(days=11))
    await deadline_runner.run_due(community.app)
    async with community.units_of_work.read() as view:
        assert await view.events.matches() == ()
    await browser.open(event)
    assert TOLD not in await browser.words()


@ON_EVERY_SCREEN
async def test_a_case_says_when_it_is_forgotten_and_after_its_day_that_it_is(browser: Browser) -> None:
    """P-9.5"""
    community = browser.community
    said = "They called me a wombatface in the kitchen channel."
    journey = await a_journey(community, handle="brambleking", what_happened=said)
    await journey.enact(a_warning())
    await close(community.app, BRUNO, journey.code_name, "Said sorry.")
    await expunction.refresh_dates(community.app)
    await browser.sit(BRUNO, f"/console/cases/{journey.code_name}")
    assert "Expunged on" in await browser.words()
    assert await browser.page.locator("text=brambleking").count() > 0

    community.pass_time(community.app.policy.retention.minor + DAY)
    assert [each.case for each in await expunction.list_due(community.app)] == [journey.code_name]
    await deadline_runner.run_due(community.app)
    await browser.sit(BRUNO, f"/console/cases/{journey.code_name}")
    assert "This case is expunged" in await browser.words()
    assert "A copy of the whole database opens for it until" in await browser.words()
    assert await browser.find_problems() == []
    for path in (
        f"/console/cases/{journey.code_name}",
        RECORDS,
        f"{RECORDS}/cases/{journey.code_name}",
        "/console/journal",
    ):
        await browser.open(path)
        for gone in ("brambleking", "wombatface"):
            assert gone not in await browser.page.content(), path
