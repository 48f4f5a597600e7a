"""Who holds which office, for the members themselves. Read `list_members` first. Policy: P-1.1, P-1.2."""

from dataclasses import dataclass
from datetime import datetime

from guardian.cases.access import require_permission
from guardian.ids import MemberId
from guardian.people.models import Member, Role
from guardian.people.permissions import MEMBERS, UseCase, holds_seat
from guardian.services.context import AppContext


@dataclass(frozen=True, slots=True)
class MemberLine:
    """One member by name, with the offices that they hold or will hold; an account or an address is shown to nobody."""

    id: MemberId
    name: str
    roles: tuple[Role, ...]
    ended_at: datetime | None = None


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


def _member_line(member: Member) -> MemberLine:
    return MemberLine(member.id, member.name, member.roles, member.ended_at)
