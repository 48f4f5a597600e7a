"""Whole ways through the pages as people go them, with the eyes of axe on every page."""

from datetime import timedelta
from pathlib import Path

import pytest

from guardian.cases.case import PartyRole
from guardian.cases.drafts import DraftKind
from guardian.cases.proposals import Consequence
from guardian.services.decisions import drafts
from guardian.services.decisions.drafts import DraftInput
from guardian.services.deliberation import proposals
from guardian.services.sign_in.links import create_link
from rules.ladder import Outcome
from rules.precedence import Restriction
from rules.quorum import Answer
from tests.browser.conftest import Browser
from tests.builders.community import AMARA, BRUNO, DMITRI, TEXT, a_message
from tests.builders.journey import begin_hearing

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


async def test_a_report_its_receipt_and_its_follow_up(browser: Browser, tmp_path: Path) -> None:
    """P-2.2, P-2.4"""
    page = browser.page
    screenshot = tmp_path / "screen.png"
    screenshot.write_bytes(PICTURE)
    await browser.open("/")
    assert await browser.find_problems() == []
    await browser.follow("text=Report something")
    assert await browser.find_problems() == []
    for group in await page.locator("summary").all():
        await group.press("Enter")
    assert await page.is_visible("#hearer-chairs")
    assert await browser.find_problems() == []
    await page.fill("#who", "grumbler")
    await browser.follow("text=Send the report")
    assert "This has not been sent yet" in await browser.words()
    assert await browser.find_problems() == []
    assert await page.input_value("#who") == "grumbler"
    await page.fill("#what_happened", TEXT)
    await page.check("text=Dmitri Volkov")
    await page.set_input_files("#files", screenshot)
    await browser.follow("text=Send the report")
    assert await browser.find_problems() == []
    receipt = await page.inner_text(".receipt")
    await browser.follow("text=To the follow-up page")
    assert await browser.find_problems() == []
    await page.fill("#receipt", receipt)
    await browser.follow("button:text-is('Open')")
    assert TEXT in await browser.words()
    await page.fill("#text", "It went on today.")
    await browser.follow("button:text-is('Send')")
    assert "What you added is now with your report" in await browser.words()
    assert await browser.find_problems() == []
    await browser.follow("text=Leave this page")
    assert TEXT not in await browser.words()


@pytest.mark.harm("next-at-the-screen-reads-the-report")
async def test_after_sending_neither_going_back_nor_loading_again_shows_the_report_or_its_receipt(
    browser: Browser,
) -> None:
    """P-2.4"""
    await browser.open("/report")
    await browser.page.fill("#what_happened", TEXT)
    await browser.follow("text=Send the report")
    receipt = await browser.page.inner_text(".receipt")
    await browser.page.reload()
    assert receipt not in await browser.words()
    await browser.page.go_back()
    assert await browser.page.input_value("#what_happened") == ""


@pytest.mark.harm("words-lost-to-a-language")
async def test_another_language_takes_what_was_typed_along(browser: Browser) -> None:
    """P-2.2"""
    await browser.open("/report")
    await browser.page.fill("#what_happened", TEXT)
    await browser.follow("button:text-is('Français')")
    assert await browser.page.input_value("#what_happened") == TEXT
    assert await browser.page.get_attribute("html", "lang") == "fr"
    assert await browser.find_problems() == []


async def test_a_reading_link_opens_one_case_once(browser: Browser) -> None:
    """P-9.8"""
    app = browser.community.app
    case, person = await browser.community.a_named_case(evidence=(a_message(),), named_members=(DMITRI,), danger=True)
    await begin_hearing(browser.community, case.code_name)
    chosen = Consequence(
        outcome=Outcome.EXTENDED_SUSPENSION,
        restriction=Restriction.SUSPENDED,
        term=timedelta(days=120),
        conditions="Talk to somebody of the group before you return.",
        summary="Insults, again and again.",
    )
    proposal = await proposals.propose(app, AMARA, case.code_name, chosen, person)
    await proposals.vote(app, BRUNO, proposal.id, Answer.OBJECT, reason="I would rather warn.")
    text = "Hello, we would like to hear you."
    await drafts.write_draft(app, AMARA, case.code_name, DraftInput(DraftKind.HEARING, PartyRole.REPORTED, text))
    path = (await create_link(app, BRUNO, case.code_name)).removeprefix(app.base_url)
    await browser.open(path)
    assert case.code_name not in await browser.words()
    assert await browser.find_problems() == []
    await browser.follow("button:text-is('Sign in')")
    for shown in (TEXT, "You are all fools.", "I would rather warn.", text, person, "Dmitri Volkov"):
        assert shown in await browser.words()
    assert await browser.find_problems() == []
    await browser.follow("button:text-is('Leave')")
    await browser.open(path)
    assert "does not open anything any more" in await browser.words()
    assert await browser.find_problems() == []


async def test_somebody_heard_answers_on_their_personal_page(browser: Browser) -> None:
    """P-3.5"""
    page, community = browser.page, browser.community
    case, _ = await community.a_named_case()
    await begin_hearing(community, case.code_name)
    async with community.units_of_work.read() as view:
        told = [notice for notice in await view.notices.of_case(case.id) if notice.to.person is not None]
    await browser.open("/personal")
    assert await browser.find_problems() == []
    await page.fill("#receipt", "AAAAA-AAAAA")
    await browser.follow("button:text-is('Open')")
    assert "opens nothing here" in await browser.words()
    await page.fill("#receipt", told[0].facts["receipt"])
    await browser.follow("button:text-is('Open')")
    assert await browser.find_problems() == []
    await page.fill("#be-heard", "I was angry, and I am sorry.")
    await browser.follow("button:text-is('Send')")
    assert "part of what they weigh" in await browser.words()
    assert await browser.find_problems() == []


async def test_a_page_that_keeps_people_out_is_noticed(browser: Browser) -> None:
    await browser.page.set_content('<html lang="en"><title>x</title><main><img src="x"><p style="width:50rem">x</p>')
    found = await browser.find_problems()
    assert [each.partition(":")[0] for each in found] == ["image-alt", "wider than a small screen"]


async def test_words_that_cannot_be_read_in_the_dark_are_noticed(browser: Browser) -> None:
    dark = "@media (prefers-color-scheme: dark) { body { background: #111; color: #222 } }"
    await browser.page.set_content(
        f'<html lang="en"><title>x</title><style>{dark}</style><main><p>Read me in the dark.</p></main>'
    )
    assert [each.partition(":")[0] for each in await browser.find_problems()] == ["color-contrast"]
