"""One sanction for a member who may know its case: what it rests on, how it stands in each space, why it was lifted.

Read `read_sanction` first. Policy: P-2.5, P-4.2, P-6.2.
"""

from dataclasses import dataclass
from datetime import datetime

from guardian.cases.access import may_know, may_know_by_status, require_permission
from guardian.cases.case import CaseKind, CaseState, PartyRole
from guardian.errors import NotFound
from guardian.ids import CaseId, MemberId, Reference
from guardian.journal import by_member
from guardian.people.models import Member
from guardian.people.permissions import UseCase
from guardian.sanctions.models import Coverage, CoverageState, Sanction, binding_until, term_state_at
from guardian.services.context import AppContext, ReadView
from guardian.services.visibility import visible_coverage
from rules.ladder import TermState


@dataclass(frozen=True, slots=True)
class SanctionFile:
    """One sanction. `until` None: no end is known. `lifted_by` is a name, empty where the service or a party did it.

    `request` is the case of the person's open request to return, if the member may know it; `replaced_by` says that a
    later sanction of the same case holds instead.
    """

    sanction: Sanction
    person: str
    case: str
    state: TermState
    until: datetime | None
    coverage: tuple[Coverage, ...]
    lifted_by: str = ""
    request: str = ""
    replaced_by: Reference | None = None

    @property
    def has_membership_open(self) -> bool:
        """Return whether something that was taken waits for a named person's yes before it is given back (P-6.7)."""
        return any(row.state is CoverageState.MEMBERSHIP_OPEN for row in self.coverage)


@dataclass(frozen=True, slots=True)
class ReadmissionLine:
    """One request to return that waits for the group's answer, by code names."""

    case: str
    person: str
    asked_at: datetime


async def read_sanction(app: AppContext, by: MemberId, reference: Reference) -> SanctionFile:
    """Return the sanction of that reference, lifted or not; NotFound where its case is not the member's to know."""
    async with app.units_of_work.read() as view:
        member = await require_permission(view, by, UseCase.READ_CASE)
        sanction = await view.sanctions.by_reference(Reference(reference.strip().upper()))
        case = await view.cases.case(sanction.case) if sanction else None
        person = await view.people.person(sanction.person) if sanction else None
        if sanction is None or case is None or person is None:
            raise NotFound
        if not may_know(member, case, await view.cases.exclusions_of(case.id), view.now):
            raise NotFound
        rows = [row for row in await view.sanctions.coverage_of(person.id) if sanction.covers(row.space)]
        return SanctionFile(
            sanction=sanction,
            person=person.code_name,
            case=case.code_name,
            state=term_state_at(sanction, view.now),
            until=binding_until(sanction) or sanction.ends,
            coverage=await visible_coverage(view, by, person.id, rows),
            lifted_by=await _lifted_by(view, sanction),
            request=await _open_request(view, member, sanction),
            replaced_by=await _replaced_by(view, sanction),
        )


async def list_readmission_requests(app: AppContext, by: MemberId) -> tuple[ReadmissionLine, ...]:
    """Return the requests to return that wait for an answer and that the member may know of, oldest first."""
    async with app.units_of_work.read() as view:
        member = await require_permission(view, by, UseCase.READ_CASE)
        requests = await view.open_work.open_summaries(CaseKind.READMISSION)
        waiting = [each for each in requests if each.state is not CaseState.IN_FORCE]
        statuses = await view.open_work.statuses_of([case.id for case in waiting])
        known = [case for case in waiting if may_know_by_status(member, case, statuses.get(case.id, {}), view.now)]
        return tuple(
            [ReadmissionLine(case.code_name, await _reported_name(view, case.id), case.opened_at) for case in known]
        )


async def _reported_name(view: ReadView, case: CaseId) -> str:
    parties = [party for party in await view.cases.parties_of(case) if party.role is PartyRole.REPORTED]
    person = await view.people.person(parties[0].person) if parties and parties[0].person else None
    return person.code_name if person else ""


async def _lifted_by(view: ReadView, sanction: Sanction) -> str:
    if sanction.lifting is None:
        return ""
    names = {by_member(member.id): member.name for member in await view.people.members()}
    return names.get(sanction.lifting.by, "")


async def _open_request(view: ReadView, member: Member, sanction: Sanction) -> str:
    for case in await view.cases.cases_of(sanction.person):
        if case.about_sanction != sanction.id or case.state in (CaseState.CLOSED, CaseState.IN_FORCE):
            continue
        if may_know(member, case, await view.cases.exclusions_of(case.id), view.now):
            return case.code_name
    return ""


async def _replaced_by(view: ReadView, sanction: Sanction) -> Reference | None:
    """The later sanction of the same case that holds now; those of other cases are told to nobody here (P-2.5)."""
    if sanction.lifting is None:
        return None
    same = [each for each in await view.sanctions.of_case(sanction.case) if each.person == sanction.person]
    later = [each for each in same if each.lifting is None and each.enacted_at >= sanction.enacted_at]
    return later[-1].reference if later else None
