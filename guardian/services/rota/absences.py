"""Times away: whoever is away is called for nothing but danger. Read `add_absence` first. Policy: P-3.6."""

from datetime import datetime

from guardian.cases.access import require_permission
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId, new_id
from guardian.journal import Entry, by_member
from guardian.people.permissions import UseCase
from guardian.people.rota import TimeAway
from guardian.services.context import AppContext


async def add_absence(app: AppContext, by: MemberId, since: datetime, until: datetime) -> None:
    """Record that the member is away in `[since, until)`; their turns stay theirs, and the second is called meanwhile."""
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.SWAP_TURN)
        if until <= max(since, uow.now):
            raise Refused("until", "The last day has to come after the first one, and after today.", "P-3.6")
        await uow.rota.add_absence(TimeAway(new_id(), by, since, until))
        uow.journal.note(Entry(act="absence.was_recorded", by=by_member(by), authority="P-3.6"))


async def end_absence(app: AppContext, by: MemberId, absence_id: str) -> None:
    """Forget a time away of the member's own, who is called again from now on; NotFound for any other."""
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.SWAP_TURN)
        if absence_id not in {each.id for each in await uow.rota.absences(uow.now) if each.member == by}:
            raise NotFound
        await uow.rota.remove_absence(absence_id)
        uow.journal.note(Entry(act="absence.has_ended", by=by_member(by), authority="P-3.6"))
