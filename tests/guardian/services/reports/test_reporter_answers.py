"""A reporter gets the answers that were promised, or hears in time, once, that one is late."""

from dataclasses import replace

import pytest

from guardian.cases.case import PartyRole
from guardian.cases.deadlines import DeadlineKind
from guardian.cases.drafts import DraftKind
from guardian.cases.submissions import initial_deadlines, reporter_party
from guardian.errors import Refused
from guardian.ids import ContactAddress, MemberId, ReportId, new_id
from guardian.notices.models import Notice, NoticeKind
from guardian.notices.renderer import NoticeRenderer
from guardian.services.deliberation import contact_safety
from guardian.services.operations import deadline_runner
from guardian.services.reports.projected_dates import project_resolution
from tests.builders.community import AMARA, BRUNO, CHIARA, DMITRI, Community
from tests.builders.journey import DAY, HOUR, Journey, a_journey

BOARD = ContactAddress("board@example.org")


async def late_letters(journey: Journey) -> list[Notice]:
    """What the reporter was told of lateness, oldest first."""
    return [n for n in await journey.notices_to_reporter() if n.kind is NoticeKind.REPORTER_LATE]


@pytest.mark.harm("lateness-apologised-for-daily")
async def test_a_reporter_is_apologised_to_once_for_one_lateness(community: Community) -> None:
    """P-2.4: with a new date; three days on it is still the same lateness."""
    journey = await a_journey(community)
    for _ in range(4):
        await journey.pass_time(DAY)
    (late,) = await late_letters(journey)
    assert late.facts["promise"] == DeadlineKind.FIRST_ANSWER
    assert late.facts["new_date"] > late.facts["due"]


@pytest.mark.harm("lateness-apologised-for-daily")
async def test_a_lateness_goes_from_the_chair_to_everybody_to_the_board(community: Community) -> None:
    """P-2.4"""
    journey = await a_journey(community)
    reached = []
    for _ in range(3):
        await journey.pass_time(DAY)
        reached.append([await _heard_of_lateness(community, member) for member in (AMARA, BRUNO, CHIARA)])
    assert reached == [[1, 0, 0], [2, 1, 1], [3, 2, 3]]


@pytest.mark.harm("lateness-apologised-for-daily")
async def test_a_reporter_hears_of_the_lateness_of_their_own_report_alone(community: Community) -> None:
    """P-2.4: two people reported the same; the second is not late yet when the first is."""
    journey = await a_journey(community)
    await journey.pass_time(20 * HOUR)
    second = await _reported_again(journey)
    await journey.pass_time(4 * HOUR)
    (late,) = await late_letters(journey)
    assert late.to.report != second


@pytest.mark.harm("lateness-apologised-for-daily")
async def test_a_members_question_to_the_reporter_keeps_the_promise_of_a_first_answer(community: Community) -> None:
    """P-2.4: any answer of a member does."""
    journey = await a_journey(community)
    case = await journey.case()
    async with community.units_of_work.begin() as uow:
        await contact_safety.ask(uow, community.app.policy, case, AMARA)
    await journey.pass_time(2 * DAY)
    assert await late_letters(journey) == []


@pytest.mark.harm("lateness-apologised-for-daily")
async def test_after_a_late_answer_there_is_no_further_apology(community: Community) -> None:
    """P-2.4"""
    journey = await a_journey(community)
    await journey.pass_time(DAY)
    await journey.have_read(DraftKind.ANSWER, "We are looking at it.", PartyRole.REPORTER)
    await journey.pass_time(5 * DAY)
    assert len(await late_letters(journey)) == 1


@pytest.mark.harm("sent-to-nobody")
async def test_whom_else_to_turn_to_is_an_address_that_works_or_is_not_said(community: Community) -> None:
    """P-2.4"""
    renderer = NoticeRenderer("Example", "https://guardian.example")
    silent = await a_journey(community)
    await silent.pass_time(DAY)
    named = await a_journey(community, handle="shouter")
    community.pass_time(DAY)
    await deadline_runner.run_due(replace(community.app, turn_to=BOARD))
    (without,), (with_address,) = await late_letters(silent), await late_letters(named)
    assert "turn to" not in renderer.render(without).body
    assert BOARD in renderer.render(with_address).body


@pytest.mark.harm("promise-forgotten-until-late")
@pytest.mark.parametrize("promise", [DeadlineKind.SUBSTANTIVE_ANSWER, DeadlineKind.RESOLUTION])
async def test_members_are_reminded_of_the_fuller_answer_and_of_the_resolution_before_they_are_due(
    community: Community, promise: DeadlineKind
) -> None:
    """P-2.4"""
    journey = await a_journey(community)
    for _ in range(13):
        await journey.pass_time(12 * HOUR)
    reminded = [n for n in await community.notices_to(DMITRI) if n.kind is NoticeKind.DEADLINE_NEAR]
    assert promise in [n.facts["promise"] for n in reminded]
    assert promise not in [n.facts["promise"] for n in await late_letters(journey)]


@pytest.mark.harm("promise-forgotten-until-late")
async def test_a_member_sets_a_new_date_which_the_reporter_reads_and_the_service_keeps(community: Community) -> None:
    """P-2.4: the why is a text like any other, and waits for a second member."""
    journey = await a_journey(community)
    day = community.clock.now() + 20 * DAY
    await project_resolution(community.app, AMARA, journey.code_name, day, "Robin is ill.")
    (told,) = await journey.notices_to_reporter()
    assert (told.facts["new_date"], "text" in told.facts) == (day.isoformat(), False)
    for _ in range(19):
        await journey.pass_time(DAY)
    assert "resolution" not in [late.facts["promise"] for late in await late_letters(journey)]
    await journey.pass_time(2 * DAY)
    assert "resolution" in [late.facts["promise"] for late in await late_letters(journey)]


@pytest.mark.parametrize("days", [0, -1])
async def test_a_date_that_has_passed_is_promised_to_nobody(community: Community, days: int) -> None:
    """P-2.4"""
    journey = await a_journey(community)
    with pytest.raises(Refused):
        await project_resolution(community.app, AMARA, journey.code_name, community.clock.now() + days * DAY)
    assert await journey.notices_to_reporter() == []


async def test_members_are_reminded_before_a_promise_passes(community: Community) -> None:
    """P-2.4"""
    journey = await a_journey(community)
    await journey.pass_time(12 * HOUR)
    assert NoticeKind.DEADLINE_NEAR in await community.notice_kinds_to(DMITRI)
    assert await late_letters(journey) == []


async def test_long_silence_of_the_service_brings_each_reminder_once(community: Community) -> None:
    """architecture 5.7"""
    journey = await a_journey(community)
    await journey.pass_time(400 * DAY)
    late = await late_letters(journey)
    assert sorted(n.facts["promise"] for n in late) == ["first_answer", "resolution", "substantive_answer"]


async def _reported_again(journey: Journey) -> ReportId:
    """A second report on the matter has come in now, with what its reporter is owed."""
    async with journey.community.units_of_work.begin() as uow:
        (first,) = await uow.cases.reports_of(journey.id)
        second = replace(first, id=ReportId(new_id()), received_at=uow.now)
        await uow.cases.add_report(second)
        await uow.cases.add_party(reporter_party(second))
        for deadline in initial_deadlines(second, journey.community.app.policy):
            await uow.deadlines.add(deadline)
    return second.id


async def _heard_of_lateness(community: Community, member: MemberId) -> int:
    return (await community.notice_kinds_to(member)).count(NoticeKind.DEADLINE_PASSED)
