"""Danger is called again until somebody has it, and it reaches everybody who can help and may know."""

from guardian.notices.models import NoticeKind
from guardian.services.cases.assignment import take_case
from guardian.services.operations.deadline_runner import run_due
from tests.builders.community import AMARA, BRUNO, DMITRI, GRETA, WORKING_GROUP, Community
from tests.builders.journey import HOUR


async def test_danger_is_called_again_until_somebody_has_it(community: Community) -> None:
    """P-3.6"""
    case = await community.a_case(danger=True)
    community.pass_time(5 * HOUR / 60)
    await run_due(community.app)
    assert [(await community.notice_kinds_to(m)).count(NoticeKind.DANGER) for m in WORKING_GROUP] == [2] * 6
    await take_case(community.app, BRUNO, case.code_name)
    community.pass_time(HOUR)
    await run_due(community.app)
    assert (await community.notice_kinds_to(AMARA)).count(NoticeKind.DANGER) == 2


async def test_danger_that_nobody_has_reaches_the_board(community: Community) -> None:
    """P-3.6"""
    await community.a_case(danger=True)
    community.pass_time(16 * HOUR / 60)
    await run_due(community.app)
    assert NoticeKind.DANGER in await community.notice_kinds_to(GRETA)


async def test_a_member_whom_the_danger_concerns_is_not_called(community: Community) -> None:
    """P-2.5"""
    await community.a_case(danger=True, named_members=(DMITRI,))
    community.pass_time(16 * HOUR / 60)
    await run_due(community.app)
    assert await community.notices_to(DMITRI) == ()
