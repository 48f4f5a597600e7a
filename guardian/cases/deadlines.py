"""Deadlines that the service keeps for a case, an act or a sanction, and their store. Policy says how long each is.

Read `Deadline` first.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from guardian.ids import CaseId


class DeadlineKind(StrEnum):
    """Deadlines that the service tracks, reminds of, and answers for when they pass; lengths are policy."""

    FIRST_ANSWER = "first_answer"
    SUBSTANTIVE_ANSWER = "substantive_answer"
    RESOLUTION = "resolution"
    DANGER_PAGE = "danger_page"
    PROPOSAL_CLOSES = "proposal_closes"
    FEEDBACK = "feedback"
    SECOND_READING = "second_reading"
    STATEMENT = "statement"
    REVIEW = "review"
    LINK_DISPUTE = "link_dispute"
    UNREVIEWED_END = "unreviewed_end"
    TERM_END = "term_end"
    READMISSION_REMINDER = "readmission_reminder"
    READMISSION_ANSWER = "readmission_answer"
    CASE_REVIEW = "case_review"
    HEARING = "hearing"
    BLOCKED_TOTAL = "blocked_total"
    BOARD_ANSWER = "board_answer"
    CONFLICT_CLAIM = "conflict_claim"
    MEASURE_END = "measure_end"
    ACT_WORDS = "act_words"
    BOARD_REQUEST = "board_request"
    MEASURE_RECONSIDERATION = "measure_reconsideration"
    NATIVE_REASON = "native_reason"
    ACCEPTANCE = "acceptance"
    AUDIENCE = "audience"
    CONTACT_QUESTION = "contact_question"
    ROTA_CALL = "rota_call"
    MANUAL_TASK = "manual_task"
    MANUAL_RELEASE = "manual_release"
    EXPUNGE = "expunge"
    RETENTION_REVIEW = "retention_review"
    EVENT_OVER = "event_over"
    DATA_REQUEST = "data_request"
    BOARD_REPORT = "board_report"
    MOTION_REPORT = "motion_report"
    PAUSE_REVIEW = "pause_review"
    AFFILIATE_REPORT = "affiliate_report"
    CONDITION = "condition"
    UNMET_CONDITION = "unmet_condition"
    TALK = "talk"


@dataclass(frozen=True, slots=True)
class Deadline:
    """One deadline of one thing, which `next_at` acts upon next; None: settled.

    `stage` counts the reminders and escalations that have gone out.
    """

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


class DeadlineStore(Protocol):
    """Deadlines: what is due next is one indexed question."""

    async def add(self, deadline: Deadline) -> None:
        """Store a new deadline, which runs from now."""
        ...

    async def save(self, deadline: Deadline) -> Deadline:
        """Store the deadline as given, one version later; Stale where somebody was quicker."""
        ...

    async def deadline(self, deadline: str) -> Deadline | None:
        """Return the deadline of that id."""
        ...

    async def due(self, now: datetime, limit: int = 100) -> tuple[Deadline, ...]:
        """Return the deadlines whose next instant has come, the longest due first."""
        ...

    async def next_due(self) -> datetime | None:
        """Return the next instant at which a deadline is to be acted upon; None while none is."""
        ...

    async def open_for(self, case: CaseId, kind: DeadlineKind | None = None) -> tuple[Deadline, ...]:
        """Return the case's deadlines that are not settled yet, of one kind where it is named, the earliest due first."""
        ...

    async def open_about(self, about: str, kind: DeadlineKind | None = None) -> tuple[Deadline, ...]:
        """Return the deadlines about one thing (an act, a sanction, a proposal) that are not settled yet."""
        ...
