"""What a case is made of: Report, Evidence, Case, Proposal, Ballot, Draft, Decision. Frozen values; texts are plain here
and sealed by the storage room."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from guardian.ids import (
    AccountId,
    CaseId,
    DecisionId,
    DraftId,
    EvidenceId,
    MemberId,
    PersonId,
    ProposalId,
    Reference,
    ReportId,
    SanctionId,
    SpaceName,
)
from guardian.spaces.port import Account
from rules.ladder import Outcome
from rules.policy import OnTermEnd
from rules.precedence import Restriction
from rules.unilateral import Ground, ReviewAnswer


class ReportChannel(StrEnum):
    """Where a report came in."""

    DISCORD_COMMAND = "discord_command"
    DISCORD_MESSAGE = "discord_message"
    DISCORD_MEMBER = "discord_member"
    DISCORD_DIRECT = "discord_direct"
    FORUM_MESSAGE = "forum_message"
    FORUM_FLAG = "forum_flag"
    GITHUB_MENTION = "github_mention"
    MAIL = "mail"
    VOICE = "voice"
    PAGE = "page"
    ESCALATION = "escalation"
    REFERRAL = "referral"
    NATIVE_ACTION = "native_act"


class Audience(StrEnum):
    """Who hears of a report first, as its reporter chose (P-2.5); it says nothing about who decides."""

    ALL = "all"
    CHOSEN = "chosen"
    CHAIRS = "chairs"


class CaseKind(StrEnum):
    """What a case is about. A local matter is of the moderators of one space until it is escalated (P-8.1)."""

    REPORT = "report"
    REVIEW = "review"
    READMISSION = "readmission"
    LOCAL = "local"


class CaseState(StrEnum):
    """Where a case stands. `agreed` means decided but not yet enacted; `in_force` waits for closing."""

    OPEN = "open"
    PROPOSED = "proposed"
    AGREED = "agreed"
    WITH_BOARD = "with_board"
    IN_FORCE = "in_force"
    CLOSED = "closed"


class CaseEvent(StrEnum):
    """What moves a case."""

    PROPOSE = "propose"
    WITHDRAW = "withdraw"
    AGREE = "agree"
    REOPEN_VOTE = "unsettle"
    TO_BOARD = "to_board"
    BOARD_ANSWERS = "board_answers"
    FROM_BOARD = "from_board"
    ENACT = "enact"
    CLOSE = "close"
    REOPEN = "reopen"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Case:
    """A matter: its code name, kind and state, and who speaks to the reporter (contact).

    `space`: whose moderators a local matter is with; kept when it is escalated, so that its status can go back there.
    `audience`: those whom the reporter chose to hear first; None: every member without a conflict knows of it (P-2.5).
    `evasion_marked_at`: when a member marked that it is about getting round an earlier restriction (P-6.6).
    """

    id: CaseId
    code_name: str
    kind: CaseKind
    state: CaseState
    opened_at: datetime
    contact: MemberId | None = None
    safety_risk: bool = False
    board_only: bool = False
    review_on: datetime | None = None
    closed_at: datetime | None = None
    about_sanction: SanctionId | None = None
    outcome: str = ""
    space: SpaceName | None = None
    audience: tuple[MemberId, ...] | None = None
    evasion_marked_at: datetime | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class ReplyAddress:
    """How a reporter is written to by mail: their address, and the secret part of the address made for them alone.

    `answers` is False where nothing may go there by itself: nothing has shown that the address is theirs.
    """

    address: str
    token: str
    answers: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """What was sent in. Only `what_happened` is compulsory (P-2.2). `answers` holds the other fields by their names.

    `locale` is the language that the reporter reads in ("" for English). `csam`: suspected sexual material of minors,
    of which nothing is ever fetched or shown (P-2.7). `verified` is False where nothing proves who sent it. `mail` is
    there where the report came by mail.
    """

    id: ReportId
    case: CaseId
    channel: ReportChannel
    received_at: datetime
    what_happened: str
    who: str = ""
    danger: bool = False
    named_members: tuple[MemberId, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    reporter: Account | None = None
    reporter_handle: str = ""
    contact_is_safe: bool | None = None
    do_not_contact: bool = False
    withdrawn_at: datetime | None = None
    locale: str = ""
    csam: bool = False
    verified: bool = True
    mail: ReplyAddress | None = None


@dataclass(frozen=True, slots=True)
class Addition:
    """Something that a reporter (or a person heard) added later, or an answer of the group to them.

    `verified` is False where nothing proves that it is theirs (a mail that its server does not vouch for).
    """

    id: str
    case: CaseId
    report: ReportId | None
    at: datetime
    text: str
    from_party: bool = True
    verified: bool = True


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was reported, as it stood at that moment. `content` is None where it was not fetched (`why_not` says why).

    `at` is when it was kept here, `written_at` when its space says that it was written.
    """

    id: EvidenceId
    case: CaseId
    report: ReportId
    at: datetime
    kind: str
    link: str = ""
    author: Account | None = None
    author_handle: str = ""
    text: str = ""
    file_name: str = ""
    content: bytes | None = None
    why_not: str = ""
    sha256: str = ""
    written_at: datetime | None = None


class PartyRole(StrEnum):
    """Somebody's part in a case; one human may have several."""

    REPORTER = "reporter"
    REPORTED = "reported"
    AFFECTED = "affected"
    WITNESS = "witness"


@dataclass(frozen=True, slots=True)
class Party:
    """A person's part in a case; `reference` is what that party is told instead of the code name, different for each."""

    case: CaseId
    role: PartyRole
    reference: Reference
    person: PersonId | None = None
    report: ReportId | None = None


class ReceiptKind(StrEnum):
    """What a receipt opens."""

    REPORTER = "reporter"
    PERSONAL = "personal"
    MAIL = "mail"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class Receipt:
    """A secret's digest and what it opens: a reporter's follow-up, somebody's personal page, or what the owner of an
    account that was taken for somebody's may read of that alone."""

    digest: str
    kind: ReceiptKind
    created_at: datetime
    case: CaseId | None = None
    report: ReportId | None = None
    person: PersonId | None = None
    used_at: datetime | None = None
    account: AccountId | None = None


class ExclusionKind(StrEnum):
    """Why a member does not see a case (P-2.5, P-4.1)."""

    EXCLUDED = "excluded"
    PENDING = "held_out"
    RECUSED = "recused"


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A member who must not see a case; only `recused` may know that it exists. `lifted_at` ends a holding-out."""

    case: CaseId
    member: MemberId
    kind: ExclusionKind
    cause: str
    at: datetime
    by: str
    lifted_at: datetime | None = None
    lifted_by: MemberId | None = None


class StepKind(StrEnum):
    """The steps between a report and an enactment that policy demands (P-3.5, P-5.4, P-5.5, P-5.6)."""

    HEARING = "hearing"
    FEEDBACK = "feedback"
    SECOND_READING = "second_reading"
    NOTIFY_REPORTER = "tell_reporter"
    NOTIFY_REPORTED = "tell_reported"
    ENACT = "enact"
    BOARD_REPORT = "board_report"


class StepState(StrEnum):
    """Where one step stands."""

    PENDING = "pending"
    UNDER_WAY = "under_way"
    SKIP_REQUESTED = "skip_asked"
    DONE = "done"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class CaseStep:
    """One step of a case: skipping needs a reason and a second member (P-5.5)."""

    case: CaseId
    kind: StepKind
    state: StepState
    at: datetime
    by: str
    reason: str = ""
    confirmed_by: MemberId | None = None
    until: datetime | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class Consequence:
    """The chosen step with its conditions; `readmit` answers a readmission case. `term` None where the outcome has none (a warning, a permanent ban).

    `removal`: somebody is to be taken out of an event, a group or a role, by people. `on_term_end` None: as the policy says for the rung. `spaces` None: all (P-6.1).
    """

    outcome: Outcome
    restriction: Restriction = Restriction.NONE
    term: timedelta | None = None
    on_term_end: OnTermEnd | None = None
    spaces: frozenset[SpaceName] | None = None
    conditions: str = ""
    summary: str = ""
    legal: bool = False
    consent_of_all: bool = False
    readmit: bool | None = None
    removal: bool = False


@dataclass(frozen=True, slots=True)
class Proposal:
    """A suggested outcome for one person of a case (None: for the matter as a whole); windows run from `at`.

    `counted` are the members who counted when it closed: a later recount takes members away and adds none (P-5.1).
    """

    id: ProposalId
    case: CaseId
    by: MemberId
    at: datetime
    consequence: Consequence
    person: PersonId | None = None
    severe: bool = False
    settled_at: datetime | None = None
    result: str = ""
    eligible_at_closing: tuple[MemberId, ...] = ()
    version: int = 0


class Answer(StrEnum):
    """One member's answer to a proposal."""

    AGREE = "agree"
    OBJECT = "object"


@dataclass(frozen=True, slots=True)
class Ballot:
    """One member's answer; it may change until closing. `severe` is that member's mark (P-5.1)."""

    proposal: ProposalId
    member: MemberId
    answer: Answer
    at: datetime
    severe: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """The agreed outcome. A change of mind is a new Decision that supersedes the old."""

    id: DecisionId
    case: CaseId
    at: datetime
    consequence: Consequence
    person: PersonId | None = None
    proposal: ProposalId | None = None
    by_board: bool = False
    supersedes: DecisionId | None = None
    enacted_at: datetime | None = None
    version: int = 0


class DraftState(StrEnum):
    """A text to a party: written, read by a second member, sent (P-5.6)."""

    WRITTEN = "written"
    APPROVED = "approved"
    SENT = "sent"
    WITHDRAWN = "withdrawn"


class DraftKind(StrEnum):
    """What a text to a party is for."""

    HEARING = "hearing"
    DECISION = "decision"
    RESOLUTION = "resolution"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class Draft:
    """A free text to a party outside the group; goes only after a second member has read it. `standard` texts have no
    free field and need no second reading."""

    id: DraftId
    case: CaseId
    kind: DraftKind
    to: PartyRole
    person: PersonId | None
    text: str
    by: str
    at: datetime
    state: DraftState = DraftState.WRITTEN
    standard: bool = False
    confirmed_by: MemberId | None = None
    version: int = 0


class DeadlineKind(StrEnum):
    """Deadlines that the service tracks, reminds of, and answers for when they pass; lengths are policy."""

    FIRST_ANSWER = "first_answer"
    SUBSTANTIVE_ANSWER = "substantive_answer"
    RESOLUTION = "resolution"
    DANGER_PAGE = "danger_page"
    PROPOSAL_CLOSES = "proposal_closes"
    FEEDBACK = "feedback"
    SECOND_READING = "second_reading"
    STATEMENT = "account"
    REVIEW = "review"
    LINK_DISPUTE = "link_dispute"
    UNREVIEWED_END = "unreviewed_end"
    TERM_END = "term_end"
    READMISSION_REMINDER = "ask_reminder"
    READMISSION_ANSWER = "readmission_answer"
    CASE_REVIEW = "case_review"
    HEARING = "hearing"
    BLOCKED_TOTAL = "blocked_total"
    BOARD_ANSWER = "board_answer"
    CONFLICT_CLAIM = "conflict"
    MEASURE_END = "measure_end"
    MEASURE_RECONSIDERATION = "measure_look"
    NATIVE_REASON = "native_reason"
    ACCEPTANCE = "acceptance"
    AUDIENCE = "widen"
    CONTACT_QUESTION = "contact_question"


@dataclass(frozen=True, slots=True)
class Deadline:
    """One deadline of one thing. `stage` counts the reminders and escalations that have gone out; `next_at` is when the
    next of them (or the end) is due; None: settled."""

    id: str
    kind: DeadlineKind
    case: CaseId | None
    since: datetime
    due: datetime
    next_at: datetime | None
    about: str = ""
    stage: int = 0
    completed_at: datetime | None = None
    version: int = 0


class ActState(StrEnum):
    """Where an act and its review stand; an act that the brake held waits for a second member and restricts nobody."""

    AWAITING_CONFIRMATION = "awaiting_second"
    UNREVIEWED = "unreviewed"
    WITH_CHAIR = "with_chair"
    WITH_BOARD = "with_board"
    RATIFIED = "ratified"
    CHANGED = "changed"
    REVERSED = "reversed"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class UnilateralAct:
    """One member acting at once: who, on whom, where, why, and where its review stands (P-7.2).

    `term` is the end that the actor chose, if any. `conflicted`: a case concerns the actor, whose target it protects
    (P-4.4); the actor is never shown it.
    """

    id: str
    case: CaseId
    by: MemberId
    person: PersonId
    at: datetime
    ground: Ground
    restriction: Restriction
    spaces: frozenset[SpaceName] | None
    state: ActState = ActState.UNREVIEWED
    statement: str = ""
    statement_at: datetime | None = None
    confirmed_by: MemberId | None = None
    term: timedelta | None = None
    reason: str = ""
    conflicted: bool = False
    version: int = 0


@dataclass(frozen=True, slots=True)
class ActReview:
    """One reviewer's answer to an act; `term` and `restriction` for ratified and changed ones."""

    act: str
    member: MemberId
    answer: ReviewAnswer
    at: datetime
    term: timedelta | None = None
    restriction: Restriction | None = None
    reason: str = ""
