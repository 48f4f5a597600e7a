"""A reporter gets the answers that were promised, or hears in time that one is late."""

from guardian.cases.deadlines import DeadlineKind
from guardian.notices.models import NoticeKind
from tests.builders.community import DMITRI, Community
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


async def test_long_silence_of_the_service_brings_each_reminder_once(community: Community) -> None:
    """architecture 5.7"""
    journey = await a_journey(community)
    await journey.pass_time(400 * DAY)
    late = [n for n in await journey.notices_to_reporter() if n.kind is NoticeKind.REPORTER_LATE]
    assert sorted(n.facts["promise"] for n in late) == ["first_answer", "resolution", "substantive_answer"]
