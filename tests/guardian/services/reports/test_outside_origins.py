"""What an event or an affiliated program had first: it comes to the group with why, and what was done there comes along."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from guardian.cases.handoffs import Direction, Handoff, HandoffState
from guardian.cases.report_questions import OUTSIDE_ANSWERED, OUTSIDE_DONE, OUTSIDE_GROUND, OUTSIDE_NAME
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId
from guardian.notices.models import NoticeKind
from guardian.people.models import Group, Office
from guardian.services.decisions import closing
from guardian.services.escalation import escalations
from guardian.services.escalation.board_referral import refer_matter_to_board
from guardian.services.operations import deadline_runner
from guardian.services.worklist.tasks import list_tasks
from rules.escalation import OutsideGround
from tests.builders.community import (
    AMARA,
    BRUNO,
    INES,
    WORKING_GROUP,
    Community,
    a_community,
    a_member,
    a_role,
    everybody,
)
from tests.builders.journey import HOUR
from tests.fakes.clock import START

ROSA = MemberId("m11-rosa")
PROGRAM = "Girls of the Web, Lisbon"
DONE = "They spoke with both and wrote that nothing follows."


def outside(ground: OutsideGround, days_ago: int | None = 3, **more: str) -> dict[str, str]:
    """The answers of a report that an event or a program had first."""
    day = "" if days_ago is None else (START - timedelta(days=days_ago)).date().isoformat()
    return {OUTSIDE_GROUND: ground, OUTSIDE_NAME: PROGRAM, OUTSIDE_DONE: DONE, OUTSIDE_ANSWERED: day, **more}


async def handoffs_of(community: Community) -> tuple[Handoff, ...]:
    """Everything that was passed on."""
    async with community.units_of_work.read() as view:
        return await view.handoffs.all_handoffs()


@pytest.mark.parametrize("ground", OutsideGround)
async def test_each_ground_is_noted_with_what_was_done_there(community: Community, ground: OutsideGround) -> None:
    """P-8.1: who asks for an event, and which of the three grounds for a program, stand with the case."""
    case = await community.a_case(answers=outside(ground))
    (handoff,) = await handoffs_of(community)
    assert handoff.case == case.id
    assert handoff.origin is not None
    assert (handoff.direction, handoff.state) == (Direction.IN, HandoffState.WAITING)
    assert (handoff.origin.ground, handoff.origin.name, handoff.done_locally) == (ground, PROGRAM, DONE)
    assert handoff.origin.answered_on == date.fromisoformat(outside(ground)[OUTSIDE_ANSWERED])


async def test_a_report_that_nobody_had_before_waits_for_no_name(community: Community) -> None:
    """P-8.2"""
    await community.a_case(answers={OUTSIDE_NAME: PROGRAM})
    assert await handoffs_of(community) == ()


async def test_an_appeal_that_comes_too_late_is_refused_with_the_rule_and_whom_else_to_turn_to(
    community: Community,
) -> None:
    """P-8.1: counted from the program's answer, whose day counts in full."""
    await community.report(answers=outside(OutsideGround.PROGRAM_APPEAL, 30))
    with pytest.raises(Refused, match=r"30 days of it \(P-8.1\).*turn to its contact") as refusal:
        await community.report(answers=outside(OutsideGround.PROGRAM_APPEAL, 31))
    assert (refusal.value.code, refusal.value.rule) == ("appeal_late", "P-8.1")
    assert len(await handoffs_of(community)) == 1


@pytest.mark.parametrize("days_ago", [None, -5])
async def test_an_appeal_says_on_which_day_the_program_answered(community: Community, days_ago: int | None) -> None:
    """P-8.1: without that day nobody could count."""
    with pytest.raises(Refused) as refusal:
        await community.report(answers=outside(OutsideGround.PROGRAM_APPEAL, days_ago))
    assert refusal.value.code == "appeal_day"


@pytest.mark.harm("late-appeal-turns-danger-away")
async def test_danger_is_never_turned_away_for_an_appeal_that_comes_too_late(community: Community) -> None:
    """P-3.6, P-8.1"""
    await community.report(danger=True, answers=outside(OutsideGround.PROGRAM_APPEAL, 90))
    assert await community.who_was_notified(NoticeKind.DANGER) == set(WORKING_GROUP)


async def test_an_old_answer_is_no_matter_where_nobody_appeals(community: Community) -> None:
    """P-8.1: the time runs for appeals alone."""
    await community.report(answers=outside(OutsideGround.PROGRAM_COMMITTEE, 400))
    assert len(await handoffs_of(community)) == 1


async def test_somebody_accepts_by_name_what_came_from_a_program(community: Community) -> None:
    """P-8.2"""
    case = await community.a_case(answers=outside(OutsideGround.PROGRAM_SILENT))
    asked = {task.kind for task in await list_tasks(community.app, BRUNO)}
    assert "accept_escalation" in asked
    await escalations.accept_escalation(community.app, BRUNO, case.code_name)
    (handoff,) = await handoffs_of(community)
    assert (handoff.accepted_by, handoff.state) == (BRUNO, HandoffState.ACCEPTED)


@pytest.mark.harm("outside-matter-shown-to-moderators")
async def test_moderators_learn_nothing_of_what_a_program_passed_on(tmp_path: Path) -> None:
    """P-8.2: neither a moderator of all spaces nor their chair, not by a list, a late call, or its reference."""
    every_space = a_member(ROSA, "Rosa Lund", a_role(Group.MODERATORS, Office.CHAIR), number=11)
    async with a_community(tmp_path, members=(*everybody(), every_space)) as community:
        case = await community.a_case(answers=outside(OutsideGround.EVENT_TEAM))
        (handoff,) = await handoffs_of(community)
        community.pass_time(24 * HOUR)
        await deadline_runner.run_due(community.app)
        assert await community.who_was_notified(NoticeKind.ACCEPTANCE_LATE) == {AMARA}
        assert await escalations.list_escalations(community.app, ROSA) == ()
        community.pass_time(24 * 30 * HOUR)
        with pytest.raises(NotFound):
            await refer_matter_to_board(community.app, ROSA, handoff.reference, "We see it otherwise.")
        with pytest.raises(Refused, match="did not pass between the two groups"):
            await refer_matter_to_board(community.app, AMARA, case.code_name, "We see it otherwise.")
        assert await community.notice_kinds_to(ROSA) == []
        assert await community.notice_kinds_to(INES) == []


async def test_what_is_closed_is_not_called_late(community: Community) -> None:
    """P-8.2"""
    case = await community.a_case(answers=outside(OutsideGround.EVENT_REPORTED, handled="yes"))
    await closing.close(community.app, AMARA, case.code_name, "It was settled there.")
    community.pass_time(24 * HOUR)
    await deadline_runner.run_due(community.app)
    assert await community.who_was_notified(NoticeKind.ACCEPTANCE_LATE) == set()
