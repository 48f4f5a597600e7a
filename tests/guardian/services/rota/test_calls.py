"""Of a new report the first on duty is told, then the second, then everybody; of danger everybody, whatever the rota. P-3.6"""

from datetime import timedelta

import pytest

from guardian.cases.tasks import TaskKind
from guardian.ids import MemberId
from guardian.notices.models import NoticeKind
from guardian.services.operations.deadline_runner import run_due
from guardian.services.rota.absences import add_absence
from guardian.services.rota.turns import assign_turn, list_rota, plan_turns
from guardian.services.worklist.claims import claim_task
from tests.builders.community import AMARA, BRUNO, DMITRI, ELENI, WORKING_GROUP, Community

EVERYBODY = set(WORKING_GROUP)


async def put_on_duty(community: Community, first: MemberId, second: MemberId | None) -> None:
    """These two are on duty now, and for the week that begins at noon of this Monday."""
    community.pass_time(timedelta(hours=4))
    await plan_turns(community.app, AMARA, 1)
    [turn] = (await list_rota(community.app, AMARA)).turns
    await assign_turn(community.app, AMARA, turn.id, first, second)


async def told(community: Community) -> set[MemberId]:
    """Who has been told that a report has come in."""
    return await community.who_was_notified(NoticeKind.NEW_REPORT)


async def pass_time(community: Community, length: timedelta) -> None:
    """So much later, with all that is due done."""
    community.pass_time(length)
    await run_due(community.app)


@pytest.mark.harm("rota-tells-nobody")
async def test_the_first_then_the_second_then_everybody_is_told(community: Community) -> None:
    """P-3.6"""
    rota = community.app.policy.rota
    await put_on_duty(community, DMITRI, ELENI)
    await community.a_case()
    assert await told(community) == {DMITRI}
    await pass_time(community, rota.secondary_after)
    assert await told(community) == {DMITRI, ELENI}
    await pass_time(community, rota.everybody_after - rota.secondary_after)
    assert await told(community) == EVERYBODY


async def test_the_second_is_left_alone_while_the_first_has_it(community: Community) -> None:
    """P-3.6"""
    await put_on_duty(community, DMITRI, ELENI)
    case = await community.a_case()
    await claim_task(community.app, DMITRI, case.code_name, TaskKind.ANSWER_REPORTER)
    await pass_time(community, community.app.policy.rota.secondary_after)
    assert await told(community) == {DMITRI}


@pytest.mark.harm("rota-tells-whom-it-concerns")
async def test_a_first_whom_the_report_concerns_is_passed_over_in_silence(community: Community) -> None:
    """P-2.5, P-3.6"""
    await put_on_duty(community, DMITRI, ELENI)
    await community.a_case(named_members=(DMITRI,))
    assert await told(community) == {ELENI}
    await pass_time(community, community.app.policy.rota.everybody_after)
    assert await told(community) == EVERYBODY - {DMITRI}


@pytest.mark.harm("rota-tells-nobody")
async def test_where_nobody_on_duty_can_be_told_everybody_is(community: Community) -> None:
    """P-3.6"""
    await put_on_duty(community, DMITRI, None)
    now = community.clock.now()
    await add_absence(community.app, DMITRI, now, now + timedelta(days=2))
    await community.a_case()
    assert await told(community) == EVERYBODY


@pytest.mark.harm("rota-holds-danger-up")
async def test_danger_waits_for_no_rota(community: Community) -> None:
    """P-3.6"""
    await put_on_duty(community, DMITRI, ELENI)
    await community.a_case(danger=True)
    assert await community.who_was_notified(NoticeKind.DANGER) == EVERYBODY


async def test_without_a_rota_everybody_is_told_at_once(community: Community) -> None:
    """P-3.6"""
    await community.a_case()
    assert await told(community) == EVERYBODY
    assert BRUNO in EVERYBODY
