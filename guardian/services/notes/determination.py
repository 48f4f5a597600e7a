"""The assessment and the findings of a case: written in parts, corrected by a later version, and taken up by a proposal.

Read `write_assessment` first. Policy: P-3.2, P-3.3.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from guardian.cases.access import case_for_reader, require_permission
from guardian.cases.notes import CaseAssessment, Findings, Note, NoteContent, NoteKind, Violation, current_note
from guardian.errors import Refused
from guardian.ids import MemberId
from guardian.journal import Entry, by_member
from guardian.people.permissions import UseCase
from guardian.services.context import AppContext
from guardian.services.notes.records import new_note, record_note


@dataclass(frozen=True, slots=True)
class Determination:
    """What the group has written of a case, as it stands; each with the version that a correction of it names."""

    assessment: CaseAssessment | None = None
    assessment_version: str | None = None
    assessed_at: datetime | None = None
    findings: Findings | None = None
    findings_version: str | None = None
    found_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ProposalWords:
    """What is known for the form of a proposal: behaviour and impact apart, in the words of findings and assessment.

    They are a beginning: nobody outside has read them, and a second member reads what leaves (P-5.6).
    """

    behaviour: str
    impact: str
    violation: Violation = Violation.UNDECIDED
    risk: str = ""


async def write_assessment(
    app: AppContext,
    by: MemberId,
    code_name: str,
    assessment: CaseAssessment,
    *,
    corrects: str | None = None,
    mentions: Collection[MemberId] = (),
) -> str:
    """Write how the case is weighed, in its three parts, and return the version.

    `corrects` is the version that the member has read, where there is one; Stale where it is not the newest.
    """
    if not assessment.jurisdiction.strip():
        sentence = "Say first whether this is ours: what the code restricts, in a space of ours or with effect on it."
        raise Refused("no_jurisdiction", sentence, "P-3.2")
    return await _write(app, by, code_name, NoteKind.ASSESSMENT, assessment, corrects, mentions)


async def write_findings(
    app: AppContext,
    by: MemberId,
    code_name: str,
    findings: Findings,
    *,
    corrects: str | None = None,
    mentions: Collection[MemberId] = (),
) -> str:
    """Write what the group has determined, and return the version; `corrects` as for an assessment."""
    if not findings.what_happened.strip():
        raise Refused("nothing_found", "Say what happened, as far as it is known.", "P-3.3")
    return await _write(app, by, code_name, NoteKind.FINDINGS, findings, corrects, mentions)


async def read_determination(app: AppContext, by: MemberId, code_name: str) -> Determination:
    """Return the assessment and the findings of the case as they stand; the reading is journalled."""
    assessment, findings = await _read(app, by, code_name)
    return Determination(
        assessment=assessment.content if assessment and isinstance(assessment.content, CaseAssessment) else None,
        assessment_version=assessment.id if assessment else None,
        assessed_at=assessment.at if assessment else None,
        findings=findings.content if findings and isinstance(findings.content, Findings) else None,
        findings_version=findings.id if findings else None,
        found_at=findings.at if findings else None,
    )


def words_for_proposal(known: Determination) -> ProposalWords:
    """Return what is known for the form of a proposal; empty where nothing was written yet."""
    return ProposalWords(
        behaviour=known.findings.what_happened if known.findings else "",
        impact=known.assessment.impact if known.assessment else "",
        violation=known.findings.violation if known.findings else Violation.UNDECIDED,
        risk=known.assessment.risk if known.assessment else "",
    )


async def _write(
    app: AppContext,
    by: MemberId,
    code_name: str,
    kind: NoteKind,
    content: NoteContent,
    corrects: str | None,
    mentions: Collection[MemberId],
) -> str:
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.DETERMINE)
        case = await case_for_reader(uow, by, code_name)
        note = replace(new_note(uow, case, by, kind), content=content, supersedes=corrects, mentions=tuple(mentions))
        return (await record_note(app, uow, case, note)).id


async def _read(app: AppContext, by: MemberId, code_name: str) -> tuple[Note | None, Note | None]:
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.DETERMINE)
        case = await case_for_reader(uow, by, code_name)
        uow.journal.note(
            Entry(act="thread.was_read", by=by_member(by), authority="P-9.8", about={"case": case.id}, case=case.id)
        )
        notes = await uow.notes.notes_of(case.id)
        return current_note(notes, NoteKind.ASSESSMENT), current_note(notes, NoteKind.FINDINGS)
