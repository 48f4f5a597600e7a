"""Local representatives: whom a chair names for one event or one affiliated program, until a day, and who they are now.

Their seat opens what they pass on themselves, and what they are asked to do by hand; no case, no list, no vote. It ends by
itself. Read `name_representative` first. Policy: P-1.1.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from guardian.cases.access import require_permission
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId, new_id
from guardian.journal import Entry, by_member
from guardian.notices.models import NoticeKind
from guardian.people.models import Departure, Group, Member, Office, Role
from guardian.people.permissions import UseCase
from guardian.services.authorization import require
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.membership.departures import end_places
from guardian.services.membership.newcomers import admit, search_earlier_cases
from guardian.services.notify import notify_member
from rules.membership import LeavingGround, may_represent_until


@dataclass(frozen=True, slots=True)
class RepresentativeInput:
    """Whom a chair names: their name and own address, what else they are called, and for which event or program.

    `until` is when it ends.
    """

    name: str
    address: str
    body: str
    until: datetime
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RepresentedBody:
    """An event or affiliated program that can be represented: its id in our registers, and its name."""

    id: str
    name: str
    is_event: bool


@dataclass(frozen=True, slots=True)
class RepresentativeLine:
    """One local representative: for what, and from when until when."""

    member: MemberId
    name: str
    body: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Representatives:
    """Who represents what now, and what can be represented."""

    lines: tuple[RepresentativeLine, ...]
    bodies: tuple[RepresentedBody, ...]


async def name_representative(app: AppContext, by: MemberId, given: RepresentativeInput) -> str:
    """Seat a local representative of one event or program until that instant, and return their name.

    Whoever is known by the address keeps what else they hold; whoever had left is seated again. Policy: P-1.1.
    """
    name, address = given.name.strip(), given.address.strip()
    if not name or "@" not in address:
        raise Refused("no_contact", "Give a name, and a mail address of their own.", "P-1.1")
    fresh = Member(id=MemberId(new_id()), name=name, roles=(), email=address, aliases=given.aliases)
    await search_earlier_cases(app, fresh)
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.NAME_REPRESENTATIVE)
        body = await find_body(uow, given.body)
        if body is None:
            raise NotFound
        require(may_represent_until(given.until, uow.now, app.policy))
        role = Role(
            group=Group.LOCAL_REPRESENTATIVES, office=Office.MEMBER, since=uow.now, until=given.until, body=body.id
        )
        member = await _seat(uow, fresh, role)
        await admit(uow, app.policy, member)
        about = {"member": str(member.id), "body": body.id}
        uow.journal.note(Entry(act="representative.was_named", by=by_member(by), authority="P-1.1", about=about))
        await notify_member(uow, member.id, NoticeKind.MEMBERSHIP, {"news": "seated"})
    return member.name


async def list_representatives(app: AppContext, by: MemberId) -> Representatives:
    """Return who represents which event or program now, and for what somebody can be named."""
    async with app.units_of_work.read() as view:
        await require_permission(view, by, UseCase.NAME_REPRESENTATIVE)
        bodies = await _bodies(view)
        names = {each.id: each.name for each in bodies}
        return Representatives(
            tuple(
                RepresentativeLine(member.id, member.name, names.get(role.body or "", ""), role.since, role.until)
                for member in await view.people.members()
                for role in representing(member, view.now)
                if role.until is not None
            ),
            bodies,
        )


async def end_representative(app: AppContext, by: MemberId, member: MemberId) -> str:
    """End what somebody represents at this instant, and return their name; what else they hold stays theirs."""
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.NAME_REPRESENTATIVE)
        known = await uow.people.member(member)
        if known is None or not representing(known, uow.now):
            raise NotFound
        await _end(app, uow, known, by_member(by), None)
    return known.name


async def end_representatives_of(app: AppContext, uow: UnitOfWork, body: str, by: str) -> None:
    """End the seats of everybody who represents the event or program, which has left."""
    for member in await uow.people.members():
        if any(role.body == body for role in representing(member, uow.now)):
            await _end(app, uow, member, by, body)


async def find_body(view: ReadView, body: str) -> RepresentedBody | None:
    """Return the event or program of that id, as long as it is not over."""
    return next((each for each in await _bodies(view) if each.id == body), None)


def representing(member: Member, at: datetime) -> tuple[Role, ...]:
    """Return the seats by which the member represents an event or program at that instant."""
    if not member.holds_office(Group.LOCAL_REPRESENTATIVES, at):
        return ()
    return tuple(
        role
        for role in member.roles
        if role.group is Group.LOCAL_REPRESENTATIVES and role.since <= at and (role.until is None or at < role.until)
    )


async def _bodies(view: ReadView) -> tuple[RepresentedBody, ...]:
    events = [RepresentedBody(each.id, each.name, True) for each in await view.events.events() if view.now < each.ends]
    programs = [
        RepresentedBody(each.id, each.name, False)
        for each in await view.affiliates.affiliates()
        if each.ended_at is None
    ]
    return (*events, *programs)


async def _seat(uow: UnitOfWork, fresh: Member, role: Role) -> Member:
    """Store the seat with whoever is known by the address, or with somebody new."""
    members = await uow.people.members()
    known = next((m for m in members if (m.email or "").casefold() == (fresh.email or "").casefold()), None)
    if known is None:
        if any(each.name.casefold() == fresh.name.casefold() for each in members):
            raise Refused("twice", f"Somebody called {fresh.name} is here already, with another address.", "P-1.1")
        added = replace(fresh, roles=(role,))
        await uow.people.add_member(added)
        return added
    if any(each.body == role.body for each in representing(known, uow.now)):
        raise Refused("holds_it", f"{known.name} represents them already.", "P-1.1")
    after = replace(known, roles=(*known.roles, role), ended_at=None)
    return await uow.people.save_member(after if known.holds_any_office(uow.now) else replace(after, seated_at=uow.now))


async def _end(app: AppContext, uow: UnitOfWork, member: Member, by: str, body: str | None) -> None:
    departure = Departure(uow.now, by, LeavingGround.OTHER)
    await end_places(
        app,
        uow,
        member,
        departure,
        lambda role: role.group is Group.LOCAL_REPRESENTATIVES and body in (None, role.body),
    )
