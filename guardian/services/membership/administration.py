"""Who administers which platform, as chairs note it, with what would be lost with one person. Read `list_administration` first.

The platforms themselves are not asked: this is what people know of each other's powers. Policy: P-1.4.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from guardian.cases.access import require_permission
from guardian.errors import Refused
from guardian.ids import MemberId, SpaceName
from guardian.journal import Entry, by_member
from guardian.people.models import Member
from guardian.people.permissions import UseCase
from guardian.services.context import AppContext
from guardian.services.membership.departures import seated_member
from rules.membership import administration_faults


@dataclass(frozen=True, slots=True)
class Administration:
    """Who administers each space, by name, and in words what is wrong with that."""

    spaces: tuple[tuple[SpaceName, tuple[str, ...]], ...]
    faults: tuple[str, ...]


async def list_administration(app: AppContext, by: MemberId) -> Administration:
    """Return who administers which space, for the members of every group; nothing of it depends on any case."""
    async with app.units_of_work.read() as view:
        await require_permission(view, by, UseCase.LIST_MEMBERS)
        members = await view.people.members()
        return administration_of(app, members, view.now)


async def set_administration(app: AppContext, by: MemberId, member: MemberId, spaces: frozenset[SpaceName]) -> None:
    """Note which spaces the member administers, in place of what was noted before."""
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.SET_ADMINISTRATION)
        known = await seated_member(uow, member)
        if not spaces <= set(app.spaces.names):
            raise Refused("no_such_space", "Please choose among the spaces that there are.", "P-1.4")
        await uow.people.save_member(replace(known, administers=tuple(sorted(spaces))))
        about = {"member": str(member), "spaces": " ".join(sorted(spaces))}
        uow.journal.note(Entry(act="administration.was_noted", by=by_member(by), authority="P-1.4", about=about))


def administration_of(app: AppContext, members: Iterable[Member], at: datetime) -> Administration:
    """Return who of those in office administers which space, and what is wrong with that."""
    seated = sorted((m for m in members if m.holds_any_office(at)), key=lambda m: m.name.casefold())
    by_space = {name: tuple(m.name for m in seated if name in m.administers) for name in app.spaces.names}
    return Administration(
        tuple(by_space.items()), administration_faults({str(n): names for n, names in by_space.items()}, app.policy)
    )
