"""Takes an existing tracking sheet in: first as a dry run that names every row that cannot be taken, then for good.

Each case of the sheet becomes a case here, so that it is kept from whoever has a conflict, and counts in statistics and in
people's history like every other. Nobody is restricted by it. Read `import_sheet` first. Policy: P-9.1.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from guardian.cases.access import may_read, require_permission
from guardian.cases.case import Case, CaseKind, CaseState, Party, PartyRole
from guardian.cases.case_records import StatedRecord
from guardian.cases.deadlines import DeadlineKind
from guardian.ids import CaseId, MemberId, PersonId, new_id, new_reference
from guardian.journal import Entry, by_member
from guardian.people.models import Member, Person
from guardian.people.permissions import UseCase
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.deadlines import start_deadline
from guardian.services.records.sheet_files import read_cells
from rules.deadlines import TimeLimit, due_at
from rules.tracking_sheet import COLUMNS, CellFault, SheetRow, SheetStatus, read_row


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that cannot be taken, by its number in the file, and every reason for it."""

    number: int
    faults: tuple[CellFault, ...]


@dataclass(frozen=True, slots=True)
class SheetImport:
    """What taking the sheet in has done, or would do: how many rows, which were there before, and which cannot be taken.

    `known` are the cases that have been here before and stay as they are.
    """

    rows: int
    known: tuple[str, ...]
    refused: tuple[RefusedRow, ...]
    is_done: bool = False


async def import_sheet(app: AppContext, by: MemberId, content: bytes, *, is_dry_run: bool) -> SheetImport:
    """Take in every row of the sheet that can be taken, or say what that would do; Refused where it is no sheet.

    A case whose name is known here stays as it is, whatever the sheet says of it, so that the same sheet can be taken in
    twice. What is kept from the member is answered as if it were new. Policy: P-9.1, P-4.2.
    """
    async with app.units_of_work.begin() as uow:
        member = await require_permission(uow, by, UseCase.IMPORT_SHEET)
        taken, refused = _read_rows(content, uow.now.date())
        by_case, more = _group(taken)
        known, hidden = await _split_known(uow, member, by_case)
        new = {name: rows for name, rows in by_case.items() if name not in known and name not in hidden}
        if not is_dry_run:
            for rows in new.values():
                await _add_case(app, uow, by, [row for _, row in rows])
            about = {"cases": str(len(new))}
            uow.journal.note(Entry(act="sheet.was_imported", by=by_member(by), authority="P-9.1", about=about))
    counted = sum(len(rows) for name, rows in by_case.items() if name not in known)
    every = sorted((*refused, *more), key=lambda row: row.number)
    return SheetImport(counted, tuple(sorted(known)), tuple(every), is_done=not is_dry_run)


_Numbered = tuple[int, SheetRow]


def _read_rows(content: bytes, today: date) -> tuple[list[_Numbered], list[RefusedRow]]:
    taken: list[_Numbered] = []
    refused: list[RefusedRow] = []
    for number, cells in read_cells(content):
        read = read_row(cells, today)
        if isinstance(read, SheetRow):
            taken.append((number, read))
        else:
            refused.append(RefusedRow(number, read))
    return taken, refused


def _group(taken: Iterable[_Numbered]) -> tuple[Mapping[str, list[_Numbered]], list[RefusedRow]]:
    """The rows by their cases, and those that contradict an earlier row of the same case."""
    by_case: dict[str, list[_Numbered]] = {}
    refused = []
    for number, row in taken:
        rows = by_case.setdefault(row.case, [])
        if faults := _contradictions(row, [each for _, each in rows]):
            refused.append(RefusedRow(number, faults))
        else:
            rows.append((number, row))
    return by_case, refused


def _contradictions(row: SheetRow, earlier: Sequence[SheetRow]) -> tuple[CellFault, ...]:
    if not earlier:
        return ()
    faults = []
    if row.person in [each.person for each in earlier]:
        faults.append(CellFault(COLUMNS[2], "An earlier row has the same case and the same person."))
    if row.status is not earlier[0].status:
        faults.append(CellFault(COLUMNS[3], "An earlier row of this case says otherwise."))
    return tuple(faults)


async def _split_known(
    view: ReadView, member: Member, by_case: Mapping[str, object]
) -> tuple[frozenset[str], frozenset[str]]:
    """Which of the names belong to a case of which the member may know, and which are taken otherwise."""
    used = await view.cases.used_code_names(list(by_case))
    known = set()
    for name in sorted(used):
        case = await view.cases.case_by_code_name(name)
        if case and may_read(member, case, await view.cases.exclusions_of(case.id), view.now):
            known.add(name)
    return frozenset(known), frozenset(used - known)


async def _add_case(app: AppContext, uow: UnitOfWork, by: MemberId, rows: Sequence[SheetRow]) -> None:
    first = rows[0]
    case = _case_of(rows, due_at(TimeLimit.CASE_REVIEW, uow.now, app.policy))
    await uow.cases.add_case(case)
    if case.review_on is not None:
        await start_deadline(uow, DeadlineKind.CASE_REVIEW, case.id, case.review_on)
    for row in rows:
        person = await _person_called(uow, row.person) if row.person else None
        if person is not None:
            await uow.cases.add_party(Party(case.id, PartyRole.REPORTED, new_reference(), person))
        await uow.records.add_stated(_stated(case.id, person, row, by, uow.now))
    about = {"case": case.id}
    uow.journal.note(
        Entry(act="case.was_imported", by=by_member(by), authority="P-9.1", about=about, case=case.id, text=first.case)
    )


def _case_of(rows: Sequence[SheetRow], review_on: datetime) -> Case:
    is_closed = rows[0].status is SheetStatus.RESOLVED
    resolved = [row.resolved_on for row in rows if row.resolved_on is not None]
    return Case(
        id=CaseId(new_id()),
        code_name=rows[0].case,
        kind=CaseKind.REPORT,
        state=CaseState.CLOSED if is_closed else CaseState.OPEN,
        opened_at=_at(min(row.received_on for row in rows)),
        safety_risk=any(row.safety_risk for row in rows),
        closed_at=_at(max(resolved)) if is_closed and resolved else None,
        review_on=review_on if is_closed else None,
    )


async def _person_called(uow: UnitOfWork, code_name: str) -> PersonId:
    """The person of that lasting code name, who may be known from other cases, or be new."""
    known = await uow.people.person_by_code_name(code_name)
    if known is not None:
        return known.id
    person = Person(PersonId(new_id()), code_name, uow.now)
    await uow.people.add_person(person)
    return person.id


def _stated(case: CaseId, person: PersonId | None, row: SheetRow, by: MemberId, at: datetime) -> StatedRecord:
    return StatedRecord(
        case=case,
        person=person,
        by=by,
        at=at,
        ongoing=row.ongoing,
        source_words=row.source_words,
        consequence_words=row.consequence_words,
        document=row.document,
        row=row,
    )


def _at(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
