"""Periods, swaps that both want, the hand-over, and calendars that end with the place in the group. P-1.2, P-3.6"""

import itertools
from datetime import timedelta

import pytest

from guardian.errors import NotFound, Refused
from guardian.ids import MemberId
from guardian.notices.models import NoticeKind
from guardian.people.models import Group, Office
from guardian.people.permissions import Seat
from guardian.people.rota import RotaSeat
from guardian.services.membership.departures import remove_member
from guardian.services.membership.offices import change_office
from guardian.services.rota.calendar import calendar_of, create_calendar_link
from guardian.services.rota.handover import hand_over
from guardian.services.rota.swaps import decline_swap, offer_swap, take_swap
from guardian.services.rota.turns import TurnLine, assign_turn, list_rota, plan_turns
from rules.membership import LeavingGround
from tests.builders.community import AMARA, BRUNO, DMITRI, ELENI, FARID, GRETA, WORKING_GROUP, Community


async def news(community: Community, member: MemberId) -> list[str]:
    """What the member was told of the rota, oldest first."""
    waiting = await community.waiting_notices()
    return [n.facts["news"] for n in waiting if n.to.member == member and n.kind is NoticeKind.ROTA]


async def first_turn(community: Community) -> TurnLine:
    """The period that runs."""
    return (await list_rota(community.app, AMARA)).turns[0]


async def test_everybody_is_first_once_before_anybody_is_again(community: Community) -> None:
    """P-3.6"""
    await plan_turns(community.app, AMARA, len(WORKING_GROUP))
    turns = (await list_rota(community.app, AMARA)).turns
    assert len({turn.primary for turn in turns}) == len(WORKING_GROUP)
    assert all(turn.ends == after.starts for turn, after in itertools.pairwise(turns))
    with pytest.raises(Refused):
        await plan_turns(community.app, DMITRI, 1)


async def test_a_swap_changes_nothing_until_both_want_it(community: Community) -> None:
    """P-3.6"""
    await plan_turns(community.app, AMARA, 1)
    turn = await first_turn(community)
    await assign_turn(community.app, AMARA, turn.id, DMITRI, ELENI)
    with pytest.raises(Refused):
        await offer_swap(community.app, BRUNO, turn.id, RotaSeat.PRIMARY, ELENI)
    await offer_swap(community.app, DMITRI, turn.id, RotaSeat.PRIMARY, FARID)
    assert (await first_turn(community)).primary == "Dmitri Volkov"
    [swap] = (await list_rota(community.app, FARID)).swaps
    with pytest.raises(Refused):
        await take_swap(community.app, DMITRI, swap.id)
    with pytest.raises(NotFound):
        await decline_swap(community.app, BRUNO, swap.id)
    await take_swap(community.app, FARID, swap.id)
    assert (await first_turn(community)).primary == "Farid Haddad"
    assert await news(community, DMITRI) == ["given", "swap_taken"]


async def test_the_group_hears_once_who_is_on_duty_and_who_comes_next_is_reminded(community: Community) -> None:
    """P-3.6"""
    await plan_turns(community.app, AMARA, 2)
    turns = (await list_rota(community.app, AMARA)).turns
    await assign_turn(community.app, AMARA, turns[1].id, DMITRI, None)
    for _ in range(2):
        await hand_over(community.app)
    assert await news(community, BRUNO) == ["begins"]
    community.clock.instant = turns[1].starts - community.app.policy.rota.remind_before
    await hand_over(community.app)
    community.clock.instant = turns[1].starts
    await hand_over(community.app)
    assert await news(community, DMITRI) == ["given", "begins", "soon", "begins"]


@pytest.mark.harm("rota-runs-out-unseen")
async def test_a_rota_that_has_run_out_is_said_to_the_group(community: Community) -> None:
    """P-3.6"""
    await plan_turns(community.app, AMARA, 1)
    await hand_over(community.app)
    community.pass_time(timedelta(days=8))
    for _ in range(2):
        await hand_over(community.app)
    assert await news(community, BRUNO) == ["begins", "begins"]
    assert (await first_turn(community)).primary == ""


@pytest.mark.harm("removed-member-reads-on")
async def test_whoever_leaves_is_on_duty_no_more_and_their_calendar_ends(community: Community) -> None:
    """P-1.2, P-3.6"""
    await plan_turns(community.app, AMARA, 1)
    turn = await first_turn(community)
    await assign_turn(community.app, AMARA, turn.id, BRUNO, DMITRI)
    secret = (await create_calendar_link(community.app, BRUNO)).rpartition("/")[2].removesuffix(".ics")
    assert [each.seat for each in await calendar_of(community.app, secret)] == [RotaSeat.PRIMARY]
    await remove_member(community.app, AMARA, BRUNO, LeavingGround.SILENCE)
    with pytest.raises(NotFound):
        await calendar_of(community.app, secret)
    assert (await first_turn(community)).primary == ""
    assert "vacant" in await news(community, AMARA)


async def test_the_board_and_moderators_have_no_rota(community: Community) -> None:
    """P-1.1"""
    with pytest.raises(Refused):
        await list_rota(community.app, GRETA)


@pytest.mark.harm("removed-member-reads-on")
async def test_whoever_changes_to_another_group_is_on_duty_no_more_and_their_calendar_ends(
    community: Community,
) -> None:
    """P-1.2, P-3.6"""
    await plan_turns(community.app, AMARA, 1)
    turn = await first_turn(community)
    await assign_turn(community.app, AMARA, turn.id, DMITRI, None)
    secret = (await create_calendar_link(community.app, DMITRI)).rpartition("/")[2].removesuffix(".ics")
    await change_office(community.app, AMARA, DMITRI, Seat(Group.WORKING_GROUP, Office.MEMBER), Seat(Group.BOARD))
    with pytest.raises(NotFound):
        await calendar_of(community.app, secret)
    assert (await first_turn(community)).primary == ""
    assert "vacant" in await news(community, AMARA)
