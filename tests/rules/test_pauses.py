"""Pauses of a whole space: short alone, longer with a second member, and not strung together by one."""

from datetime import timedelta

import pytest

from rules.pauses import PastPause, may_keep, may_pause
from tests.rules.community import DAY, DJANGO, HOUR, NOW, after


@pytest.mark.parametrize(("term", "code"), [(24 * HOUR, "allowed"), (25 * HOUR, "too_long"), (timedelta(), "term")])
def test_alone_a_pause_lasts_a_day_at_most(term: timedelta, code: str) -> None:
    """P-1.6"""
    assert may_pause("A", term, [], [], NOW, DJANGO).code == code


@pytest.mark.parametrize(("days", "allowed"), [(6, False), (7, True)])
def test_nobody_strings_together_pauses_that_nobody_else_has_looked_at(days: int, allowed: bool) -> None:
    """P-1.6"""
    before = PastPause("A", NOW - days * DAY, runs=False, reviewed=False)
    assert bool(may_pause("A", HOUR, [before], [], NOW, DJANGO)) is allowed


@pytest.mark.parametrize(("by", "days", "code"), [("B", 7, "allowed"), ("B", 8, "too_long"), ("A", 7, "own_act")])
def test_with_a_second_member_it_lasts_a_week_from_its_beginning(by: str, days: int, code: str) -> None:
    """P-1.6, P-7.3"""
    assert may_keep(by, "A", NOW, after(days=days), after(hours=5), DJANGO).code == code
