"""When the next try is made, and when people are called."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from guardian.retry import RetryPolicy

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
POLICY = RetryPolicy()


def delay(
    age: timedelta, policy: RetryPolicy = POLICY, *, needs_people: bool = False, asked_for: timedelta | None = None
) -> timedelta:
    """How long what has failed for so long waits for its next try."""
    return policy.next_try(NOW - age, NOW, needs_people=needs_people, asked_for=asked_for) - NOW


def test_what_has_only_now_failed_is_tried_again_after_the_least_delay() -> None:
    assert POLICY.next_try(None, NOW) == NOW + POLICY.min_delay
    assert delay(timedelta()) == POLICY.min_delay


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (SECOND, 5 * SECOND),
        (20 * SECOND, 5 * SECOND),
        (2 * MINUTE, 30 * SECOND),
        (HOUR, 15 * MINUTE),
        (24 * HOUR, 15 * MINUTE),
    ],
)
def test_the_pauses_grow_with_the_age_of_the_failure_up_to_the_longest(age: timedelta, expected: timedelta) -> None:
    assert delay(age) == expected


@pytest.mark.parametrize(("age", "expected"), [(SECOND, 40 * SECOND), (4 * MINUTE, MINUTE), (24 * HOUR, 15 * MINUTE)])
def test_what_people_have_to_mend_is_asked_for_less_often(age: timedelta, expected: timedelta) -> None:
    assert delay(age, needs_people=True) == expected


def test_a_refused_delay_as_long_as_the_longest_makes_every_refusal_wait_so_long() -> None:
    rarely = replace(POLICY, refused_delay=POLICY.max_delay)
    assert {delay(age * MINUTE, rarely, needs_people=True) for age in range(200)} == {POLICY.max_delay}
    assert delay(SECOND, rarely) == POLICY.min_delay


@pytest.mark.parametrize("asked_for", [SECOND, MINUTE, HOUR])
def test_a_space_is_never_asked_sooner_than_it_asked_for(asked_for: timedelta) -> None:
    for age in (SECOND, 2 * MINUTE, 24 * HOUR):
        assert delay(age, asked_for=asked_for) == max(delay(age), asked_for)


def test_people_are_called_at_once_for_what_they_must_mend_and_else_when_it_lasts() -> None:
    assert POLICY.notify_now(NOW, None, NOW, needs_people=True)
    assert not POLICY.notify_now(NOW - 10 * MINUTE + SECOND, None, NOW, needs_people=False)
    assert POLICY.notify_now(NOW - 10 * MINUTE, None, NOW, needs_people=False)


def test_people_are_called_once_for_one_failure_and_never_for_none() -> None:
    assert not POLICY.notify_now(NOW - HOUR, NOW - MINUTE, NOW, needs_people=True)
    assert not POLICY.notify_now(None, None, NOW, needs_people=True)
