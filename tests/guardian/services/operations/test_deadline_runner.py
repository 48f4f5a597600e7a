"""Every promise is kept in its time, once, and one that cannot be kept stops no other."""

from dataclasses import replace

from guardian.cases.deadlines import Deadline, DeadlineKind
from guardian.ids import CaseId, new_id
from guardian.notices.models import NoticeKind
from guardian.services.cases.assignment import take_case
from guardian.services.operations.deadline_runner import run_due
from tests.builders.community import AMARA, BRUNO, DMITRI, GRETA, WORKING_GROUP, Community
from tests.builders.journey import DAY, HOUR, a_journey


async def test_a_reporter_is_told_plainly_when_a_promise_to_them_has_passed(community: Community) -> None:
    """P-2.4"""
    journey = await a_journey(community)
    await journey.pass_time(DAY)
    (late,) = [n for n in await journey.notices_to_reporter() if n.kind is NoticeKind.REPORTER_LATE]
    assert late.facts["promise"] == DeadlineKind.FIRST_ANSWER
    assert late.facts["new_date"] > late.facts["due"]
    await journey.pass_time(DAY)
    assert len([n for n in await journey.notices_to_reporter() if n.kind is NoticeKind.REPORTER_LATE]) == 2


async def test_members_are_reminded_before_a_promise_passes(community: Community) -> None:
    """P-2.4"""
    journey = await a_journey(community)
    await journey.pass_time(12 * HOUR)
    assert NoticeKind.DEADLINE_NEAR in await community.notice_kinds_to(DMITRI)
    assert NoticeKind.REPORTER_LATE not in [n.kind for n in await journey.notices_to_reporter()]


async def test_nothing_is_done_twice_when_it_is_asked_twice(community: Community) -> None:
    journey = await a_journey(community)
    await journey.pass_time(30 * HOUR)
    before = len(await community.notices_to(DMITRI))
    await run_due(community.app)
    await run_due(community.app)
    assert len(await community.notices_to(DMITRI)) == before


async def test_the_answer_is_when_something_is_due_next(community: Community) -> None:
    await community.a_case()
    coming = await run_due(community.app)
    assert coming is not None
    community.clock.instant = coming
    before = len(await community.journal_acts())
    await run_due(community.app)
    assert len(await community.journal_acts()) > before


async def test_one_bad_promise_stops_no_other_and_is_not_lost(community: Community) -> None:
    """architecture 5.7"""
    broken = Deadline(
        new_id(), DeadlineKind.TERM_END, CaseId("gone"), community.clock.now(), community.clock.now(), None, "x"
    )
    journey = await a_journey(community)
    async with community.units_of_work.begin() as uow:
        bad = replace(broken, kind=DeadlineKind.BLOCKED_TOTAL, next_at=community.clock.now(), case=CaseId("gone"))
        await uow.deadlines.add(replace(bad, case=journey.id, kind=DeadlineKind.PROPOSAL_CLOSES, about="gone"))
    coming = await run_due(community.app)
    assert coming is not None
    assert coming > community.clock.now()
    await journey.pass_time(12 * HOUR)
    assert NoticeKind.DEADLINE_NEAR in await community.notice_kinds_to(DMITRI)
    async with community.units_of_work.read() as view:
        assert len(await view.deadlines.open_about("gone")) == 1


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


async def test_long_silence_of_the_service_brings_each_reminder_once(community: Community) -> None:
    """architecture 5.7"""
    journey = await a_journey(community)
    await journey.pass_time(400 * DAY)
    late = [n for n in await journey.notices_to_reporter() if n.kind is NoticeKind.REPORTER_LATE]
    assert sorted(n.facts["promise"] for n in late) == ["first_answer", "resolution", "substantive_answer"]
