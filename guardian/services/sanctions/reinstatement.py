"""Reinstate by a named person's yes: membership and power roles that a bar took come back only by it.

Read `confirm_reinstatement` first. Policy: P-6.7.
"""

from dataclasses import dataclass

from guardian.cases.access import case_for_member, require_permission
from guardian.cases.case import Case
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId, PersonId, SpaceName
from guardian.people.permissions import UseCase
from guardian.sanctions.lifting import approve_reinstatement
from guardian.sanctions.models import CoverageState
from guardian.services.context import AppContext, ReadView


@dataclass(frozen=True, slots=True)
class Reinstated:
    """Whose return was agreed to, and the spaces in which it is open."""

    person: str
    spaces: tuple[SpaceName, ...]


async def confirm_reinstatement(app: AppContext, by: MemberId, person_code: str) -> Reinstated:
    """Offer back what was taken from the person: the organisation's invitation, teams, power roles.

    Refused while access has not returned anywhere; the same answer for a person who is not there or not yours to see.
    """
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.APPROVE_REINSTATEMENT)
        person = await uow.people.person_by_code_name(person_code.strip())
        case = await _latest_case(uow, person.id) if person else None
        if person is None or case is None:
            raise NotFound
        await case_for_member(uow, by, case.code_name)
        rows = await uow.sanctions.coverage_of(person.id)
        waiting = tuple(row.space for row in rows if row.state is CoverageState.MEMBERSHIP_OPEN)
        if not waiting:
            sentence = "Nothing of theirs waits for a yes: either access has not returned yet, or all is given back."
            raise Refused("nothing_waits", sentence, "P-6.7")
        await approve_reinstatement(uow, person.id, by)
    return Reinstated(person.code_name, waiting)


async def _latest_case(view: ReadView, person: PersonId) -> Case | None:
    """The case of the person's latest sanction: whoever may not know it gets no answer about its person."""
    sanctions = await view.sanctions.of_person(person)
    return await view.cases.case(sanctions[-1].case) if sanctions else None
