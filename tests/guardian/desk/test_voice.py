"""What a member was told: entered for somebody else, kept from those it concerns, and handed on unopened in a conflict."""

import pytest

from guardian.cases.values import Door
from guardian.desk.intake import follow_up
from guardian.desk.voice import Told, enter, hand_on
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId
from guardian.notices.values import NoticeKind
from tests.builders.desk import AMARA, DMITRI, ELENI, INES, WORKING_GROUP, Community
from tests.builders.journey import newest_case

TOLD = Told("Rana, this morning, by phone", "Somebody insults newcomers.", "grumbler", safe="yes")


async def test_whoever_enters_a_report_is_not_its_reporter_and_has_the_receipt_to_pass_on(community: Community) -> None:
    """P-2.10"""
    entered = await enter(community.desk, DMITRI, TOLD)
    file = await community.read(AMARA, (await newest_case(community)).code_name)
    report = file.reports[0].report
    assert (report.door, report.reporter, report.reporter_handle) == (Door.VOICE, None, "told to Dmitri Volkov")
    assert report.contact_is_safe
    assert (await follow_up(community.desk, entered.receipt)).reference == entered.reference
    assert await community.who_was_told(NoticeKind.NEW_REPORT) == set(WORKING_GROUP)


async def test_a_member_who_enters_what_concerns_themselves_is_kept_out_without_a_receipt(community: Community) -> None:
    """P-2.5"""
    entered = await enter(community.desk, DMITRI, Told("Rana", "Dmitri was rude to me."))
    assert entered.receipt == ""
    with pytest.raises(NotFound):
        await community.may_see(DMITRI, (await newest_case(community)).code_name)
    assert DMITRI not in await community.who_was_told(NoticeKind.NEW_REPORT)


async def test_a_conflict_hands_on_whom_to_ask_and_nothing_else(community: Community) -> None:
    """P-2.10, P-4.1"""
    await hand_on(community.desk, ELENI, "Rana, this morning")
    case = await newest_case(community)
    report = (await community.read(AMARA, case.code_name)).reports[0].report
    assert list(report.answers.values()) == ["Rana, this morning"]
    with pytest.raises(NotFound):
        await community.may_see(ELENI, case.code_name)


async def test_the_same_form_sent_twice_is_one_report(community: Community) -> None:
    first = await enter(community.desk, DMITRI, TOLD, "d-1")
    assert await enter(community.desk, DMITRI, TOLD, "d-1") == first


@pytest.mark.parametrize(("by", "told"), [(INES, TOLD), (DMITRI, Told("  ", "Somebody insults newcomers."))])
async def test_only_members_enter_reports_and_never_from_nobody(community: Community, by: MemberId, told: Told) -> None:
    """P-2.10"""
    with pytest.raises(Refused):
        await enter(community.desk, by, told)
