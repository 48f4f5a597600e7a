"""What a decision may ask of the person beside or instead of a restriction: to behave otherwise, or to make up for it.

Read `may_ask_conditions` first. Policy: P-5.2.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from rules.policy import Policy
from rules.verdict import Verdict, allowed, refused


class ConditionKind(StrEnum):
    """What is asked: the first two change how the person behaves, the others make up for what was done."""

    BEHAVIOUR = "behaviour"
    NO_CONTACT = "no_contact"
    APOLOGY = "apology"
    REPAIR = "repair"


MOST_CONDITIONS: Final = 10
"""What somebody can keep in mind; more of them is a form that was filled by a program."""


@dataclass(frozen=True, slots=True)
class AskedCondition:
    """One thing that is asked, in words for the person; `within` counts from the enactment, None: without a date.

    `followed_by` is the member who follows it up, by their id; None: the group does.
    """

    kind: ConditionKind
    words: str
    within: timedelta | None = None
    followed_by: str | None = None


def may_ask_conditions(
    asked: Sequence[AskedCondition], *, about_person: bool, answers_request: bool, violation: bool
) -> Verdict:
    """Return whether a decision may ask these things: of a person, whose conduct it finds wanting, in words.

    Policy: P-5.2, P-6.2.
    """
    if not asked:
        return allowed("P-5.2")
    if answers_request:
        sentence = "An answer to a request asks nothing new of the person. For that, propose it in the case itself."
        return refused("condition", sentence, "P-6.2")
    if not about_person:
        return refused("no_person", "Say of whom this is asked: nobody who was reported is known here yet.", "P-5.2")
    if not violation:
        sentence = "Where no violation is found nothing is asked of the person. Choose a rung, or something else."
        return refused("condition", sentence, "P-5.2")
    if len(asked) > MOST_CONDITIONS:
        return refused("condition", f"At most {MOST_CONDITIONS} things are asked at once.", "P-5.2")
    if any(not each.words.strip() for each in asked):
        return refused("condition", "Say in words for the person what is asked of them.", "P-5.2")
    if any(each.within is not None and each.within <= timedelta(0) for each in asked):
        return refused("condition", "What is asked is to be shown by a day to come.", "P-5.2")
    return allowed("P-5.2")


def may_check_condition(evidence: str) -> Verdict:
    """Return whether a member may say that a condition is met, or not: what shows it stands beside it. Policy: P-6.2."""
    if not evidence.strip():
        return refused("no_evidence", "Say what shows it. It is kept with the case.", "P-6.2")
    return allowed("P-6.2")


def condition_reminder_times(since: datetime, due: datetime, policy: Policy) -> tuple[datetime, ...]:
    """Return when the group is reminded that something asked of a person is to be shown, and at last when it is due.

    Policy: P-2.4.
    """
    whole = due - since
    shares = sorted(policy.reminders.shares)
    return (*(since + whole * share.numerator / share.denominator for share in shares), due)
