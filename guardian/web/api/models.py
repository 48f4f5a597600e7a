"""What the API takes and gives, field by field: nothing of the service's own objects leaves by itself.

Times are instants in UTC; `case` and `person` are code names. Read `CaseShown` first.
"""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from guardian.cases.measures import MeasureKind
from guardian.cases.tasks import TaskKind
from guardian.people.api_tokens import TokenScope
from guardian.sanctions.models import Coverage
from guardian.services.escalation.escalations import EscalationView
from guardian.services.escalation.local_matters import MatterLine
from guardian.services.identity.linking import FoundAccount
from guardian.services.measures.measure_records import MeasureView
from guardian.services.operations.explanation import AccountExplanation
from guardian.services.sanctions.coverage_preview import SpacePreview
from guardian.services.unilateral.open_acts import OpenAct
from guardian.services.worklist.tasks import Task
from rules.measures import MeasureReason
from rules.precedence import Restriction
from rules.unilateral import Ground, ReviewAnswer

MAX_DAYS = 3650
MAX_HOURS = 24 * 365
_MAX_WORDS = 10_000
_MAX_NAME = 200

Words = Annotated[str, Field(max_length=_MAX_WORDS)]
Name = Annotated[str, Field(min_length=1, max_length=_MAX_NAME)]
Days = Annotated[int, Field(ge=1, le=MAX_DAYS)]
Hours = Annotated[int, Field(ge=1, le=MAX_HOURS)]


class Input(BaseModel):
    """What is sent: a field that is not known is refused, so that nobody's words are dropped unread."""

    model_config = ConfigDict(extra="forbid")


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


class SpaceCoverage(BaseModel):
    """One space: what is wanted there, what it shows, and why where they differ."""

    space: str
    state: str
    since: datetime | None
    detail: str

    @classmethod
    def of(cls, row: Coverage) -> "SpaceCoverage":
        """Return the row as it is told."""
        return cls(space=row.space, state=str(row.state), since=row.since, detail=row.detail)


class SanctionShown(BaseModel):
    """One sanction. `until` null: no end is known; `spaces` null: all of them."""

    reference: str
    person: str
    case: str
    restriction: Restriction
    state: str
    starts: datetime
    until: datetime | None
    spaces: list[str] | None
    coverage: list[SpaceCoverage]
    lifted_by: str = ""


class ReasonShown(BaseModel):
    """A sanction that counts for an account."""

    reference: str
    state: str
    ends: datetime | None


class ExplanationShown(BaseModel):
    """Why an account is restricted, what its space showed, and what is done next."""

    person: str
    handle: str
    space: str
    wanted: str
    until: datetime | None
    seen: str
    total: str
    next_step: str
    next_look: datetime | None
    because: list[ReasonShown]

    @classmethod
    def of(cls, line: AccountExplanation) -> "ExplanationShown":
        """Return the explanation as it is told."""
        found = line.explanation
        return cls(
            person=line.person,
            handle=line.handle,
            space=found.space,
            wanted=found.desired.name.lower(),
            until=found.until,
            seen=found.seen,
            total=found.total,
            next_step=found.next_step,
            next_look=found.due_at,
            because=[ReasonShown(reference=r.reference, state=r.state, ends=r.ends) for r in line.because],
        )


class AccountShown(BaseModel):
    """An account: its id stays, its handle can change."""

    space: str
    id: str
    handle: str

    @classmethod
    def of(cls, found: FoundAccount) -> "AccountShown":
        """Return the account that was found."""
        return cls(space=found.account.space, id=found.account.native_id, handle=found.handle)


class SpaceEffect(BaseModel):
    """What would become of one space: how many accounts are reached, and what is destroyed."""

    space: str
    state: str
    mode: str
    accounts: int
    waiting: int
    destroys: list[str]
    detail: str

    @classmethod
    def of(cls, row: SpacePreview) -> "SpaceEffect":
        """Return the row of a preview as it is told."""
        return cls(
            space=row.space,
            state=str(row.state),
            mode=str(row.mode),
            accounts=row.accounts,
            waiting=row.waiting,
            destroys=list(row.destroys),
            detail=row.detail,
        )


class Effects(BaseModel):
    """What an act or a measure would do now, and on which account; the act itself takes the account's id."""

    account: AccountShown | None
    spaces: list[SpaceEffect]
    ends: datetime | None = None


class ActPreviewRequest(Input):
    """On whom an act is thought of: `account` is a name as its space writes it, or an id."""

    space: Name
    account: Name
    restriction: Restriction
    spaces: list[Name] | None = None


class ActRequest(Input):
    """An act, on the id that its preview has given. `spaces` null: all; `days` null: until it is reviewed."""

    space: Name
    account_id: Name
    restriction: Restriction
    ground: Ground
    reason: Words
    spaces: list[Name] | None = None
    days: Days | None = None


class ActResult(BaseModel):
    """An act that was taken, or that waits for a second member. `case` is where it is reviewed."""

    case: str
    person: str
    state: str
    sentence: str
    statement_due: datetime | None


class ActShown(BaseModel):
    """An act that is not settled. Its own actor is not told when its review is due."""

    case: str
    person: str
    state: str
    restriction: Restriction
    ground: Ground
    at: datetime
    own: bool
    answers: int
    has_answered: bool
    holds_until: datetime
    review_due: datetime | None

    @classmethod
    def of(cls, line: OpenAct) -> "ActShown":
        """Return the act as it is told."""
        return cls(
            case=line.case,
            person=line.person,
            state=str(line.state),
            restriction=line.restriction,
            ground=line.ground,
            at=line.at,
            own=line.own,
            answers=line.answers,
            has_answered=line.has_answered,
            holds_until=line.holds_until,
            review_due=line.review_due,
        )


class ReviewRequest(Input):
    """A reviewer's answer; `days` for what stands or is changed, `restriction` for what is changed."""

    answer: ReviewAnswer
    days: Days | None = None
    restriction: Restriction | None = None
    reason: Words = ""


class ReviewShown(BaseModel):
    """Where a review stands."""

    case: str
    state: str
    answers: int


class MeasureInput(Input):
    """A measure: `on` is a person's account by the id that a preview gave, or content by its link.

    In a preview `on` may also be a name as its space writes it.
    """

    kind: MeasureKind
    space: Name
    on: Name
    reason: MeasureReason
    hours: Hours
    words: Words = ""


class MeasureShown(BaseModel):
    """A measure that runs."""

    matter: str
    kind: MeasureKind
    space: str
    ends: datetime
    reason: MeasureReason
    own: bool

    @classmethod
    def of(cls, made: MeasureView) -> "MeasureShown":
        """Return the measure as it is told."""
        return cls(
            matter=made.matter, kind=made.kind, space=made.space, ends=made.ends, reason=made.reason, own=made.own
        )


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


class Said(BaseModel):
    """A sentence that says what came of it."""

    sentence: str


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
