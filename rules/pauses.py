"""Pauses of a whole space: for what, how long, and who looks at them. Policy: P-1.6. Read `may_pause` first."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Generic, TypeVar

from rules.brake import StopFact
from rules.policy import Policy
from rules.verdict import Verdict, allowed, refused

Who = TypeVar("Who", bound=Hashable)


class PauseReason(StrEnum):
    """The list from which a pause has its reason: it names nobody."""

    RAID = "raid"
    SPAM = "spam"
    HEATED = "heated"
    SAFETY = "safety"


@dataclass(frozen=True, slots=True)
class PastPause(Generic[Who]):
    """A pause of the same thing: by whom, when it began, whether it runs, and who has reviewed it."""

    by: Who
    at: datetime
    runs: bool
    reviewed: bool


def may_pause(
    by: Who,
    term: timedelta,
    past: Iterable[PastPause[Who]],
    stops: Iterable[StopFact[Who]],
    now: datetime,
    policy: Policy,
) -> Verdict:
    """Return whether one member may pause it alone. Policy: P-1.6, P-7.5.

    `past` are the pauses of the very same thing. Alone it lasts no longer than until its review is due, and nobody strings
    together pauses that no second member has looked at.
    """
    known = tuple(past)
    if any(stop.of == by for stop in stops):
        return refused("stopped", "You were stopped from acting alone: ask another member to do this.", "P-7.5")
    if term <= timedelta():
        return refused("term", "A pause lies ahead: choose a length of more than nothing.", "P-1.6")
    if term > policy.pauses.alone:
        sentence = f"Alone you pause for {_hours(policy.pauses.alone)} at most. A second member can let it go on."
        return refused("too_long", sentence, "P-1.6")
    if any(each.runs for each in known):
        return refused("runs_already", "This is paused already: its review says how it goes on.", "P-1.6")
    if any(each.by == by and not each.reviewed and now - each.at < policy.pauses.longest for each in known):
        sentence = (
            "You have paused this before, and nobody has looked at it since. Ask another member to do it this time."
        )
        return refused("repeated", sentence, "P-1.6")
    return allowed("P-1.6")


def may_keep(by: Who, set_by: Who, began: datetime, until: datetime | None, now: datetime, policy: Policy) -> Verdict:
    """Return whether the member may say that a pause stands; never whoever began it. Policy: P-1.6, P-7.3.

    `until` is the new end that they name; None: its own stays.
    """
    if by == set_by:
        return refused("own_act", "You began this pause. Somebody else looks at it.", "P-7.3")
    if until is None:
        return allowed("P-1.6")
    if until <= now:
        return refused("term", "Its end lies ahead: choose a length of more than nothing.", "P-1.6")
    if until > began + policy.pauses.longest:
        sentence = f"A pause lasts {_hours(policy.pauses.longest)} at most, counted from its beginning."
        return refused("too_long", sentence, "P-1.6")
    return allowed("P-1.6")


def may_set_aside(by: Who, set_by: Who, *, runs: bool, is_blocked: bool) -> Verdict:
    """Return whether the member may say that a pause is over because what it closed is gone; never whoever began it.

    Only where the space has not let it be taken back: else it would stay closed, and nobody would open it. Policy: P-1.6.
    """
    if by == set_by:
        return refused("own_act", "You began this pause. Somebody else says that it is gone.", "P-7.3")
    if runs:
        return refused("runs", "This pause still runs: open it again first.", "P-1.6")
    if not is_blocked:
        return refused(
            "not_blocked", "The space is being opened again: it is set aside only where that cannot be done.", "P-1.6"
        )
    return allowed("P-1.6")


def _hours(length: timedelta) -> str:
    return f"{length / timedelta(hours=1):g} hours"
