"""Acting at once, and what moderators do, in a real browser and with the eyes of axe on every page."""

import pytest

from tests.browser.conftest import Browser
from tests.builders.community import AMARA, BRUNO, DISCORD, INES, SOMEBODY

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_an_act_at_once_and_its_review(browser: Browser) -> None:
    """P-7.1, P-7.3: five clicks and three fields to act; what it hits is named before."""
    page = browser.page
    browser.community.spaces[DISCORD].add(SOMEBODY.native_id, "grumbler")
    await browser.sit(BRUNO, "/console/act")
    assert await browser.find_problems() == []
    await browser.follow("text=Show what it does")
    assert "This has not been done." in await browser.words()
    assert await browser.find_problems() == []
    await page.fill("#who", "grumbler")
    await page.check("#ground-1")
    await page.fill("#reason", "Insults, again and again.")
    await browser.follow("text=Show what it does")
    assert SOMEBODY.native_id in await browser.words()
    assert await browser.find_problems() == []
    await browser.follow("button:text-is('Act now')")
    assert "It is being placed now." in await browser.words()
    await browser.sit(AMARA, "/console/reviews")
    await browser.follow(".tasks a")
    assert await browser.find_problems() == []
    await browser.open("/console/sanctions")
    assert await browser.find_problems() == []


async def test_a_moderators_measure(browser: Browser) -> None:
    """P-6.8"""
    page = browser.page
    browser.community.spaces[DISCORD].add(SOMEBODY.native_id, "grumbler")
    await browser.sit(INES, "/console/measures/new")
    assert await browser.find_problems() == []
    await page.fill("#on", "grumbler")
    await page.fill("#hours", "24")
    await page.check("#kind-1")
    await page.check("#reason-1")
    await browser.follow("text=Show what it does")
    assert await browser.find_problems() == []
    await browser.follow("text=Set it now")
    assert "in force on discord within a few minutes" in await browser.words()
    assert await browser.find_problems() == []
