"""What the group writes in a case: its thread, what it asked others, what it found itself, its assessment and findings.

Nothing is overwritten: a correction is a record of its own that supersedes another. Frozen values; what is written is
plain here and stored encrypted. Read `Note` first. Policy: P-3.2, P-3.3.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from guardian.ids import CaseId, EvidenceId, MemberId, ProposalId
from rules.verdict import Verdict, allowed, refused


class NoteKind(StrEnum):
    """What a note is: free words, what somebody outside said when asked, what was found, or what was determined."""

    DISCUSSION = "discussion"
    INQUIRY = "inquiry"
    EVIDENCE = "evidence"
    ASSESSMENT = "assessment"
    FINDINGS = "findings"
    MOTION_REPORT = "motion_report"
    BIAS = "bias"
    ADVICE = "advice"


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What a witness, a third person or another body was asked, and what they said ("" while they have not)."""

    asked_of: str
    asked_at: datetime
    question: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class CaseAssessment:
    """How the group weighs a case, in the three parts of P-3.2."""

    jurisdiction: str
    impact: str
    risk: str


class Violation(StrEnum):
    """Whether the code was broken; an account that somebody else used is no violation of its owner (P-3.3)."""

    YES = "yes"
    NO = "no"
    ACCOUNT_COMPROMISED = "account_compromised"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Findings:
    """What the group determines in writing: what happened, whether it was a violation, by whom, and if it goes on."""

    what_happened: str
    violation: Violation
    responsible: str
    ongoing: str


@dataclass(frozen=True, slots=True)
class MotionReport:
    """That the note is the report which the organisers read before their motion on this proposal (P-8.5)."""

    proposal: ProposalId


NoteContent = Inquiry | CaseAssessment | Findings | MotionReport


@dataclass(frozen=True, slots=True)
class Note:
    """One record of a case's thread, by one member. `content` is there for what has parts of its own.

    `evidence` are the files that came with it, `mentions` whom it calls. `supersedes`: the record that it corrects.
    """

    id: str
    case: CaseId
    kind: NoteKind
    author: MemberId
    at: datetime
    text: str = ""
    content: NoteContent | None = None
    mentions: tuple[MemberId, ...] = ()
    evidence: tuple[EvidenceId, ...] = ()
    supersedes: str | None = None


class NoteStore(Protocol):
    """The notes of cases, each encrypted with the key of its case."""

    async def add_note(self, note: Note) -> None:
        """Store a new note; it is never changed."""
        ...

    async def notes_of(self, case: CaseId) -> tuple[Note, ...]:
        """Return the notes of the case, superseded ones too, oldest first."""
        ...


def standing_notes(notes: Iterable[Note]) -> tuple[Note, ...]:
    """Return those of a case's notes that nothing has superseded, oldest first."""
    known = tuple(notes)
    superseded = {note.supersedes for note in known}
    return tuple(note for note in known if note.id not in superseded)


def current_note(notes: Iterable[Note], kind: NoteKind) -> Note | None:
    """Return the case's assessment or findings as they stand; None where there are none yet."""
    return next((note for note in reversed(standing_notes(notes)) if note.kind is kind), None)


def motion_report_on(notes: Iterable[Note], proposal: ProposalId) -> Note | None:
    """Return the report to the organisers on the proposal as it stands; None where nobody has sent one."""
    found = (note for note in reversed(standing_notes(notes)) if note.content == MotionReport(proposal))
    return next(found, None)


def bias_stated_by(notes: Iterable[Note], member: MemberId | None) -> Note | None:
    """Return what the member says of their own bias in the case, as it stands; None while they have said nothing."""
    own = (note for note in reversed(standing_notes(notes)) if note.kind is NoteKind.BIAS and note.author == member)
    return next(own, None)


def may_correct(note: Note, by: MemberId, kind: NoteKind) -> Verdict:
    """Return whether the member may supersede the note with another of that kind.

    What somebody said in their own words is theirs to correct; an answer that came in, an assessment and findings are the
    group's. Policy: P-3.3.
    """
    if note.kind is not kind:
        return refused("other_kind", "A correction is of the same kind as what it corrects.", "P-3.3")
    if kind in (NoteKind.DISCUSSION, NoteKind.EVIDENCE) and note.author != by:
        return refused("not_yours", "Somebody else wrote this. Write a note of your own beside it.", "P-3.3")
    return allowed("P-3.3")


def texts_of(note: Note) -> tuple[str, ...]:
    """Return every text that somebody wrote in the note."""
    match note.content:
        case Inquiry():
            return (note.text, note.content.asked_of, note.content.question, note.content.answer)
        case CaseAssessment():
            return (note.text, note.content.jurisdiction, note.content.impact, note.content.risk)
        case Findings():
            return (note.text, note.content.what_happened, note.content.responsible, note.content.ongoing)
        case MotionReport() | None:
            return (note.text,)
