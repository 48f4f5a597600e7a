"""Who may be asked for advice. P-1.1"""

import pytest

from rules.advice import may_ask_adviser

NOTHING = {"takes_part": False, "is_kept_out": False, "is_asked": False, "had_conflict": False, "closed": False}


def test_an_adviser_with_no_part_in_the_case_may_be_asked() -> None:
    """P-1.1"""
    assert may_ask_adviser(**NOTHING)


@pytest.mark.parametrize(
    ("fact", "code"),
    [
        ("takes_part", "takes_part"),
        ("is_kept_out", "kept_out"),
        ("had_conflict", "kept_out"),
        ("is_asked", "is_asked"),
        ("closed", "closed"),
    ],
)
def test_whoever_is_kept_out_or_has_a_part_already_is_not_asked(fact: str, code: str) -> None:
    """P-1.1, P-4.3"""
    assert may_ask_adviser(**{**NOTHING, fact: True}).code == code
