"""What was found about a case's people before, and beside it, apart, how often they were reported; from what one may know.

Pattern is for judgement, history for the ladder. Read `read_histories` first. Policy: P-2.9, P-4.2.
"""

from dataclasses import dataclass

from guardian.cases.access import case_for_member, may_know, require_permission
from guardian.cases.case import Case, CaseKind
from guardian.ids import MemberId, PersonId
from guardian.people.models import Member
from guardian.people.permissions import UseCase
from guardian.services.case_flow import reported_people
from guardian.services.context import AppContext, ReadView
from rules.case_marks import CaseMarkKind
from rules.ladder import Outcome, rung_of
from rules.rung_suggestion import RungSuggestion, suggest_rung


@dataclass(frozen=True, slots=True)
class PersonHistory:
    """One person: the violations found in other cases, in how many other matters they were reported, and what follows.

    Many reports of one matter are one; a matter that was reported in bad faith is none.
    """

    person: str
    violations: tuple[Outcome, ...]
    earlier_matters: int
    suggestion: RungSuggestion


async def read_histories(app: AppContext, by: MemberId, code_name: str) -> tuple[PersonHistory, ...]:
    """Return the history of each person of the case, counted from the cases that this member may know of."""
    async with app.units_of_work.read() as view:
        member = await require_permission(view, by, UseCase.MARK_CASE)
        case = await case_for_member(view, by, code_name)
        return tuple([await _history(view, member, case, person) for person in await reported_people(view, case)])


async def _history(view: ReadView, member: Member, case: Case, person: PersonId) -> PersonHistory:
    known = await view.people.person(person)
    violations: list[Outcome] = []
    matters = 0
    for other in await view.cases.cases_of(person):
        exclusions = await view.cases.exclusions_of(other.id)
        if other.id == case.id or not may_know(member, other, exclusions, view.now):
            continue
        found = await view.deliberation.decisions_of(other.id)
        superseded = {decision.supersedes for decision in found}
        violations += [
            decision.consequence.outcome
            for decision in found
            if decision.person == person
            and decision.enacted_at is not None
            and decision.id not in superseded
            and rung_of(decision.consequence.outcome) is not None
        ]
        marks = await view.cases.case_marks_of(other.id)
        in_bad_faith = any(m.case == other.id and m.kind is CaseMarkKind.BAD_FAITH and m.counts for m in marks)
        matters += other.kind is CaseKind.REPORT and not in_bad_faith
    return PersonHistory(known.code_name if known else "", tuple(violations), matters, suggest_rung(violations))
