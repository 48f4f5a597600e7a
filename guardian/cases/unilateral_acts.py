"""Unilateral acts, their review, and the stop of a member: how each moves, and what the reviewers come to. Pure.

Read `UnilateralAct` first.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from guardian.cases.proposals import Consequence
from guardian.cases.state_machine import StateMachine
from guardian.ids import CaseId, MemberId, PersonId, SpaceName
from rules import brake, unilateral
from rules.ladder import Outcome
from rules.policy import Policy
from rules.policy_sections.sanctions import OnTermEnd
from rules.precedence import Restriction
from rules.unilateral import Ground, ReviewAnswer, ReviewState
from rules.verdict import Verdict, allowed, refused


class ActState(StrEnum):
    """Where an act and its review stand; an act that the brake held waits for a second member and restricts nobody."""

    AWAITING_CONFIRMATION = "awaiting_confirmation"
    UNREVIEWED = "unreviewed"
    WITH_CHAIR = "with_chair"
    WITH_BOARD = "with_board"
    RATIFIED = "ratified"
    CHANGED = "changed"
    REVERSED = "reversed"
    LAPSED = "lapsed"


class OutsideKind(StrEnum):
    """What a member did outside the spaces (P-7.1)."""

    POLICE = "police"
    VENUE = "venue"
    FOUNDATION = "foundation"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class OutsideAct:
    """What was done outside the spaces: to whom something was said, when, and what came of it, as far as it is known."""

    kind: OutsideKind
    told: str
    happened_at: datetime
    came_of_it: str = ""


@dataclass(frozen=True, slots=True)
class UnilateralAct:
    """One member acting at once: who, on whom, where, why, and where its review stands (P-7.2).

    `outside`: it was done outside the spaces, and restricts nothing there; `reason` then says what was done.

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
    outside: OutsideAct | None = None
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


class ActEvent(StrEnum):
    """What moves an act and its review."""

    CONFIRM = "confirm"
    TO_CHAIR = "to_chair"
    TO_BOARD = "to_board"
    RATIFY = "ratify"
    CHANGE = "change"
    REVERSE = "reverse"
    LAPSE = "lapse"


_REVIEWABLE: Final = (ActState.UNREVIEWED, ActState.WITH_CHAIR, ActState.WITH_BOARD)

ACT_MACHINE: Final = StateMachine(
    "act",
    {
        (ActState.AWAITING_CONFIRMATION, ActEvent.CONFIRM): ActState.UNREVIEWED,
        (ActState.AWAITING_CONFIRMATION, ActEvent.LAPSE): ActState.LAPSED,
        (ActState.UNREVIEWED, ActEvent.TO_CHAIR): ActState.WITH_CHAIR,
        (ActState.UNREVIEWED, ActEvent.TO_BOARD): ActState.WITH_BOARD,
        (ActState.WITH_CHAIR, ActEvent.TO_BOARD): ActState.WITH_BOARD,
        **{(state, ActEvent.RATIFY): ActState.RATIFIED for state in _REVIEWABLE},
        **{(state, ActEvent.CHANGE): ActState.CHANGED for state in _REVIEWABLE},
        **{(state, ActEvent.REVERSE): ActState.REVERSED for state in _REVIEWABLE},
        **{(state, ActEvent.LAPSE): ActState.LAPSED for state in _REVIEWABLE},
    },
    {
        ActState.AWAITING_CONFIRMATION: "waits for a second member",
        ActState.UNREVIEWED: "waits for its review",
        ActState.WITH_CHAIR: "is with the chair",
        ActState.WITH_BOARD: "is with the Board",
        ActState.RATIFIED: "was ratified",
        ActState.CHANGED: "was changed by its review",
        ActState.REVERSED: "was reversed",
        ActState.LAPSED: "ended without a review",
    },
    "P-7.3",
)

EVENT_FOR_ANSWER: Final = {
    ReviewAnswer.RATIFY: ActEvent.RATIFY,
    ReviewAnswer.CHANGE: ActEvent.CHANGE,
    ReviewAnswer.REVERSE: ActEvent.REVERSE,
}


class StopState(StrEnum):
    """Where a stop stands: it binds until its review ends it."""

    OPEN = "open"
    UPHELD = "upheld"
    ENDED = "ended"


class StopEvent(StrEnum):
    """What its review does with a stop."""

    UPHOLD = "uphold"
    END = "end"


STOP_MACHINE: Final = StateMachine(
    "stop",
    {
        (StopState.OPEN, StopEvent.UPHOLD): StopState.UPHELD,
        (StopState.OPEN, StopEvent.END): StopState.ENDED,
        (StopState.UPHELD, StopEvent.END): StopState.ENDED,
    },
    {
        StopState.OPEN: "waits for its review",
        StopState.UPHELD: "was reviewed and stands",
        StopState.ENDED: "has ended",
    },
    "P-7.5",
)


@dataclass(frozen=True, slots=True)
class Stop:
    """One member's word that another may not act alone any more; itself an act with a review (P-7.5)."""

    id: str
    by: MemberId
    of: MemberId
    at: datetime
    state: StopState = StopState.OPEN
    ended_at: datetime | None = None
    version: int = 0


def is_under_review(act: UnilateralAct) -> bool:
    """Return whether the act still waits for what its review comes to."""
    return act.state in _REVIEWABLE


def past_act(act: UnilateralAct) -> brake.PastAct[MemberId, PersonId]:
    """Return the act as the brake counts it; one that still waits for its second member has not been taken."""
    return brake.PastAct(
        by=act.by,
        on=act.person,
        at=act.at,
        ground=act.ground,
        confirmed_by=act.confirmed_by,
        reviewed=not is_under_review(act),
        reversed=act.state is ActState.REVERSED,
    )


def past_acts(acts: Iterable[UnilateralAct]) -> tuple[brake.PastAct[MemberId, PersonId], ...]:
    """Return the acts that were really taken, as the brake counts them: those that restrict somebody."""
    taken = (act for act in acts if act.state is not ActState.AWAITING_CONFIRMATION and act.outside is None)
    return tuple(past_act(act) for act in taken)


def binding_stops(stops: Iterable[Stop]) -> tuple[brake.StopFact[MemberId], ...]:
    """Return the stops that bind now."""
    return tuple(brake.StopFact(stop.by, stop.of) for stop in stops if stop.state is not StopState.ENDED)


def tally_reviews(
    act: UnilateralAct,
    reviews: tuple[ActReview, ...],
    eligible: frozenset[MemberId],
    free_chairs: frozenset[MemberId],
    policy: Policy,
) -> ReviewState:
    """Return what the reviewers have come to; the same answer means the same term and the same restriction.

    Policy: P-7.3.
    """
    ballots = [unilateral.ReviewBallot(r.member, r.answer, r.term) for r in reviews]
    result = unilateral.review_state(ballots, act.by, eligible, free_chairs, policy)
    if result is ReviewState.CHANGED and not _agree_on_restriction(act, reviews, eligible):
        return ReviewState.WITH_CHAIR if free_chairs - {act.by} else ReviewState.WITH_BOARD
    return result


def check_review(act: UnilateralAct, answer: ActReview, policy: Policy) -> Verdict:
    """Return whether a reviewer's answer says all that it must: a term to ratify, a term within bounds to change.

    Policy: P-7.3.
    """
    if answer.answer is ReviewAnswer.REVERSE:
        return allowed("P-7.3")
    if act.outside is not None and answer.answer is ReviewAnswer.CHANGE:
        return refused("answer", "What was said cannot be changed. For a restriction, make a proposal.", "P-7.3")
    if answer.restriction is Restriction.NONE:
        return refused("restriction", "To restrict nothing any more, reverse the act.", "P-7.3")
    if answer.answer is ReviewAnswer.RATIFY and answer.restriction not in (None, act.restriction):
        return refused("restriction", "Another restriction is a change of the act, not its ratification.", "P-7.3")
    if answer.answer is ReviewAnswer.RATIFY and act.restriction is Restriction.NONE:
        return allowed("P-7.3")  # Somebody was put out, and nothing holds that could have an end.
    longest = policy.sanctions.short_most
    if answer.term is None or not timedelta(0) < answer.term <= longest:
        sentence = f"Name a term of at most {longest.days} days. For a longer one, make a proposal in the case."
        return refused("term", sentence, "P-7.3")
    return allowed("P-7.3")


def consequence_of_review(act: UnilateralAct, review: ActReview) -> Consequence:
    """Return what the group decides by agreeing to this answer.

    Its term ends by itself: no rung of the ladder was chosen.
    """
    if review.answer is ReviewAnswer.REVERSE:
        return Consequence(outcome=Outcome.NO_ACTION)
    restriction = review.restriction or act.restriction
    return Consequence(
        outcome=Outcome.OTHER,
        restriction=restriction,
        term=review.term,
        on_term_end=OnTermEnd.LIFT,
        spaces=act.spaces,
        summary="Review of an act taken alone.",
    )


def _agree_on_restriction(act: UnilateralAct, reviews: tuple[ActReview, ...], eligible: frozenset[MemberId]) -> bool:
    latest = {r.member: r.restriction or act.restriction for r in reviews if r.member in eligible - {act.by}}
    return len(set(latest.values())) <= 1
