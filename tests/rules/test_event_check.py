"""Who on an event's list may be meant, and who settles that: one member for an exact match, more below it."""

import pytest

from rules.event_check import MatchDegree, MatchState, degree_of, may_check_list, settle
from rules.name_matching import KnownNames
from tests.rules.community import DJANGO

KNOWN = KnownNames("p", ("Samuel Example", "grumbler"), ("grumbler", "700000000000000001"))
EXACT, NEAR = MatchDegree.EXACT, MatchDegree.NEAR


@pytest.mark.parametrize(
    ("line", "degree"),
    [
        ("Samuel Example", EXACT),
        ("SAMUEL  éxample", EXACT),
        ("Sam E., @grumbler", EXACT),
        ("Somebody Else; 700000000000000001", EXACT),
        ("Example Samuel", NEAR),
        ("Samuel Exampel", NEAR),
        ("Dr Samuel Example-Jones", NEAR),
        ("Самуэль Экзампл", NEAR),
        ("the grumbler of the village", NEAR),
        ("Samuel Otherwise", None),
        ("Example Corporation", None),
        ("Sam", None),
        ("Robin Host", None),
    ],
)
def test_a_line_is_taken_for_somebody_only_where_the_whole_name_speaks_for_it(
    line: str, degree: MatchDegree | None
) -> None:
    """P-9.6"""
    assert degree_of(line, KNOWN, DJANGO.conflicts) is degree


@pytest.mark.harm("event-told-of-a-stranger")
@pytest.mark.parametrize(
    ("degree", "yes", "no", "state"),
    [
        (EXACT, "", "", MatchState.OPEN),
        (EXACT, "a", "", MatchState.SAME),
        (EXACT, "a", "b", MatchState.OPEN),
        (EXACT, "", "b", MatchState.OTHER),
        (NEAR, "a", "", MatchState.OPEN),
        (NEAR, "ab", "", MatchState.SAME),
        (NEAR, "ab", "c", MatchState.OPEN),
        (NEAR, "abc", "d", MatchState.SAME),
        (NEAR, "a", "bcd", MatchState.OTHER),
    ],
)
def test_members_settle_whom_a_line_means(degree: MatchDegree, yes: str, no: str, state: MatchState) -> None:
    """P-9.6"""
    assert settle(degree, yes, no, DJANGO.events) is state


@pytest.mark.parametrize(
    ("names", "before", "code"),
    [(9, 0, "too_few_names"), (10, 4, "allowed"), (3001, 0, "too_many_names"), (10, 5, "too_many_lists")],
)
def test_a_list_is_long_enough_to_point_at_nobody_and_comes_a_few_times(names: int, before: int, code: str) -> None:
    """P-9.6"""
    lines = [f"Somebody {number}" for number in range(names)]
    assert may_check_list(lines, before, DJANGO.events).code == code
