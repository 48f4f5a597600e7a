"""The tracking sheet for a member: computed from what happened in the cases that they may know of, and stated by the group.

Read `read_sheet` first. Policy: P-9.1, P-4.2.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final

from guardian.cases.access import (
    case_for_reader,
    may_know_by_status,
    normalize_code_name,
    require_permission,
)
from guardian.cases.case import Case, CaseKind
from guardian.cases.case_records import CaseFacts, StatedRecord, as_stated
from guardian.cases.drafts import check_text
from guardian.cases.status_words import CASE_STATE_LABELS
from guardian.errors import NotFound, Refused, Stale
from guardian.ids import CaseId, MemberId, PersonId
from guardian.journal import Entry, by_member
from guardian.people.models import Member
from guardian.people.permissions import UseCase
from guardian.services.authorization import require
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.records.recorded_cases import (
    known_facts,
    newest_known_cases,
    record_kind,
    recorded_facts,
    rows_of,
)
from guardian.services.records.sheet_files import SheetFormat, write_sheet
from rules.conflicts import ConflictStatus
from rules.record_kinds import RecordKind
from rules.tracking_sheet import SheetAnswer, SheetRow
from rules.vague_wording import TellingWords, find_telling_words
from rules.violation_types import ViolationType

Change = Callable[[StatedRecord], StatedRecord]
_LONGEST_WORDS: Final = 300
_ON_A_PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One row of the sheet, and what of its words is not vague or not neutral."""

    row: SheetRow
    marks: tuple[TellingWords, ...] = ()


@dataclass(frozen=True, slots=True)
class RecusedLine:
    """A case that the member stepped back from: its name, and where it stands (P-4.2)."""

    case: str
    status: str


@dataclass(frozen=True, slots=True)
class TrackingSheet:
    """A page of the sheet as one member may know it, the newest report first; `next` is the case after which it goes on."""

    lines: tuple[SheetLine, ...]
    recused: tuple[RecusedLine, ...] = ()
    next: str = ""


@dataclass(frozen=True, slots=True)
class RecordView:
    """What the records say of one person of a case, or of the matter; `people` are all whom the case concerns."""

    row: SheetRow
    kind: RecordKind
    stated: StatedRecord
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SheetWords:
    """What the group says of one person of a case in the sheet, where nothing that happened tells. None: not said."""

    ongoing: SheetAnswer | None = None
    acted: bool | None = None
    acted_locally: bool | None = None
    source_words: str = ""
    consequence_words: str = ""
    document: str = ""
    place: str = ""
    types: tuple[ViolationType, ...] = ()


async def read_sheet(app: AppContext, by: MemberId, after: str = "") -> TrackingSheet:
    """Return a page of the sheet, made of the cases that the member may know of; the reading is an entry of the journal.

    A page after a case that is not the member's to know is the first, as after one that does not exist.
    """
    async with app.units_of_work.begin() as uow:
        member = await require_permission(uow, by, UseCase.READ_SHEET)
        cases = await newest_known_cases(uow, member, await _place_of(uow, member, after), _ON_A_PAGE + 1)
        shown = cases[:_ON_A_PAGE]
        known = await known_facts(uow, member, [case.id for case in shown])
        next_page = shown[-1].code_name if len(cases) > _ON_A_PAGE else ""
        sheet = TrackingSheet(_lines(known), await _recused_lines(uow, member), next_page)
        uow.journal.note(Entry(act="sheet.was_read", by=by_member(by), authority="P-9.8"))
    return sheet


async def _place_of(view: ReadView, member: Member, code_name: str) -> CaseId | None:
    case = await view.cases.case_by_code_name(normalize_code_name(code_name)) if code_name else None
    known = await known_facts(view, member, [case.id]) if case else ()
    return known[0].case.id if known else None


async def export_sheet(app: AppContext, by: MemberId, table_format: SheetFormat) -> bytes:
    """Return the member's sheet as a file; taking it out is an entry of the journal."""
    async with app.units_of_work.begin() as uow:
        member = await require_permission(uow, by, UseCase.READ_SHEET)
        known = await known_facts(uow, member)
        uow.journal.note(Entry(act="sheet.was_exported", by=by_member(by), authority="P-9.8"))
    return write_sheet(table_format, (line.row for line in _lines(known)))


async def read_record(app: AppContext, by: MemberId, code_name: str, person_code: str = "") -> RecordView:
    """Return what the records say of one person of the case; of the first one where nobody is meant.

    The reading is an entry of the journal. Policy: P-9.1, P-9.4.
    """
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.STATE_RECORD)
        case = await case_for_record(uow, by, code_name)
        facts = await _facts_of(uow, case)
        person = next(iter(facts.people), None) if not person_code else await person_of_record(uow, case, person_code)
        uow.journal.note(
            Entry(act="record.was_read", by=by_member(by), authority="P-9.8", about={"case": case.id}, case=case.id)
        )
        row = next(each for each in rows_of(facts) if each.person == (facts.people[person] if person else ""))
        kind = record_kind(facts, person, uow.now)
        return RecordView(row, kind, facts.stated_of(person), tuple(facts.people.values()))


async def state_in_sheet(
    app: AppContext,
    by: MemberId,
    code_name: str,
    words: SheetWords,
    *,
    person_code: str = "",
    read: str | None = None,
) -> tuple[TellingWords, ...]:
    """State in the sheet what nothing else tells of the case; return what of the words is not vague or not neutral.

    `person_code` is the code name of one of its people; empty: the matter, where nobody is named. `read`: what they had
    before them, as its `edition`; Stale where somebody has stated something else since. Policy: P-9.1.
    """
    for text in (words.source_words, words.consequence_words, words.document, words.place):
        if text:
            require(check_text(text, _LONGEST_WORDS))
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.STATE_RECORD)
        case = await case_for_record(uow, by, code_name)
        person = await person_of_record(uow, case, person_code)
        await save_stated(uow, case, person, by, lambda known: _with_words(known, words), read=read)
    return _marks_of(words.source_words, words.consequence_words)


async def state_types(app: AppContext, by: MemberId, code_name: str, types: tuple[ViolationType, ...]) -> None:
    """State of which types of violation the case is, of its only person or the matter; the rest stays. Policy: P-10.4."""
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.STATE_RECORD)
        case = await case_for_record(uow, by, code_name)
        person = await person_of_record(uow, case, "")
        await save_stated(uow, case, person, by, lambda known: replace(known, types=types))


async def case_for_record(view: ReadView, by: MemberId, code_name: str) -> Case:
    """Return the case for a member who may read it; Refused where no record is kept of such a case."""
    case = await case_for_reader(view, by, code_name)
    if case.kind not in (CaseKind.REPORT, CaseKind.REVIEW):
        sentence = "The records have no row of their own for this: it belongs to another case."
        raise Refused("no_record", sentence, "P-9.1")
    return case


async def person_of_record(view: ReadView, case: Case, person_code: str) -> PersonId | None:
    """Return who of the case is meant; NotFound where it is nobody of it."""
    people = (await _facts_of(view, case)).people
    if not person_code:
        return next(iter(people)) if len(people) == 1 else None
    found = next((person for person, name in people.items() if name == person_code), None)
    if found is None:
        raise NotFound
    return found


async def save_stated(
    uow: UnitOfWork, case: Case, person: PersonId | None, by: MemberId, change: Change, *, read: str | None = None
) -> StatedRecord:
    """Store what is stated of the person in the case, as changed, with its entry in the journal.

    Stale where `read`, the edition that they had before them, is not the one that stands.
    """
    known = (await uow.records.stated_of(case.id)).get(person)
    if read not in (None, known.edition if known else ""):
        raise Stale
    stated = as_stated(change(known or StatedRecord(case=case.id, person=person)), by, uow.now)
    if known is None:
        await uow.records.add_stated(stated)
    else:
        stated = await uow.records.save_stated(stated)
    uow.journal.note(
        Entry(act="record.was_stated", by=by_member(by), authority="P-9.4", about={"case": case.id}, case=case.id)
    )
    return stated


async def _facts_of(view: ReadView, case: Case) -> CaseFacts:
    return (await recorded_facts(view, [case.id]))[0]


def _with_words(record: StatedRecord, words: SheetWords) -> StatedRecord:
    return replace(
        record,
        ongoing=words.ongoing,
        acted=words.acted,
        acted_locally=words.acted_locally,
        source_words=words.source_words.strip(),
        consequence_words=words.consequence_words.strip(),
        document=words.document.strip(),
        place=words.place.strip(),
        types=words.types,
    )


def _lines(known: Iterable[CaseFacts]) -> tuple[SheetLine, ...]:
    rows = [row for facts in known for row in rows_of(facts)]
    ordered = sorted(rows, key=lambda row: (row.received_on, row.case), reverse=True)
    return tuple(SheetLine(row, _marks_of(row.source_words, row.consequence_words)) for row in ordered)


def _marks_of(*texts: str) -> tuple[TellingWords, ...]:
    return tuple(mark for text in texts for mark in find_telling_words(text))


async def _recused_lines(view: ReadView, member: Member) -> tuple[RecusedLine, ...]:
    """The cases that they stepped back from and may know of by name alone."""
    statuses = await view.open_work.statuses()
    left = [case for case, of_case in statuses.items() if of_case.get(member.id) is ConflictStatus.RECUSED]
    found = []
    for case in await view.open_work.summaries_of(left):
        of_case = statuses[case.id]
        others = {each: status for each, status in of_case.items() if each != member.id}
        if case.kind is not CaseKind.LOCAL and may_know_by_status(member, case, others, view.now):
            found.append(RecusedLine(case.code_name, CASE_STATE_LABELS[case.state]))
    return tuple(found)
