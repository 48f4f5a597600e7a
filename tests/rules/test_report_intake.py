"""Many reports within a short time (P-2.9)."""

import pytest

from rules.report_intake import FloodNotice, flood_notice, joins_burst_case, joins_last_mail
from tests.rules.community import DJANGO


@pytest.mark.parametrize(
    ("told_of", "told_of_many", "how"),
    [
        (0, False, FloodNotice.EACH),
        (19, True, FloodNotice.EACH),
        (20, False, FloodNotice.SUMMARY),
        (20, True, FloodNotice.NONE),
    ],
)
def test_nobody_is_written_to_for_each_of_hundreds_of_reports(
    told_of: int, told_of_many: bool, how: FloodNotice
) -> None:
    """P-2.9"""
    assert flood_notice(told_of, summary_sent=told_of_many, policy=DJANGO) is how


def test_two_people_who_say_the_same_are_two_reports_and_a_burst_is_one_matter() -> None:
    """P-2.9"""
    assert [joins_burst_case(already, DJANGO) for already in (1, 2, 3)] == [False, False, True]


def test_from_the_eleventh_mail_of_a_day_on_nobody_is_called_for_it() -> None:
    """P-2.10"""
    assert [joins_last_mail(already, DJANGO) for already in (9, 10)] == [False, True]
