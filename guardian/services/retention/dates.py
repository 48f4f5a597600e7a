"""Gathers the facts from which the date of a case is computed, each time anew. Read `retention_of` first.

What a member is shown is computed from the cases that they may know of, so that no date tells of a hidden one (P-4.2).
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from guardian.cases.access import may_know
from guardian.cases.case import Case, CaseKind, CaseState
from guardian.cases.notes import Findings, NoteKind, Violation, current_note
from guardian.cases.proposals import Decision
from guardian.ids import CaseId, PersonId
from guardian.people.models import Member
from guardian.sanctions.models import binding_until
from guardian.services.case_flow import reported_people
from guardian.services.context import ReadView
from rules.case_marks import CaseMarkKind
from rules.data_requests import readable_until
from rules.ladder import Outcome
from rules.policy import Policy
from rules.retention import WITHOUT_DAY, Finding, Matter, Needs, RetentionDate, finding_of, forget_at


async def retention_of(view: ReadView, case: Case, policy: Policy) -> RetentionDate:
    """Return when the case is forgotten, from everything that is known."""
    return await _retention(view, case, policy, None)


async def shown_retention(view: ReadView, member: Member, case: Case, policy: Policy) -> RetentionDate:
    """Return when the case is forgotten as far as the member may know: other cases of its people count if they are theirs.

    Policy: P-4.2, P-9.5.
    """
    return await _retention(view, case, policy, member)


async def retention_if_erased(
    view: ReadView, member: Member, case: Case, policy: Policy, erase_from: datetime
) -> RetentionDate:
    """Return when the case would be forgotten if it were agreed that it goes at that instant, as far as they may know."""
    needs = replace(await _needs(view, case, policy), erase_from=erase_from)
    return forget_at(case.id, await _records(view, case, policy, member), needs, policy)


async def is_without_day(view: ReadView, member: Member, case: Case, policy: Policy) -> bool:
    """Return whether the case has no day by what it came to, as far as the member may know: what else keeps it aside."""
    records = await _records(view, case, policy, member)
    return forget_at(case.id, records, Needs(), policy).ground in WITHOUT_DAY


async def outcomes_of(view: ReadView, case: Case, person: PersonId | None) -> tuple[Outcome, ...]:
    """Return what was decided and enacted for that person, or for the matter as a whole, and not superseded."""
    every = await view.deliberation.decisions_of(case.id)
    superseded = {each.supersedes for each in every}
    standing = [each for each in every if each.enacted_at is not None and each.id not in superseded]
    return tuple(each.consequence.outcome for each in standing if _is_about(each, person))


async def finding_for(view: ReadView, case: Case, person: PersonId | None, policy: Policy) -> Finding:
    """Return what the case came to for that person."""
    if case.state is CaseState.CLOSED and case.kind is CaseKind.READMISSION:
        # A request to return says nothing against anybody.
        return Finding.NOT_UPHELD
    note = current_note(await view.notes.notes_of(case.id), NoteKind.FINDINGS)
    findings = note.content if note is not None and isinstance(note.content, Findings) else None
    outcomes = await outcomes_of(view, case, person)
    if findings is not None and findings.violation is Violation.ACCOUNT_COMPROMISED:
        outcomes = ()
    return finding_of(
        outcomes,
        is_closed=case.state is CaseState.CLOSED,
        broke_the_code=_BROKE_THE_CODE[findings.violation] if findings else None,
        is_dangerous=case.safety_risk,
        policy=policy,
    )


async def retention_of_person(view: ReadView, person: PersonId, case: Case, policy: Policy) -> RetentionDate:
    """Return when the case asks for nothing more of this person, whoever else is in it."""
    record = await _record(view, case, person, policy, None)
    return forget_at(case.id, [record], await _needs(view, case, policy, person), policy)


async def people_of_case(view: ReadView, case: Case) -> tuple[PersonId, ...]:
    """Return whose record the case is in: whoever is reported in it, and whoever it restricted."""
    restricted = [sanction.person for sanction in await view.sanctions.of_case(case.id)]
    return tuple(dict.fromkeys((*await reported_people(view, case), *restricted)))


async def same_people(view: ReadView, person: PersonId) -> tuple[PersonId, ...]:
    """Return everybody who is known to be the same human, or to share an account with them; the person first."""
    found = dict.fromkeys((person, *await view.sanctions.merged_people(person)))
    for each in tuple(found):
        found |= dict.fromkeys(await view.people.people_of_same_accounts(each))
    return tuple(found)


async def _retention(view: ReadView, case: Case, policy: Policy, member: Member | None) -> RetentionDate:
    return forget_at(case.id, await _records(view, case, policy, member), await _needs(view, case, policy), policy)


async def _records(view: ReadView, case: Case, policy: Policy, member: Member | None) -> list[tuple[Matter, ...]]:
    people: Iterable[PersonId | None] = await people_of_case(view, case) or (None,)
    return [await _record(view, case, person, policy, member) for person in people]


async def _record(
    view: ReadView, case: Case, person: PersonId | None, policy: Policy, member: Member | None
) -> tuple[Matter, ...]:
    others = await _other_cases(view, case, person) if person else ()
    seen = [each for each in others if member is None or await _may_know(view, member, each)]
    return tuple([await _matter(view, each, person, policy) for each in (case, *seen)])


async def _other_cases(view: ReadView, case: Case, person: PersonId) -> tuple[Case, ...]:
    found: dict[CaseId, Case] = {}
    for each in await view.sanctions.merged_people(person):
        found |= {other.id: other for other in await view.cases.cases_of(each)}
    return tuple(other for other in found.values() if other.id != case.id)


async def _may_know(view: ReadView, member: Member, case: Case) -> bool:
    return may_know(member, case, await view.cases.exclusions_of(case.id), view.now)


async def _matter(view: ReadView, case: Case, person: PersonId | None, policy: Policy) -> Matter:
    finding = await finding_for(view, case, person, policy)
    marks = await view.cases.case_marks_of(case.id)
    bad_faith = any(m.kind is CaseMarkKind.BAD_FAITH and m.case == case.id and m.counts for m in marks)
    return Matter(case.id, case.opened_at, finding, case.closed_at, bad_faith)


async def _needs(view: ReadView, case: Case, policy: Policy, person: PersonId | None = None) -> Needs:
    every = await view.sanctions.of_case(case.id)
    sanctions = [each for each in every if person in (None, each.person)]
    if case.about_sanction is not None and (asked := await view.sanctions.sanction(case.about_sanction)):
        sanctions.append(asked)
    ends = [binding_until(sanction) for sanction in sanctions]
    measured = [measure.ends for measure in await view.measures.of_case(case.id) if measure.ended_at is None]
    held = [hold.until for hold in await view.retention.holds_of(case.id) if hold.ended_at is None]
    stated = await view.records.stated_of(case.id)
    flagged = any(record.flagged for each, record in stated.items() if person in (None, each))
    requests = await view.data_requests.requests_of(case.id)
    granted = [at for each in requests if (at := each.erased_from(policy)) is not None]
    decision = await view.retention.expunge_decision(case.id)
    return Needs(
        in_force_until=[*ends, *measured],
        held_until=held,
        flagged=flagged,
        asked_until=[readable_until(each.answered_at or view.now, policy) for each in requests if not each.erases],
        erase_from=min(granted, default=None),
        let_go_at=decision.agreed_at if decision else None,
    )


def _is_about(decision: Decision, person: PersonId | None) -> bool:
    return decision.person is None or person is None or decision.person == person


_BROKE_THE_CODE = {
    Violation.YES: True,
    Violation.NO: False,
    Violation.ACCOUNT_COMPROMISED: False,
    Violation.UNDECIDED: None,
}
