"""Whoever was harmed and never wrote, and whoever was restricted with others, has a page and can ask the Board."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from guardian.cases.deadlines import DeadlineKind
from guardian.cases.proposals import Consequence
from guardian.errors import NotFound, Refused
from guardian.notices.models import News
from guardian.services.decisions import board_answers, closing, enactment
from guardian.services.deliberation import procedure
from guardian.services.members import AccountInput
from guardian.services.parties import handed_receipts, personal_page
from guardian.services.reports import follow_up
from guardian.services.reports.intake import ReceiptAccess
from guardian.services.unilateral import review
from guardian.spaces.port import Account
from rules.ladder import Outcome
from rules.procedure import Step
from rules.unilateral import ReviewAnswer
from tests.builders.community import AMARA, BRUNO, DISCORD, DMITRI, ELENI, GRETA, HIROSHI, Community
from tests.builders.journey import DAY, Journey, a_journey
from tests.guardian.services.raids.test_announcement import RAIDERS, Raided, raided

PLEASE = "Please look at it again."
MONTH = 30 * DAY


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[Raided]:
    """A community that is flooded."""
    async with raided(tmp_path) as made:
        yield made


async def handed_to_affected(journey: Journey) -> str:
    """The receipt that a member hands to somebody who was harmed and never wrote."""
    handed = await handed_receipts.issue_for_affected(journey.community.app, BRUNO, journey.code_name, "Rana's friend")
    return handed.receipt


async def ratified_raid(world: Raided) -> str:
    """A raid that two reviewers have ratified for a month, and that has come to rest."""
    case = await world.seconded()
    for reviewer in (DMITRI, ELENI):
        await review.review(world.app, reviewer, case, ReviewAnswer.RATIFY, MONTH)
    await world.settle()
    return case


async def handed_to_raider(world: Raided, case: str, native_id: str = RAIDERS[3]) -> str:
    """The receipt that a member hands to one who was restricted with the others."""
    account = AccountInput(DISCORD, native_id)
    return (await handed_receipts.issue_for_reported(world.app, BRUNO, case, account=account)).receipt


@pytest.mark.harm("harmed-without-a-page")
async def test_whoever_was_harmed_and_never_wrote_is_told_what_reporters_are(community: Community) -> None:
    """P-4.4, P-5.5"""
    journey = await a_journey(community)
    await journey.prepare_decision()
    receipt = await handed_to_affected(journey)
    await enactment.enact(community.app, BRUNO, journey.code_name)
    page = await follow_up.read_follow_up(community.app, receipt)
    assert News.DECIDED in [notice.facts.get("news") for notice in page.notices]


@pytest.mark.harm("harmed-without-a-page")
async def test_what_was_decided_before_stands_on_the_page_and_the_time_to_ask_begins_then(
    community: Community,
) -> None:
    """P-5.7: thirty days for them as for everybody."""
    journey = await a_journey(community)
    await journey.enact()
    await journey.pass_time(60 * DAY)
    receipt = await handed_to_affected(journey)
    assert (await follow_up.read_follow_up(community.app, receipt)).notices
    await journey.pass_time(29 * DAY)
    access = ReceiptAccess(receipt)
    answer = await follow_up.request_board_reconsideration(community.app, access, PLEASE)
    assert "by the Board" in answer.word("en", board="the Board")


@pytest.mark.harm("harmed-without-a-page")
async def test_after_thirty_days_somebody_harmed_needs_something_new_as_everybody_does(community: Community) -> None:
    """P-5.7"""
    journey = await a_journey(community)
    await journey.enact()
    access = ReceiptAccess(await handed_to_affected(journey))
    await journey.pass_time(31 * DAY)
    with pytest.raises(Refused) as refused:
        await follow_up.request_board_reconsideration(community.app, access, PLEASE)
    assert refused.value.code == "asked_late"


@pytest.mark.harm("harmed-without-a-page")
async def test_a_page_for_somebody_harmed_is_no_promise_that_can_be_late(community: Community) -> None:
    """P-2.4: nothing was asked yet, so nobody is apologised to."""
    journey = await a_journey(community)
    before = len(await open_deadlines(journey))
    await handed_to_affected(journey)
    assert len(await open_deadlines(journey)) == before


async def test_a_page_for_somebody_harmed_leaves_a_matter_for_the_file(community: Community) -> None:
    """P-2.3"""
    journey = await a_journey(community, answers={"handled": "yes"})
    receipt = await handed_to_affected(journey)
    await closing.close(community.app, BRUNO, journey.code_name, "For the file.")
    page = await follow_up.read_follow_up(community.app, receipt)
    assert News.FILED in [notice.facts.get("news") for notice in page.notices]


@pytest.mark.harm("restricted-with-others-unheard")
async def test_whoever_was_restricted_with_a_raid_can_ask_the_board_and_is_looked_at_alone(world: Raided) -> None:
    """P-4.4, P-5.7: the Board lets one in, and the others stay out."""
    case = await ratified_raid(world)
    receipt = await handed_to_raider(world, case)
    page = await personal_page.read_page(world.app, receipt)
    assert page.may_request_board_reconsideration
    await personal_page.request_board_reconsideration(world.app, receipt, PLEASE)
    person = await code_of(world, RAIDERS[3])
    none = Consequence(outcome=Outcome.NO_VIOLATION)
    await board_answers.record_answer(world.app, GRETA, case, none, person)
    await board_answers.confirm_answer(world.app, HIROSHI, case)
    await procedure.request_skip(world.app, AMARA, case, Step.HEARING, "They have said all in their request.")
    await procedure.confirm_skip(world.app, DMITRI, case, Step.HEARING)
    await enactment.enact(world.app, BRUNO, case, unread=True)
    await world.settle()
    assert world.barred() == set(RAIDERS) - {RAIDERS[3]}


@pytest.mark.harm("restricted-with-others-unheard")
async def test_the_thirty_days_of_a_raid_begin_when_the_page_is_opened(world: Raided) -> None:
    """P-5.7"""
    case = await ratified_raid(world)
    receipt = await handed_to_raider(world, case)
    world.community.pass_time(5 * DAY)
    await personal_page.read_page(world.app, receipt)
    world.community.pass_time(31 * DAY)
    with pytest.raises(Refused) as refused:
        await personal_page.request_board_reconsideration(world.app, receipt, PLEASE)
    assert refused.value.code == "asked_late"


@pytest.mark.harm("restricted-with-others-unheard")
async def test_whoever_was_restricted_with_a_raid_is_heard_before_its_review_is_settled(world: Raided) -> None:
    """P-3.5"""
    case = await world.seconded()
    answer = await personal_page.give_hearing_answer(world.app, await handed_to_raider(world, case), "It was not me.")
    assert "with those who decide" in answer.word("en")


@pytest.mark.harm("handed-receipt-opens-another-case")
async def test_a_receipt_that_a_member_hands_over_opens_no_other_case(community: Community) -> None:
    """P-4.2: the member may not know of it, and sees the receipt."""
    hidden = await a_journey(community)
    await hidden.enact()
    shown = await a_journey(community)
    handed = await handed_receipts.issue_for_reported(community.app, BRUNO, shown.code_name)
    page = await personal_page.read_page(community.app, handed.receipt)
    assert len(page.matters) == 1
    assert (page.sanctions, page.notices, page.linked_accounts) == ((), (), ())
    with pytest.raises(Refused) as refused:
        await personal_page.submit_readmission_request(community.app, handed.receipt, PLEASE)
    assert refused.value.code == "nothing_to_ask"


@pytest.mark.harm("told-by-hand-cannot-return")
async def test_whoever_was_told_by_hand_asks_to_return_from_the_sanction_of_that_case_alone(
    community: Community,
) -> None:
    """P-6.2, P-4.2: a receipt from a member's hand may be the only one that they will ever have."""
    other, journey = await a_journey(community), await a_journey(community)
    await other.enact()
    await journey.enact()
    handed = await handed_receipts.issue_for_reported(community.app, BRUNO, journey.code_name)
    await journey.pass_time(60 * DAY)
    page = await personal_page.read_page(community.app, handed.receipt)
    assert page.may_request_readmission
    await personal_page.submit_readmission_request(community.app, handed.receipt, PLEASE)
    async with community.app.units_of_work.read() as view:
        asked = [each for each in await view.cases.cases_of(journey.person) if each.about_sanction]
        found = [await view.sanctions.sanction(each.about_sanction) for each in asked if each.about_sanction]
    assert [each.case for each in found if each] == [journey.id]


@pytest.mark.harm("handed-receipt-opens-another-case")
async def test_nobody_outside_a_raid_is_found_by_its_case(world: Raided) -> None:
    """P-4.2"""
    case = await world.seconded()
    world.discord.add("777000111222333444")
    with pytest.raises(NotFound):
        await handed_to_raider(world, case, "777000111222333444")


async def code_of(world: Raided, native_id: str) -> str:
    """The code name of whoever is behind the account."""
    async with world.app.units_of_work.read() as view:
        links = await view.people.links_of_accounts([Account(DISCORD, native_id)])
        person = await view.people.person(links[-1].person)
    assert person is not None
    return person.code_name


async def open_deadlines(journey: Journey) -> list[object]:
    """The deadlines that run in the case."""
    async with journey.community.units_of_work.read() as view:
        return [each for kind in DeadlineKind for each in await view.deadlines.open_for(journey.id, kind)]
