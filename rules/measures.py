"""Local measures of moderators: for what, how long, how often, and by when a native action is explained.

What needs more than that goes to the working group. Policy: P-6.8, P-7.2. Read `may_measure` first.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from rules.policy import Policy
from rules.verdict import Verdict, allowed, refused


class MeasureReason(StrEnum):
    """The list from which a local measure has its reason (P-6.8)."""

    INSULTS = "insults"
    HARASSMENT = "harassment"
    SPAM = "spam"
    DERAILING = "derailing"
    PRIVATE_INFORMATION = "private_information"
    UNSUITABLE = "unsuitable"
    COOLING_DOWN = "cooling_down"
    GUIDELINES = "guidelines"


ESCALATION_CODES: Final = frozenset({"permanent", "too_long", "repeated", "on_leader"})
"""The refusals that say: this is the working group's to decide, so escalate it."""

_ESCALATE: Final = "Escalate it to the working group instead, or choose a shorter term."


def may_measure(
    term: timedelta | None, earlier: Iterable[datetime], now: datetime, policy: Policy, *, on_leader: bool = False
) -> Verdict:
    """Return whether a moderator may set this measure without the group. Policy: P-6.8, P-7.5.

    `earlier` are the beginnings of the measures that the person has had in this space; `on_leader`: the person has a
    role here, so that nobody alone restricts them for longer than the brake allows.
    """
    measures = policy.measures
    if term is None:
        return refused("permanent", f"A measure of moderators has an end. {_ESCALATE}", "P-6.8")
    if term <= timedelta():
        return refused("term", "A term lies ahead: choose a length of more than nothing.", "P-6.8")
    if term > measures.local_max:
        sentence = f"A measure of moderators lasts {_days(measures.local_max)} at most. {_ESCALATE}"
        return refused("too_long", sentence, "P-6.8")
    if on_leader and term > policy.brake.leader_hold:
        sentence = "They have a role here: nobody alone restricts them for longer than"
        return refused("on_leader", f"{sentence} {_days(policy.brake.leader_hold)}. {_ESCALATE}", "P-7.5")
    recent = [at for at in earlier if now - at < measures.local_repeat_within]
    if len(recent) + 1 >= measures.local_repeat:
        sentence = (
            f"This would be measure number {len(recent) + 1} on the same person within "
            f"{_days(measures.local_repeat_within)}, which is the working group's to look at. Escalate it instead."
        )
        return refused("repeated", sentence, "P-6.8")
    return allowed("P-6.8")


def explanation_due_at(noticed_at: datetime, policy: Policy) -> datetime:
    """Return by when a moderator explains a native action: why, and for how long. Policy: P-7.2."""
    return noticed_at + policy.measures.native_reason_within


def unexplained_limit_at(noticed_at: datetime, policy: Policy) -> datetime:
    """Return when an unexplained restriction has lasted longer than moderators may restrict. Policy: P-6.8."""
    return noticed_at + policy.measures.local_max


def reconsideration_due_at(requested_at: datetime, policy: Policy) -> datetime:
    """Return when a request goes from the moderators' chair to the working group. Policy: P-6.8."""
    return requested_at + policy.measures.local_look


def _days(length: timedelta) -> str:
    return "24 hours" if length == timedelta(days=1) else f"{length / timedelta(days=1):g} days"
