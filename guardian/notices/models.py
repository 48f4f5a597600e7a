"""A Notice: facts for one recipient, stored in the commit of the act that causes it, delivered at least once.

Read `Notice` first.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from guardian.ids import AccountId, CaseId, ContactAddress, MemberId, NoticeId, PersonId, ReportId, SanctionId


class NoticeKind(StrEnum):
    """Every text that the service sends by itself; each has one template of that name."""

    # to members: no content until opened
    NEW_REPORT = "new_report"
    REPORT_FLOOD = "report_flood"
    DANGER = "danger"
    CASE_NEWS = "case_news"
    YOUR_STEP = "your_step"
    EXCLUSION_TO_DECIDE = "exclusion_to_decide"
    CONFLICT_CLAIM_TO_DECIDE = "conflict_claim_to_decide"
    LINK_TO_CONFIRM = "link_to_confirm"
    LINK_DISPUTED = "link_disputed"
    MERGE_TO_CONFIRM = "merge_to_confirm"
    SKIP_TO_CONFIRM = "skip_to_confirm"
    DRAFT_TO_READ = "draft_to_read"
    PROPOSAL_OPEN = "proposal_open"
    PROPOSAL_SETTLED = "proposal_settled"
    WITH_BOARD = "with_board"
    BOARD_ANSWER_TO_CONFIRM = "board_answer_to_confirm"
    BOARD_REPORT = "board_report"
    ACT_TAKEN = "act_taken"
    ACT_TO_CONFIRM = "act_to_confirm"
    REVIEW_REMINDER = "review_reminder"
    REVIEW_LATE = "review_late"
    REVIEW_SETTLED = "review_settled"
    STATEMENT_DUE = "statement_due"
    STATEMENT_LATE = "statement_late"
    DEADLINE_NEAR = "deadline_near"
    DEADLINE_PASSED = "deadline_passed"
    BLOCKED = "blocked"
    HEALED = "healed"
    LIFTED_MANUALLY = "lifted_manually"
    LIFTING_QUESTION = "lifting_question"
    CANNOT_PROVE = "cannot_prove"
    OTHERS_STAND = "others_stand"
    NOT_NOTIFIED = "not_notified"
    BRAKE = "brake"
    RAID = "raid"
    SPACE_PAUSED = "space_paused"
    CLOCK_DISTRUSTED = "clock_distrusted"
    SPACE_DOWN = "space_down"
    ITEM_UNREAD = "item_unread"
    SPACE_BACK = "space_back"
    MAIL_NOT_READ = "mail_not_read"
    RETURN_TO_CONFIRM = "return_to_confirm"
    TERM_OVER = "term_over"
    READMISSION_REQUESTED = "readmission_requested"
    CASE_CLOSED = "case_closed"
    CODE = "code"
    SIGN_IN_LINK = "sign_in_link"
    MEMBERSHIP = "membership"
    DATA_REQUEST = "data_request"
    AFFILIATE_REPORT = "affiliate_report"
    ROTA = "rota"
    MEMBERSHIP_ENDED = "membership_ended"
    PASSKEY_RECOVERY = "passkey_recovery"
    NEW_MATTER = "new_matter"
    ESCALATED = "escalated"
    ESCALATION_NEWS = "escalation_news"
    ACCEPTANCE_LATE = "acceptance_late"
    CROSS_SPACE_PATTERN = "cross_space_pattern"
    POSITION_REQUESTED = "position_requested"
    MEASURED_AGAINST = "measured_against"
    MEASURE_TO_RECONSIDER = "measure_to_reconsider"
    MEASURE_RECONSIDERED = "measure_reconsidered"
    NATIVE_ACTION_QUESTION = "native_action_question"
    NATIVE_ACTION_UNEXPLAINED = "native_action_unexplained"
    NATIVE_ACTION_BY_STRANGER = "native_action_by_stranger"
    # to parties
    REPORTER_NEWS = "reporter_news"
    REPORTER_LATE = "reporter_late"
    MAIL_RECEIVED = "mail_received"
    HEARING = "hearing"
    PERSON_ANSWER = "person_answer"
    TALK = "talk"
    DECISION = "decision"
    ACTED = "acted"
    MEASURED = "measured"
    MEASURE_ANSWERED = "measure_answered"
    RELEASED = "released"
    MAY_REQUEST_READMISSION = "may_request_readmission"
    LINKED = "linked"
    SHOW_ACCOUNTS = "show_accounts"
    READMISSION_ANSWERED = "readmission_answered"
    # to whoever looks after a space without a connector
    MANUAL_TASK = "manual_task"
    # to whoever owns an account that was taken for somebody's
    OWNER_LINK_MADE = "owner_link_made"
    OWNER_LINK_KEPT = "owner_link_kept"
    OWNER_LINK_UNDONE = "owner_link_undone"


class News(StrEnum):
    """What a `case_news` or `reporter_news` is about: the fact `news`, worded by the template."""

    ADDITION = "addition"
    CAME_BACK = "came_back"
    REQUEST = "request"
    WITHDRAWN = "withdrawn"
    PERSON_NAMED = "person_named"
    ACCOUNT_LINKED = "account_linked"
    LINK_UNDONE = "link_undone"
    LINK_KEPT = "link_kept"
    PEOPLE_MERGED = "people_merged"
    PEOPLE_SPLIT = "people_split"
    CONFLICT = "conflict"
    RESTRICTED_UNAWARE = "restricted_unaware"
    RESTRICTED_IN_PART = "restricted_in_part"
    SAME_ACCOUNT = "same_account"
    CONFLICT_DECIDED = "conflict_decided"
    RISK_MARKED = "risk_marked"
    EVASION_MARKED = "evasion_marked"
    CASE_MARKED = "case_marked"
    CASES_JOINED = "cases_joined"
    REPORT_PARTED = "report_parted"
    RECUSAL = "recusal"
    ADMITTED = "admitted"
    CASE_TAKEN = "case_taken"
    MENTIONED = "mentioned"
    CONTACT_CHANGED = "contact_changed"
    CONTACT_LEFT = "contact_left"
    BIAS_STATED = "bias_stated"
    ADVISER_ASKED = "adviser_asked"
    ADVISER_ANSWERED = "adviser_answered"
    ADVICE_GIVEN = "advice_given"
    TALK_ASKED = "talk_asked"
    TALK_ANSWERED = "talk_answered"
    TALK_AGREED = "talk_agreed"
    TALK_OFF = "talk_off"
    CONDITION_SAID_DONE = "condition_said_done"
    CONDITION_MET = "condition_met"
    CONDITION_UNMET = "condition_unmet"
    BIAS_TO_STATE = "bias_to_state"
    TO_BOARD = "to_board"
    FROM_BOARD = "from_board"
    HEARING_BEGUN = "hearing_begun"
    HEARD = "heard"
    HEARING_OVER = "hearing_over"
    ASKED_FOR_VIEWS = "asked_for_views"
    EXPUNGING_PROPOSED = "expunging_proposed"
    EXPUNGING_AGREED = "expunging_agreed"
    OBJECTION_GRANTED = "objection_granted"
    ASK_BEFORE_CONTACT = "ask_before_contact"
    MAY_CONTACT_NOW = "may_contact_now"
    FEEDBACK_OVER = "feedback_over"
    STEP_SKIPPED = "step_skipped"
    TEXT_READ = "text_read"
    ANSWER = "answer"
    NEW_DATE = "new_date"
    DECIDED = "decided"
    ENACTED = "enacted"
    UNREVIEWED = "unreviewed"
    UNSETTLED = "unsettled"
    REPORT_BEFORE_MOTION = "report_before_motion"
    CLOSED = "closed"
    FILED = "filed"
    REOPENED = "reopened"
    RECONSIDER = "reconsider"
    BOARD_LACKS_OTHERS = "board_lacks_others"
    REQUEST_ANSWERED = "request_answered"
    DATA_ANSWERED = "data_answered"
    DATA_LATE = "data_late"
    STATEMENT_GIVEN = "statement_given"
    HANDOFF_ACCEPTED = "handoff_accepted"
    REFERRED = "referred"
    REFERRAL_NOWHERE = "referral_nowhere"
    POSITION = "position"
    CSAM = "csam"
    CSAM_CLAIMED = "csam_claimed"
    CSAM_CLEARED = "csam_cleared"


class RecipientKind(StrEnum):
    """Who is notified, and so by which channel."""

    MEMBER = "member"
    REPORTER = "reporter"
    PERSON = "person"
    ACCOUNT = "account"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Recipient:
    """Exactly one human, resolved by one function that asks the permissions, at writing and again at sending."""

    kind: RecipientKind
    member: MemberId | None = None
    report: ReportId | None = None
    person: PersonId | None = None
    account: AccountId | None = None
    address: ContactAddress | None = None


class NoticeState(StrEnum):
    """Where a notice stands. `undeliverable` still waits for people; it is never silently dropped."""

    WAITING = "waiting"
    SENT = "sent"
    UNDELIVERABLE = "undeliverable"
    WITHHELD = "withheld"  # observe mode, or no longer allowed to know: recorded as "would have"


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to notify one recipient of. `facts` fill the template; free text is in it only for approved drafts."""

    id: NoticeId
    kind: NoticeKind
    to: Recipient
    case: CaseId | None
    facts: Mapping[str, str] = field(default_factory=dict)
    created_at: datetime | None = None
    next_try: datetime | None = None
    state: NoticeState = NoticeState.WAITING
    tries: int = 0
    sanction: SanctionId | None = None
    proof: str = ""
    version: int = 0
    sent_at: datetime | None = None
