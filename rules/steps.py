"""The steps of a decision and who may take, skip or confirm each: hearing, feedback, second reading, telling, closing.

Order and records are kept by the cases; this says only whether a step may be taken (P-3.5, P-5.5, P-5.6, P-5.8).
"""

from collections.abc import Hashable, Mapping
from enum import StrEnum
from typing import TypeVar

from rules.verdict import Verdict, allowed, refused

Who = TypeVar("Who", bound=Hashable)


class Step(StrEnum):
    """A step that every decision passes, in this order; each is a state of its own."""

    HEARING = "hearing"
    AGREEMENT = "agreement"
    FEEDBACK = "feedback"
    SECOND_READING = "second_reading"
    TELL_REPORTER = "tell_reporter"
    TELL_PERSON = "tell_person"


class Progress(StrEnum):
    """How far a step has come. CLOSED: its window ran out, which is as good as done."""

    OPEN = "open"
    DONE = "done"
    CLOSED = "closed"
    SKIPPED = "skipped"


class ContactIsSafe(StrEnum):
    """What the reporter says to contacting the reported person."""

    NOT_ASKED = "not_asked"
    SAFE = "safe"
    NOT_YET = "not_yet"


_NAMES = {
    Step.HEARING: "the hearing",
    Step.AGREEMENT: "the agreement",
    Step.FEEDBACK: "the answers to the proposal",
    Step.SECOND_READING: "the second reading",
    Step.TELL_REPORTER: "telling the reporter",
    Step.TELL_PERSON: "telling the person",
}
_BEFORE_ENACTMENT = (Step.HEARING, Step.AGREEMENT, Step.FEEDBACK)


def may_enact(progress: Mapping[Step, Progress]) -> Verdict:
    """Whether a decision may be enacted: heard, agreed and answered, or each skipped on record. Policy: P-3.5, P-5.4.

    The second reading and telling run within enactment; `telling.may_take_hold` keeps the spaces waiting for them.
    """
    waiting = [_NAMES[step] for step in _BEFORE_ENACTMENT if progress.get(step, Progress.OPEN) is Progress.OPEN]
    if not waiting:
        return allowed("P-5.4")
    return refused("steps_open", f"Still open before this can be enacted: {', '.join(waiting)}.", "P-5.4")


def may_skip(step: Step, by: Who, second: Who | None, eligible: frozenset[Who], reason: str) -> Verdict:
    """Whether a step may be left out: with a reason and a second member, and never the agreement. Policy: P-5.5."""
    if step is Step.AGREEMENT:
        return refused("agreement", "Without the group's agreement there is no decision to enact.", "P-5.1")
    if by not in eligible:
        return refused("not_counted", "Only a member who takes part in this case can do this.", "P-4.3")
    if not reason.strip():
        return refused("no_reason", f"Say in a sentence why {_NAMES[step]} is left out. It is kept.", "P-5.5")
    return may_confirm(second, by, eligible, "P-5.5")


def may_confirm(second: Who | None, first: Who, eligible: frozenset[Who], rule: str) -> Verdict:
    """Whether `second` is the other person whom a step needs: a draft's reader, a Board answer's second tap."""
    if second is None or second not in eligible or second == first:
        return refused("needs_second", "This needs a second person who takes part, other than the first.", rule)
    return allowed(rule)


def may_contact_reported(safe: ContactIsSafe, *, safety_measure: bool) -> Verdict:
    """Whether the reported person may be contacted for the first time. Policy: P-3.5, P-2.12.

    Immediate safety measures do not wait for the answer.
    """
    if safe is ContactIsSafe.SAFE or safety_measure:
        return allowed("P-3.5")
    if safe is ContactIsSafe.NOT_YET:
        return refused("not_yet", "The reporter has asked not to contact this person yet.", "P-2.12")
    return refused("not_asked", "Ask the reporter first whether contacting this person is safe.", "P-3.5")


def may_close(*, in_force: bool, reporter_told: bool, has_review_date: bool) -> Verdict:
    """Whether a case may be closed: its actions hold, the reporter knows, and a day to look again is set. Policy: P-5.8."""
    if not in_force:
        return refused("not_in_force", "The decision does not hold everywhere yet. It closes once it does.", "P-5.8")
    if not reporter_told:
        return refused("reporter_not_told", "Tell the reporter the final resolution first.", "P-5.8")
    if not has_review_date:
        return refused("no_review_date", "Set the day on which this is looked at again.", "P-5.8")
    return allowed("P-5.8")
