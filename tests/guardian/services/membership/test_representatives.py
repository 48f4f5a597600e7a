"""Local representatives: a seat for one event or program, until a day, which opens what is theirs and nothing else. P-1.1"""

from datetime import timedelta
from typing import Any

import pytest

from guardian.cases.handoffs import Urgency
from guardian.cases.report_questions import WITNESSES
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId, Reference
from guardian.notices.models import News, NoticeKind
from guardian.people.permissions import ALLOWED_SEATS, REPRESENTATIVES, UseCase
from guardian.sanctions.manual_tasks import ManualTaskKind, ManualTaskState
from guardian.services.cases.overview import list_cases
from guardian.services.escalation.escalations import accept_escalation, list_escalations
from guardian.services.escalation.representatives import (
    OutsideEscalationInput,
    pass_on_as_representative,
    read_representative_page,
)
from guardian.services.manual_spaces.own_tasks import answer_own_task, list_own_tasks
from guardian.services.membership.offices import give_office
from guardian.services.membership.representatives import (
    RepresentativeInput,
    end_representative,
    list_representatives,
    name_representative,
)
from guardian.services.operations import deadline_runner
from guardian.services.records.affiliates import ProgramInput, end_program, register_program
from guardian.services.records.event_checks import EventInput, register_event
from guardian.services.worklist.due_list import list_due
from guardian.services.worklist.tasks import list_tasks
from rules.escalation import HandoffStatus, OutsideGround
from tests.builders.community import AMARA, BRUNO, INES, WORKING_GROUP, Community
from tests.builders.journey import HOUR, newest_case
from tests.guardian.web.test_asked_pages import ANA, a_task

DAY = 24 * HOUR
ROBIN = "robin@club.example"
MOCKED = "Somebody of our committee mocked a participant."


async def a_program(community: Community) -> str:
    """A program that is affiliated with the community."""
    given = ProgramInput("Harbour Girls Code", "Robin Host", ROBIN, community.clock.now() - 100 * DAY)
    return await register_program(community.app, AMARA, given)


async def a_representative(community: Community, body: str, **facts: Any) -> MemberId:
    """Robin represents it for a month."""
    until = community.clock.now() + 30 * DAY
    given = RepresentativeInput(**{"name": "Robin Host", "address": ROBIN, "body": body, "until": until, **facts})
    await name_representative(community.app, AMARA, given)
    return (await list_representatives(community.app, AMARA)).lines[-1].member


async def passed_on(community: Community, by: MemberId, body: str, **facts: Any) -> Reference:
    """What the representative has passed on."""
    given = {"ground": OutsideGround.PROGRAM_COMMITTEE, "urgency": Urgency.SOON, "words": MOCKED, "who": "grumbler"}
    told = OutsideEscalationInput(**{"body": body, "done_there": "We asked them to stop.", **given, **facts})
    return await pass_on_as_representative(community.app, by, told)


async def status(community: Community, by: MemberId) -> list[HandoffStatus]:
    """How far what they passed on has come."""
    return [each.status for each in (await read_representative_page(community.app, by)).escalations]


@pytest.mark.harm("representative-reads-a-case")
async def test_a_representative_sees_how_far_it_has_come_and_nothing_of_the_case(community: Community) -> None:
    """P-1.1, P-8.1, P-8.2"""
    await community.report()
    body = await a_program(community)
    robin = await a_representative(community, body)
    await passed_on(community, robin, body)
    case = await newest_case(community)
    assert await status(community, robin) == [HandoffStatus.RECEIVED]
    await accept_escalation(community.app, BRUNO, case.code_name)
    assert await status(community, robin) == [HandoffStatus.ACCEPTED]
    seen = repr(await read_representative_page(community.app, robin))
    assert case.code_name not in seen
    assert "Bruno" not in seen
    with pytest.raises(Refused):
        await list_cases(community.app, robin)
    with pytest.raises(Refused):
        await list_escalations(community.app, robin)
    with pytest.raises(Refused):
        await community.read_case(robin, case.code_name)
    assert await list_tasks(community.app, robin) == ()
    assert await list_due(community.app, robin) == ()


def test_the_seat_opens_what_is_theirs_and_nothing_else() -> None:
    """P-1.1: a new service is not theirs by being added."""
    opened = {use for use, seats in ALLOWED_SEATS.items() if REPRESENTATIVES in seats}
    own = {UseCase.ESCALATE_FROM_OUTSIDE, UseCase.ANSWER_MANUAL_TASK}
    assert opened == own | {UseCase.SIGN_IN, UseCase.CHOOSE_OWN_SETTINGS, UseCase.STEP_DOWN, UseCase.LIST_TASKS}


async def test_what_was_done_there_comes_along_and_the_moderators_hear_nothing(community: Community) -> None:
    """P-8.1, P-8.2"""
    body = await a_program(community)
    robin = await a_representative(community, body)
    await passed_on(community, robin, body)
    case = await newest_case(community)
    async with community.units_of_work.read() as view:
        (handoff,) = await view.handoffs.of_case(case.id)
    assert handoff.origin is not None
    assert (handoff.origin.name, handoff.origin.body) == ("Harbour Girls Code", body)
    assert handoff.done_locally == "We asked them to stop."
    assert await community.who_was_notified(NoticeKind.ESCALATED) == set(WORKING_GROUP)
    assert await community.notice_kinds_to(INES) == []


async def test_a_representative_hears_when_it_is_accepted_and_closed(community: Community) -> None:
    """P-8.2"""
    body = await a_program(community)
    robin = await a_representative(community, body)
    await passed_on(community, robin, body)
    case = await newest_case(community)
    await accept_escalation(community.app, BRUNO, case.code_name)
    notices = [n for n in await community.notices_to(robin) if n.kind is NoticeKind.ESCALATION_NEWS]
    assert [n.facts["state"] for n in notices] == ["accepted"]
    community.pass_time(25 * HOUR)
    await deadline_runner.run_due(community.app)
    assert await community.who_was_notified(NoticeKind.ACCEPTANCE_LATE) == set()


@pytest.mark.harm("representative-seat-outlives-its-day")
async def test_the_seat_ends_on_its_day_by_itself(community: Community) -> None:
    """P-1.1, P-1.2"""
    body = await a_program(community)
    robin = await a_representative(community, body, until=community.clock.now() + 2 * DAY)
    community.pass_time(2 * DAY)
    with pytest.raises(Refused):
        await passed_on(community, robin, body)
    assert (await list_representatives(community.app, AMARA)).lines == ()


@pytest.mark.harm("representative-seat-outlives-its-day")
async def test_the_seat_ends_when_the_program_leaves_or_a_chair_ends_it(community: Community) -> None:
    """P-1.1"""
    body = await a_program(community)
    robin = await a_representative(community, body)
    await end_program(community.app, AMARA, body)
    with pytest.raises(Refused):
        await read_representative_page(community.app, robin)
    again = await a_program(community)
    assert await a_representative(community, again) == robin
    await end_representative(community.app, AMARA, robin)
    with pytest.raises(Refused):
        await read_representative_page(community.app, robin)
    with pytest.raises(NotFound):
        await end_representative(community.app, AMARA, robin)


async def test_whoever_is_seated_for_another_body_does_not_see_what_they_passed_on_before(
    community: Community,
) -> None:
    """P-1.1"""
    first, second = await a_program(community), await a_program(community)
    robin = await a_representative(community, first)
    await passed_on(community, robin, first)
    await end_representative(community.app, AMARA, robin)
    await a_representative(community, second)
    assert await status(community, robin) == []
    with pytest.raises(NotFound):
        await passed_on(community, robin, first)


async def test_a_representative_who_is_concerned_sees_it_stand_still(community: Community) -> None:
    """P-2.5, P-4.4: what they passed on turns out to name them; a line that vanished would show it."""
    body = await a_program(community)
    robin = await a_representative(community, body, aliases=("robinhost",))
    await passed_on(community, robin, body, who="robinhost")
    case = await newest_case(community)
    await accept_escalation(community.app, BRUNO, case.code_name)
    assert await status(community, robin) == [HandoffStatus.RECEIVED]
    assert NoticeKind.ESCALATION_NEWS not in await community.notice_kinds_to(robin)


async def test_a_representative_acts_against_a_witness_and_the_cases_members_are_told(community: Community) -> None:
    """P-4.4"""
    body = await a_program(community)
    robin = await a_representative(community, body, aliases=("robinhost",))
    protecting = await community.a_case(who="robinhost", answers={WITNESSES: "tamarind"})
    await passed_on(community, robin, body, who="tamarind")
    notices = await community.notices_to(BRUNO)
    told = [n.case for n in notices if n.facts.get("news") == News.CONFLICT]
    assert told == [protecting.id]


async def test_a_seat_is_for_one_body_and_never_without_an_end(community: Community) -> None:
    """P-1.1"""
    body = await a_program(community)
    for until in (community.clock.now(), community.clock.now() + timedelta(days=366)):
        with pytest.raises(Refused, match="ends"):
            await a_representative(community, body, until=until)
    with pytest.raises(NotFound):
        await a_representative(community, "no-body")
    with pytest.raises(Refused, match="one event or program"):
        await give_office(community.app, AMARA, INES, REPRESENTATIVES)
    await a_representative(community, body)
    with pytest.raises(Refused, match="already"):
        await a_representative(community, body)


async def test_a_team_passes_on_for_its_event_and_on_no_ground_of_a_program(community: Community) -> None:
    """P-8.1"""
    now = community.clock.now()
    event = EventInput("Harbour Conference", "Robin Host", ROBIN, now, now + 10 * DAY)
    body = (await register_event(community.app, AMARA, event)).id
    robin = await a_representative(community, body)
    with pytest.raises(Refused, match="Choose why"):
        await passed_on(community, robin, body)
    await passed_on(community, robin, body, ground=OutsideGround.EVENT_TEAM)
    assert await status(community, robin) == [HandoffStatus.RECEIVED]


async def test_only_a_chair_names_a_representative(community: Community) -> None:
    """P-1.1"""
    body = await a_program(community)
    given = RepresentativeInput("Robin Host", ROBIN, body, community.clock.now() + DAY)
    with pytest.raises(Refused):
        await name_representative(community.app, BRUNO, given)


@pytest.mark.harm("representative-reads-a-case")
async def test_a_task_is_shown_to_the_representative_who_was_asked_and_to_no_other(community: Community) -> None:
    """P-1.3: and it counts as done once they say so."""
    body = await a_program(community)
    robin = await a_representative(community, body)
    ana = await a_representative(community, body, name="Ana Ruiz", address=ANA)
    await a_task(community)
    assert await list_own_tasks(community.app, robin) == ()
    (task,) = await list_own_tasks(community.app, ana)
    assert (task.account, task.kind) == ("alder@lists.example", ManualTaskKind.RESTRICT)
    with pytest.raises(NotFound):
        await answer_own_task(community.app, robin, task.id, is_done=True)
    await answer_own_task(community.app, ana, task.id, is_done=True)
    assert await list_own_tasks(community.app, ana) == ()
    async with community.units_of_work.read() as view:
        stored = await view.manual_tasks.task(task.id)
    assert stored is not None
    assert (stored.state, stored.settled_by) == (ManualTaskState.CONFIRMED, ANA)


async def test_a_representative_who_cannot_do_it_is_asked_no_more(community: Community) -> None:
    """P-1.3"""
    ana = await a_representative(community, await a_program(community), name="Ana Ruiz", address=ANA)
    await a_task(community)
    (task,) = await list_own_tasks(community.app, ana)
    await answer_own_task(community.app, ana, task.id, is_done=False)
    assert await list_own_tasks(community.app, ana) == ()
    async with community.units_of_work.read() as view:
        stored = await view.manual_tasks.task(task.id)
    assert stored is not None
    assert (stored.state, stored.refused_by) == (ManualTaskState.OPEN, (ANA,))
