"""Telling: who may know is asked at writing and again at sending, and nobody outside is told whoever is named."""

from datetime import timedelta

import pytest

from guardian.ids import MemberId, Reference
from guardian.notices.models import News, NoticeKind, NoticeState, RecipientKind
from guardian.notices.party_facts import PartyFacts
from guardian.people.models import Group, Office
from guardian.services.conflicts.recusal import recuse
from guardian.services.members import member_by_name, member_for_account
from guardian.services.notify import (
    may_still_receive,
    notify_board_liaison,
    notify_members,
    notify_office,
    notify_person,
    notify_reporters,
)
from guardian.services.reports.intake import read_follow_up
from guardian.spaces.port import Account
from rules.conflicts import ConflictReason
from tests.builders.community import A_REPORTER, AMARA, BRUNO, CHIARA, DISCORD, DMITRI, ELENI, GRETA, HIROSHI, Community


async def test_a_member_with_a_wall_is_not_told_even_where_they_are_chosen(community: Community) -> None:
    """P-2.5"""
    case = await community.a_case(named_members=(DMITRI,))
    async with community.units_of_work.begin() as uow:
        await notify_members(uow, case, NoticeKind.YOUR_STEP, only=(DMITRI, ELENI, GRETA))
    assert await community.who_was_notified(NoticeKind.YOUR_STEP) == {ELENI}


async def test_an_office_is_told_without_those_whom_the_case_concerns(community: Community) -> None:
    """P-4.3"""
    case = await community.a_case(named_members=(GRETA,))
    async with community.units_of_work.begin() as uow:
        await notify_office(uow, Group.BOARD, None, NoticeKind.BOARD_REPORT, case=case)
        await notify_office(uow, Group.WORKING_GROUP, Office.BOARD_LIAISON, NoticeKind.WITH_BOARD, case=case)
    assert await community.who_was_notified(NoticeKind.BOARD_REPORT) == {CHIARA, HIROSHI}
    assert await community.who_was_notified(NoticeKind.WITH_BOARD) == {CHIARA}


async def test_the_one_who_acts_is_left_out_and_an_office_is_chosen(community: Community) -> None:
    case = await community.a_case()
    async with community.units_of_work.begin() as uow:
        await notify_members(uow, case, NoticeKind.CASE_NEWS, besides=(AMARA, BRUNO))
        await notify_members(uow, case, NoticeKind.REVIEW_LATE, office=Office.CHAIR)
    assert AMARA not in await community.who_was_notified(NoticeKind.CASE_NEWS)
    assert await community.who_was_notified(NoticeKind.REVIEW_LATE) == {AMARA}


async def test_a_reporter_is_told_under_their_own_reference_and_never_a_code_name(community: Community) -> None:
    """P-3.1"""
    received = await community.report(reporter=A_REPORTER)
    case = await community.case(received)
    async with community.units_of_work.begin() as uow:
        await notify_reporters(uow, case, NoticeKind.REPORTER_NEWS, {"news": News.CONTACT_CHANGED})
    (notice,) = (await read_follow_up(community.app, received.receipt)).notices
    assert dict(notice.facts) == {"news": "contact_changed", "reference": received.reference}
    assert (notice.state, notice.to.kind) == (NoticeState.WAITING, RecipientKind.REPORTER)


async def test_where_contact_is_not_safe_news_waits_on_the_page_and_is_sent_nowhere(community: Community) -> None:
    """P-2.2"""
    received = await community.report(reporter=A_REPORTER, answers={"contact_is_safe": "no"})
    case = await community.case(received)
    async with community.units_of_work.begin() as uow:
        await notify_reporters(uow, case, NoticeKind.REPORTER_NEWS)
    (notice,) = (await read_follow_up(community.app, received.receipt)).notices
    assert (notice.state, notice.next_try) == (NoticeState.WITHHELD, None)


async def test_a_person_is_told_under_one_reference_that_is_not_the_reporters(community: Community) -> None:
    """P-3.1"""
    case, code = await community.a_named_case()
    async with community.units_of_work.begin() as uow:
        person = await uow.people.person_by_code_name(code)
        assert person is not None
        first = await notify_person(uow, case, person.id, NoticeKind.HEARING)
        second = await notify_person(uow, case, person.id, NoticeKind.DECISION)
        references = {party.reference for party in await uow.cases.parties_of(case.id)}
        told = [await uow.notices.notice(each) for each in (first, second)]
    assert len({notice.facts["reference"] for notice in told if notice}) == 1
    assert len(references) == 2
    assert all(case.code_name not in notice.facts.values() for notice in told if notice)


async def test_a_code_name_given_by_mistake_stays_out_of_what_a_person_is_told(community: Community) -> None:
    """P-2.6, P-3.1"""
    case, code = await community.a_named_case()
    async with community.units_of_work.begin() as uow:
        person = await uow.people.person_by_code_name(code)
        assert person is not None
        facts: PartyFacts = {
            "code_name": Reference(case.code_name),
            "person": Reference(code),
            "answer_by": community.clock.now(),
        }
        told = await uow.notices.notice(await notify_person(uow, case, person.id, NoticeKind.HEARING, facts))
    assert told is not None
    assert told.facts.keys() == {"answer_by", "reference"}


@pytest.mark.parametrize(
    ("concerned", "besides", "told"),
    [((), None, {CHIARA}), ((CHIARA,), None, {GRETA, HIROSHI}), ((), CHIARA, {GRETA, HIROSHI})],
)
async def test_the_liaison_takes_a_matter_to_the_board_unless_it_is_about_them(
    community: Community, concerned: tuple[MemberId, ...], besides: MemberId | None, told: set[MemberId]
) -> None:
    """P-4.3, P-8.5"""
    case = await community.a_case(named_members=concerned)
    async with community.units_of_work.begin() as uow:
        await notify_board_liaison(uow, case, NoticeKind.WITH_BOARD, besides=besides)
    assert await community.who_was_notified(NoticeKind.WITH_BOARD) == told


async def test_a_notice_to_a_member_who_has_stepped_back_meanwhile_is_not_sent(community: Community) -> None:
    """P-4.1"""
    case = await community.a_case()
    (notice,) = await community.notices_to(DMITRI)
    async with community.units_of_work.read() as view:
        assert await may_still_receive(view, notice)
    await recuse(community.app, DMITRI, case.code_name, ConflictReason.INVOLVED)
    async with community.units_of_work.read() as view:
        assert not await may_still_receive(view, notice)


async def test_a_notice_to_somebody_who_has_left_meanwhile_is_not_sent(community: Community) -> None:
    """P-1.2"""
    await community.report()
    (notice,) = await community.notices_to(ELENI)
    await community.change_member(ELENI, ended_at=community.clock.now())
    async with community.units_of_work.read() as view:
        assert not await may_still_receive(view, notice)


async def test_the_board_is_still_told_of_a_case_that_the_group_brought_to_it(community: Community) -> None:
    case = await community.a_case()
    async with community.units_of_work.begin() as uow:
        await notify_office(uow, Group.BOARD, None, NoticeKind.BOARD_REPORT, case=case)
    (notice,) = await community.notices_to(HIROSHI)
    async with community.units_of_work.read() as view:
        assert await may_still_receive(view, notice)


async def test_a_liaison_whom_the_case_turns_out_to_concern_is_told_nothing_by_their_office(
    community: Community,
) -> None:
    """P-4.3"""
    case = await community.a_case()
    async with community.units_of_work.begin() as uow:
        await notify_office(uow, Group.BOARD, None, NoticeKind.BOARD_REPORT, case=case)
    notice = (await community.notices_to(CHIARA))[-1]
    await recuse(community.app, CHIARA, case.code_name, ConflictReason.INVOLVED)
    async with community.units_of_work.read() as view:
        assert not await may_still_receive(view, notice)


async def test_a_notice_waits_from_the_instant_of_its_act(community: Community) -> None:
    at = community.pass_time(timedelta(hours=3))
    await community.report()
    (notice,) = await community.notices_to(ELENI)
    assert (notice.created_at, notice.next_try) == (at, at)


@pytest.mark.parametrize("name", ["Dmitri Volkov", "dmitri4x", " DMITRI VOLKOV "])
async def test_a_member_is_found_by_name_or_alias(community: Community, name: str) -> None:
    found = await member_by_name(community.app, name)
    assert found is not None
    assert found.id == DMITRI


async def test_whoever_has_left_acts_for_nobody(community: Community) -> None:
    account = Account(DISCORD, "600000000000000004")
    assert await member_for_account(community.app, account) is not None
    await community.change_member(DMITRI, ended_at=community.clock.now())
    assert await member_for_account(community.app, account) is None
    assert await member_by_name(community.app, "Dmitri Volkov") is None
