"""What is due by when: due dates, reminders on the way, and the new date when one has passed.

The deadlines of a unilateral act are in `unilateral`; the windows of a proposal are in `quorum`. Read `due_at` first.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from rules.policy import Policy


class TimeLimit(StrEnum):
    """A date that the service keeps."""

    FIRST_ANSWER_TARGET = "first_answer_target"
    FIRST_ANSWER = "first_answer"
    SUBSTANTIVE_ANSWER = "substantive_answer"
    RESOLUTION = "resolution"
    CONTACT_QUESTION = "contact_question"
    HEARING = "hearing"
    TALK = "talk"
    FEEDBACK = "feedback"
    SECOND_READING = "second_reading"
    READMISSION_ANSWER = "readmission_answer"
    TERM_REVIEW = "term_review"
    CASE_REVIEW = "case_review"
    CONDITION_CHECK = "condition_check"
    BOARD_ANSWER = "board_answer"
    ACCEPTANCE = "acceptance"
    LINK_DISPUTE = "link_dispute"
    DATA_REQUEST = "data_request"
    BOARD_REPORT = "board_report"
    AFFILIATE_REPORT = "affiliate_report"


def length(kind: TimeLimit, policy: Policy) -> timedelta:
    """Return how long the policy allows for it."""
    return _lengths(policy)[kind]


def due_at(kind: TimeLimit, since: datetime, policy: Policy) -> datetime:
    """Return when it is due, counted from `since`.

    `since` is the report for what a reporter is owed, the request for an answer, the decision for the second reading,
    the end of the term for its yearly review, the closing for a case's review. Policy: P-2.4, P-3.5, P-5.4, P-6.2.
    """
    return since + length(kind, policy)


def reminder_times(kind: TimeLimit, since: datetime, policy: Policy) -> tuple[datetime, ...]:
    """Return when people are reminded before it is due, in order. Policy: P-2.4."""
    whole = length(kind, policy)
    return tuple(since + whole * share.numerator / share.denominator for share in sorted(policy.reminders.shares))


def next_due_at(kind: TimeLimit, passed: datetime, now: datetime, policy: Policy) -> datetime:
    """Return the new date once one has passed: the same length again, as often as it takes to lie ahead of now.

    Policy: P-2.4.
    """
    step = length(kind, policy)
    return passed + step * max(1, (now - passed) // step + 1)


class DueState(StrEnum):
    """How near a date is (P-2.4)."""

    LATE = "late"
    NEAR = "near"
    AHEAD = "ahead"


def due_state_at(since: datetime, due: datetime, now: datetime, policy: Policy) -> DueState:
    """Return how near a date is: late once it has come, near from the first reminder on. Policy: P-2.4."""
    if now >= due:
        return DueState.LATE
    first = min(policy.reminders.shares)
    return DueState.NEAR if now >= since + (due - since) * first.numerator / first.denominator else DueState.AHEAD


class Lateness(StrEnum):
    """Whose matter a late answer to a reporter is, once the reporter has been told."""

    CHAIRS = "chairs"
    EVERYBODY = "everybody"
    BOARD = "board"


def lateness_at(kind: TimeLimit, due: datetime, now: datetime, policy: Policy) -> Lateness:
    """Return whose matter it is now that it was due: the chairs' at first, after each further length one circle more.

    Policy: P-2.4.
    """
    passed = (now - due) // length(kind, policy)
    return (Lateness.CHAIRS, Lateness.EVERYBODY, Lateness.BOARD)[max(0, min(passed, 2))]


def readmission_reminder_times(term_ended: datetime, policy: Policy) -> tuple[datetime, ...]:
    """Return when a person who may ask to return is reminded of it, in order. Policy: P-6.2."""
    return tuple(term_ended + after for after in sorted(policy.readmission.remind_after))


def _lengths(policy: Policy) -> Mapping[TimeLimit, timedelta]:
    return {
        TimeLimit.FIRST_ANSWER_TARGET: policy.reports.first_answer_target,
        TimeLimit.FIRST_ANSWER: policy.reports.first_answer,
        TimeLimit.SUBSTANTIVE_ANSWER: policy.reports.substantive_answer,
        TimeLimit.RESOLUTION: policy.reports.resolution,
        TimeLimit.CONTACT_QUESTION: policy.hearing.reporter_asked_for,
        TimeLimit.HEARING: policy.hearing.hearing_window,
        TimeLimit.TALK: policy.hearing.talk_answer,
        TimeLimit.FEEDBACK: policy.enactment.feedback_window,
        TimeLimit.SECOND_READING: policy.enactment.second_reading_within,
        TimeLimit.READMISSION_ANSWER: policy.readmission.readmission_answer,
        TimeLimit.TERM_REVIEW: policy.readmission.review_every,
        TimeLimit.CASE_REVIEW: policy.closing.review_after,
        TimeLimit.CONDITION_CHECK: policy.closing.condition_check,
        TimeLimit.BOARD_ANSWER: policy.routing.board_remind_every,
        TimeLimit.ACCEPTANCE: policy.routing.accept_within,
        TimeLimit.LINK_DISPUTE: policy.links.dispute_look,
        TimeLimit.AFFILIATE_REPORT: policy.affiliates.report_every,
        TimeLimit.BOARD_REPORT: policy.routing.board_report_within,
        TimeLimit.DATA_REQUEST: policy.data.answer_within,
    }
