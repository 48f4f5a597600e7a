"""Who holds which office, for the members themselves. Read `list_members` first. Policy: P-1.1, P-1.2."""

from dataclasses import dataclass
from datetime import datetime

from guardian.cases.access import require_permission
from guardian.errors import NotFound
from guardian.ids import MemberId, SpaceName
from guardian.people.models import Departure, Group, Member, Role
from guardian.people.permissions import CHAIRS, MEMBERS, UseCase, holds_seat
from guardian.services.context import AppContext
from guardian.services.membership.renewal import is_asked


@dataclass(frozen=True, slots=True)
class MemberLine:
    """One member by name, with the offices that they hold or will hold; an account or an address is shown to nobody."""

    id: MemberId
    name: str
    roles: tuple[Role, ...]
    ended_at: datetime | None = None

    def is_in(self, group: Group, at: datetime) -> bool:
        """Return whether they hold an office of the group at that instant."""
        running = (r for r in self.roles if r.group is group and r.since <= at)
        return self.ended_at is None and any(role.until is None or at < role.until for role in running)


@dataclass(frozen=True, slots=True)
class MembershipFile:
    """One member as a chair sees them: their offices that run, how they left before, and who could follow as chair.

    `is_last_chair`: without a successor the group would have no chair. `is_asked`: they have still to state conflicts; `is_asked_to_renew`: they have
    still to say whether they go on; `silent_since`: nothing was heard of them for long.
    """

    id: MemberId
    name: str
    roles: tuple[Role, ...]
    departures: tuple[Departure, ...]
    administers: tuple[SpaceName, ...]
    is_asked: bool
    is_asked_to_renew: bool
    silent_since: datetime | None
    is_last_chair: bool
    successors: tuple[MemberLine, ...]


async def list_members(app: AppContext, by: MemberId) -> tuple[MemberLine, ...]:
    """Return everybody who holds an office or will, and who held one, by name; nothing of it depends on any case."""
    async with app.units_of_work.read() as view:
        await require_permission(view, by, UseCase.LIST_MEMBERS)
        return tuple(sorted(map(_member_line, await view.people.members()), key=lambda each: each.name.casefold()))


async def members_who_may_act(app: AppContext, by: MemberId) -> tuple[MemberLine, ...]:
    """Return the members of the working group, for whoever may stop one of them from acting alone. Policy: P-7.5."""
    async with app.units_of_work.read() as view:
        await require_permission(view, by, UseCase.STOP_MEMBER)
        members = await view.people.members()
        return tuple(_member_line(each) for each in members if holds_seat(each, MEMBERS, view.now))


async def read_membership(app: AppContext, by: MemberId, member: MemberId) -> MembershipFile:
    """Return the member for whoever changes the groups, and for themselves; NotFound for everybody else."""
    use = UseCase.STEP_DOWN if by == member else UseCase.CHANGE_MEMBERS
    async with app.units_of_work.read() as view:
        await require_permission(view, by, use)
        members = await view.people.members()
        found = next((each for each in members if each.id == member), None)
        if found is None:
            raise NotFound
        chairs = [each.id for each in members if holds_seat(each, CHAIRS, view.now)]
        others = [each for each in members if each.id != member and holds_seat(each, MEMBERS, view.now)]
        return MembershipFile(
            id=found.id,
            name=found.name,
            roles=tuple(r for r in found.roles if found.ended_at is None and (r.until is None or r.until > view.now)),
            departures=found.departures,
            administers=found.administers,
            is_asked=found.states_conflicts_first,
            is_asked_to_renew=is_asked(found),
            silent_since=found.silent_since,
            is_last_chair=chairs == [member],
            successors=tuple(map(_member_line, others)),
        )


async def has_no_chair(app: AppContext, by: MemberId) -> bool:
    """Return whether the working group has no chair, for whoever may name one then."""
    async with app.units_of_work.read() as view:
        await require_permission(view, by, UseCase.LIST_MEMBERS)
        return not any(holds_seat(each, CHAIRS, view.now) for each in await view.people.members())


def _member_line(member: Member) -> MemberLine:
    return MemberLine(member.id, member.name, member.roles, member.ended_at)
