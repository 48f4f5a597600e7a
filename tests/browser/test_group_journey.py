"""The group's own life by the pages alone: a week on duty is planned and swapped, a newcomer is seated and states conflicts."""

import pytest

from guardian.people.permissions import MEMBERS
from guardian.services.members import member_by_name
from guardian.services.rota.turns import list_rota
from tests.browser.conftest import ON_EVERY_SCREEN, Browser
from tests.browser.test_case_journey import Clicks
from tests.builders.community import AMARA, DISCORD, DMITRI
from tests.guardian.services.membership.test_departures import is_seated

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PAVEL = "700000000000000088"


@ON_EVERY_SCREEN
async def test_a_turn_is_planned_and_changes_hands_by_the_pages_alone(browser: Browser) -> None:
    """P-3.6"""
    page, community = browser.page, browser.community
    clicks = Clicks(browser)
    await clicks.sit(AMARA)
    await browser.visit("/console/rota")
    await page.fill("#count", "1")
    await clicks.press("Plan them")
    await page.select_option("#first", str(DMITRI))
    await clicks.press("Change the period")
    await clicks.sit(DMITRI)
    await browser.visit("/console/rota")
    await page.select_option("#to", str(AMARA))
    await clicks.press("Offer it")
    await clicks.sit(AMARA)
    await browser.visit("/console/rota")
    await clicks.press("Take it")
    assert (await list_rota(community.app, AMARA)).turns[0].primary == "Amara Okafor"


@ON_EVERY_SCREEN
async def test_a_newcomer_is_seated_and_states_conflicts_by_the_pages_alone(browser: Browser) -> None:
    """P-1.2"""
    page, community = browser.page, browser.community
    community.spaces[DISCORD].add(PAVEL, "pavel")
    first, second = await community.a_case(), await community.a_case()
    clicks = Clicks(browser)
    await clicks.sit(AMARA)
    await browser.open("/console/members")
    await page.fill("#name", "Pavel Novak")
    await page.check("input[name=group][value=working_group]")
    await page.fill("#account", "pavel")
    await clicks.press("Show whom it would be")
    await clicks.press("Seat them")
    seated = await member_by_name(community.app, "Pavel Novak")
    assert seated is not None
    assert await is_seated(community, seated.id, MEMBERS)
    await clicks.sit(seated.id)
    await browser.visit("/console/membership")
    await page.check(f"input[name=conflict][value={first.code_name}]")
    await page.check("input[name=reason][value=same_employer]")
    await clicks.press("State my conflicts, and open the others")
    await browser.open(f"/console/cases/{second.code_name}")
    assert second.code_name in await browser.words()
    await browser.open(f"/console/cases/{first.code_name}")
    assert "no such page" in (await browser.words()).casefold() or first.code_name not in await browser.words()
