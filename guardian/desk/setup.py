"""The first set-up: who is in the groups, put down by the operator of the host until a second member confirms the chair.

From then on only a chair changes the groups. Everything is journalled. Policy: P-1.1, P-1.5.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from guardian.cases.access import acting
from guardian.desk.desk import Desk, Work
from guardian.errors import Refused
from guardian.ids import MemberId, SpaceName, new_id
from guardian.journal import OPERATOR, Entry, by_member
from guardian.people.permissions import CHAIRS, UseCase, sits
from guardian.people.values import Group, Member, Office, Role
from guardian.spaces.port import Account

UNCONFIRMED_UNTIL: Final = datetime(9999, 1, 1, tzinfo=UTC)
"""The end of a first chair's role until a second member confirms it: they are in office, and it shows."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A place that somebody takes: an office in a group; `space` for moderators of one."""

    group: Group
    office: Office = Office.MEMBER
    space: SpaceName | None = None


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody who takes a place in a group, as the person who seats them writes it down."""

    name: str
    seats: tuple[Seat, ...]
    accounts: tuple[Account, ...] = ()
    email: str | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Seated:
    """What became of the newcomers: who is new, and who was there already and stayed as they were."""

    new: tuple[str, ...]
    known: tuple[str, ...]


async def begin(desk: Desk, newcomers: Iterable[Newcomer]) -> Seated:
    """Those of the newcomers who were not known yet have their places; the first chair's waits for a second member.

    Refused once a chair is confirmed: from then on the groups are changed by a chair.
    """
    async with desk.works.begin() as work:
        members = await work.people.members()
        wanted = tuple(newcomers)
        new = [each for each in wanted if not _is_known(each, members)]
        chairs = [member for member in members if sits(member, CHAIRS, work.now)]
        if new and chairs and not any(map(_is_unconfirmed, chairs)):
            sentence = (
                "The group has a confirmed chair, so a chair changes it from now on: guardian seat FILE --as NAME."
            )
            raise Refused("set_up_already", sentence, "P-1.5")
        if not chairs and not any(_takes_chair(each) for each in new):
            raise Refused("no_chair", "Somebody has to be the first chair: name them.", "P-1.5")
        _check(desk, new, members)
        for each in new:
            await _seat(work, each, OPERATOR, unconfirmed=True)
    return _seated(wanted, new)


async def seat(desk: Desk, by: MemberId, newcomers: Iterable[Newcomer]) -> Seated:
    """Those of the newcomers who were not known yet have their places, by a chair's word."""
    async with desk.works.begin() as work:
        await acting(work, by, UseCase.CHANGE_MEMBERS)
        members = await work.people.members()
        wanted = tuple(newcomers)
        new = [each for each in wanted if not _is_known(each, members)]
        _check(desk, new, members)
        for each in new:
            await _seat(work, each, by_member(by), unconfirmed=False)
    return _seated(wanted, new)


async def confirm_chair(desk: Desk, by: MemberId) -> tuple[str, ...]:
    """The first chair is confirmed by another member of the working group; the names of who now is."""
    async with desk.works.begin() as work:
        await acting(work, by, UseCase.CONFIRM_CHAIR)
        waiting = [member for member in await work.people.members() if _is_unconfirmed(member)]
        others = [each for each in waiting if each.id != by]
        if waiting and not others:
            raise Refused("same_member", "Somebody else has to confirm you.", "P-1.5")
        for each in others:
            await work.people.save_member(replace(each, roles=tuple(map(_confirmed, each.roles))))
            work.journal.note(Entry("chair.was_confirmed", by_member(by), "P-1.5", {"member": each.id}))
    return tuple(each.name for each in others)


async def chair_stands(desk: Desk) -> bool:
    """Whether the working group has a chair, confirmed or not."""
    async with desk.works.look() as view:
        return any(sits(member, CHAIRS, view.now) for member in await view.people.members())


async def chair_waits(desk: Desk) -> bool:
    """Whether the first chair still waits for a second member's yes."""
    async with desk.works.look() as view:
        return any(map(_is_unconfirmed, await view.people.members()))


def _is_known(newcomer: Newcomer, members: Iterable[Member]) -> bool:
    accounts = set(newcomer.accounts)
    return any(
        member.name.casefold() == newcomer.name.casefold() or accounts & set(member.accounts) for member in members
    )


def _takes_chair(newcomer: Newcomer) -> bool:
    return any(each.group is Group.WORKING_GROUP and each.office is Office.CHAIR for each in newcomer.seats)


def _is_unconfirmed(member: Member) -> bool:
    return any(role.until == UNCONFIRMED_UNTIL for role in member.roles)


def _confirmed(role: Role) -> Role:
    return replace(role, until=None) if role.until == UNCONFIRMED_UNTIL else role


def _check(desk: Desk, new: Iterable[Newcomer], members: Iterable[Member]) -> None:
    """Refused, naming the first thing that does not fit; then nobody is seated."""
    names = {member.name.casefold() for member in members}
    accounts = {account for member in members for account in member.accounts}
    for each in new:
        strange = [account.space for account in each.accounts if account.space not in desk.spaces.names]
        if not each.name.strip():
            raise Refused("no_name", "Somebody without a name cannot be seated.", "P-1.1")
        if not each.seats:
            raise Refused("no_seat", f"{each.name} has no place in a group.", "P-1.1")
        if strange:
            raise Refused("no_such_space", f"{each.name} has an account in {strange[0]!r}, which is no space here.")
        if not each.accounts and not each.email:
            sentence = f"{each.name} cannot be reached: give an account in one of the spaces, or a mail address."
            raise Refused("no_way", sentence, "P-1.5")
        if each.name.casefold() in names or accounts & set(each.accounts):
            raise Refused("twice", f"{each.name}, or an account of theirs, is there twice.", "P-1.1")
        names.add(each.name.casefold())
        accounts.update(each.accounts)


async def _seat(work: Work, newcomer: Newcomer, by: str, *, unconfirmed: bool) -> None:
    roles = tuple(
        Role(
            seat.group,
            seat.office,
            work.now,
            UNCONFIRMED_UNTIL if unconfirmed and seat.office is Office.CHAIR else None,
            seat.space,
        )
        for seat in newcomer.seats
    )
    member = Member(
        MemberId(new_id()), newcomer.name.strip(), roles, newcomer.accounts, newcomer.email, newcomer.aliases
    )
    await work.people.add_member(member)
    seats = " ".join(sorted(f"{role.group}:{role.office}" for role in roles))
    work.journal.note(Entry("member.was_seated", by, "P-1.5", {"member": member.id, "seats": seats}))


def _seated(wanted: tuple[Newcomer, ...], new: list[Newcomer]) -> Seated:
    return Seated(tuple(each.name for each in new), tuple(each.name for each in wanted if each not in new))
