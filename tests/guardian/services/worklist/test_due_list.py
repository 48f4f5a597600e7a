"""What is late is one answer: every promise with its date, in the cases that the member may know of. P-2.4, P-4.2"""

from datetime import timedelta

import pytest

from guardian.cases.deadlines import DeadlineKind
from guardian.services.worklist.due_list import list_due
from rules.deadlines import DueState
from tests.builders.community import AMARA, DMITRI, GRETA, Community


async def kinds(community: Community, state: DueState | None = None) -> list[DeadlineKind]:
    """What Amara is shown, of one state where it is named."""
    return [line.kind for line in await list_due(community.app, AMARA) if state in (None, line.state)]


@pytest.mark.harm("late-unseen")
async def test_each_promise_of_a_report_stands_there_and_is_late_once_it_has_passed(community: Community) -> None:
    """P-2.4"""
    await community.a_case()
    expected = [DeadlineKind.FIRST_ANSWER, DeadlineKind.SUBSTANTIVE_ANSWER, DeadlineKind.RESOLUTION]
    assert sorted(await kinds(community)) == sorted(expected)
    assert await kinds(community, DueState.LATE) == []
    community.pass_time(timedelta(hours=13))
    assert await kinds(community, DueState.NEAR) == [DeadlineKind.FIRST_ANSWER]
    community.pass_time(timedelta(hours=12))
    assert await kinds(community, DueState.LATE) == [DeadlineKind.FIRST_ANSWER]


async def test_what_is_late_in_a_case_kept_from_a_member_is_not_among_it(community: Community) -> None:
    """P-2.5, P-4.2"""
    await community.a_case(named_members=(DMITRI,))
    for by in (DMITRI, GRETA):
        assert await list_due(community.app, by) == ()
