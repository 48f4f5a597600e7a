"""End somebody's place in the groups: they step down, are removed, or lose it with a sanction. Access ends in that instant.

Their cases go on without them: ballots are counted again, another contact is chosen, and nobody is left unheard. Read
`end_places` first. Policy: P-1.1, P-1.2.
"""

from collections.abc import Callable
from dataclasses import replace

from guardian.cases.access import require_permission
from guardian.cases.exclusions import handling_groups
from guardian.errors import NotFound
from guardian.ids import MemberId
from guardian.journal import Entry, by_member
from guardian.notices.models import NoticeKind
from guardian.people.models import Departure, Group, Member, Office, Role
from guardian.people.permissions import BOARD, CHAIRS, MEMBERS, UseCase, holds_seat
from guardian.services.authorization import require
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.membership.access_end import end_access
from guardian.services.membership.left_cases import carry_on_without
from guardian.services.notify import notify_member
from rules.membership import LeavingGround, may_leave, may_remove

Ending = Callable[[Role], bool]
"""Which of somebody's offices end."""


async def step_down(
    app: AppContext, by: MemberId, *, group: Group | None = None, successor: MemberId | None = None
) -> str:
    """End one's own offices in the group, or all, at this instant; return what is left to say of it.

    The last chair names who follows (`successor`), so that the group is never without one unseen.
    """
    async with app.units_of_work.begin() as uow:
        member = await _may_step_down(uow, by, group, successor)
        departure = Departure(uow.now, by_member(by), LeavingGround.STEPPED_DOWN)
        await let_follow(uow, member, group, successor, by)
        after = await end_places(app, uow, member, departure, lambda role: group in (None, role.group))
    return "You have stepped down." if after.ended_at is None else "You have left."


async def remove_member(
    app: AppContext,
    by: MemberId,
    member: MemberId,
    ground: LeavingGround,
    words: str = "",
    successor: MemberId | None = None,
) -> str:
    """Remove somebody from every group at this instant, on a recorded ground; return their name."""
    async with app.units_of_work.begin() as uow:
        leaving = await _may_be_removed(uow, by, member, ground, words, successor)
        await let_follow(uow, leaving, None, successor, by)
        departure = Departure(uow.now, by_member(by), ground, words.strip())
        await end_places(app, uow, leaving, departure, lambda role: True)
    return leaving.name


async def check_step_down(
    app: AppContext, by: MemberId, *, group: Group | None = None, successor: MemberId | None = None
) -> None:
    """Refuse what `step_down` would refuse, before anything happens."""
    async with app.units_of_work.read() as view:
        await _may_step_down(view, by, group, successor)


async def check_removal(
    app: AppContext,
    by: MemberId,
    member: MemberId,
    ground: LeavingGround,
    words: str = "",
    successor: MemberId | None = None,
) -> None:
    """Refuse what `remove_member` would refuse, before anything happens."""
    async with app.units_of_work.read() as view:
        await _may_be_removed(view, by, member, ground, words, successor)


async def end_places(app: AppContext, uow: UnitOfWork, member: Member, departure: Departure, ending: Ending) -> Member:
    """End those offices of the member, and with the last one their membership; return them as they then are.

    To be called once it is clear that they may leave: nothing is refused here.
    """
    groups = handling_groups(await uow.people.members(), uow.now)
    left = replace(member, roles=tuple(_ended(role, uow) if ending(role) else role for role in member.roles))
    if not _holds_anything(left, uow):
        left = replace(left, ended_at=uow.now, departures=(*left.departures, departure))
    left = await uow.people.save_member(left)
    await end_access(app, uow, member.id)
    about = {"member": str(member.id), "ground": str(departure.ground), "all": "yes" if left.ended_at else "no"}
    uow.journal.note(Entry(act="member.has_left", by=departure.by, authority="P-1.2", about=about))
    await carry_on_without(uow, app.policy, left, departure.by)
    await _notify(uow, left, departure)
    if groups.chairs and not any(holds_seat(each, CHAIRS, uow.now) for each in await uow.people.members()):
        await _notify_of_no_chair(uow)
    return left


async def seated_member(view: ReadView, member: MemberId) -> Member:
    """Return the member while they hold any office; NotFound otherwise."""
    found = await view.people.member(member)
    if found is None or not found.holds_any_office(view.now):
        raise NotFound
    return found


async def _may_step_down(view: ReadView, by: MemberId, group: Group | None, successor: MemberId | None) -> Member:
    member = await require_permission(view, by, UseCase.STEP_DOWN)
    await _require_chair_left(view, by, group, successor)
    return member


async def _may_be_removed(
    view: ReadView,
    by: MemberId,
    member: MemberId,
    ground: LeavingGround,
    words: str,
    successor: MemberId | None,
) -> Member:
    await require_permission(view, by, UseCase.CHANGE_MEMBERS)
    require(may_remove(ground, words, own=member == by))
    leaving = await seated_member(view, member)
    await _require_chair_left(view, member, None, successor)
    return leaving


async def _require_chair_left(
    view: ReadView, leaving: MemberId, group: Group | None, successor: MemberId | None
) -> None:
    if group in (None, Group.WORKING_GROUP):
        groups = handling_groups(await view.people.members(), view.now)
        require(may_leave(leaving, groups, successor))


async def let_follow(
    uow: UnitOfWork, leaving: Member, group: Group | None, successor: MemberId | None, by: MemberId
) -> None:
    """Refuse that the last chair leaves without a successor; make the successor chair in the same instant."""
    if group not in (None, Group.WORKING_GROUP):
        return
    await _require_chair_left(uow, leaving.id, group, successor)
    groups = handling_groups(await uow.people.members(), uow.now)
    follows = await uow.people.member(successor) if successor is not None else None
    if follows is None or follows.id == leaving.id or follows.id not in groups.members or follows.id in groups.chairs:
        return
    chair = Role(group=Group.WORKING_GROUP, office=Office.CHAIR, since=uow.now)
    await uow.people.save_member(replace(follows, roles=(*follows.roles, chair)))
    about = {"member": str(follows.id), "seats": f"{chair.group}:{chair.office}"}
    uow.journal.note(Entry(act="office.was_given", by=by_member(by), authority="P-1.2", about=about))
    await notify_member(uow, follows.id, NoticeKind.MEMBERSHIP, {"news": "you_are_chair"})


def _ended(role: Role, uow: UnitOfWork) -> Role:
    return role if role.until is not None and role.until <= uow.now else replace(role, until=uow.now)


def _holds_anything(member: Member, uow: UnitOfWork) -> bool:
    """Whether they hold an office now, or will."""
    return any(role.until is None or role.until > uow.now for role in member.roles)


async def _notify(uow: UnitOfWork, left: Member, departure: Departure) -> None:
    """Notify whoever has left, and those who work with them, that they have."""
    if left.ended_at is not None:
        facts = {"ground": str(departure.ground)}
        await notify_member(uow, left.id, NoticeKind.MEMBERSHIP_ENDED, facts)
    for member in await uow.people.members():
        if member.id != left.id and (holds_seat(member, MEMBERS, uow.now) or holds_seat(member, BOARD, uow.now)):
            news = "left" if left.ended_at is not None else "stepped_down"
            await notify_member(uow, member.id, NoticeKind.MEMBERSHIP, {"news": news, "of": left.name})


async def _notify_of_no_chair(uow: UnitOfWork) -> None:
    for member in await uow.people.members():
        if holds_seat(member, MEMBERS, uow.now) or holds_seat(member, BOARD, uow.now):
            await notify_member(uow, member.id, NoticeKind.MEMBERSHIP, {"news": "no_chair"})
