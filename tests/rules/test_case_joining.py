"""When two cases may become one matter, and when a report may leave its case."""

from dataclasses import replace

import pytest

from rules.case_joining import CaseProgress, JoiningFacts, may_join, may_part

WHY = "Both tell of the evening of the sprint."
ALIKE = JoiningFacts(
    same=False,
    reports=True,
    source_open=True,
    target_open=True,
    for_everybody=True,
    boards=False,
    progress=None,
    enough_remain=True,
)


def test_two_open_cases_of_reports_may_be_joined() -> None:
    """P-3.1"""
    assert may_join(ALIKE, WHY)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (replace(ALIKE, same=True), "other"),
        (replace(ALIKE, reports=False), "other"),
        (replace(ALIKE, source_open=False), "not_open"),
        (replace(ALIKE, target_open=False), "not_open"),
        (replace(ALIKE, for_everybody=False), "audience"),
        (replace(ALIKE, boards=True), "board"),
        (replace(ALIKE, enough_remain=False), "too_few"),
        *((replace(ALIKE, progress=each), "gone_further") for each in CaseProgress),
    ],
)
def test_what_would_undo_a_wall_or_lose_something_is_refused(facts: JoiningFacts, code: str) -> None:
    """P-2.5, P-3.1"""
    assert may_join(facts, WHY).code == code


def test_joining_needs_a_reason() -> None:
    """P-3.1"""
    assert may_join(ALIKE, " ").code == "no_reason"


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"reason": ""}, "no_reason"),
        ({"is_last": True}, "last"),
        ({"is_boards": True}, "board"),
        ({"is_open": False}, "not_open"),
        ({"tied": True}, "tied"),
        ({"in_talk": True}, "in_talk"),
    ],
)
def test_a_report_stays_where_something_is_bound_to_its_case(facts: dict[str, object], code: str) -> None:
    """P-3.1"""
    given: dict[str, object] = {
        "reason": WHY,
        "is_open": True,
        "is_boards": False,
        "is_last": False,
        "tied": False,
        "in_talk": False,
    }
    assert may_part(**given), "else nothing is shown"  # type: ignore[arg-type]
    assert may_part(**{**given, **facts}).code == code  # type: ignore[arg-type]
