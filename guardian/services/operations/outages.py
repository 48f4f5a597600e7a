"""Which spaces cannot be reached: noticed, shown in health, and told to the chairs once, as is their coming back.

Kept in memory alone: a service that starts anew looks anew, and tells anew. Read `SpaceOutages` first.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from guardian.ids import SpaceName
from guardian.journal import SERVICE, Entry
from guardian.notices.models import NoticeKind
from guardian.people.models import Group, Office
from guardian.services.context import AppContext
from guardian.services.notify import notify_office

CONNECTION: Final = "connection"
LISTS: Final = "lists"
NOT_READABLE: Final = "What stands there cannot be read: the space does not answer, or refuses us."


@dataclass(slots=True)
class _Outage:
    fault: str
    since: datetime
    told: bool = False


@dataclass(slots=True)
class SpaceOutages:
    """What is known to be down, by space and by what of it; told once it has lasted for `tell_after`."""

    tell_after: timedelta
    _outages: dict[tuple[SpaceName, str], _Outage] = field(default_factory=dict)

    @property
    def spaces(self) -> tuple[SpaceName, ...]:
        """Return the spaces of which something is down, in the order of their names."""
        return tuple(sorted({space for space, _ in self._outages}))

    async def note(self, app: AppContext, space: SpaceName, what: str, fault: str | None) -> None:
        """Note that this of the space is down, and why; None: it is up. Whoever was told of the one is told of the other."""
        known = self._outages.get((space, what))
        if fault is None:
            was_told = any(each.told for (at, _), each in self._outages.items() if at == space)
            self._outages.pop((space, what), None)
            if was_told and space not in self.spaces:
                await _tell(app, space, NoticeKind.SPACE_BACK, "")
            return
        if known is None:
            known = self._outages[space, what] = _Outage(fault, app.clock.now())
        known.fault = fault
        if not known.told and app.clock.now() - known.since >= self.tell_after:
            is_first = not any(each.told for (at, _), each in self._outages.items() if at == space)
            known.told = True
            if is_first:
                await _tell(app, space, NoticeKind.SPACE_DOWN, fault)


async def _tell(app: AppContext, space: SpaceName, kind: NoticeKind, fault: str) -> None:
    """Tell the chairs, who can have it mended; mail reaches them where the space itself does not."""
    async with app.units_of_work.begin() as uow:
        await notify_office(uow, Group.WORKING_GROUP, Office.CHAIR, kind, {"space": str(space), "fault": fault})
        act = "space.was_lost" if kind is NoticeKind.SPACE_DOWN else "space.was_found"
        uow.journal.note(Entry(act=act, by=SERVICE, authority="P-1.5", about={"space": space}))
