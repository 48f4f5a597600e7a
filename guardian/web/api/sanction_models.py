"""What the API takes and gives about sanctions, unilateral acts and measures, field by field.

Times are instants in UTC; `person` is a code name. Read `SanctionShown` and `ActShown` first."""

from datetime import datetime

from pydantic import BaseModel

from guardian.cases.measures import MeasureKind
from guardian.sanctions.models import Coverage
from guardian.services.identity.linking import FoundAccount
from guardian.services.measures.measure_records import MeasureView
from guardian.services.operations.explanation import AccountExplanation
from guardian.services.sanctions.coverage_preview import SpacePreview
from guardian.services.unilateral.open_acts import OpenAct
from guardian.web.api.field_models import Days, Hours, Input, Name, Words
from rules.measures import MeasureReason
from rules.precedence import Restriction
from rules.unilateral import Ground, ReviewAnswer


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
