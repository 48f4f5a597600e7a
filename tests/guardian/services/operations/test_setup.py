"""The first set-up: the operator puts the group down once, a second member confirms the chair, then a chair changes it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from guardian.errors import Refused
from guardian.ids import MemberId, SpaceName
from guardian.people.models import Group, Office
from guardian.services.operations.setup import (
    NewMember,
    SeatInput,
    confirm_chair,
    is_chair_unconfirmed,
    seat_first_members,
    seat_members,
)
from guardian.spaces.port import Account
from tests.builders.community import DISCORD, Community, a_community, a_member, a_role

CHAIR = NewMember("Ann Able", (SeatInput(Group.WORKING_GROUP, Office.CHAIR),), (Account(DISCORD, "77"),))
SECOND = NewMember("Ben Best", (SeatInput(Group.WORKING_GROUP),), email="ben@example.org")
BOARD = NewMember("Cleo Carr", (SeatInput(Group.BOARD),), email="cleo@example.org")


@pytest.fixture
async def empty(tmp_path: Path) -> AsyncIterator[Community]:
    """An installation whose only member moderates a space."""
    moderator = a_member(MemberId("m01"), "Mod Moss", a_role(Group.MODERATORS, space=DISCORD))
    async with a_community(tmp_path, members=(moderator,)) as community:
        yield community


async def member_called(community: Community, name: str) -> MemberId:
    async with community.units_of_work.read() as view:
        return next(member.id for member in await view.people.members() if member.name == name)


async def test_the_first_chair_is_in_office_and_waits_for_a_second_member(empty: Community) -> None:
    """P-1.5."""
    seated = await seat_first_members(empty.app, (CHAIR, SECOND))
    assert seated.new == ("Ann Able", "Ben Best")
    assert await is_chair_unconfirmed(empty.app)
    async with empty.units_of_work.read() as view:
        chair = await view.people.member(await member_called(empty, "Ann Able"))
        assert chair is not None
        assert chair.holds_office(Group.WORKING_GROUP, view.now, Office.CHAIR)


async def test_a_second_member_confirms_the_first_chair(empty: Community) -> None:
    """P-1.5."""
    await seat_first_members(empty.app, (CHAIR, SECOND))
    assert await confirm_chair(empty.app, await member_called(empty, "Ben Best")) == ("Ann Able",)
    assert not await is_chair_unconfirmed(empty.app)
    assert (await empty.journal_acts())[-1] == "chair.was_confirmed"


async def test_the_first_chair_does_not_confirm_themselves(empty: Community) -> None:
    await seat_first_members(empty.app, (CHAIR, SECOND))
    with pytest.raises(Refused) as caught:
        await confirm_chair(empty.app, await member_called(empty, "Ann Able"))
    assert caught.value.code == "same_member"
    assert await is_chair_unconfirmed(empty.app)


async def test_somebody_outside_the_group_does_not_confirm_its_chair(empty: Community) -> None:
    await seat_first_members(empty.app, (CHAIR, BOARD))
    with pytest.raises(Refused):
        await confirm_chair(empty.app, await member_called(empty, "Cleo Carr"))


async def test_setting_up_again_changes_nobody(empty: Community) -> None:
    await seat_first_members(empty.app, (CHAIR, SECOND))
    again = await seat_first_members(empty.app, (CHAIR, SECOND))
    assert (again.new, again.known) == ((), ("Ann Able", "Ben Best"))
    async with empty.units_of_work.read() as view:
        assert len(await view.people.members()) == 3


async def test_the_operator_seats_nobody_once_the_chair_is_confirmed(empty: Community) -> None:
    """P-1.5."""
    await seat_first_members(empty.app, (CHAIR, SECOND))
    await confirm_chair(empty.app, await member_called(empty, "Ben Best"))
    with pytest.raises(Refused) as caught:
        await seat_first_members(empty.app, (BOARD,))
    assert caught.value.code == "set_up_already"


async def test_a_chair_seats_people_and_an_ordinary_member_does_not(empty: Community) -> None:
    """P-1.1."""
    await seat_first_members(empty.app, (CHAIR, SECOND))
    with pytest.raises(Refused):
        await seat_members(empty.app, await member_called(empty, "Ben Best"), (BOARD,))
    assert (await seat_members(empty.app, await member_called(empty, "Ann Able"), (BOARD,))).new == ("Cleo Carr",)


@pytest.mark.parametrize(
    ("people", "code"),
    [
        ((SECOND,), "no_chair"),
        ((CHAIR, NewMember("Dora", (SeatInput(Group.BOARD),))), "no_way"),
        ((CHAIR, NewMember("Dora", (), email="d@example.org")), "no_seat"),
        ((CHAIR, NewMember(" ", (SeatInput(Group.BOARD),), email="d@example.org")), "no_name"),
        ((CHAIR, NewMember("Dora", (SeatInput(Group.BOARD),), (Account(SpaceName("irc"), "d"),))), "no_such_space"),
        ((CHAIR, NewMember("Dora", (SeatInput(Group.BOARD),), (Account(DISCORD, "77"),))), "twice"),
    ],
)
async def test_one_place_that_does_not_fit_seats_nobody(
    empty: Community, people: tuple[NewMember, ...], code: str
) -> None:
    with pytest.raises(Refused) as caught:
        await seat_first_members(empty.app, people)
    assert caught.value.code == code
    async with empty.units_of_work.read() as view:
        assert len(await view.people.members()) == 1
