"""Who hears of a report first (P-2.5)."""

import pytest

from rules.audience import first_audience, is_in_audience, may_open_to_all

ALL = frozenset({"amara", "bruno", "chiara"})


@pytest.mark.parametrize(
    ("chosen", "danger", "heard"),
    [
        ({"amara"}, False, {"amara"}),
        ({"amara", "stranger"}, False, {"amara"}),
        ({"amara"}, True, None),
        ({"stranger"}, False, None),
        (set(), False, None),
        (ALL, False, None),
    ],
)
def test_the_chosen_hear_first_unless_somebody_is_in_danger_or_none_of_them_may(
    chosen: set[str], danger: bool, heard: set[str] | None
) -> None:
    """P-2.5, P-3.6"""
    assert first_audience(chosen, ALL, danger=danger) == heard


@pytest.mark.parametrize(
    ("who", "kept_out", "answer"), [("amara", (), True), ("bruno", (), False), ("bruno", ("amara",), True)]
)
def test_a_report_whose_only_hearer_steps_back_is_not_left_with_nobody(
    who: str, kept_out: tuple[str, ...], answer: bool
) -> None:
    """P-2.5"""
    assert is_in_audience(who, ("amara",), kept_out) is answer


def test_what_is_open_to_all_needs_no_opening() -> None:
    """P-2.5"""
    assert may_open_to_all(restricted=True)
    assert may_open_to_all(restricted=False).code == "open_already"
