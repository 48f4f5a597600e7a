"""What is promised by when, the reminders on the way, and the new date when one has passed."""

from datetime import timedelta

import pytest

from rules.deadlines import (
    Lateness,
    TimeLimit,
    due_at,
    lateness_at,
    next_due_at,
    readmission_reminder_times,
    reminder_times,
)
from tests.rules.community import CHIPY, DAY, DJANGO, HOUR, NOW, after

TABLE = [
    (TimeLimit.FIRST_ANSWER_TARGET, 12 * HOUR, "P-2.4"),
    (TimeLimit.FIRST_ANSWER, 24 * HOUR, "P-2.4"),
    (TimeLimit.SUBSTANTIVE_ANSWER, 7 * DAY, "P-2.4"),
    (TimeLimit.RESOLUTION, 7 * DAY, "P-2.4"),
    (TimeLimit.CONTACT_QUESTION, 48 * HOUR, "P-3.5"),
    (TimeLimit.HEARING, 7 * DAY, "P-3.5"),
    (TimeLimit.TALK, 14 * DAY, "P-5.3"),
    (TimeLimit.FEEDBACK, 72 * HOUR, "P-5.4"),
    (TimeLimit.SECOND_READING, 24 * HOUR, "P-5.6"),
    (TimeLimit.READMISSION_ANSWER, 14 * DAY, "P-6.2"),
    (TimeLimit.TERM_REVIEW, 365 * DAY, "P-6.2"),
    (TimeLimit.CASE_REVIEW, 180 * DAY, "P-5.8"),
    (TimeLimit.CONDITION_CHECK, 7 * DAY, "P-5.2"),
    (TimeLimit.BOARD_ANSWER, 7 * DAY, "P-8.4"),
    (TimeLimit.ACCEPTANCE, 24 * HOUR, "P-8.2"),
    (TimeLimit.LINK_DISPUTE, 24 * HOUR, "P-6.4"),
    (TimeLimit.DATA_REQUEST, 30 * DAY, "P-2.11"),
    (TimeLimit.BOARD_REPORT, 24 * HOUR, "P-8.5"),
    (TimeLimit.AFFILIATE_REPORT, 365 * DAY, "P-9.7"),
]


def test_the_table_covers_every_deadline() -> None:
    assert [row[0] for row in TABLE] == list(TimeLimit)


@pytest.mark.parametrize(("kind", "length", "source"), TABLE)
def test_each_deadline_has_its_length(kind: TimeLimit, length: timedelta, source: str) -> None:
    """P-2.4, P-2.11, P-3.5, P-5.2, P-5.3, P-5.4, P-5.6, P-5.8, P-6.2, P-8.4, P-8.5, P-9.7."""
    assert due_at(kind, NOW, DJANGO) == NOW + length, source


def test_chipy_resolves_within_two_weeks() -> None:
    """P-2.4."""
    assert due_at(TimeLimit.RESOLUTION, NOW, CHIPY) == after(days=14)


@pytest.mark.parametrize("kind", TimeLimit)
def test_reminders_come_in_order_before_the_date(kind: TimeLimit) -> None:
    """P-2.4."""
    dates = reminder_times(kind, NOW, DJANGO)
    assert len(dates) == 2
    assert NOW < dates[0] < dates[1] < due_at(kind, NOW, DJANGO)
    assert dates[0] - NOW == (due_at(kind, NOW, DJANGO) - NOW) / 2


@pytest.mark.parametrize(("late", "again"), [(0, 7), (6, 7), (7, 14), (20, 21)])
def test_a_promise_that_passed_is_made_again_for_a_day_ahead(late: int, again: int) -> None:
    """P-2.4."""
    assert next_due_at(TimeLimit.RESOLUTION, NOW, after(days=late), DJANGO) == after(days=again)


def test_a_person_hears_at_the_end_and_after_30_and_90_days_that_they_may_ask() -> None:
    """P-6.2."""
    assert readmission_reminder_times(NOW, DJANGO) == (NOW, after(days=30), after(days=90))


def test_an_answer_that_stays_out_becomes_the_matter_of_more_and_more_people() -> None:
    """P-2.4: the chairs' at first, after a length everybody's, after two the Board's, and it stays there."""
    due, length = NOW, 24 * HOUR
    asked = [lateness_at(TimeLimit.FIRST_ANSWER, due, due + n * length, DJANGO) for n in range(-1, 4)]
    assert asked == [Lateness.CHAIRS, Lateness.CHAIRS, Lateness.EVERYBODY, Lateness.BOARD, Lateness.BOARD]
