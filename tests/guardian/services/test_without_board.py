"""A community without a Board: what would go to one goes to its chairs and to stand-ins, and never to nobody (P-1.1)."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from guardian.cases.access import may_know
from guardian.notices.models import NoticeKind
from guardian.people.models import Group, Office
from guardian.services.case_flow import notify_board_of_result, refer_to_board
from guardian.services.notify import notify_office
from guardian.services.operations.shortfalls import list_shortfalls
from tests.builders.community import (
    AMARA,
    BRUNO,
    CHIARA,
    GRETA,
    HIROSHI,
    Community,
    a_community,
    a_member,
    a_role,
    preset_policy,
)

SMALL = preset_policy("small")
GROUP = (
    a_member(AMARA, "Amara Okafor", a_role(Group.WORKING_GROUP, Office.CHAIR), number=1),
    a_member(BRUNO, "Bruno Keller", a_role(Group.WORKING_GROUP), number=2),
    a_member(CHIARA, "Chiara Rossi", a_role(Group.WORKING_GROUP), number=3),
)
STAND_INS = (
    a_member(GRETA, "Greta Lindqvist", a_role(Group.BOARD), number=7),
    a_member(HIROSHI, "Hiroshi Tanaka", a_role(Group.BOARD), number=8),
)


@pytest.fixture
async def small(tmp_path: Path) -> AsyncIterator[Community]:
    """Three members of whom one chairs, and two stand-ins from outside."""
    async with a_community(tmp_path, policy=SMALL, members=(*GROUP, *STAND_INS)) as community:
        yield community


@pytest.mark.harm("board-matter-sent-to-nobody")
async def test_what_goes_to_the_board_goes_to_the_chair_and_the_stand_ins(small: Community) -> None:
    """P-1.1."""
    case = await small.a_case()
    async with small.units_of_work.begin() as uow:
        await refer_to_board(uow, SMALL, case, "not_agreed")
    told = {m for m in (AMARA, GRETA, HIROSHI) if NoticeKind.WITH_BOARD in await small.notice_kinds_to(m)}
    assert told == {AMARA, GRETA, HIROSHI}
    assert (await small.notice_kinds_to(AMARA)).count(NoticeKind.WITH_BOARD) == 1


@pytest.mark.harm("board-matter-sent-to-nobody")
async def test_a_report_that_concerns_the_only_chair_goes_to_the_stand_ins(small: Community) -> None:
    """P-1.1, P-2.5."""
    case = await small.a_case(named_members=(AMARA,))
    assert case.board_only
    assert await small.notice_kinds_to(GRETA) == [NoticeKind.NEW_REPORT]
    assert await small.notice_kinds_to(AMARA) == []


@pytest.mark.harm("board-matter-sent-to-nobody")
async def test_what_a_liaison_would_hear_is_heard_where_nobody_is_liaison(small: Community) -> None:
    """P-1.1."""
    case = await small.a_case()
    async with small.units_of_work.begin() as uow:
        await notify_office(uow, Group.WORKING_GROUP, Office.BOARD_LIAISON, NoticeKind.REVIEW_LATE, {}, case)
    assert NoticeKind.REVIEW_LATE in await small.notice_kinds_to(AMARA)


@pytest.mark.harm("result-told-to-outsiders")
async def test_a_concluded_case_is_reported_to_the_chair_alone(small: Community) -> None:
    """P-1.1, P-8.5."""
    case = await small.a_case()
    async with small.units_of_work.begin() as uow:
        await notify_board_of_result(uow, case, NoticeKind.BOARD_REPORT, {})
    told = [m for m in (AMARA, BRUNO, GRETA, HIROSHI) if NoticeKind.BOARD_REPORT in await small.notice_kinds_to(m)]
    assert told == [AMARA]


@pytest.mark.harm("result-told-to-outsiders")
async def test_a_stand_in_knows_of_no_case_that_is_the_groups(small: Community) -> None:
    """P-1.1, P-2.5."""
    case = await small.a_case()
    async with small.units_of_work.read() as view:
        stand_in = await view.people.member(GRETA)
        assert stand_in is not None
        assert not may_know(stand_in, case, (), view.now)


@pytest.mark.harm("board-seat-outlasts-the-chair")
async def test_the_boards_seat_of_a_chair_ends_with_the_office_and_is_never_stored(small: Community) -> None:
    """P-1.1, P-1.2."""
    async with small.units_of_work.begin() as uow:
        chair = await uow.people.member(AMARA)
        assert chair is not None
        assert chair.holds_office(Group.BOARD, uow.now)
        await uow.people.save_member(replace(chair, roles=(replace(chair.roles[0], office=Office.MEMBER),)))
    async with small.units_of_work.read() as view:
        former = await view.people.member(AMARA)
        assert former is not None
        assert not former.holds_office(Group.BOARD, view.now)


async def test_no_chair_is_of_the_board_where_people_are_seated_there(tmp_path: Path) -> None:
    """P-1.1."""
    async with a_community(tmp_path) as community, community.units_of_work.read() as view:
        chair = await view.people.member(AMARA)
        assert chair is not None
        assert not chair.holds_office(Group.BOARD, view.now)


@pytest.mark.harm("policy-needs-people-who-are-not-there")
async def test_it_is_said_that_nobody_stands_in_for_the_only_chair(tmp_path: Path) -> None:
    """P-11.2."""
    async with a_community(tmp_path, policy=SMALL, members=GROUP) as community:
        found = await list_shortfalls(community.app, has_mail=True)
    assert [each.what for each in found if "concerns every chair reaches nobody" in each.what] != []
    assert {each.remedy for each in found if each.harmful} == {
        'Name stand-ins from outside: seats = ["standby"] in the file of members.'
    }


async def test_nothing_harmful_is_said_of_a_small_group_with_its_stand_ins(small: Community) -> None:
    """P-11.2."""
    assert [each.what for each in await list_shortfalls(small.app, has_mail=True) if each.harmful] == []
