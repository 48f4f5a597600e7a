"""Whether a try to tell somebody counts, and from when a decision may take hold in the spaces (P-5.5, P-5.6, P-6.2).

What may be said to whom is in `disclosure`; sending is nobody's business here.
"""

from datetime import datetime
from enum import StrEnum

from rules.policy import Policy


class NotificationState(StrEnum):
    """Where telling the sanctioned person stands; a decided sanction waits while it is `to_tell`."""

    TO_NOTIFY = "to_notify"
    NOTIFIED = "notified"
    COULD_NOT_NOTIFY = "could_not_notify"
    NOTIFIED_AFTER = "notified_after"


def counts_as_notified(*, proven: bool, sanctioned: bool) -> bool:
    """Whether a channel that has taken the message is enough; a sanctioned person counts on nothing less than proof.

    Policy: P-6.2.
    """
    return proven or not sanctioned


def is_undone_by_bounce(sent_at: datetime, at: datetime, policy: Policy) -> bool:
    """Whether a mail that comes back at that instant counts as never delivered. Policy: P-6.2."""
    return at < sent_at + policy.enactment.bounce_window


def waits_until(decided_at: datetime, policy: Policy, *, safety: bool) -> datetime:
    """Until when, at most, a decided sanction waits for its message; a safety measure never waits. Policy: P-5.5, P-5.6."""
    return decided_at if safety else decided_at + policy.enactment.second_reading_within


def effective_at(state: NotificationState, starts: datetime, until: datetime | None) -> datetime:
    """From when a sanction may enter the spaces: told or known not to be reachable, at once; else when waiting is over.

    `waits` comes from `waits_until`; with none nothing waits, as with an act taken alone. Policy: P-5.5, P-5.6.
    """
    if until is None or state is not NotificationState.TO_NOTIFY:
        return starts
    return max(starts, until)
