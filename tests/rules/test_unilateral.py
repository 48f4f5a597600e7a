"""Acting alone: two clocks, the way of a late review, and what the reviewers' answers come to (P-7.1 to P-7.4)."""

from datetime import datetime, timedelta

import pytest

from rules.policy_sections.sanctions import OnOverdue
from rules.unilateral import (
    ActDeadlineKind,
    ActDueDates,
    ReviewAnswer,
    ReviewBallot,
    ReviewState,
    act_due_dates,
    act_ends_at,
    may_review,
    review_state,
    stop_review_answer,
    timeline,
)
from tests.rules.community import DAY, DJANGO, HOUR, NOW, after, changed

LAPSING = changed(DJANGO, "unilateral.on_overdue", OnOverdue.LAPSE)
RATIFY, CHANGE, REVERSE = ReviewAnswer
FOUR = frozenset("ABCD")
Ballots = list[tuple[str, ReviewAnswer]]


def deadlines_of(account_given: int | None = None, reviewed: int | None = None) -> list[tuple[float, ActDeadlineKind]]:
    """The timeline of an act at NOW as hours and kinds."""
    found = timeline(NOW, statement_at=_at(account_given), reviewed_at=_at(reviewed), conflicted=False, policy=DJANGO)
    return [((deadline.at - NOW) / HOUR, deadline.kind) for deadline in found]


def _at(hour: int | None) -> datetime | None:
    return None if hour is None else after(hours=hour)


def test_account_and_review_are_due_a_day_after_the_act() -> None:
    """P-7.2, P-7.3."""
    assert act_due_dates(NOW, conflicted=False, policy=DJANGO) == ActDueDates(
        after(hours=24), after(hours=24), after(days=14)
    )


def test_a_doubtful_act_is_reviewed_within_the_hour() -> None:
    """P-4.4."""
    assert act_due_dates(NOW, conflicted=True, policy=DJANGO).review_due == after(hours=1)


def test_where_late_acts_lapse_the_act_ends_with_its_review_clock() -> None:
    """P-7.3."""
    assert act_due_dates(NOW, conflicted=False, policy=LAPSING).ends_unreviewed == after(hours=24)


@pytest.mark.parametrize(("term", "ends"), [(None, 14 * DAY), (2 * DAY, 2 * DAY), (30 * DAY, 14 * DAY)])
def test_an_act_never_reviewed_ends_by_itself(term: timedelta | None, ends: timedelta) -> None:
    """P-7.3, P-7.4."""
    assert act_ends_at(NOW, term, conflicted=False, policy=DJANGO) == NOW + ends


def test_a_neglected_act_goes_from_reminders_to_the_chair_to_the_liaison_and_ends() -> None:
    """P-7.3: it never disappears."""
    found = deadlines_of()
    assert found[:6] == [
        (12, ActDeadlineKind.REMIND_ACTOR),
        (12, ActDeadlineKind.REMIND_REVIEWERS),
        (21.6, ActDeadlineKind.REMIND_ACTOR),
        (21.6, ActDeadlineKind.REMIND_REVIEWERS),
        (24, ActDeadlineKind.STATEMENT_TO_CHAIR),
        (24, ActDeadlineKind.REVIEW_TO_CHAIR),
    ]
    assert [hour for hour, kind in found if kind is ActDeadlineKind.REVIEW_TO_LIAISON] == [
        24 * day for day in range(2, 14)
    ]
    assert found[-1] == (14 * 24, ActDeadlineKind.ACT_ENDS)


def test_an_account_given_stops_its_own_clock_only() -> None:
    """P-7.2."""
    kinds = {kind for _, kind in deadlines_of(account_given=1)}
    assert kinds == {
        ActDeadlineKind.REMIND_REVIEWERS, ActDeadlineKind.REVIEW_TO_CHAIR, ActDeadlineKind.REVIEW_TO_LIAISON, ActDeadlineKind.ACT_ENDS,
    }  # fmt: skip


def test_a_review_stops_its_own_clock_only() -> None:
    """P-7.2."""
    assert [kind for _, kind in deadlines_of(reviewed=13)] == [
        ActDeadlineKind.REMIND_ACTOR, ActDeadlineKind.REMIND_REVIEWERS, ActDeadlineKind.REMIND_ACTOR, ActDeadlineKind.STATEMENT_TO_CHAIR,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("ballots", "state"),
    [
        ([], ReviewState.OPEN),
        ([("B", RATIFY)], ReviewState.OPEN),
        ([("B", RATIFY), ("C", RATIFY)], ReviewState.RATIFIED),
        ([("B", CHANGE), ("C", CHANGE)], ReviewState.CHANGED),
        ([("B", REVERSE), ("C", REVERSE)], ReviewState.REVERSED),
        ([("B", RATIFY), ("B", RATIFY)], ReviewState.OPEN),
        ([("A", RATIFY), ("B", RATIFY)], ReviewState.OPEN),
        ([("Z", RATIFY), ("B", RATIFY)], ReviewState.OPEN),
        ([("B", RATIFY), ("C", REVERSE)], ReviewState.WITH_CHAIR),
        ([("B", RATIFY), ("C", CHANGE)], ReviewState.WITH_CHAIR),
        ([("B", RATIFY), ("C", RATIFY), ("D", REVERSE)], ReviewState.WITH_CHAIR),
        ([("B", RATIFY), ("C", REVERSE), ("B", REVERSE)], ReviewState.REVERSED),
    ],
)
def test_two_reviewers_must_say_the_same_and_nobody_otherwise(ballots: Ballots, state: ReviewState) -> None:
    """P-7.3: the actor never counts."""
    cast = [ReviewBallot(by, answer) for by, answer in ballots]
    assert review_state(cast, "A", FOUR, frozenset("D"), DJANGO) is state


def test_two_who_ratify_with_different_terms_disagree() -> None:
    """P-7.3."""
    cast = [ReviewBallot("B", RATIFY, 7 * DAY), ReviewBallot("C", RATIFY, 30 * DAY)]
    assert review_state(cast, "A", FOUR, frozenset("D"), DJANGO) is ReviewState.WITH_CHAIR


@pytest.mark.parametrize(
    ("eligible", "chairs", "state"),
    [
        ("ABC", "B", ReviewState.OPEN),
        ("AB", "B", ReviewState.WITH_CHAIR),
        ("AB", "A", ReviewState.WITH_BOARD),
        ("AB", "", ReviewState.WITH_BOARD),
    ],
)
def test_with_fewer_than_two_reviewers_it_goes_to_a_chair_not_concerned_or_the_board(
    eligible: str, chairs: str, state: ReviewState
) -> None:
    """P-7.3."""
    assert review_state([], "A", frozenset(eligible), frozenset(chairs), DJANGO) is state


@pytest.mark.parametrize(
    ("ruling", "state"),
    [(RATIFY, ReviewState.RATIFIED), (CHANGE, ReviewState.CHANGED), (REVERSE, ReviewState.REVERSED)],
)
def test_the_chairs_ruling_settles_a_disagreement(ruling: ReviewAnswer, state: ReviewState) -> None:
    """P-7.3."""
    cast = [ReviewBallot("B", RATIFY), ReviewBallot("C", REVERSE)]
    assert review_state(cast, "A", FOUR, frozenset("D"), DJANGO, ruling) is state


def test_nobody_reviews_their_own_act_or_a_case_closed_to_them() -> None:
    """P-7.3, P-4.3."""
    assert may_review("B", "A", FOUR)
    assert may_review("A", "A", FOUR).code == "own_act"
    assert may_review("B", "A", FOUR - {"B"}).code == "not_counted"


@pytest.mark.parametrize(
    ("answers", "eligible", "settled"),
    [
        ({"A": RATIFY, "B": RATIFY}, "ABC", RATIFY),
        ({"A": RATIFY, "B": REVERSE}, "ABC", None),
        ({"A": REVERSE}, "ABC", None),
        ({"A": REVERSE}, "A", REVERSE),
        ({"X": RATIFY, "A": REVERSE, "B": REVERSE}, "ABC", REVERSE),
    ],
)
def test_a_stop_stands_or_ends_by_what_the_others_say_alike(
    answers: dict[str, ReviewAnswer], eligible: str, settled: ReviewAnswer | None
) -> None:
    """P-7.5"""
    assert stop_review_answer(answers, frozenset(eligible), DJANGO) == settled
