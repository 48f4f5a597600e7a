"""What the API takes and gives, field by field: nothing of the service's own objects leaves by itself.

Times are instants in UTC; `case` and `person` are code names. Read `CaseShown` first.
"""

from datetime import datetime

from pydantic import BaseModel

from guardian.cases.tasks import TaskKind
from guardian.people.api_tokens import TokenScope
from guardian.services.escalation.escalations import EscalationView
from guardian.services.escalation.local_matters import MatterLine
from guardian.services.worklist.tasks import Task
from guardian.web.api.field_models import Input, Name, Words


class TokenShown(BaseModel):
    """In whose name this token acts, and what it opens."""

    name: str
    scopes: list[TokenScope]


class TaskShown(BaseModel):
    """Something that waits for the member. `due` null: there is no date for it."""

    kind: TaskKind
    case: str
    subject: str
    since: datetime
    due: datetime | None
    late: bool
    facts: dict[str, str]
    claimed_by: str

    @classmethod
    def of(cls, task: Task) -> "TaskShown":
        """Return the task as it is told."""
        return cls(
            kind=task.kind,
            case=task.code_name,
            subject=task.subject,
            since=task.since,
            due=task.due,
            late=task.is_late,
            facts=dict(task.facts),
            claimed_by=task.claimed_by,
        )


class TaskName(Input):
    """Which task is meant, by what stands in the list."""

    kind: TaskKind
    case: Words = ""
    subject: Words = ""


class DeadlineShown(BaseModel):
    """Something that falls due."""

    kind: str
    at: datetime


class CaseShown(BaseModel):
    """A case as it stands. Of one from which the member stepped back no deadline is told."""

    case: str
    state: str
    recused: bool
    next_deadline: DeadlineShown | None


class CasesShown(BaseModel):
    """A page of cases; `next` is empty on the last."""

    cases: list[CaseShown]
    next: str


class CaseDetails(BaseModel):
    """One case for the member who asks: `next_steps` are open to them."""

    case: str
    kind: str
    state: str
    people: list[str]
    deadlines: list[DeadlineShown]
    steps: dict[str, str]
    next_steps: list[str]


class EvidenceRecord(BaseModel):
    """A piece of evidence without its bytes, which `sha256` identifies."""

    kind: str
    link: str
    author: str
    text: str
    file_name: str
    sha256: str
    why_not: str


class ReportRecord(BaseModel):
    """One report, with what its reporter answered beside it, and what was added later."""

    received_at: datetime
    channel: str
    what_happened: str
    who: str
    danger: bool
    withdrawn: bool
    answers: dict[str, str]
    additions: list[str]
    evidence: list[EvidenceRecord]


class PersonRecord(BaseModel):
    """A reported person, by code name, with the accounts that the member may see."""

    person: str
    accounts: list[str]
    other_cases: list[str]


class CaseRecord(BaseModel):
    """A case with its reports. Reading it is journalled as reading its page is."""

    case: str
    state: str
    contact: str
    reports: list[ReportRecord]
    people: list[PersonRecord]


class NoteShown(BaseModel):
    """One record of the group's thread in a case."""

    id: str
    author: str
    at: datetime
    text: str
    mentions: list[str]
    supersedes: str | None
    superseded_by: str | None


class NewNote(Input):
    """A note to be written; `corrects` is a record of one's own that it supersedes."""

    text: Words
    corrects: Name | None = None


class MatterShown(BaseModel):
    """A local matter that is open."""

    matter: str
    kind: str
    space: str
    since: datetime
    link: str
    waits_for_acceptance: bool

    @classmethod
    def of(cls, line: MatterLine) -> "MatterShown":
        """Return the matter as it is told."""
        return cls(
            matter=line.code_name,
            kind=line.kind,
            space=line.space,
            since=line.since,
            link=line.link,
            waits_for_acceptance=line.waits_for_acceptance,
        )


class HandledMatter(Input):
    """What was done about a matter."""

    what_was_done: Words


class EscalationShown(BaseModel):
    """What was passed on to the group, and how far it has come."""

    reference: str
    space: str
    at: datetime
    urgency: str
    status: str
    state: str
    own: bool

    @classmethod
    def of(cls, line: EscalationView) -> "EscalationShown":
        """Return the escalation as it is told."""
        return cls(
            reference=line.reference,
            space=line.space,
            at=line.at,
            urgency=str(line.urgency),
            status=str(line.status),
            state=line.state,
            own=line.own,
        )


class MemberShown(BaseModel):
    """A member by name, with their offices."""

    name: str
    roles: list[str]
    ended_at: datetime | None


class JournalEntry(BaseModel):
    """One entry of the journal in words."""

    at: datetime
    words: str
    by: str
    case: str


class JournalPage(BaseModel):
    """Some entries, newest first."""

    entries: list[JournalEntry]
    has_more: bool
