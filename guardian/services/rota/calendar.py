"""A member's own turns for their calendar, behind a secret address of its own that ends with their place in the group.

Nothing of a case, and nobody else, stands there. Read `calendar_of` first. Policy: P-1.2, P-3.6.
"""

from dataclasses import dataclass
from datetime import datetime

from guardian.cases.access import require_permission
from guardian.cases.receipts import digest_secret
from guardian.errors import NotFound
from guardian.ids import MemberId, new_secret
from guardian.journal import Entry, by_member
from guardian.people.permissions import UseCase, may_perform
from guardian.people.rota import CalendarLink, RotaSeat
from guardian.services.context import AppContext


@dataclass(frozen=True, slots=True)
class CalendarTurn:
    """One of the member's own places in a period."""

    id: str
    seat: RotaSeat
    starts: datetime
    ends: datetime


async def create_calendar_link(app: AppContext, by: MemberId) -> str:
    """Create the address of the member's own turns, in place of any before it, and return it; it is shown once."""
    secret = new_secret()
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.READ_ROTA)
        await uow.rota.delete_calendar_links_of(by)
        await uow.rota.add_calendar_link(CalendarLink(digest_secret(secret), by, uow.now))
        uow.journal.note(Entry(act="calendar.was_linked", by=by_member(by), authority="P-3.6"))
    return f"{app.base_url}/calendar/{secret}.ics"


async def calendar_of(app: AppContext, secret: str) -> tuple[CalendarTurn, ...]:
    """Return the turns of whoever the address is for; NotFound where it is none, or they are in the group no more."""
    async with app.units_of_work.read() as view:
        link = await view.rota.calendar_link(digest_secret(secret))
        member = await view.people.member(link.member) if link is not None else None
        if member is None or not may_perform(member, UseCase.READ_ROTA, view.now):
            raise NotFound
        turns = await view.rota.turns(view.now)
    return tuple(
        CalendarTurn(turn.id, seat, turn.starts, turn.ends)
        for turn in turns
        for seat in RotaSeat
        if turn.holder(seat) == member.id
    )
