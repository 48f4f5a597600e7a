"""An office that reads what is said of people begins with a second member's yes. P-1.1"""

import pytest

from guardian.cases.tasks import TaskKind
from guardian.errors import Refused
from guardian.people.permissions import MODERATORS, PRIVACY_OFFICERS, holds_seat
from guardian.services.membership.offices import confirm_office, give_office
from guardian.services.worklist.tasks import list_tasks
from tests.builders.community import AMARA, BRUNO, CHIARA, GRETA, Community


async def is_officer(community: Community) -> bool:
    """Whether Greta is privacy officer now."""
    async with community.units_of_work.read() as view:
        found = await view.people.member(GRETA)
        assert found is not None
        return holds_seat(found, PRIVACY_OFFICERS, view.now) and not holds_seat(found, MODERATORS, view.now)


@pytest.mark.harm("one-word-opens-records")
async def test_a_privacy_officer_begins_when_a_second_member_agrees(community: Community) -> None:
    """P-1.1"""
    await give_office(community.app, AMARA, GRETA, PRIVACY_OFFICERS)
    assert not await is_officer(community)
    asked = [task.subject for task in await list_tasks(community.app, BRUNO, kinds={TaskKind.CONFIRM_OFFICE})]
    assert asked == [GRETA]
    assert await list_tasks(community.app, AMARA, kinds={TaskKind.CONFIRM_OFFICE}) == ()
    with pytest.raises(Refused, match="Somebody else"):
        await confirm_office(community.app, AMARA, GRETA)
    await confirm_office(community.app, CHIARA, GRETA)
    assert await is_officer(community)
