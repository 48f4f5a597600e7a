"""What is promised by when, the reminders on the way, and what follows when a date passes."""

from datetime import timedelta

import pytest

from rules.deadlines import Follows, TimeLimit, due_at, follows, next_due_at, readmission_reminder_times, reminder_times
from tests.rules.community import CHIPY, DAY, DJANGO, HOUR, NOW, after

TABLE = [
    (TimeLimit.FIRST_ANSWER_TARGET, 12 * HOUR, Follows.REMIND_GROUP, "P-2.4"),
    (TimeLimit.FIRST_ANSWER, 24 * HOUR, Follows.TELL_REPORTER_NEW_DATE, "P-2.4"),
    (TimeLimit.SUBSTANTIVE_ANSWER, 7 * DAY, Follows.TELL_REPORTER_NEW_DATE, "P-2.4"),
    (TimeLimit.RESOLUTION, 7 * DAY, Follows.TELL_REPORTER_NEW_DATE, "P-2.4"),
    (TimeLimit.CONTACT_QUESTION, 48 * HOUR, Follows.CLOSE_WINDOW, "P-3.5"),
    (TimeLimit.HEARING, 7 * DAY, Follows.CLOSE_WINDOW, "P-3.5"),
    (TimeLimit.FEEDBACK, 72 * HOUR, Follows.CLOSE_WINDOW, "P-5.4"),
    (TimeLimit.SECOND_READING, 24 * HOUR, Follows.SEND_STANDARD_TEXT, "P-5.6"),
    (TimeLimit.READMISSION_ANSWER, 14 * DAY, Follows.TO_BOARD, "P-6.2"),
    (TimeLimit.TERM_REVIEW, 365 * DAY, Follows.REMIND_GROUP, "P-6.2"),
    (TimeLimit.CASE_REVIEW, 180 * DAY, Follows.REMIND_GROUP, "P-5.8"),
    (TimeLimit.BOARD_ANSWER, 7 * DAY, Follows.REMIND_BOARD, "P-8.4"),
    (TimeLimit.ACCEPTANCE, 24 * HOUR, Follows.REMIND_CHAIRS, "P-8.2"),
    (TimeLimit.LINK_DISPUTE, 24 * HOUR, Follows.REMIND_CHAIRS, "P-6.4"),
]


def test_the_table_covers_every_deadline() -> None:
    assert [row[0] for row in TABLE] == list(TimeLimit)


@pytest.mark.parametrize(("kind", "length", "then", "source"), TABLE)
def test_each_deadline_has_its_length_and_what_follows(
    kind: TimeLimit, length: timedelta, then: Follows, source: str
) -> None:
    """P-2.4, P-3.5, P-5.4, P-5.6, P-5.8, P-6.2, P-8.4."""
    assert (due_at(kind, NOW, DJANGO), follows(kind)) == (NOW + length, then), source


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


@pytest.mark.parametrize("kind", TimeLimit)
def test_a_date_whose_passing_settles_the_matter_is_not_made_again(kind: TimeLimit) -> None:
    """P-2.4, P-5.4, P-5.6, P-6.2."""
    settles = follows(kind) in (Follows.CLOSE_WINDOW, Follows.SEND_STANDARD_TEXT, Follows.TO_BOARD)
    assert (next_due_at(kind, NOW, NOW, DJANGO) is None) is settles


def test_a_person_hears_at_the_end_and_after_30_and_90_days_that_they_may_ask() -> None:
    """P-6.2."""
    assert readmission_reminder_times(NOW, DJANGO) == (NOW, after(days=30), after(days=90))
