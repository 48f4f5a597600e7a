"""What waits for somebody of the groups, and who has said that they see to it. Frozen values.

Who is shown a task is judged in `services/worklist`. Read `TaskKind` first.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from guardian.ids import CaseId, MemberId


class TaskKind(StrEnum):
    """What somebody is asked to do; each is done by a use case of its own."""

    ANSWER_REPORTER = "answer_reporter"
    UPDATE_REPORTER = "update_reporter"
    RESOLVE = "resolve"
    ANSWER_DANGER = "answer_danger"
    OPEN_TO_ALL = "open_to_all"
    DECIDE_EXCLUSION = "decide_exclusion"
    DECIDE_CONFLICT = "decide_conflict"
    VOTE = "vote"
    SEND_MOTION_REPORT = "send_motion_report"
    CONFIRM_MOTION = "confirm_motion"
    CONFIRM_ACT = "confirm_act"
    REVIEW_ACT = "review_act"
    REVIEW_STOP = "review_stop"
    REVIEW_PAUSE = "review_pause"
    GIVE_STATEMENT = "give_statement"
    READ_DRAFT = "read_draft"
    CONFIRM_SKIP = "confirm_skip"
    CONFIRM_LINK = "confirm_link"
    CONFIRM_MERGE = "confirm_merge"
    CONFIRM_CSAM = "confirm_csam"
    LOOK_AT_LINK = "look_at_link"
    ANSWER_READMISSION = "answer_readmission"
    ANSWER_FOR_BOARD = "answer_for_board"
    CONFIRM_BOARD_ANSWER = "confirm_board_answer"
    ANSWER_BOARD_REQUEST = "answer_board_request"
    MEND_SPACE = "mend_space"
    REACH_PERSON = "reach_person"
    ACCEPT_ESCALATION = "accept_escalation"
    ACCEPT_REFERRAL = "accept_referral"
    ACCEPT_PATTERN = "accept_pattern"
    RECONSIDER_MEASURE = "reconsider_measure"
    EXPLAIN_NATIVE_ACTION = "explain_native_action"
    ENACT = "enact"
    CLOSE = "close"
    CHECK_CONDITION = "check_condition"
    REVIEW_CONDITION = "review_condition"
    REVIEW_CASE = "review_case"
    ANSWER_DATA_REQUEST = "answer_data_request"
    READ_DATA_ANSWER = "read_data_answer"
    GIVE_BACK = "give_back"
    CONFIRM_OFFICE = "confirm_office"
    ANSWER_ADVICE_REQUEST = "answer_advice_request"
    SEE_TO_ADVISER = "see_to_adviser"
    AGREE_TO_EXPUNGE = "agree_to_expunge"
    SEE_TO_DEADLINE = "see_to_deadline"


@dataclass(frozen=True, slots=True)
class TaskClaim:
    """One member's word that they see to a task ("I have it"). It keeps the task from nobody.

    `subject` is what of the case is meant (a draft, a proposal); "" where the case itself is. It stands for work that was
    there when it was given: what comes anew asks anew.
    """

    id: str
    case: CaseId | None
    kind: TaskKind
    subject: str
    member: MemberId
    at: datetime
    ended_at: datetime | None = None
    version: int = 0


class TaskClaimStore(Protocol):
    """Who has said that they see to what."""

    async def add_claim(self, claim: TaskClaim) -> None:
        """Store a new claim."""
        ...

    async def save_claim(self, claim: TaskClaim) -> TaskClaim:
        """Store the claim as given, one version later; Stale where somebody was quicker."""
        ...

    async def standing_claims(self, since: datetime) -> tuple[TaskClaim, ...]:
        """Return the claims made at that instant or after it that nobody has taken back, oldest first."""
        ...
