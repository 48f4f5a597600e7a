"""Many reports within a short time (P-2.9)."""

import pytest

from rules.floods import ToldHow, how_told, joins_the_same_words
from tests.rules.community import DJANGO


@pytest.mark.parametrize(
    ("told_of", "told_of_many", "how"),
    [
        (0, False, ToldHow.EACH),
        (19, True, ToldHow.EACH),
        (20, False, ToldHow.MANY),
        (20, True, ToldHow.NOT),
    ],
)
def test_nobody_is_written_to_for_each_of_hundreds_of_reports(told_of: int, told_of_many: bool, how: ToldHow) -> None:
    """P-2.9"""
    assert how_told(told_of, told_of_many=told_of_many, policy=DJANGO) is how


def test_two_people_who_say_the_same_are_two_reports_and_a_burst_is_one_matter() -> None:
    """P-2.9"""
    assert [joins_the_same_words(already, DJANGO) for already in (1, 2, 3)] == [False, False, True]
