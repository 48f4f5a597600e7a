"""The sandbox's pages in a real browser: the first steps of its way, with the eyes of axe on every page."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser as Chromium

from guardian.sandbox.interactive import serve_pages
from guardian.sandbox.open_sandbox import open_sandbox
from tests.browser.conftest import Tab

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
PATIENCE_MS = 120_000
PAGES = (
    "/clock",
    "/as/kofi",
    "/as/kofi/discord/direct",
    "/as/kofi/discord/commands",
    "/as/oskar/discord/people",
    "/as/priya/forum",
    "/as/priya/forum/people",
    "/as/rowan/forum/messages",
    "/as/marek/github",
    "/as/marek/github/people",
    "/as/rowan/github/website/1",
    "/as/rowan/mail",
    "/as/nadia/mail/group",
)


@pytest_asyncio.fixture(loop_scope="session")
async def tab(chromium: Chromium, tmp_path: Path) -> AsyncIterator[Tab]:
    """A tab in a dark room, before an open sandbox."""
    async with open_sandbox(tmp_path) as sandbox, serve_pages(sandbox) as url:
        page = await chromium.new_page(color_scheme="dark", viewport={"width": 1100, "height": 900})
        page.set_default_timeout(PATIENCE_MS)
        yield Tab(page, url, Axe())
        await page.close()


async def test_somebody_reports_a_message_and_a_member_acts_in_a_browser(tab: Tab) -> None:
    """P-2.2, P-7.1"""
    page = tab.page
    await tab.open("")
    assert await tab.find_problems() == []
    await tab.follow("text=Discord, as Rowan")
    await page.click("li:has-text('Fools') .menu summary")
    assert await tab.find_problems() == []
    await tab.follow("li:has-text('Fools') button:has-text('Report')")
    assert await tab.find_problems() == []
    await tab.follow("button:text-is('Send')")
    assert "Only you can see this" in await tab.words()
    assert await tab.find_problems() == []
    await tab.follow("a.token")
    assert await tab.find_problems() == []
    await tab.open("")
    await tab.follow("text=/act, as Kofi")
    assert await tab.find_problems() == []
    await tab.follow("button:has-text('Give the command')")
    await tab.follow("button:has-text('Act now')")
    await tab.open("/as/alder/discord")
    assert "This account is banned" in await tab.words()
    assert await tab.find_problems() == []


async def test_no_page_of_the_sandbox_keeps_anybody_out(tab: Tab) -> None:
    problems = {}
    for path in PAGES:
        await tab.open(path)
        problems[path] = await tab.find_problems()
    assert {path: found for path, found in problems.items() if found} == {}
