"""A newcomer is kept out of what concerns them, and asked for conflicts before anything else is shown. P-1.2"""

from datetime import timedelta

import pytest

from guardian.cases.access import members_who_count
from guardian.errors import NotFound
from guardian.ids import MemberId
from guardian.people.models import Group
from guardian.services.cases.overview import list_cases
from guardian.services.members import member_by_name
from guardian.services.membership.newcomers import ConflictStatement, list_cases_to_state, state_conflicts
from guardian.services.operations.setup import NewMember, SeatInput, seat_members
from rules.conflicts import ConflictReason
from tests.builders.community import AMARA, SOMEBODY, Community, a_message

PAVEL = NewMember("Pavel Novak", (SeatInput(Group.WORKING_GROUP),), email="pavel@example.org")


async def seat(community: Community, newcomer: NewMember = PAVEL) -> MemberId:
    """The newcomer has been seated by a chair."""
    await seat_members(community.app, AMARA, (newcomer,))
    found = await member_by_name(community.app, newcomer.name)
    assert found is not None
    return found.id


@pytest.mark.harm("newcomer-reads-before-stating")
async def test_a_newcomer_sees_code_names_alone_until_they_have_stated_conflicts(community: Community) -> None:
    """P-1.2, P-4.1"""
    first, second = await community.a_case(), await community.a_case()
    pavel = await seat(community)
    assert await list_cases_to_state(community.app, pavel) == (first.code_name, second.code_name)
    assert await list_cases(community.app, pavel) == ()
    with pytest.raises(NotFound):
        await community.open_case(pavel, first.code_name)
    stated = (ConflictStatement(first.code_name, ConflictReason.SAME_EMPLOYER),)
    assert await state_conflicts(community.app, pavel, stated) == 1
    assert (await community.open_case(pavel, second.code_name)).id == second.id
    with pytest.raises(NotFound):
        await community.open_case(pavel, first.code_name)


@pytest.mark.harm("reported-becomes-a-member")
@pytest.mark.parametrize(
    "report",
    [
        {"evidence": (a_message(),)},
        {"what_happened": "Pavel Novak insulted me in the corridor, and nobody said anything."},
        {"what_happened": "They insulted me. " * 60 + "It was Pavel Novak."},
    ],
    ids=["their own account", "their name", "their name in a long text"],
)
async def test_a_newcomer_who_was_reported_never_learns_of_it(community: Community, report: dict[str, object]) -> None:
    """P-1.2, P-2.5"""
    about_them = await community.a_case(**report)
    other = await community.a_case()
    newcomer = NewMember("Pavel Novak", (SeatInput(Group.WORKING_GROUP),), accounts=(SOMEBODY,))
    pavel = await seat(community, newcomer)
    assert await list_cases_to_state(community.app, pavel) == (other.code_name,)
    for name in (about_them.code_name, "no-such"):
        with pytest.raises(NotFound):
            await state_conflicts(community.app, pavel, (ConflictStatement(name, ConflictReason.INVOLVED),))
    await state_conflicts(community.app, pavel, ())
    with pytest.raises(NotFound):
        await community.open_case(pavel, about_them.code_name)


@pytest.mark.harm("newcomers-hear-of-nothing")
async def test_a_newcomer_hears_of_what_comes_after_them_at_once(community: Community) -> None:
    """P-1.2, P-3.6: else nobody would, where all are new."""
    before = await community.a_case()
    pavel = await seat(community)
    community.pass_time(timedelta(minutes=1))
    after = await community.a_case(danger=True)
    async with community.units_of_work.read() as view:
        told = {n.case for case in (before, after) for n in await view.notices.of_case(case.id) if n.to.member == pavel}
    assert told == {after.id}
    assert await list_cases_to_state(community.app, pavel) == (before.code_name,)


async def test_a_newcomer_is_not_asked_where_nothing_happened_before(community: Community) -> None:
    """P-1.2"""
    pavel = await seat(community)
    case = await community.a_case()
    assert await list_cases_to_state(community.app, pavel) == ()
    assert (await community.open_case(pavel, case.code_name)).id == case.id


@pytest.mark.harm("newcomer-blocks-a-decision")
async def test_a_newcomer_counts_once_they_have_stated_conflicts(community: Community) -> None:
    """P-1.2, P-5.1"""
    case = await community.a_case()
    pavel = await seat(community)
    counted = []
    for _ in range(2):
        async with community.units_of_work.read() as view:
            counted.append(pavel in {member.id for member in await members_who_count(view, case)})
        if not counted[1:]:
            await state_conflicts(community.app, pavel, ())
    assert counted == [False, True]
