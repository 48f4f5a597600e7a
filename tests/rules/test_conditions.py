"""What a decision may ask of the person, in which words and of whom, and when the group is reminded of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from rules.conditions import (
    MOST_CONDITIONS,
    AskedCondition,
    ConditionKind,
    condition_reminder_times,
    may_ask_conditions,
    may_check_condition,
)
from tests.rules.community import DAY, DJANGO, NOW

APOLOGY = AskedCondition(ConditionKind.APOLOGY, "Say in your own words what you are sorry for.", 30 * DAY)


def judged(*asked: AskedCondition, about_person: bool = True, answers: bool = False, violation: bool = True) -> str:
    """The code of the refusal, or "" where it is allowed."""
    verdict = may_ask_conditions(asked, about_person=about_person, answers_request=answers, violation=violation)
    return "" if verdict else verdict.code


def test_something_is_asked_of_a_person_whose_conduct_was_found_wanting() -> None:
    """P-5.2"""
    assert judged(APOLOGY, replace(APOLOGY, kind=ConditionKind.REPAIR, within=None)) == ""
    assert judged(APOLOGY, about_person=False) == "no_person"
    assert judged(APOLOGY, violation=False) == "condition"
    assert judged(APOLOGY, answers=True) == "condition"


def test_nothing_asked_is_refused_nowhere() -> None:
    """P-5.2"""
    assert judged(about_person=False, answers=True, violation=False) == ""


@pytest.mark.parametrize(
    "wrong",
    [replace(APOLOGY, words="  "), replace(APOLOGY, within=timedelta(0)), replace(APOLOGY, within=-DAY)],
)
def test_it_is_said_in_words_and_shown_by_a_day_to_come(wrong: AskedCondition) -> None:
    """P-5.2"""
    assert judged(APOLOGY, wrong) == "condition"


def test_nobody_is_asked_for_more_than_they_can_keep_in_mind() -> None:
    """P-5.2"""
    assert judged(*[APOLOGY] * MOST_CONDITIONS) == ""
    assert judged(*[APOLOGY] * (MOST_CONDITIONS + 1)) == "condition"


def test_met_or_not_what_shows_it_is_said() -> None:
    """P-6.2"""
    assert may_check_condition("They wrote to the group.")
    assert not may_check_condition(" ")


def test_the_group_is_reminded_at_half_time_near_the_end_and_on_the_day() -> None:
    """P-2.4"""
    times = condition_reminder_times(NOW, NOW + 10 * DAY, DJANGO)
    assert times == (NOW + 5 * DAY, NOW + 9 * DAY, NOW + 10 * DAY)
