"""The group's thread of a case: discussion, what others said when asked, and evidence that members found themselves.

A local matter's thread is its moderators'. Read `write_note` first. Policy: P-3.3.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from guardian.cases.access import case_for_reader, require_permission
from guardian.cases.case import Case
from guardian.cases.notes import Inquiry, Note, NoteContent, NoteKind
from guardian.cases.reports import Evidence
from guardian.cases.submissions import EvidenceInput, build_found_evidence, check_files, check_length
from guardian.errors import Refused
from guardian.ids import EvidenceId, MemberId
from guardian.journal import Entry, by_member
from guardian.people.permissions import UseCase
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.notes.records import new_note, record_note
from guardian.services.reports.readable_files import without_receipts

_FREE_KINDS = (NoteKind.DISCUSSION, NoteKind.EVIDENCE)


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file that came with a note, without its bytes: `sha256` says which bytes they are."""

    id: EvidenceId
    kind: str
    link: str
    text: str
    file_name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class NoteView:
    """One record of the thread as its readers see it; `superseded_by` is the record that corrects it."""

    id: str
    kind: NoteKind
    author: str
    at: datetime
    text: str
    content: NoteContent | None
    mentions: tuple[str, ...]
    files: tuple[FoundFile, ...]
    supersedes: str | None = None
    superseded_by: str | None = None


@dataclass(frozen=True, slots=True)
class NoteInput:
    """What a member writes, whom it calls, and what comes with it. `corrects`: a record of their own that it supersedes."""

    text: str
    kind: NoteKind = NoteKind.DISCUSSION
    mentions: Collection[MemberId] = ()
    files: tuple[EvidenceInput, ...] = ()
    corrects: str | None = None


async def write_note(app: AppContext, by: MemberId, code_name: str, written: NoteInput) -> NoteView:
    """Write into the case's thread; what comes with it is kept as evidence, with who found it and the hash of its bytes.

    Mentioned members are called if they may know of the case.
    """
    if written.kind not in _FREE_KINDS:
        raise Refused("other_kind", "This has parts of its own, and is written in its own form.", "P-3.3")
    check_files(written.files, app.largest_file)
    check_length(sum(len(each.text) + len(each.link) for each in written.files), app.longest_text)
    files = await without_receipts(written.files)
    async with app.units_of_work.begin() as uow:
        case = await _case_to_write_in(uow, by, code_name)
        note = replace(
            new_note(uow, case, by, written.kind),
            text=written.text.strip(),
            mentions=tuple(written.mentions),
            supersedes=written.corrects,
        )
        found = [build_found_evidence(each, case.id, by, uow.now) for each in files]
        kept = await record_note(app, uow, case, note, [each.id for each in found])
        for each in found:
            await uow.cases.add_evidence(each)
        return _note_view(kept, await _names(uow), {each.id: each for each in found}, {})


async def record_inquiry(
    app: AppContext,
    by: MemberId,
    code_name: str,
    inquiry: Inquiry,
    *,
    mentions: Collection[MemberId] = (),
    corrects: str | None = None,
) -> NoteView:
    """Keep what a witness, a third person or another body was asked, and what they said.

    An answer that comes later is a record that supersedes the one with the question.
    """
    if not inquiry.asked_of.strip() or not inquiry.question.strip():
        raise Refused("empty", "Say who was asked, and what.", "P-3.3")
    async with app.units_of_work.begin() as uow:
        case = await _case_to_write_in(uow, by, code_name)
        note = new_note(uow, case, by, NoteKind.INQUIRY)
        note = replace(note, content=inquiry, mentions=tuple(mentions), supersedes=corrects)
        return _note_view(await record_note(app, uow, case, note), await _names(uow), {}, {})


async def list_thread(app: AppContext, by: MemberId, code_name: str) -> tuple[NoteView, ...]:
    """Return everything that was written in the case, what was superseded too, oldest first; the reading is journalled.

    Policy: P-4.2, P-9.8.
    """
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.READ_THREAD)
        case = await case_for_reader(uow, by, code_name)
        uow.journal.note(
            Entry(act="thread.was_read", by=by_member(by), authority="P-9.8", about={"case": case.id}, case=case.id)
        )
        notes = await uow.notes.notes_of(case.id)
        later = {note.supersedes: note.id for note in notes if note.supersedes}
        files = {each.id: each for each in await uow.cases.evidence_of(case.id)}
        names = await _names(uow)
        return tuple(_note_view(note, names, files, later) for note in notes)


async def _case_to_write_in(uow: UnitOfWork, by: MemberId, code_name: str) -> Case:
    await require_permission(uow, by, UseCase.WRITE_NOTE)
    return await case_for_reader(uow, by, code_name)


async def _names(view: ReadView) -> Mapping[MemberId, str]:
    return {member.id: member.name for member in await view.people.members()}


def _note_view(
    note: Note,
    names: Mapping[MemberId, str],
    files: Mapping[EvidenceId, Evidence],
    later: Mapping[str, str],
) -> NoteView:
    return NoteView(
        id=note.id,
        kind=note.kind,
        author=names.get(note.author, ""),
        at=note.at,
        text=note.text,
        content=note.content,
        mentions=tuple(names[each] for each in note.mentions if each in names),
        files=tuple(_found_file(files[each]) for each in note.evidence if each in files),
        supersedes=note.supersedes,
        superseded_by=later.get(note.id),
    )


def _found_file(piece: Evidence) -> FoundFile:
    return FoundFile(
        id=piece.id,
        kind=piece.kind,
        link=piece.link,
        text=piece.text,
        file_name=piece.file_name,
        sha256=piece.sha256,
    )
