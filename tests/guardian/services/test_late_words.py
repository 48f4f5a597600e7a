"""Words that come late, or to the wrong hour, reach those who decide; words that nobody has read reach nobody outside."""

from dataclasses import replace

import pytest

from guardian.cases.case import CaseState, PartyRole
from guardian.cases.drafts import DraftKind
from guardian.cases.proposals import Consequence, Decision
from guardian.errors import Refused
from guardian.ids import DecisionId, MemberId, PersonId
from guardian.notices.models import News, NoticeKind
from guardian.services.cases.assignment import hand_over_contact
from guardian.services.decisions import board_answers, closing, drafts, enactment
from guardian.services.decisions.drafts import DraftInput
from guardian.services.parties import personal_page
from guardian.services.reading_room.proceedings import read_proceedings
from guardian.services.reports.follow_up import AdditionInput
from guardian.services.reports.intake import ReceiptAccess, add_to_report
from guardian.spaces.port import Account
from rules.ladder import Outcome
from tests.builders.community import (
    AMARA,
    BRUNO,
    CHIARA,
    DMITRI,
    GRETA,
    HIROSHI,
    WORKING_GROUP,
    Community,
    a_message,
    everybody,
)
from tests.builders.journey import DAY, HOUR, Journey, a_journey, a_suspension, a_warning

RECEIVED = NoticeKind.CASE_NEWS


async def with_the_board(community: Community) -> Journey:
    """A case that the group did not agree on in time."""
    journey = await a_journey(community)
    await journey.propose()
    await journey.pass_time(15 * DAY)
    assert (await journey.case()).state is CaseState.WITH_BOARD
    return journey


async def news_to(community: Community) -> dict[str, int]:
    """How many notices of news each of them has."""
    return {member.id: (await community.notice_kinds_to(member.id)).count(RECEIVED) for member in everybody()}


async def test_what_the_person_says_while_the_board_decides_reaches_the_board(community: Community) -> None:
    """P-3.5, P-8.4: else the Board would answer without having heard that there is an answer."""
    journey = await a_journey(community)
    receipt = await journey.begin_hearing()
    await journey.propose()
    await journey.pass_time(15 * DAY)
    before = await news_to(community)
    await personal_page.give_hearing_answer(community.app, receipt, "I had been ill.")
    after = await news_to(community)
    assert {member for member in after if after[member] == before[member] + 1} == {*WORKING_GROUP, GRETA, HIROSHI}
    assert "I had been ill." in repr(await community.read_case(GRETA, journey.code_name))


async def about_nobody(community: Community) -> tuple[Journey, str]:
    """A case in which nobody is named, and its reporter's receipt."""
    received = await community.report()
    case = await community.case(received)
    return Journey(community, case.id, case.code_name, "", PersonId("nobody")), received.receipt


async def test_what_a_reporter_adds_while_the_board_decides_reaches_the_board(community: Community) -> None:
    """P-2.12"""
    journey, receipt = await about_nobody(community)
    await journey.propose(Consequence(outcome=Outcome.NO_VIOLATION))
    await journey.pass_time(15 * DAY)
    before = await news_to(community)
    await add_to_report(community.app, ReceiptAccess(receipt), AdditionInput("It goes on."))
    after = await news_to(community)
    assert {member for member in after if after[member] == before[member] + 1} == {*WORKING_GROUP, GRETA, HIROSHI}


async def test_what_is_added_to_a_closed_case_is_asked_after_the_next_day(community: Community) -> None:
    """P-5.8: a reporter is promised that something new opens the matter again, so it may not lie for half a year."""
    journey, receipt = await about_nobody(community)
    await closed_without_a_person(journey)
    told = await community.notice_kinds_to(BRUNO)
    await add_to_report(community.app, ReceiptAccess(receipt), AdditionInput("It has begun again."))
    await journey.pass_time(DAY)
    assert (await community.notice_kinds_to(BRUNO))[len(told) :] == [NoticeKind.CASE_NEWS, NoticeKind.DEADLINE_PASSED]


async def closed_without_a_person(journey: Journey) -> None:
    """The case has ended without a violation."""
    await journey.agree(Consequence(outcome=Outcome.NO_VIOLATION))
    await journey.pass_time(4 * DAY)
    await enactment.enact(journey.community.app, BRUNO, journey.code_name)
    await closing.close(journey.community.app, BRUNO, journey.code_name, "Nothing was found.")


async def test_a_reporter_is_not_promised_an_answer_that_nobody_could_give(community: Community) -> None:
    """P-2.5: the report concerns everybody who could read it."""
    received = await community.report(named_members=tuple(member.id for member in everybody()))
    usual = await community.report()
    assert "We cannot promise you an answer" in received.text
    assert "We cannot promise you an answer" not in usual.text


async def test_a_member_is_known_by_their_mail_address_too(community: Community) -> None:
    """P-2.5"""
    await community.change_member(DMITRI, email="zephyr.q@mail.example")
    await community.report(what_happened="It came from zephyr.q@mail.example, last night.")
    assert DMITRI not in await community.who_was_notified(NoticeKind.NEW_REPORT)


async def test_of_two_texts_the_older_never_goes_out_in_place_of_the_newer(community: Community) -> None:
    """P-5.6: whoever wrote it anew may have done so because of a name in the old one."""
    journey = await a_journey(community)
    await journey.prepare_decision(letter=False)
    to = (DraftKind.DECISION, PartyRole.REPORTED)
    old = await drafts.write_draft(community.app, AMARA, journey.code_name, DraftInput(*to, "Robin was hurt by you."))
    await drafts.approve_draft(community.app, DMITRI, old.id)
    community.pass_time(DAY)
    await drafts.write_draft(community.app, AMARA, journey.code_name, DraftInput(*to, "Somebody was hurt by you."))
    done = await enactment.enact(community.app, BRUNO, journey.code_name, unread=True)
    assert done.waits_for_reading
    assert await journey.notices_to_person(NoticeKind.DECISION) == []


async def test_the_groups_own_summary_is_not_shown_to_the_person(community: Community) -> None:
    """P-5.6: it is kept with the case, and nobody has read it for what it gives away."""
    journey = await a_journey(community)
    summary = "Robin from the help channel saw it."
    await journey.prepare_decision(replace(a_suspension(), summary=summary), letter=False)
    await enactment.enact(community.app, BRUNO, journey.code_name, unread=True)
    await journey.pass_time(25 * HOUR)
    page = repr(await personal_page.read_page(community.app, await journey.receipt()))
    assert "short_suspension" in page
    assert "Robin" not in page


async def test_what_was_decided_on_another_person_of_the_matter_is_not_shown(community: Community) -> None:
    """P-2.11: being offered another look would say that somebody else's decision has been made."""
    journey = await a_journey(community)
    receipt = await journey.begin_hearing()
    async with community.units_of_work.begin() as uow:
        now = uow.now
        other = Decision(
            id=DecisionId("other"),
            case=journey.id,
            at=now,
            consequence=Consequence(outcome=Outcome.WARNING),
            enacted_at=now,
        )
        await uow.deliberation.add_decision(other)
    assert not (await personal_page.read_page(community.app, receipt)).may_request_board_reconsideration
    with pytest.raises(Refused):
        await personal_page.request_board_reconsideration(community.app, receipt, "Please look again.")


async def test_the_second_of_the_board_can_read_what_they_confirm(community: Community) -> None:
    """P-5.6: the person reads the conditions, so nobody confirms them unread."""
    journey = await with_the_board(community)
    asked = a_warning(conditions="Do not write to Sam.")
    await board_answers.record_answer(community.app, CHIARA, journey.code_name, asked)
    became = await read_proceedings(community.app, GRETA, journey.code_name)
    assert became.board_answer is not None
    assert became.board_answer.consequence.conditions == "Do not write to Sam."


async def test_a_reporter_is_not_left_with_a_contact_person_who_has_just_been_kept_out(community: Community) -> None:
    """P-3.4: what they write would reach nobody who may read it as theirs to answer."""
    received = await community.report()
    case = await community.case(received)
    await hand_over_contact(community.app, AMARA, case.code_name, DMITRI)
    wrote_it = a_message(author=await account_of(community, DMITRI))
    await add_to_report(
        community.app, ReceiptAccess(received.receipt), AdditionInput("This is who it was.", (wrote_it,))
    )
    changed = await community.case(received)
    assert changed.contact == AMARA
    async with community.units_of_work.read() as view:
        told = await view.notices.of_report(received.report)
    assert [notice.facts["news"] for notice in told] == [News.CONTACT_CHANGED, News.CONTACT_CHANGED]


async def account_of(community: Community, member: MemberId) -> Account:
    """The member's own account on Discord."""
    async with community.units_of_work.read() as view:
        known = await view.people.member(member)
    assert known is not None
    return known.accounts[0]
