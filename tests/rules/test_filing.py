"""Reports that were dealt with already: what they ask for, and when such a case closes without a decision."""

import pytest

from rules.procedure import may_close_at_once
from rules.routing import ReportKind, kind_of_report

HELP, FILE = ReportKind.NEEDS_HELP, ReportKind.FOR_THE_FILE


@pytest.mark.parametrize(
    ("handled", "danger", "kind"), [(False, False, HELP), (True, False, FILE), (True, True, HELP), (False, True, HELP)]
)
def test_a_report_of_danger_asks_for_help_whatever_was_dealt_with(
    handled: bool, danger: bool, kind: ReportKind
) -> None:
    """P-2.3."""
    assert kind_of_report(handled=handled, danger=danger) is kind


@pytest.mark.parametrize(
    ("kinds", "safety_risk", "code"),
    [
        ([FILE], False, "allowed"),
        ([FILE, FILE], False, "allowed"),
        ([FILE, HELP], False, "undecided"),
        ([HELP], False, "undecided"),
        ([], False, "undecided"),
        ([FILE], True, "safety_risk"),
    ],
)
def test_a_case_closes_at_once_only_where_all_of_it_is_for_the_file(
    kinds: list[ReportKind], safety_risk: bool, code: str
) -> None:
    """P-2.3."""
    assert may_close_at_once(kinds, safety_risk=safety_risk).code == code
