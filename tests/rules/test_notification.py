"""What counts as told, and from when a decision takes hold (P-5.5, P-5.6, P-6.2)."""

import itertools

import pytest

from rules.notification import (
    NotificationState,
    counts_as_notified,
    effective_at,
    is_undone_by_bounce,
    measure_waits_until,
    waits_until,
)
from tests.rules.community import DJANGO, HOUR, NOW, after


@pytest.mark.parametrize(("proven", "sanctioned"), list(itertools.product([True, False], repeat=2)))
def test_a_sanctioned_person_is_told_only_on_proof(proven: bool, sanctioned: bool) -> None:
    """P-6.2."""
    assert counts_as_notified(proven=proven, sanctioned=sanctioned) is (proven or not sanctioned)


def test_a_sanction_waits_a_day_for_its_message_and_a_safety_measure_not_at_all() -> None:
    """P-5.5, P-5.6: telling never delays a safety measure."""
    assert [waits_until(NOW, DJANGO, safety=safety) for safety in (False, True)] == [after(hours=24), NOW]


@pytest.mark.parametrize("state", NotificationState)
def test_a_sanction_waits_only_while_the_person_is_still_to_be_told(state: NotificationState) -> None:
    """P-5.5, P-5.6."""
    waits = state is NotificationState.TO_NOTIFY
    assert effective_at(state, NOW, after(hours=24)) == (after(hours=24) if waits else NOW)


@pytest.mark.parametrize("state", NotificationState)
def test_an_act_taken_alone_waits_for_no_message(state: NotificationState) -> None:
    """P-5.5, P-7.1."""
    assert effective_at(state, NOW, None) == NOW


def test_nothing_takes_hold_before_it_starts() -> None:
    """P-5.6."""
    assert effective_at(NotificationState.TO_NOTIFY, after(hours=30), after(hours=24)) == after(hours=30)


@pytest.mark.harm("spaces-words-before-ours")
@pytest.mark.parametrize(("writes", "safety"), list(itertools.product([True, False], repeat=2)))
def test_a_measure_waits_minutes_for_our_words_where_the_space_writes_itself(writes: bool, safety: bool) -> None:
    """P-5.5: telling never delays a safety measure."""
    waits = writes and not safety
    expected = after(minutes=2) if waits else None
    assert measure_waits_until(NOW, DJANGO, space_writes=writes, safety=safety) == expected


def test_a_mail_that_comes_back_within_the_window_was_never_delivered() -> None:
    """P-6.2"""
    window = DJANGO.enactment.bounce_window
    assert is_undone_by_bounce(NOW, NOW + window - HOUR, DJANGO)
    assert not is_undone_by_bounce(NOW, NOW + window, DJANGO)
