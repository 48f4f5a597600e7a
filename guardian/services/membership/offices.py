"""Give somebody an office, change it, seat them again, and name a chair where the group has none. Read `give_office` first.

Whoever comes anew to a group is kept out of what may concern them before anything else (`newcomers`). Policy: P-1.1, P-1.2.
"""

from dataclasses import replace
from datetime import datetime

from guardian.cases.access import require_permission
from guardian.cases.exclusions import handling_groups
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId, SpaceName
from guardian.journal import Entry, by_member
from guardian.notices.models import NoticeKind
from guardian.people.models import NAMED_BY_TWO, NAMED_FOR_ONE, UNCONFIRMED_UNTIL, Group, Member, Office, Role
from guardian.people.permissions import MEMBERS, Seat, UseCase, holds_seat, may_perform
from guardian.services.authorization import require
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.membership.departures import let_follow, seated_member
from guardian.services.membership.left_cases import carry_on_without
from guardian.services.membership.newcomers import admit, search_earlier_cases
from guardian.services.notify import notify_member
from guardian.services.rota.turns import leave_rota
from rules.membership import may_name_chair


async def give_office(app: AppContext, by: MemberId, member: MemberId, seat: Seat) -> str:
    """Give somebody who is or was here an office from now on, and return their name.

    Whoever had left is seated again as a newcomer: nothing from before opens anything.
    """
    await _search(app, member)
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.CHANGE_MEMBERS)
        require_general(seat.group)
        known = await _known_member(uow, member)
        if _holds(known, seat, uow):
            raise Refused("holds_it", f"{known.name} holds this office already.", "P-1.1")
        is_back = not known.holds_any_office(uow.now)
        after = replace(known, roles=(*known.roles, _role(seat, uow, by)), ended_at=None)
        await _save(uow, app, replace(after, seated_at=uow.now) if is_back else after, known)
        if seat.group in NAMED_BY_TWO:
            _note(uow, "office.was_proposed", by, known, seat)
            await ask_second(uow, by, known, seat)
            return known.name
        _note(uow, "office.was_given", by, known, seat)
        await notify_member(uow, member, NoticeKind.MEMBERSHIP, _facts("seated" if is_back else "office_given", seat))
    return known.name


async def change_office(
    app: AppContext, by: MemberId, member: MemberId, old: Seat, new: Seat, successor: MemberId | None = None
) -> str:
    """Change one office of somebody for another in one instant, and return their name; the last chair names who follows."""
    await _search(app, member)
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.CHANGE_MEMBERS)
        require_general(new.group)
        known = await seated_member(uow, member)
        if not _holds(known, old, uow) or _holds(known, new, uow):
            raise Refused(
                "holds_not", f"{known.name} does not hold that office, or holds the new one already.", "P-1.1"
            )
        if (old.group, old.office) == (Group.WORKING_GROUP, Office.CHAIR):
            await let_follow(uow, known, None, successor, by)
            known = await seated_member(uow, member)
        kept = tuple(replace(r, until=uow.now) if _is(r, old, uow) else r for r in known.roles)
        after = await _save(uow, app, replace(known, roles=(*kept, _role(new, uow, by))), known)
        await carry_on_without(uow, app.policy, after, by_member(by))
        if not may_perform(after, UseCase.READ_ROTA, uow.now):
            await leave_rota(uow, member)
        if new.group in NAMED_BY_TWO:
            await ask_second(uow, by, known, new)
        _note(uow, "office.was_changed", by, known, new)
        await notify_member(uow, member, NoticeKind.MEMBERSHIP, _facts("office_changed", new))
    return known.name


async def confirm_office(app: AppContext, by: MemberId, member: MemberId) -> str:
    """Agree, as a second member, that somebody holds what a chair named them for; it begins now. Return their name.

    Whoever named them cannot agree, nor they themselves. Policy: P-1.1.
    """
    await _search(app, member)
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.CONFIRM_OFFICE)
        known = await _known_member(uow, member)
        waiting = [role for role in known.roles if role.awaits_second]
        if not waiting:
            raise Refused("nothing_waits", f"Nobody has named {known.name} for an office that needs a second.", "P-1.1")
        if by == member or any(role.named_by == by_member(by) for role in waiting):
            raise Refused("same_member", "Somebody else than you has to agree to this.", "P-1.1")
        roles = tuple(replace(r, since=uow.now, named_by=None) if r.awaits_second else r for r in known.roles)
        after = replace(known, roles=roles, ended_at=None)
        await _save(uow, app, after if known.holds_any_office(uow.now) else replace(after, seated_at=uow.now), known)
        for role in waiting:
            seat = Seat(role.group, role.office)
            _note(uow, "office.was_given", by, known, seat)
            await notify_member(uow, member, NoticeKind.MEMBERSHIP, _facts("office_given", seat))
    return known.name


async def name_chair(app: AppContext, by: MemberId, member: MemberId) -> str:
    """Name the chair of a group that has none, and return their name: as the Board, or as a member where there is none.

    As at set-up, a second member confirms it.
    """
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.NAME_CHAIR)
        require(may_name_chair(by, member, handling_groups(await uow.people.members(), uow.now)))
        chair = await seated_member(uow, member)
        seat = Seat(Group.WORKING_GROUP, Office.CHAIR)
        role = replace(_role(seat, uow, by), until=UNCONFIRMED_UNTIL)
        await uow.people.save_member(replace(chair, roles=(*chair.roles, role)))
        _note(uow, "office.was_given", by, chair, seat)
        await notify_member(uow, member, NoticeKind.MEMBERSHIP, {"news": "you_are_chair"})
    return chair.name


async def _search(app: AppContext, member: MemberId) -> None:
    async with app.units_of_work.read() as view:
        known = await view.people.member(member)
    if known is not None:
        await search_earlier_cases(app, known)


async def _save(uow: UnitOfWork, app: AppContext, after: Member, before: Member) -> Member:
    """Save the member; whoever has come to a group anew is admitted as a newcomer to its cases."""
    saved = await uow.people.save_member(after)
    new = [g for g in Group if saved.holds_office(g, uow.now) and not before.holds_office(g, uow.now)]
    return await admit(uow, app.policy, saved) if new else saved


async def _known_member(view: ReadView, member: MemberId) -> Member:
    found = await view.people.member(member)
    if found is None:
        raise NotFound
    return found


def require_general(group: Group) -> None:
    """Refuse a seat that is for one event or program alone: it is given where that is chosen, with its end.

    Policy: P-1.1.
    """
    if group in NAMED_FOR_ONE:
        sentence = "A local representative is named for one event or program, with an end: on the page for them."
        raise Refused("for_one", sentence, "P-1.1")


async def ask_second(uow: UnitOfWork, by: MemberId, member: Member, seat: Seat) -> None:
    """Ask the other members whether they agree that somebody holds the office for which they are named. Policy: P-1.1."""
    facts = {**_facts("office_to_confirm", seat), "of": member.name}
    for each in await uow.people.members():
        if holds_seat(each, MEMBERS, uow.now) and each.id not in (by, member.id):
            await notify_member(uow, each.id, NoticeKind.MEMBERSHIP, facts)


def _role(seat: Seat, uow: UnitOfWork, by: MemberId) -> Role:
    return new_role(seat.group, seat.office or Office.MEMBER, uow.now, seat.space, by_member(by))


def new_role(group: Group, office: Office, now: datetime, space: SpaceName | None, by: str) -> Role:
    """Return the office as it begins: now, or with a second member's yes where the group asks for one. Policy: P-1.1."""
    if group in NAMED_BY_TWO:
        return Role(group=group, office=office, since=UNCONFIRMED_UNTIL, space=space, named_by=by)
    return Role(group=group, office=office, since=now, space=space)


def _holds(member: Member, seat: Seat, uow: UnitOfWork) -> bool:
    waits = any(role.awaits_second and role.group is seat.group for role in member.roles)
    return waits or (member.holds_any_office(uow.now) and any(_is(role, seat, uow) for role in member.roles))


def _is(role: Role, seat: Seat, uow: UnitOfWork) -> bool:
    """Whether the role is that very office, and runs now."""
    same = (role.group, role.office, role.space) == (seat.group, seat.office or Office.MEMBER, seat.space)
    return same and role.since <= uow.now and (role.until is None or role.until > uow.now)


def _note(uow: UnitOfWork, act: str, by: MemberId, member: Member, seat: Seat) -> None:
    about = {"member": str(member.id), "seats": f"{seat.group}:{seat.office or Office.MEMBER}"}
    uow.journal.note(Entry(act=act, by=by_member(by), authority="P-1.1", about=about))


def _facts(news: str, seat: Seat) -> dict[str, str]:
    return {"news": news, "group": str(seat.group), "office": str(seat.office or Office.MEMBER)}
