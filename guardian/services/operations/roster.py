"""The roster: every running sanction that a member may know of, with all that is needed to lift it manually.

Read `compile_roster` first.
"""

from dataclasses import dataclass
from datetime import datetime

from guardian.cases.access import require_permission
from guardian.ids import MemberId, Reference, SpaceName
from guardian.journal import Entry, by_member
from guardian.people.models import LinkedAccount, Person
from guardian.people.permissions import UseCase
from guardian.sanctions.models import Sanction, binding_until, term_state_at
from guardian.services.context import AppContext, ReadView
from guardian.services.operations.explanation import may_know_sanction
from guardian.services.visibility import visible_accounts
from rules.ladder import TermState
from rules.precedence import Restriction


@dataclass(frozen=True, slots=True)
class RosterAccount:
    """One account that a sanction reaches, and how it stood there when it was last reconciled."""

    space: SpaceName
    native_id: str
    handle: str
    state: str


@dataclass(frozen=True, slots=True)
class RosterEntry:
    """One running sanction, with all that somebody needs who must lift it manually. `ends` None: no end is known."""

    person: str
    reference: Reference
    restriction: Restriction
    starts: datetime
    ends: datetime | None
    ends_by_itself: bool
    accounts: tuple[RosterAccount, ...]


async def compile_roster(app: AppContext, by: MemberId) -> tuple[RosterEntry, ...]:
    """Return every running sanction that the member may know of, oldest first; the printing is in the journal."""
    async with app.units_of_work.begin() as uow:
        member = await require_permission(uow, by, UseCase.PRINT_ROSTER)
        lines = []
        for sanction in await uow.sanctions.unlifted():
            person = await uow.people.person(sanction.person)
            if person is None or term_state_at(sanction, uow.now) is TermState.OVER:
                continue
            if await may_know_sanction(uow, member, sanction):
                lines.append(await _roster_entry(uow, by, person, sanction))
        about = {"sanctions": str(len(lines))}
        uow.journal.note(Entry(act="roster.was_printed", by=by_member(by), authority="P-9.8", about=about))
    return tuple(lines)


async def _roster_entry(view: ReadView, by: MemberId, person: Person, sanction: Sanction) -> RosterEntry:
    end = binding_until(sanction)
    return RosterEntry(
        person=person.code_name,
        reference=sanction.reference,
        restriction=sanction.restriction,
        starts=sanction.starts,
        ends=end or sanction.ends,
        ends_by_itself=end is not None,
        accounts=tuple(
            [
                await _roster_account(view, a)
                for a in await visible_accounts(view, by, person.id)
                if _reaches(sanction, a)
            ]
        ),
    )


def _reaches(sanction: Sanction, known: LinkedAccount) -> bool:
    return known.binding and sanction.covers(known.account.space) and sanction.reaches((known.id,))


async def _roster_account(view: ReadView, known: LinkedAccount) -> RosterAccount:
    item = await view.sanctions.work_item(known.worked_as)
    state = str(item.state) if item and item.state else "not looked at yet"
    return RosterAccount(known.account.space, known.account.native_id, known.handle, state)
