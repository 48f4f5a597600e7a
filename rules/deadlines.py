"""What is promised by when: due dates, reminders on the way, and what follows when a date passes.

The clocks of an act taken alone are in `unilateral`; the windows of a proposal are in `quorum`.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from rules.policy import Policy


class Deadline(StrEnum):
    """A date that the service keeps."""

    FIRST_ANSWER_TARGET = "first_answer_target"
    FIRST_ANSWER = "first_answer"
    SUBSTANTIVE_ANSWER = "substantive_answer"
    RESOLUTION = "resolution"
    CONTACT_QUESTION = "contact_question"
    HEARING = "hearing"
    FEEDBACK = "feedback"
    SECOND_READING = "second_reading"
    READMISSION_ANSWER = "readmission_answer"
    TERM_REVIEW = "term_review"
    CASE_REVIEW = "case_review"
    BOARD_ANSWER = "board_answer"
    ACCEPTANCE = "acceptance"
    LINK_DISPUTE = "link_dispute"


class Follows(StrEnum):
    """What the service does when a date passes."""

    REMIND_GROUP = "remind_group"
    TELL_REPORTER_NEW_DATE = "tell_reporter_new_date"
    CLOSE_WINDOW = "close_window"
    SEND_STANDARD_TEXT = "send_standard_text"
    TO_BOARD = "to_board"
    REMIND_BOARD = "remind_board"
    REMIND_CHAIRS = "remind_chairs"


_FOLLOWS = {
    Deadline.FIRST_ANSWER_TARGET: Follows.REMIND_GROUP,
    Deadline.FIRST_ANSWER: Follows.TELL_REPORTER_NEW_DATE,
    Deadline.SUBSTANTIVE_ANSWER: Follows.TELL_REPORTER_NEW_DATE,
    Deadline.RESOLUTION: Follows.TELL_REPORTER_NEW_DATE,
    Deadline.CONTACT_QUESTION: Follows.CLOSE_WINDOW,
    Deadline.HEARING: Follows.CLOSE_WINDOW,
    Deadline.FEEDBACK: Follows.CLOSE_WINDOW,
    Deadline.SECOND_READING: Follows.SEND_STANDARD_TEXT,
    Deadline.READMISSION_ANSWER: Follows.TO_BOARD,
    Deadline.TERM_REVIEW: Follows.REMIND_GROUP,
    Deadline.CASE_REVIEW: Follows.REMIND_GROUP,
    Deadline.BOARD_ANSWER: Follows.REMIND_BOARD,
    Deadline.ACCEPTANCE: Follows.REMIND_CHAIRS,
    Deadline.LINK_DISPUTE: Follows.REMIND_CHAIRS,
}
_AGAIN = frozenset({Follows.TELL_REPORTER_NEW_DATE, Follows.REMIND_GROUP, Follows.REMIND_BOARD, Follows.REMIND_CHAIRS})


def length(kind: Deadline, policy: Policy) -> timedelta:
    """How long the policy allows for it."""
    return _lengths(policy)[kind]


def due(kind: Deadline, since: datetime, policy: Policy) -> datetime:
    """When it is due, counted from `since`.

    `since` is the report for promises to the reporter, the request for an answer, the decision for the second reading,
    the end of the term for its yearly review, the closing for a case's review. Policy: P-2.4, P-3.5, P-5.4, P-6.2.
    """
    return since + length(kind, policy)


def reminders(kind: Deadline, since: datetime, policy: Policy) -> tuple[datetime, ...]:
    """When people are reminded before it is due, in order. Policy: P-2.4."""
    whole = length(kind, policy)
    return tuple(since + whole * share.numerator / share.denominator for share in sorted(policy.reminders.shares))


def follows(kind: Deadline) -> Follows:
    """What happens when it passes unkept. Policy: P-2.4, P-5.4, P-5.6, P-6.2."""
    return _FOLLOWS[kind]


def next_date(kind: Deadline, passed: datetime, now: datetime, policy: Policy) -> datetime | None:
    """The new date once one has passed: the same length again, as often as it takes to lie ahead of now.

    None where passing ends the matter (a window closes, a text goes out, the Board takes it). Policy: P-2.4.
    """
    if follows(kind) not in _AGAIN:
        return None
    step = length(kind, policy)
    return passed + step * max(1, (now - passed) // step + 1)


def readmission_reminders(term_ended: datetime, policy: Policy) -> tuple[datetime, ...]:
    """When a person who may ask to return is reminded of it, in order. Policy: P-6.2."""
    return tuple(term_ended + after for after in sorted(policy.readmission.remind_after))


def _lengths(policy: Policy) -> Mapping[Deadline, timedelta]:
    return {
        Deadline.FIRST_ANSWER_TARGET: policy.reports.first_answer_target,
        Deadline.FIRST_ANSWER: policy.reports.first_answer,
        Deadline.SUBSTANTIVE_ANSWER: policy.reports.substantive_answer,
        Deadline.RESOLUTION: policy.reports.resolution,
        Deadline.CONTACT_QUESTION: policy.hearing.reporter_asked_for,
        Deadline.HEARING: policy.hearing.hearing_window,
        Deadline.FEEDBACK: policy.enactment.feedback_window,
        Deadline.SECOND_READING: policy.enactment.second_reading_within,
        Deadline.READMISSION_ANSWER: policy.readmission.readmission_answer,
        Deadline.TERM_REVIEW: policy.readmission.review_every,
        Deadline.CASE_REVIEW: policy.closing.review_after,
        Deadline.BOARD_ANSWER: policy.routing.board_remind_every,
        Deadline.ACCEPTANCE: policy.routing.accept_within,
        Deadline.LINK_DISPUTE: policy.links.dispute_look,
    }
