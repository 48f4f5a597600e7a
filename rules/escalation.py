"""Matters between the moderators and the working group: what the moderators learn of one, and who is asked.

What a moderator is answered never says more than how far a matter has come. Read `status_of` first.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import TypeVar

from rules.policy import Policy
from rules.verdict import Verdict, allowed, refused

Who = TypeVar("Who", bound=Hashable)


class HandoffStatus(StrEnum):
    """How far a matter has come, for those who handed it off (P-8.2)."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    UNDER_REVIEW = "under_review"
    DECIDED = "decided"
    CLOSED = "closed"


class OutsideGround(StrEnum):
    """Why a matter comes to the group from an event, and who asks for it, or from an affiliated program (P-8.1)."""

    EVENT_TEAM = "event_team"
    EVENT_REPORTER = "event_reporter"
    EVENT_REPORTED = "event_reported"
    PROGRAM_COMMITTEE = "program_committee"
    PROGRAM_SILENT = "program_silent"
    PROGRAM_APPEAL = "program_appeal"


def grounds_of_representative(*, is_event: bool) -> tuple[OutsideGround, ...]:
    """Return on which grounds an event's team, or a program itself, passes a matter on. Policy: P-8.1."""
    if is_event:
        return (OutsideGround.EVENT_TEAM,)
    return (OutsideGround.PROGRAM_COMMITTEE, OutsideGround.PROGRAM_SILENT)


@dataclass(frozen=True, slots=True)
class HandoffProgress:
    """What has happened to a matter since it was handed off. `started`: an outcome has been proposed."""

    accepted: bool
    started: bool = False
    decided: bool = False
    closed: bool = False


def status_of(progress: HandoffProgress) -> HandoffStatus:
    """Return how far the matter has come, in the one word that goes back to the moderators. Policy: P-8.2.

    Nothing of who decides it, of what was found, or of what follows.
    """
    if progress.closed:
        return HandoffStatus.CLOSED
    if progress.decided:
        return HandoffStatus.DECIDED
    if progress.started:
        return HandoffStatus.UNDER_REVIEW
    return HandoffStatus.ACCEPTED if progress.accepted else HandoffStatus.RECEIVED


def status_when_excluded(accepted_at: datetime | None, excluded_at: datetime) -> HandoffStatus:
    """Return the status shown to those who handed off what turned out to concern them. Policy: P-2.5, P-8.2.

    It stands still where it was: a line that vanished would show them what it is about.
    """
    return HandoffStatus.ACCEPTED if accepted_at is not None and accepted_at < excluded_at else HandoffStatus.RECEIVED


def may_accept(by: Who, handed_off_by: Who | None) -> Verdict:
    """Return whether `by` may accept the matter by name: anybody of the other group but its sender. Policy: P-8.2."""
    if by == handed_off_by:
        return refused("own", "You passed this on yourself: somebody else accepts it by name.", "P-8.2")
    return allowed("P-8.2")


def may_refer_to_board(since: datetime, *, accepted: bool, decided: bool, now: datetime, policy: Policy) -> Verdict:
    """Return whether a chair of either group may refer the matter to the Board by now. Policy: P-8.4.

    So it is where nobody has accepted it in time, or where it was accepted and is not decided in time.
    """
    if decided:
        return refused(
            "decided", "This matter is decided already. Its parties may ask the Board to look again.", "P-8.4"
        )
    limit = since + (policy.quorum.decide_by if accepted else policy.routing.accept_within)
    if now < limit:
        sentence = f"The two groups have until {limit:%d %B %Y, %H:%M} UTC to come to an agreement."
        return refused("too_early", sentence, "P-8.4")
    return allowed("P-8.4")


def is_cross_space(spaces: Iterable[Hashable], policy: Policy) -> bool:
    """Return whether somebody was measured or found in violation in enough spaces to escalate. Policy: P-8.3."""
    return len(set(spaces)) >= policy.routing.spaces_to_escalate


def appeal_ends(answered_on: date, policy: Policy) -> datetime:
    """Return until when a program's answer of that day can be appealed against; the day itself counts in full.

    Policy: P-8.1.
    """
    return datetime.combine(answered_on + timedelta(days=1), time(), UTC) + policy.routing.program_appeal_within


def may_appeal(answered_on: date | None, now: datetime, policy: Policy) -> Verdict:
    """Return whether a program's answer of that day can be appealed against by now. Policy: P-8.1."""
    # Where the day ends earlier than in UTC, an answer of "tomorrow" has been given already.
    if answered_on is None or answered_on > now.date() + timedelta(days=1):
        sentence = "Say on which day the program answered: the time for an appeal is counted from there."
        return refused("appeal_day", sentence, "P-8.1")
    if now >= appeal_ends(answered_on, policy):
        days = policy.routing.program_appeal_within.days
        sentence = (
            f"An appeal against a program's answer comes within {days} days of it (P-8.1), and they are over. The program "
            "can look at it again itself: turn to its contact. What has happened since, still goes on, or puts somebody in "
            "danger can be reported here at any time: choose no appeal then."
        )
        return refused("appeal_late", sentence, "P-8.1", {"days": days})
    return allowed("P-8.1")
