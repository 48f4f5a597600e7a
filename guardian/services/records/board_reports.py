"""What the Board reads of a concluded case: what it was about, what was found, decided and why, by code names alone.

It is put together from the findings and decisions, never typed twice; who reported and who said what is not in it, and
whom the case concerns finds it nowhere. Read `read_board_report` first. Policy: P-8.5, P-4.2.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from guardian.cases.access import (
    CaseInBrief,
    case_called,
    is_hidden_by_status,
    require_permission,
    states_conflicts_before,
)
from guardian.cases.case import Case, CaseKind, CaseState
from guardian.cases.notes import CaseAssessment, Findings, NoteKind, current_note
from guardian.cases.proposals import Decision
from guardian.errors import NotFound
from guardian.ids import MemberId
from guardian.journal import Entry, by_member
from guardian.people.models import Member
from guardian.people.permissions import UseCase
from guardian.services.case_flow import reported_people
from guardian.services.context import AppContext, ReadView
from guardian.services.records.case_document import (
    CaseDocument,
    DocumentReader,
    DocumentSection,
    describe_consequence,
    hide_names,
    in_one_line,
    names_of_reporters,
)
from rules.conflicts import ConflictStatus

_CONCLUDED = (CaseState.IN_FORCE, CaseState.CLOSED)


@dataclass(frozen=True, slots=True)
class BoardReportLine:
    """One concluded case as the list names it."""

    code_name: str
    opened_at: datetime
    state: CaseState


async def list_board_reports(app: AppContext, by: MemberId) -> tuple[BoardReportLine, ...]:
    """Return the concluded cases of which this member of the Board may read, the newest first. Policy: P-8.5."""
    async with app.units_of_work.read() as view:
        member = await require_permission(view, by, UseCase.READ_BOARD_REPORT)
        statuses = await view.open_work.statuses()
        found = [
            BoardReportLine(case.code_name, case.opened_at, case.state)
            for case in await view.open_work.summaries()
            if _may_read(member, case, statuses.get(case.id, {}))
        ]
    return tuple(sorted(found, key=lambda line: (line.opened_at, line.code_name), reverse=True))


async def read_board_report(app: AppContext, by: MemberId, code_name: str) -> CaseDocument:
    """Return the report on one concluded case; NotFound where there is none for this reader. The reading is journalled."""
    async with app.units_of_work.begin() as uow:
        member = await require_permission(uow, by, UseCase.READ_BOARD_REPORT)
        case = await case_called(uow, code_name)
        if case is None or not _may_read(member, case, (await uow.open_work.statuses()).get(case.id, {})):
            raise NotFound
        sections = await compose_sections(uow, case)
        uow.journal.note(
            Entry(act="case.was_read", by=by_member(by), authority="P-8.5", about={"case": case.id}, case=case.id)
        )
    return CaseDocument(case.code_name, DocumentReader.BOARD, sections)


def _may_read(member: Member, case: CaseInBrief, statuses: Mapping[MemberId, ConflictStatus]) -> bool:
    """The group's concluded cases, but for those that are kept from the member. Policy: P-4.2."""
    return (
        case.kind is not CaseKind.LOCAL
        and case.state in _CONCLUDED
        and not states_conflicts_before(member, case)
        and not is_hidden_by_status(member.id, case, statuses)
    )


async def compose_sections(view: ReadView, case: Case) -> tuple[DocumentSection, ...]:
    """Return what the Board reads of the case: facts, findings, assessment and decisions, without who reported."""
    notes = await view.notes.notes_of(case.id)
    weighed, found = (current_note(notes, kind) for kind in (NoteKind.ASSESSMENT, NoteKind.FINDINGS))
    decisions = await view.deliberation.decisions_of(case.id)
    reported = [await view.people.person(person) for person in await reported_people(view, case)]
    people = [person.code_name for person in reported if person is not None]
    parts: dict[str, Iterator[str]] = {
        "The case": _facts(case.opened_at, people, case.outcome),
        "What it was about, and what was found": _found(
            found.content if found and isinstance(found.content, Findings) else None
        ),
        "How it was weighed": _weighed(
            weighed.content if weighed and isinstance(weighed.content, CaseAssessment) else None
        ),
        "What was decided, and why": _decided(decisions),
    }
    names = names_of_reporters(await view.cases.reports_of(case.id))
    return tuple(
        DocumentSection(title, tuple(hide_names(line, names) for line in lines)) for title, lines in parts.items()
    )


def _facts(opened_at: datetime, people: list[str], outcome: str) -> Iterator[str]:
    yield f"- Opened: {opened_at:%Y-%m-%d}"
    yield f"- People: {', '.join(people) or 'nobody is named'}"
    if outcome:
        yield f"- Outcome: {in_one_line(outcome)}"


def _found(findings: Findings | None) -> Iterator[str]:
    if findings is not None:
        yield f"- What happened: {in_one_line(findings.what_happened)}"
        yield f"- Violation: {findings.violation.value.replace('_', ' ')}"
        yield from [f"- Responsible: {in_one_line(findings.responsible)}"] if findings.responsible else []
        yield from [f"- Goes on: {in_one_line(findings.ongoing)}"] if findings.ongoing else []


def _weighed(assessment: CaseAssessment | None) -> Iterator[str]:
    if assessment is not None:
        yield f"- Why it is the group's: {in_one_line(assessment.jurisdiction)}"
        yield from [f"- Impact: {in_one_line(assessment.impact)}"] if assessment.impact else []
        yield from [f"- Risk: {in_one_line(assessment.risk)}"] if assessment.risk else []


def _decided(decisions: tuple[Decision, ...]) -> Iterator[str]:
    for decision in decisions:
        by = "the Board" if decision.by_board else "the group"
        yield f"- {decision.at:%Y-%m-%d}, {by}: {describe_consequence(decision.consequence)}"
