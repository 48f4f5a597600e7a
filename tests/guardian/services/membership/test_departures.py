"""Who leaves reads nothing from that instant, is told of it, and leaves nobody waiting. P-1.1, P-1.2"""

import pytest

from guardian.cases.access import members_who_may_know
from guardian.cases.reports import Audience
from guardian.cases.tasks import TaskKind
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId
from guardian.notices.models import Notice, NoticeKind
from guardian.people.models import Departure, Group, Office
from guardian.people.permissions import BOARD, CHAIRS, MEMBERS, Seat, holds_seat
from guardian.people.sign_ins import SignInWay
from guardian.services.membership.departures import end_places, remove_member, step_down
from guardian.services.membership.offices import change_office, give_office, name_chair
from guardian.services.notify import may_still_receive
from guardian.services.sign_in.links import create_link, is_link_valid
from guardian.services.sign_in.sessions import open_session, require_session
from guardian.services.worklist.claims import claim_task
from rules.membership import LeavingGround
from tests.builders.community import AMARA, BRUNO, CHIARA, DMITRI, ELENI, GRETA, WORKING_GROUP, Community

CHAIR = Seat(Group.WORKING_GROUP, Office.CHAIR)


async def is_seated(community: Community, member: MemberId, seat: Seat) -> bool:
    """Whether the member holds the seat now."""
    async with community.units_of_work.read() as view:
        found = await view.people.member(member)
        return found is not None and holds_seat(found, seat, view.now)


async def told(community: Community, member: MemberId, kind: NoticeKind) -> list[Notice]:
    """The notices of no case that wait for the member, of that kind."""
    return [n for n in await community.waiting_notices() if n.to.member == member and n.kind is kind]


@pytest.mark.harm("removed-member-reads-on")
async def test_whoever_is_removed_opens_nothing_from_that_instant(community: Community) -> None:
    """P-1.2"""
    case = await community.a_case()
    session = await open_session(community.app, BRUNO, SignInWay.LINK)
    link = (await create_link(community.app, BRUNO)).rpartition("/")[2]
    await claim_task(community.app, BRUNO, case.code_name, TaskKind.ANSWER_REPORTER)
    assert await remove_member(community.app, AMARA, BRUNO, LeavingGround.CONFIDENTIALITY) == "Bruno Keller"
    with pytest.raises(NotFound):
        await community.open_case(BRUNO, case.code_name)
    with pytest.raises(Refused, match="session is over"):
        await require_session(community.app, session.secret)
    assert not await is_link_valid(community.app, link)
    assert (await claim_task(community.app, ELENI, case.code_name, TaskKind.ANSWER_REPORTER)).claimed_by


@pytest.mark.harm("old-access-works-again")
async def test_whoever_is_seated_again_finds_nothing_of_before_open(community: Community) -> None:
    """P-1.2"""
    session = await open_session(community.app, BRUNO, SignInWay.LINK)
    link = (await create_link(community.app, BRUNO)).rpartition("/")[2]
    await community.a_case()
    before = [n for n in await community.notices_to(BRUNO) if n.kind is NoticeKind.NEW_REPORT]
    await remove_member(community.app, AMARA, BRUNO, LeavingGround.SILENCE)
    community.clock.advance(community.app.policy.reports.danger_repeat)
    await give_office(community.app, AMARA, BRUNO, MEMBERS)
    assert await is_seated(community, BRUNO, MEMBERS)
    assert not await is_link_valid(community.app, link)
    with pytest.raises(Refused):
        await require_session(community.app, session.secret)
    async with community.units_of_work.read() as view:
        assert [await may_still_receive(view, notice) for notice in before] == [False]


@pytest.mark.harm("removed-and-not-told")
async def test_whoever_is_removed_is_told_and_so_are_those_who_work_with_them(community: Community) -> None:
    """P-1.2"""
    await remove_member(community.app, AMARA, BRUNO, LeavingGround.OTHER, "They asked us to.")
    [ended] = await told(community, BRUNO, NoticeKind.MEMBERSHIP_ENDED)
    async with community.units_of_work.read() as view:
        assert await may_still_receive(view, ended)
        left = await view.people.member(BRUNO)
    assert left is not None
    assert [(d.ground, d.words) for d in left.departures] == [(LeavingGround.OTHER, "They asked us to.")]
    for other in (DMITRI, GRETA):
        assert [n.facts["of"] for n in await told(community, other, NoticeKind.MEMBERSHIP)] == ["Bruno Keller"]


async def test_only_a_chair_removes_and_not_without_a_ground(community: Community) -> None:
    """P-1.2"""
    for by, of, ground in (
        (DMITRI, BRUNO, LeavingGround.SILENCE),
        (AMARA, AMARA, LeavingGround.SILENCE),
        (AMARA, BRUNO, LeavingGround.SANCTION),
        (AMARA, BRUNO, LeavingGround.OTHER),
    ):
        with pytest.raises(Refused):
            await remove_member(community.app, by, of, ground)
    assert await is_seated(community, BRUNO, MEMBERS)


async def test_stepping_down_from_one_group_leaves_the_other_office(community: Community) -> None:
    """P-1.1"""
    await step_down(community.app, CHIARA, group=Group.WORKING_GROUP)
    assert (await is_seated(community, CHIARA, MEMBERS), await is_seated(community, CHIARA, BOARD)) == (False, True)
    await step_down(community.app, CHIARA)
    assert not await is_seated(community, CHIARA, BOARD)


@pytest.mark.harm("last-chair-lost")
async def test_the_last_chair_leaves_only_when_somebody_follows(community: Community) -> None:
    """P-1.2"""
    for successor in (None, GRETA, AMARA):
        with pytest.raises(Refused):
            await step_down(community.app, AMARA, successor=successor)
    with pytest.raises(Refused):
        await change_office(community.app, AMARA, AMARA, CHAIR, MEMBERS)
    await change_office(community.app, AMARA, AMARA, CHAIR, MEMBERS, successor=ELENI)
    assert (await is_seated(community, AMARA, MEMBERS), await is_seated(community, AMARA, CHAIRS)) == (True, False)
    await step_down(community.app, ELENI, successor=DMITRI)
    assert (await is_seated(community, ELENI, MEMBERS), await is_seated(community, DMITRI, CHAIRS)) == (False, True)


@pytest.mark.harm("last-chair-lost")
async def test_a_chair_lost_to_a_sanction_is_missed_and_named_by_the_board(community: Community) -> None:
    """P-1.2"""
    async with community.units_of_work.begin() as uow:
        chair = await uow.people.member(AMARA)
        assert chair is not None
        departure = Departure(uow.now, "service", LeavingGround.SANCTION)
        await end_places(community.app, uow, chair, departure, lambda role: True)
    for other in (DMITRI, GRETA):
        assert "no_chair" in [n.facts["news"] for n in await told(community, other, NoticeKind.MEMBERSHIP)]
    with pytest.raises(Refused):
        await name_chair(community.app, DMITRI, ELENI)
    await name_chair(community.app, GRETA, ELENI)
    assert await is_seated(community, ELENI, CHAIRS)
    with pytest.raises(Refused):
        await name_chair(community.app, GRETA, DMITRI)


@pytest.mark.harm("contact-leaves-unseen")
async def test_a_reporter_whose_contact_leaves_is_told_of_another(community: Community) -> None:
    """P-1.2, P-3.4"""
    case = await community.a_case()
    assert case.contact == AMARA
    await step_down(community.app, AMARA, successor=ELENI)
    async with community.units_of_work.read() as view:
        after = await view.cases.case(case.id)
        notices = await view.notices.of_case(case.id)
    assert after is not None
    assert after.contact == ELENI
    assert [n.facts["news"] for n in notices if n.kind is NoticeKind.REPORTER_NEWS] == ["contact_changed"]


@pytest.mark.harm("heard-by-nobody-left")
async def test_a_report_chosen_for_one_who_leaves_is_heard_by_the_others(community: Community) -> None:
    """P-1.2, P-2.5"""
    case = await community.a_case(audience=Audience.CHOSEN, audience_members=(BRUNO,))
    await remove_member(community.app, AMARA, BRUNO, LeavingGround.SILENCE)
    async with community.units_of_work.read() as view:
        after = await view.cases.case(case.id)
        assert after is not None
        assert {m.id for m in await members_who_may_know(view, after)} == set(WORKING_GROUP) - {BRUNO}
    assert NoticeKind.NEW_REPORT in await community.notice_kinds_to(DMITRI)
