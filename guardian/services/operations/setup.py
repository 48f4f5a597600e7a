"""The first set-up: the host's operator puts down who is in the groups, until a second member confirms the chair.

From then on only a chair changes the groups. Everything is journalled. Read `seat_first_members` first. Policy: P-1.1,
P-1.5.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from guardian.cases.access import require_permission
from guardian.errors import Refused
from guardian.ids import MemberId, SpaceName, new_id
from guardian.journal import OPERATOR, Entry, by_member
from guardian.notices.models import NoticeKind
from guardian.people.models import UNCONFIRMED_UNTIL, Group, Member, Office, Role
from guardian.people.permissions import CHAIRS, Seat, UseCase, holds_seat
from guardian.services.context import AppContext, UnitOfWork
from guardian.services.membership.newcomers import admit, search_earlier_cases
from guardian.services.membership.offices import ask_second, new_role, require_general
from guardian.services.notify import notify_member
from guardian.spaces.port import Account


@dataclass(frozen=True, slots=True)
class SeatInput:
    """A place that somebody takes: an office in a group; `space` for moderators of one."""

    group: Group
    office: Office = Office.MEMBER
    space: SpaceName | None = None


@dataclass(frozen=True, slots=True)
class NewMember:
    """Somebody who takes a place in a group, as the person who seats them writes it down."""

    name: str
    seats: tuple[SeatInput, ...]
    accounts: tuple[Account, ...] = ()
    email: str | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SeatingResult:
    """What became of the newcomers: who is new, and who was there already and stayed as they were."""

    new: tuple[str, ...]
    known: tuple[str, ...]


async def seat_first_members(app: AppContext, new_members: Iterable[NewMember]) -> SeatingResult:
    """Seat those of the newcomers who were not known yet; the first chair's seat waits for a second member.

    Refused once a chair is confirmed: from then on the groups are changed by a chair.
    """
    given = tuple(new_members)
    ids = await _search_earlier_cases(app, given)
    async with app.units_of_work.begin() as uow:
        members = await uow.people.members()
        new = [each for each in given if not _is_known(each, members)]
        chairs = [member for member in members if holds_seat(member, CHAIRS, uow.now)]
        if new and chairs and not any(map(_is_unconfirmed, chairs)):
            sentence = (
                "The group has a confirmed chair, so a chair changes it from now on: guardian seat FILE --as NAME."
            )
            raise Refused("set_up_already", sentence, "P-1.5")
        if not chairs and not any(_becomes_chair(each) for each in new):
            raise Refused("no_chair", "Somebody has to be the first chair: name them.", "P-1.5")
        _check_new_members(app, new, members)
        for each in new:
            await _add_member(app, uow, each, ids[each], OPERATOR, unconfirmed=True)
    return _seating_result(given, new)


async def seat_members(app: AppContext, by: MemberId, new_members: Iterable[NewMember]) -> SeatingResult:
    """Seat those of the newcomers who were not known yet, by a chair's word."""
    given = tuple(new_members)
    ids = await _search_earlier_cases(app, given)
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.CHANGE_MEMBERS)
        members = await uow.people.members()
        new = [each for each in given if not _is_known(each, members)]
        _check_new_members(app, new, members)
        for each in new:
            member = await _add_member(app, uow, each, ids[each], by_member(by), unconfirmed=False)
            await _tell_of_place(uow, by, member)
    return _seating_result(given, new)


async def _tell_of_place(uow: UnitOfWork, by: MemberId, member: Member) -> None:
    """Tell the newcomer of the place that has begun, and the others of one that waits for a second member's yes."""
    if member.holds_any_office(uow.now):
        facts = {"news": "seated", **({"ask": "conflicts"} if member.states_conflicts_first else {})}
        await notify_member(uow, member.id, NoticeKind.MEMBERSHIP, facts)
    for role in member.roles:
        if role.awaits_second:
            await ask_second(uow, by, member, Seat(role.group, role.office))


async def confirm_chair(app: AppContext, by: MemberId) -> tuple[str, ...]:
    """Confirm the first chair as another member of the working group; return the names of who now is."""
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.CONFIRM_CHAIR)
        waiting = [member for member in await uow.people.members() if _is_unconfirmed(member)]
        others = [each for each in waiting if each.id != by]
        if waiting and not others:
            raise Refused("same_member", "Somebody else has to confirm you.", "P-1.5")
        for each in others:
            await uow.people.save_member(replace(each, roles=tuple(map(_confirm_role, each.roles))))
            uow.journal.note(
                Entry(act="chair.was_confirmed", by=by_member(by), authority="P-1.5", about={"member": each.id})
            )
    return tuple(each.name for each in others)


async def has_chair(app: AppContext) -> bool:
    """Return whether the working group has a chair, confirmed or not."""
    async with app.units_of_work.read() as view:
        return any(holds_seat(member, CHAIRS, view.now) for member in await view.people.members())


async def is_chair_unconfirmed(app: AppContext) -> bool:
    """Return whether the first chair still waits for a second member's yes."""
    async with app.units_of_work.read() as view:
        return any(map(_is_unconfirmed, await view.people.members()))


def _is_known(new_member: NewMember, members: Iterable[Member]) -> bool:
    accounts = set(new_member.accounts)
    return any(
        member.name.casefold() == new_member.name.casefold() or accounts & set(member.accounts) for member in members
    )


def _becomes_chair(new_member: NewMember) -> bool:
    return any(each.group is Group.WORKING_GROUP and each.office is Office.CHAIR for each in new_member.seats)


def _is_unconfirmed(member: Member) -> bool:
    return any(role.until == UNCONFIRMED_UNTIL for role in member.roles)


def _confirm_role(role: Role) -> Role:
    return replace(role, until=None) if role.until == UNCONFIRMED_UNTIL else role


def _check_new_members(app: AppContext, new: Iterable[NewMember], members: Iterable[Member]) -> None:
    """Raise Refused, naming the first fault; then nobody is seated."""
    names = {member.name.casefold() for member in members}
    accounts = {account for member in members for account in member.accounts}
    for each in new:
        strange = [account.space for account in each.accounts if account.space not in app.spaces.names]
        if not each.name.strip():
            raise Refused("no_name", "Somebody without a name cannot be seated.", "P-1.1")
        if not each.seats:
            raise Refused("no_seat", f"{each.name} has no place in a group.", "P-1.1")
        for seat in each.seats:
            require_general(seat.group)
        if strange:
            raise Refused(
                "no_such_space", f"{each.name} has an account in {strange[0]!r}, which is no space here.", "P-1.3"
            )
        if not each.accounts and not each.email:
            sentence = f"{each.name} cannot be reached: give an account in one of the spaces, or a mail address."
            raise Refused("no_way", sentence, "P-1.5")
        if each.name.casefold() in names or accounts & set(each.accounts):
            raise Refused("twice", f"{each.name}, or an account of theirs, is there twice.", "P-1.1")
        names.add(each.name.casefold())
        accounts.update(each.accounts)


async def _add_member(
    app: AppContext, uow: UnitOfWork, new_member: NewMember, member_id: MemberId, by: str, *, unconfirmed: bool
) -> Member:
    roles = tuple(
        replace(
            new_role(seat.group, seat.office, uow.now, seat.space, by),
            until=UNCONFIRMED_UNTIL if unconfirmed and seat.office is Office.CHAIR else None,
        )
        for seat in new_member.seats
    )
    member = _member_of(new_member, member_id, roles)
    await uow.people.add_member(member)
    member = await admit(uow, app.policy, member)
    seats = " ".join(sorted(f"{role.group}:{role.office}" for role in roles))
    uow.journal.note(
        Entry(act="member.was_seated", by=by, authority="P-1.5", about={"member": member.id, "seats": seats})
    )
    return member


async def _search_earlier_cases(app: AppContext, new_members: Iterable[NewMember]) -> dict[NewMember, MemberId]:
    """Search what came in for each newcomer's names, before the transaction that seats them keeps others waiting.

    Return the id that each of them gets.
    """
    ids = {each: MemberId(new_id()) for each in new_members}
    for each, member in ids.items():
        await search_earlier_cases(app, _member_of(each, member, ()))
    return ids


def _member_of(new_member: NewMember, member: MemberId, roles: tuple[Role, ...]) -> Member:
    return Member(
        id=member,
        name=new_member.name.strip(),
        roles=roles,
        accounts=new_member.accounts,
        email=new_member.email,
        aliases=new_member.aliases,
    )


def _seating_result(given: tuple[NewMember, ...], new: list[NewMember]) -> SeatingResult:
    return SeatingResult(tuple(each.name for each in new), tuple(each.name for each in given if each not in new))
