"""One member acting at once: who may, which deadlines then run, and what the group's review comes to (P-7.1 to P-7.4).

How much one member, or the service itself, may do before somebody else looks is in `brake`. Read `act_due_dates` first.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Generic, TypeVar

from rules.policy import Policy
from rules.policy_sections.sanctions import OnOverdue
from rules.verdict import Verdict, allowed, refused

Who = TypeVar("Who", bound=Hashable)


class Ground(StrEnum):
    """Why a member acts before the group can."""

    ONGOING = "ongoing"
    THREAT = "threat"
    PHYSICAL_DANGER = "physical_danger"


class ActDeadlineKind(StrEnum):
    """What falls due after an act, and to whom it goes."""

    REMIND_ACTOR = "remind_actor"
    REMIND_REVIEWERS = "remind_reviewers"
    STATEMENT_TO_CHAIR = "statement_to_chair"
    REVIEW_TO_CHAIR = "review_to_chair"
    REVIEW_TO_LIAISON = "review_to_liaison"
    ACT_ENDS = "act_ends"


@dataclass(frozen=True, slots=True)
class ActDeadline:
    """What falls due at an instant."""

    at: datetime
    kind: ActDeadlineKind


@dataclass(frozen=True, slots=True)
class ActDueDates:
    """The two deadlines of an act, and the instant at which it ends if nobody ever reviews it."""

    statement_due: datetime
    review_due: datetime
    ends_unreviewed: datetime


class ReviewAnswer(StrEnum):
    """What one reviewer says of an act."""

    RATIFY = "ratify"
    CHANGE = "change"
    REVERSE = "reverse"


class ReviewState(StrEnum):
    """What the review has come to; REVERSED lifts at once, everywhere."""

    OPEN = "open"
    RATIFIED = "ratified"
    CHANGED = "changed"
    REVERSED = "reversed"
    WITH_CHAIR = "with_chair"
    WITH_BOARD = "with_board"


@dataclass(frozen=True, slots=True)
class ReviewBallot(Generic[Who]):
    """One reviewer's answer; `term` is what they ratify or change the act to, if they name one."""

    by: Who
    answer: ReviewAnswer
    term: timedelta | None = None


_RESULT = {
    ReviewAnswer.RATIFY: ReviewState.RATIFIED,
    ReviewAnswer.CHANGE: ReviewState.CHANGED,
    ReviewAnswer.REVERSE: ReviewState.REVERSED,
}


def act_due_dates(at: datetime, *, conflicted: bool, policy: Policy) -> ActDueDates:
    """Return when the statement and the review of an act are due. Policy: P-7.2, P-7.3, P-4.4.

    Also when it ends unreviewed. `conflicted`: the actor acts against a reporter, witness or harmed person of a case
    that concerns the actor.
    """
    unilateral = policy.unilateral
    within = min(policy.conflicts.conflict_review, unilateral.review_within) if conflicted else unilateral.review_within
    lapses = unilateral.on_overdue is OnOverdue.LAPSE
    return ActDueDates(at + unilateral.account_due, at + within, at + (within if lapses else unilateral.unreviewed_end))


def act_ends_at(at: datetime, term: timedelta | None, *, conflicted: bool, policy: Policy) -> datetime:
    """Return when an act that nobody has reviewed ends: by its own term, or unreviewed. Policy: P-7.3, P-7.4."""
    end = act_due_dates(at, conflicted=conflicted, policy=policy).ends_unreviewed
    return end if term is None else min(end, at + term)


def timeline(
    at: datetime,
    *,
    statement_at: datetime | None,
    reviewed_at: datetime | None,
    conflicted: bool,
    policy: Policy,
) -> tuple[ActDeadline, ...]:
    """Return everything that falls due after an act, in order, up to what was done already. Policy: P-7.2, P-7.3.

    Reminders come at the policy's shares of each length; the liaison is asked again and again until the act ends.
    """
    due_dates = act_due_dates(at, conflicted=conflicted, policy=policy)
    statement_deadlines = [*_reminder_deadlines(at, due_dates.statement_due, ActDeadlineKind.REMIND_ACTOR, policy)]
    statement_deadlines.append(ActDeadline(due_dates.statement_due, ActDeadlineKind.STATEMENT_TO_CHAIR))
    review_deadlines = [*_reminder_deadlines(at, due_dates.review_due, ActDeadlineKind.REMIND_REVIEWERS, policy)]
    review_deadlines.append(ActDeadline(due_dates.review_due, ActDeadlineKind.REVIEW_TO_CHAIR))
    review_deadlines.extend(_liaison_deadlines(due_dates, policy.unilateral.liaison_after))
    review_deadlines.append(ActDeadline(due_dates.ends_unreviewed, ActDeadlineKind.ACT_ENDS))
    deadlines = [deadline for deadline in statement_deadlines if statement_at is None or deadline.at < statement_at]
    deadlines.extend(deadline for deadline in review_deadlines if reviewed_at is None or deadline.at < reviewed_at)
    return tuple(sorted(deadlines, key=lambda deadline: deadline.at))


def may_review(by: Who, actor: Who, eligible: frozenset[Who]) -> Verdict:
    """Return whether this member may review the act: anybody without a conflict but the actor. Policy: P-7.3."""
    if by not in eligible:
        return refused("not_counted", "Only a member who takes part in this case can review the act.", "P-4.3")
    if by == actor:
        return refused("own_act", "Nobody reviews their own act. The others will.", "P-7.3")
    return allowed("P-7.3")


def review_state(
    ballots: Iterable[ReviewBallot[Who]],
    actor: Who,
    eligible: frozenset[Who],
    free_chairs: frozenset[Who],
    policy: Policy,
    ruling: ReviewAnswer | None = None,
) -> ReviewState:
    """Return what the review has come to. Policy: P-7.3.

    `eligible` are the members without a conflict, `free_chairs` the chairs who are neither concerned nor the actor,
    `ruling` what the chair or the Board has answered where it went to them. Ballots are oldest first, the last counts.
    """
    if ruling is not None:
        return _RESULT[ruling]
    reviewers = eligible - {actor}
    latest = {ballot.by: (ballot.answer, ballot.term) for ballot in ballots if ballot.by in reviewers}
    answers = set(latest.values())
    if len(reviewers) < policy.unilateral.review_agree or len(answers) > 1:
        return ReviewState.WITH_CHAIR if free_chairs - {actor} else ReviewState.WITH_BOARD
    if len(latest) < policy.unilateral.review_agree:
        return ReviewState.OPEN
    return _RESULT[answers.pop()[0]]


def stop_review_answer(
    answers: Mapping[Who, ReviewAnswer], eligible: frozenset[Who], policy: Policy
) -> ReviewAnswer | None:
    """Return what the reviewers of a stop say alike; None: too few have answered, or they differ. Policy: P-7.5.

    `eligible` leaves out who stopped and who is stopped. Where fewer are left than a review needs, all of them decide.
    """
    counted = [answer for who, answer in answers.items() if who in eligible]
    enough = len(counted) >= min(policy.unilateral.review_agree, max(len(eligible), 1))
    return counted[0] if enough and len(set(counted)) == 1 else None


def _reminder_deadlines(since: datetime, due: datetime, kind: ActDeadlineKind, policy: Policy) -> Iterable[ActDeadline]:
    length = due - since
    return (
        ActDeadline(since + length * share.numerator / share.denominator, kind) for share in policy.reminders.shares
    )


def _liaison_deadlines(due_dates: ActDueDates, every: timedelta) -> Iterable[ActDeadline]:
    at = due_dates.review_due + every
    while at < due_dates.ends_unreviewed:
        yield ActDeadline(at, ActDeadlineKind.REVIEW_TO_LIAISON)
        at += every
