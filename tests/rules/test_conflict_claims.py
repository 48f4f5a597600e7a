"""A conflict that one member raises of another, and who has the word on it."""

import pytest

from rules.conflicts import ConflictStatus, may_claim_conflict, may_decide_claim
from rules.routing import HandlingGroups, deciders_for_chair

HELD = {"cy": ConflictStatus.RECUSED, "ed": ConflictStatus.EXCLUDED}


@pytest.mark.parametrize(
    ("by", "about", "raised", "reason", "code"),
    [
        ("bo", "ada", False, "same employer", "allowed"),
        ("bo", "bo", False, "same employer", "own"),
        ("cy", "ada", False, "same employer", "not_found"),
        ("ed", "ada", False, "same employer", "not_found"),
        ("bo", "cy", False, "same employer", "not_taking_part"),
        ("bo", "ada", True, "same employer", "raised"),
        ("bo", "ada", False, "  ", "no_reason"),
    ],
)
def test_any_member_who_takes_part_raises_a_conflict_of_another(
    by: str, about: str, raised: bool, reason: str, code: str
) -> None:
    """P-4.1."""
    assert may_claim_conflict(by, about, HELD, claimed=raised, reason=reason).code == code


@pytest.mark.harm("own-conflict-decided")
@pytest.mark.parametrize(
    ("by", "about", "raised", "reason", "code"),
    [
        ("ada", "bo", True, "they work there", "allowed"),
        ("ada", "ada", True, "they work there", "not_found"),
        ("bo", "di", True, "they work there", "not_found"),
        ("ada", "bo", False, "they work there", "not_raised"),
        ("ada", "bo", True, " ", "no_reason"),
    ],
)
def test_a_raised_conflict_is_decided_by_a_decider_with_a_reason_and_never_on_oneself(
    by: str, about: str, raised: bool, reason: str, code: str
) -> None:
    """P-4.1."""
    assert may_decide_claim(by, about, frozenset({"ada"}), claimed=raised, reason=reason).code == code


@pytest.mark.parametrize(
    ("chairs", "about", "deciders"),
    [
        ({"ada"}, "bo", {"ada"}),
        ({"ada", "bo"}, "bo", {"ada"}),
        ({"ada"}, "ada", {"gil", "lia"}),
        ({"ada"}, "lia", {"ada"}),
    ],
)
def test_where_it_is_on_a_chair_the_other_chairs_decide_and_else_the_board(
    chairs: set[str], about: str, deciders: set[str]
) -> None:
    """P-4.1."""
    groups = HandlingGroups(
        frozenset({"ada", "bo", "di", "lia"}), frozenset(chairs), frozenset({"lia"}), frozenset({"gil"})
    )
    assert deciders_for_chair(groups, {}, (about,)) == deciders
