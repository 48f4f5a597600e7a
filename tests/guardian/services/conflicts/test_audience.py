"""Who hears of a report first: told to nobody else, widened before any proposal, and never left with nobody."""

from datetime import timedelta

import pytest

from guardian.cases.reports import Audience
from guardian.errors import NotFound, Refused
from guardian.notices.models import NoticeKind
from guardian.services.conflicts.audience import open_to_all
from guardian.services.operations.deadline_runner import run_due
from tests.builders.community import AMARA, BRUNO, DMITRI, ELENI, WORKING_GROUP, Community


async def test_a_member_whom_the_reporter_did_not_choose_sees_nothing_of_the_report(community: Community) -> None:
    """P-2.5"""
    case = await community.a_case(audience=Audience.CHOSEN, audience_members=(DMITRI, ELENI))
    assert await community.who_was_notified(NoticeKind.NEW_REPORT) == {DMITRI, ELENI}
    with pytest.raises(NotFound):
        await community.open_case(AMARA, case.code_name)


async def test_a_chair_who_does_not_hear_yet_is_asked_nothing_about_the_case(community: Community) -> None:
    """P-2.5: somebody mentioned waits for a chair's word, which would say that the case exists."""
    await community.report(what_happened="Farid said so.", audience=Audience.CHOSEN, audience_members=(DMITRI,))
    assert await community.notices_to(AMARA) == ()


async def test_all_members_hear_once_the_case_is_opened_to_them(community: Community) -> None:
    """P-2.5"""
    case = await community.a_case(audience=Audience.CHAIRS)
    assert case.contact == AMARA
    await open_to_all(community.app, AMARA, case.code_name)
    assert await community.who_was_notified(NoticeKind.NEW_REPORT) == set(WORKING_GROUP)
    with pytest.raises(Refused):
        await open_to_all(community.app, BRUNO, case.code_name)


async def test_a_report_that_nobody_opens_is_opened_by_the_clock(community: Community) -> None:
    """P-2.5"""
    await community.report(audience=Audience.CHAIRS)
    community.pass_time(timedelta(hours=48))
    await run_due(community.app)
    assert await community.who_was_notified(NoticeKind.NEW_REPORT) == set(WORKING_GROUP)


async def test_danger_is_told_to_everybody_whoever_was_chosen(community: Community) -> None:
    """P-3.6"""
    await community.report(audience=Audience.CHAIRS, danger=True)
    assert await community.who_was_notified(NoticeKind.DANGER) == set(WORKING_GROUP)
