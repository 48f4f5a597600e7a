"""What is promised by when, the reminders on the way, and what follows when a date passes."""

from datetime import timedelta

import pytest

from rules.deadlines import Deadline, Follows, due, follows, next_date, readmission_reminders, reminders
from tests.rules.community import CHIPY, DAY, DJANGO, HOUR, NOW, after

TABLE = [
    (Deadline.FIRST_ANSWER_TARGET, 12 * HOUR, Follows.REMIND_GROUP, "P-2.4"),
    (Deadline.FIRST_ANSWER, 24 * HOUR, Follows.TELL_REPORTER_NEW_DATE, "P-2.4"),
    (Deadline.SUBSTANTIVE_ANSWER, 7 * DAY, Follows.TELL_REPORTER_NEW_DATE, "P-2.4"),
    (Deadline.RESOLUTION, 7 * DAY, Follows.TELL_REPORTER_NEW_DATE, "P-2.4"),
    (Deadline.CONTACT_QUESTION, 48 * HOUR, Follows.CLOSE_WINDOW, "P-3.5"),
    (Deadline.HEARING, 7 * DAY, Follows.CLOSE_WINDOW, "P-3.5"),
    (Deadline.FEEDBACK, 72 * HOUR, Follows.CLOSE_WINDOW, "P-5.4"),
    (Deadline.SECOND_READING, 24 * HOUR, Follows.SEND_STANDARD_TEXT, "P-5.6"),
    (Deadline.READMISSION_ANSWER, 14 * DAY, Follows.TO_BOARD, "P-6.2"),
    (Deadline.TERM_REVIEW, 365 * DAY, Follows.REMIND_GROUP, "P-6.2"),
    (Deadline.CASE_REVIEW, 180 * DAY, Follows.REMIND_GROUP, "P-5.8"),
    (Deadline.BOARD_ANSWER, 7 * DAY, Follows.REMIND_BOARD, "P-8.4"),
    (Deadline.ACCEPTANCE, 24 * HOUR, Follows.REMIND_CHAIRS, "P-8.2"),
    (Deadline.LINK_DISPUTE, 24 * HOUR, Follows.REMIND_CHAIRS, "P-6.4"),
]


def test_the_table_covers_every_deadline() -> None:
    assert [row[0] for row in TABLE] == list(Deadline)


@pytest.mark.parametrize(("kind", "length", "then", "source"), TABLE)
def test_each_deadline_has_its_length_and_what_follows(
    kind: Deadline, length: timedelta, then: Follows, source: str
) -> None:
    """P-2.4, P-3.5, P-5.4, P-5.6, P-5.8, P-6.2, P-8.4."""
    assert (due(kind, NOW, DJANGO), follows(kind)) == (NOW + length, then), source


def test_chipy_resolves_within_two_weeks() -> None:
    """P-2.4."""
    assert due(Deadline.RESOLUTION, NOW, CHIPY) == after(days=14)


@pytest.mark.parametrize("kind", Deadline)
def test_reminders_come_in_order_before_the_date(kind: Deadline) -> None:
    """P-2.4."""
    dates = reminders(kind, NOW, DJANGO)
    assert len(dates) == 2
    assert NOW < dates[0] < dates[1] < due(kind, NOW, DJANGO)
    assert dates[0] - NOW == (due(kind, NOW, DJANGO) - NOW) / 2


@pytest.mark.parametrize(("late", "again"), [(0, 7), (6, 7), (7, 14), (20, 21)])
def test_a_promise_that_passed_is_made_again_for_a_day_ahead(late: int, again: int) -> None:
    """P-2.4."""
    assert next_date(Deadline.RESOLUTION, NOW, after(days=late), DJANGO) == after(days=again)


@pytest.mark.parametrize("kind", Deadline)
def test_a_date_whose_passing_settles_the_matter_is_not_made_again(kind: Deadline) -> None:
    """P-2.4, P-5.4, P-5.6, P-6.2."""
    settles = follows(kind) in (Follows.CLOSE_WINDOW, Follows.SEND_STANDARD_TEXT, Follows.TO_BOARD)
    assert (next_date(kind, NOW, NOW, DJANGO) is None) is settles


def test_a_person_hears_at_the_end_and_after_30_and_90_days_that_they_may_ask() -> None:
    """P-6.2."""
    assert readmission_reminders(NOW, DJANGO) == (NOW, after(days=30), after(days=90))
