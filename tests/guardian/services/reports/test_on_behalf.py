"""What a member was told: entered for somebody else, kept from those it concerns, and handed on unopened in a conflict."""

import pytest

from guardian.cases.reports import ReportChannel
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId
from guardian.notices.models import NoticeKind
from guardian.services.reports.intake import read_follow_up
from guardian.services.reports.on_behalf import OralReport, pass_on_unread, report_on_behalf
from tests.builders.community import AMARA, DMITRI, ELENI, INES, WORKING_GROUP, Community
from tests.builders.journey import newest_case

TOLD = OralReport(source="Rana, this morning, by phone", what="Somebody insults newcomers.", who="grumbler", safe="yes")


async def test_whoever_enters_a_report_is_not_its_reporter_and_has_the_receipt_to_pass_on(community: Community) -> None:
    """P-2.10"""
    entered = await report_on_behalf(community.app, DMITRI, TOLD)
    file = await community.read_case(AMARA, (await newest_case(community)).code_name)
    report = file.reports[0].report
    assert (report.channel, report.reporter, report.reporter_handle) == (
        ReportChannel.VOICE,
        None,
        "told to Dmitri Volkov",
    )
    assert report.contact_is_safe
    assert (await read_follow_up(community.app, entered.receipt)).reference == entered.reference
    assert await community.who_was_notified(NoticeKind.NEW_REPORT) == set(WORKING_GROUP)


async def test_a_member_who_enters_what_concerns_themselves_is_kept_out_without_a_receipt(community: Community) -> None:
    """P-2.5"""
    entered = await report_on_behalf(community.app, DMITRI, OralReport(source="Rana", what="Dmitri was rude to me."))
    assert entered.receipt == ""
    with pytest.raises(NotFound):
        await community.open_case(DMITRI, (await newest_case(community)).code_name)
    assert DMITRI not in await community.who_was_notified(NoticeKind.NEW_REPORT)


async def test_a_conflict_hands_on_whom_to_ask_and_nothing_else(community: Community) -> None:
    """P-2.10, P-4.1"""
    await pass_on_unread(community.app, ELENI, "Rana, this morning")
    case = await newest_case(community)
    report = (await community.read_case(AMARA, case.code_name)).reports[0].report
    assert list(report.answers.values()) == ["Rana, this morning"]
    with pytest.raises(NotFound):
        await community.open_case(ELENI, case.code_name)


async def test_the_same_form_sent_twice_is_one_report(community: Community) -> None:
    first = await report_on_behalf(community.app, DMITRI, TOLD, "d-1")
    assert await report_on_behalf(community.app, DMITRI, TOLD, "d-1") == first


@pytest.mark.parametrize(
    ("by", "told"), [(INES, TOLD), (DMITRI, OralReport(source="  ", what="Somebody insults newcomers."))]
)
async def test_only_members_enter_reports_and_never_from_nobody(
    community: Community, by: MemberId, told: OralReport
) -> None:
    """P-2.10"""
    with pytest.raises(Refused):
        await report_on_behalf(community.app, by, told)
