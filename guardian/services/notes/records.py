"""Record a note of a case inside an open unit of work, and call those whom it mentions. Read `record_note` first."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from guardian.cases.case import Case
from guardian.cases.notes import (
    CaseAssessment,
    Findings,
    Inquiry,
    MotionReport,
    Note,
    NoteContent,
    NoteKind,
    current_note,
    may_correct,
    standing_notes,
    texts_of,
)
from guardian.cases.received_words import kept_text
from guardian.cases.submissions import check_length
from guardian.errors import NotFound, Refused, Stale
from guardian.ids import EvidenceId, MemberId, new_id
from guardian.journal import Entry, by_member
from guardian.notices.models import News, NoticeKind
from guardian.services.authorization import require
from guardian.services.context import AppContext, UnitOfWork
from guardian.services.notify import notify_readers

_ONE_OF_A_CASE = (NoteKind.ASSESSMENT, NoteKind.FINDINGS)


def new_note(uow: UnitOfWork, case: Case, by: MemberId, kind: NoteKind) -> Note:
    """Return a note that the member writes now, with nothing in it yet."""
    return Note(id=new_id(), case=case.id, kind=kind, author=by, at=uow.now)


async def record_note(
    app: AppContext, uow: UnitOfWork, case: Case, note: Note, evidence: Sequence[EvidenceId] = ()
) -> Note:
    """Keep the note with its case, and call those of its mentioned members who may know of the case.

    Refused where it says nothing or too much; Stale where what it corrects was corrected meanwhile. Policy: P-3.3.
    """
    _check_texts(app, note, has_files=bool(evidence))
    await _require_correctable(uow, case, note)
    kept = replace(_in_kept_words(note), evidence=tuple(evidence))
    await uow.notes.add_note(kept)
    about = {"case": case.id, "note": note.id, "kind": note.kind}
    uow.journal.note(
        Entry(act="note.was_written", by=by_member(note.author), authority="P-3.3", about=about, case=case.id)
    )
    await notify_mentioned(uow, case, note.mentions, note.author)
    return kept


async def notify_mentioned(uow: UnitOfWork, case: Case, mentioned: Iterable[MemberId], by: MemberId) -> None:
    """Call those of them whose case it is to read, the Board too while it lies there; the others are told nothing, and so is whoever mentioned them.

    Policy: P-4.2.
    """
    await notify_readers(uow, case, NoticeKind.YOUR_STEP, {"news": News.MENTIONED}, frozenset(mentioned) - {by})


def _in_kept_words(note: Note) -> Note:
    """The note without a receipt that somebody copied into it: it would open a party's page to every reader (P-2.6)."""
    return replace(note, text=kept_text(note.text), content=_content_in_kept_words(note.content))


def _content_in_kept_words(content: NoteContent | None) -> NoteContent | None:
    match content:
        case Inquiry():
            words = [kept_text(each) for each in (content.asked_of, content.question, content.answer)]
            return Inquiry(words[0], content.asked_at, words[1], words[2])
        case CaseAssessment():
            return CaseAssessment(kept_text(content.jurisdiction), kept_text(content.impact), kept_text(content.risk))
        case Findings():
            words = [kept_text(each) for each in (content.what_happened, content.responsible, content.ongoing)]
            return Findings(words[0], content.violation, words[1], words[2])
        case MotionReport() | None:
            return content


def _check_texts(app: AppContext, note: Note, has_files: bool) -> None:
    texts = texts_of(note)
    if not any(text.strip() for text in texts) and not has_files:
        raise Refused("empty", "There is no text yet. Write a few words, then send it again.", "P-3.3")
    check_length(sum(len(text) for text in texts), app.longest_text)


async def _require_correctable(uow: UnitOfWork, case: Case, note: Note) -> None:
    """Of assessment and findings there is one that stands, so that each new one says which it has read."""
    known = await uow.notes.notes_of(case.id)
    if note.kind in _ONE_OF_A_CASE:
        current = current_note(known, note.kind)
        if note.supersedes != (current.id if current else None):
            raise Stale
    if note.supersedes is None:
        return
    corrected = next((each for each in known if each.id == note.supersedes), None)
    if corrected is None:
        raise NotFound
    require(may_correct(corrected, note.author, note.kind))
    if corrected not in standing_notes(known):
        raise Stale
