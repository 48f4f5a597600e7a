"""The notes of cases; what they say, of which kind they are and whom they call is encrypted under the case's key.

Read `SqlNoteStore` first.
"""

from typing import Any

from sqlalchemy import Row, select

from guardian.cases.notes import (
    CaseAssessment,
    Findings,
    Inquiry,
    MotionReport,
    Note,
    NoteContent,
    NoteKind,
    Violation,
)
from guardian.ids import CaseId, EvidenceId, MemberId, ProposalId
from guardian.storage.data_key_store import KeyScope
from guardian.storage.encryption import Expunged
from guardian.storage.report_store import EXPUNGED_TEXT
from guardian.storage.statements import insert
from guardian.storage.store import EncryptedSqlStore
from guardian.storage.tables.notes import notes
from guardian.storage.utc_datetime import from_microseconds, to_microseconds


class SqlNoteStore(EncryptedSqlStore):
    """The store of notes."""

    async def add_note(self, note: Note) -> None:
        """Store a new note; it is never changed."""
        scope = KeyScope.of_case(note.case)
        row = {
            "id": note.id,
            "case_id": note.case,
            "author_id": self._hide(note.case, note.author),
            "at": note.at,
            "supersedes": note.supersedes,
            "sealed": await self._encryption.encrypt_json(scope, notes.name, note.id, "sealed", _encode(note)),
        }
        await self._connection.execute(insert(notes), row)

    async def notes_of(self, case: CaseId) -> tuple[Note, ...]:
        """Return the notes of the case, superseded ones too, oldest first."""
        statement = select(notes).where(notes.c.case_id == case).order_by(notes.c.at, notes.c.id)
        return tuple([await self._note(row) for row in await self._connection.execute(statement)])

    async def _note(self, row: Row[Any]) -> Note:
        found = await self._encryption.decrypt_json(notes.name, row.id, "sealed", row.sealed)
        known: dict[str, Any] = {} if isinstance(found, Expunged) else dict(found)
        return Note(
            id=row.id,
            case=CaseId(row.case_id),
            kind=NoteKind(known.get("kind", NoteKind.DISCUSSION)),
            author=self._reveal(row.case_id, row.author_id),
            at=row.at,
            text=known.get("text", EXPUNGED_TEXT),
            content=_decode_content(known.get("content")),
            mentions=tuple(MemberId(each) for each in known.get("mentions", ())),
            evidence=tuple(EvidenceId(each) for each in known.get("evidence", ())),
            supersedes=row.supersedes,
        )


def _encode(note: Note) -> dict[str, Any]:
    return {
        "kind": note.kind,
        "text": note.text,
        "content": _encode_content(note.content),
        "mentions": list(note.mentions),
        "evidence": list(note.evidence),
    }


def _encode_content(content: NoteContent | None) -> dict[str, Any] | None:
    match content:
        case Inquiry():
            asked = to_microseconds(content.asked_at)
            words = {"question": content.question, "answer": content.answer}
            return {"asked_of": content.asked_of, "asked_at": asked, **words}
        case CaseAssessment():
            return {"jurisdiction": content.jurisdiction, "impact": content.impact, "risk": content.risk}
        case Findings():
            words = {"responsible": content.responsible, "ongoing": content.ongoing}
            return {"what_happened": content.what_happened, "violation": content.violation, **words}
        case MotionReport():
            return {"proposal": content.proposal}
        case None:
            return None


def _decode_content(found: dict[str, Any] | None) -> NoteContent | None:
    if found is None:
        return None
    if "asked_of" in found:
        asked_at = from_microseconds(found["asked_at"])
        return Inquiry(found["asked_of"], asked_at, found["question"], found["answer"])
    if "proposal" in found:
        return MotionReport(ProposalId(found["proposal"]))
    if "jurisdiction" in found:
        return CaseAssessment(found["jurisdiction"], found["impact"], found["risk"])
    violation = Violation(found["violation"])
    return Findings(found["what_happened"], violation, found["responsible"], found["ongoing"])
