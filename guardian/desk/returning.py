"""A named person's yes: membership and power roles that a bar took come back only by it. Policy: P-6.7."""

from dataclasses import dataclass

from guardian.cases.access import acting, case_for
from guardian.cases.values import Case
from guardian.desk.desk import Desk, View
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId, PersonId, SpaceName
from guardian.people.permissions import UseCase
from guardian.sanctions.lifting import say_yes_to_return
from guardian.sanctions.values import CoverageState


@dataclass(frozen=True, slots=True)
class Returned:
    """Whose return was agreed to, and the spaces in which it is open."""

    person: str
    spaces: tuple[SpaceName, ...]


async def approve(desk: Desk, by: MemberId, person_code: str) -> Returned:
    """What was taken from the person is offered back: the organisation's invitation, teams, power roles.

    Refused while access has not returned anywhere; the same answer for a person who is not there or not yours to see.
    """
    async with desk.works.begin() as work:
        await acting(work, by, UseCase.CONFIRM_RETURN)
        person = await work.people.person_named(person_code.strip())
        case = await _case_of(work, person.id) if person else None
        if person is None or case is None:
            raise NotFound
        await case_for(work, by, case.code_name)
        rows = await work.sanctions.coverage_of(person.id)
        waiting = tuple(row.space for row in rows if row.state is CoverageState.MEMBERSHIP_OPEN)
        if not waiting:
            sentence = "Nothing of theirs waits for a yes: either access has not returned yet, or all is given back."
            raise Refused("nothing_waits", sentence, "P-6.7")
        await say_yes_to_return(work, person.id, by)
    return Returned(person.code_name, waiting)


async def _case_of(view: View, person: PersonId) -> Case | None:
    """The case of the person's latest sanction: whoever may not know it gets no answer about its person."""
    sanctions = await view.sanctions.of_person(person)
    return await view.cases.case(sanctions[-1].case) if sanctions else None
