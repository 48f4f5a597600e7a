"""What a party types into their page is kept without the receipt that they quote, whatever they use it for."""

from collections.abc import Awaitable, Callable

import pytest

from guardian.cases.submissions import EvidenceInput
from guardian.services.parties import personal_page
from guardian.services.reports.follow_up import AdditionInput, add_to_report
from guardian.services.reports.intake import ReceiptAccess
from tests.builders.community import Community
from tests.builders.journey import DAY, Journey, a_journey

Say = Callable[[Journey], Awaitable[None]]


async def in_a_hearing(journey: Journey) -> None:
    """The person is heard."""
    receipt = await journey.begin_hearing()
    await personal_page.give_hearing_answer(journey.community.app, receipt, f"You wrote {receipt} to me.")


async def to_the_board(journey: Journey) -> None:
    """The person asks the Board."""
    await journey.enact()
    receipt = await journey.receipt()
    await personal_page.request_board_reconsideration(journey.community.app, receipt, f"You wrote {receipt} to me.")


async def to_return(journey: Journey) -> None:
    """The person asks to return, when their term is over."""
    await journey.enact()
    await journey.pass_time(61 * DAY)
    receipt = await journey.receipt()
    await personal_page.submit_readmission_request(journey.community.app, receipt, f"You wrote {receipt} to me.")


@pytest.mark.harm("receipt-shown-in-kept-words")
@pytest.mark.parametrize("say", [in_a_hearing, to_the_board, to_return])
async def test_what_a_person_types_on_their_page_is_kept_without_the_receipt(community: Community, say: Say) -> None:
    """P-2.6"""
    journey = await a_journey(community)
    await say(journey)
    async with community.units_of_work.read() as view:
        cases = await view.cases.cases()
        texts = [each.text for case in cases for each in await view.cases.additions_of(case.id)]
    assert "You wrote [receipt] to me." in texts
    assert all(text.count("You wrote ") == text.count("You wrote [receipt]") for text in texts)


@pytest.mark.harm("receipt-shown-in-kept-words")
async def test_what_a_reporter_adds_is_kept_without_the_receipt_in_words_and_files(community: Community) -> None:
    """P-2.6"""
    received = await community.report()
    case = await community.case(received)
    said = f"You wrote {received.receipt} to me."
    long_file = EvidenceInput(kind="file", file_name="long.txt", content=f"{said}\n{'word, ' * 80_000}".encode())
    short_file = EvidenceInput(kind="file", file_name="short.txt", content=said.encode())
    added = AdditionInput(said, (short_file, long_file), answers={"where": said})
    await add_to_report(community.app, ReceiptAccess(received.receipt), added)
    async with community.units_of_work.read() as view:
        (report,) = await view.cases.reports_of(case.id)
        (addition,) = await view.cases.additions_of(case.id)
        evidence = [await view.cases.evidence(each.id) for each in await view.cases.evidence_of(case.id)]
    kept = [addition.text, report.answers["where"], *((each.content or b"").decode() for each in evidence if each)]
    assert len(kept) == 4
    assert all(text.startswith("You wrote [receipt] to me.") for text in kept)
