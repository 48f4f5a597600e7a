"""An affiliated program owes a transparency report in each term, and a late one is somebody's to ask for. P-9.7"""

from datetime import timedelta

import pytest

from guardian.errors import NotFound
from guardian.notices.models import NoticeKind
from guardian.services.operations.deadline_runner import run_due
from guardian.services.records.affiliates import (
    ProgramInput,
    end_program,
    list_programs,
    note_program_report,
    register_program,
)
from tests.builders.community import AMARA, BRUNO, Community

DAY = timedelta(days=1)


async def a_program(community: Community) -> str:
    """A program that joined today."""
    given = ProgramInput("Girls who code", "Rana Aziz", "rana@example.org", community.clock.now())
    return await register_program(community.app, AMARA, given)


async def reminders(community: Community) -> int:
    """How often the chair has been reminded."""
    await run_due(community.app)
    waiting = await community.waiting_notices()
    return len([n for n in waiting if n.kind is NoticeKind.AFFILIATE_REPORT and n.to.member == AMARA])


@pytest.mark.harm("program-owes-unseen")
async def test_the_chair_is_reminded_of_a_report_that_has_not_come_until_it_does(community: Community) -> None:
    """P-9.7"""
    program = await a_program(community)
    community.pass_time(364 * DAY)
    assert await reminders(community) == 0
    community.pass_time(2 * DAY)
    assert await reminders(community) == 1
    due = await note_program_report(community.app, BRUNO, program, community.clock.now())
    community.pass_time(30 * DAY)
    assert await reminders(community) == 1
    [listed] = await list_programs(community.app, BRUNO)
    assert (listed.due_at, listed.address) == (due, "rana@example.org")


@pytest.mark.harm("program-owes-unseen")
async def test_a_program_that_has_left_owes_nothing(community: Community) -> None:
    """P-9.7"""
    program = await a_program(community)
    await end_program(community.app, BRUNO, program)
    community.pass_time(400 * DAY)
    assert await reminders(community) == 0
    with pytest.raises(NotFound):
        await note_program_report(community.app, BRUNO, program, community.clock.now())
