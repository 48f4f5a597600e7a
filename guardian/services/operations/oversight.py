"""The copy of the journal that somebody of the Board takes to oversee: what was done, in words, and whether it is whole.

Cases that concern them, or that others hear of first, are not in it, and leave no gap; the proof is over every entry all
the same, those too whose words are forgotten. Read `take_copy` first. Policy: P-4.2, P-9.8.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from guardian.cases.access import is_hidden_by_status, require_permission, states_conflicts_before
from guardian.cases.case import CaseKind
from guardian.cases.open_work import CaseSummary
from guardian.ids import MemberId
from guardian.journal import Entry, by_member
from guardian.people.models import Member
from guardian.people.permissions import UseCase
from guardian.services.context import AppContext
from guardian.services.operations.history import HistoryLine, Statuses, list_lines


@dataclass(frozen=True, slots=True)
class OversightCopy:
    """What was done, newest first, as of that instant. `is_whole`: no entry was changed or taken out, seen here or not."""

    at: datetime
    lines: tuple[HistoryLine, ...]
    is_whole: bool


async def take_copy(app: AppContext, by: MemberId) -> OversightCopy:
    """Return the journal for a member of the Board; that it was taken is an entry that everybody can read."""
    async with app.units_of_work.begin() as uow:
        member = await require_permission(uow, by, UseCase.OVERSEE)
        lines = await list_lines(uow, partial(_is_overseen, member), None)
        is_whole = await uow.history.is_whole()
        uow.journal.note(Entry(act="journal.was_copied", by=by_member(by), authority="P-9.8"))
        return OversightCopy(uow.now, tuple(lines), is_whole)


def _is_overseen(member: Member, case: CaseSummary, statuses: Statuses) -> bool:
    """Whether it is a case of the group or of the Board that is not kept from the member. Policy: P-4.2."""
    is_local = case.kind is CaseKind.LOCAL
    return not (is_local or states_conflicts_before(member, case) or is_hidden_by_status(member.id, case, statuses))
