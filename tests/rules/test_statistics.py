"""The eleven numbers in their two units: what counts when, and whoever is named twice once."""

from datetime import date

import pytest

from rules.statistics import CountedCase, CountedPerson, CountedReport, Counts, HalfYear, count_half_year
from rules.tracking_sheet import SheetConsequence

FIRST = HalfYear(2026, 1)


SPRING = (date(2026, 3, 1),)


def a_case(*people: tuple[str, SheetConsequence], days: tuple[date, ...] = SPRING, acted: bool = False) -> CountedCase:
    """A case of one report in spring."""
    named = tuple(CountedPerson(who, consequence) for who, consequence in people)
    return CountedCase(reports=tuple(CountedReport(day) for day in days), people=named, acted=acted)


def test_reports_are_counted_in_reports_and_people_in_people() -> None:
    """P-10.1"""
    both = a_case(("a", SheetConsequence.WARNING), ("b", SheetConsequence.BAN), acted=True)
    none = CountedCase(reports=both.reports, consequence=SheetConsequence.NO_VIOLATION)
    expected = Counts(reports=2, people_named=2, acted=1, warned=1, banned=1, not_a_violation=1)
    assert count_half_year([both, none], FIRST) == expected


def test_somebody_in_two_cases_counts_once_by_the_gravest() -> None:
    """P-10.1"""
    cases = [a_case(("a", SheetConsequence.WARNING)), a_case(("a", SheetConsequence.FIRST_SUSPENSION))]
    assert count_half_year(cases, FIRST) == Counts(reports=2, people_named=1, suspended=1)


def test_each_report_counts_on_its_own_day_and_people_with_the_first() -> None:
    """P-10.1"""
    case = a_case(("a", SheetConsequence.BAN), days=(date(2026, 6, 30), date(2026, 7, 1)))
    assert count_half_year([case], FIRST) == Counts(reports=1, people_named=1, banned=1)
    assert count_half_year([case], HalfYear(2026, 2)) == Counts(reports=1)


@pytest.mark.parametrize("text", ["", "2026", "2026-3", "26-1", "2026-1 ", "-1"])
def test_what_is_no_half_year_is_not_taken_for_one(text: str) -> None:
    assert HalfYear.parse(text) is None
