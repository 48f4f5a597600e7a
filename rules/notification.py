"""Whether a try to notify somebody counts, and from when a decision may take effect in spaces (P-5.5, P-5.6, P-6.2).

What may be said to whom is in `disclosure`; sending is nobody's business here. Read `effective_at` first.
"""

from datetime import datetime
from enum import StrEnum

from rules.policy import Policy


class NotificationState(StrEnum):
    """How far the notification of the sanctioned person has come; a decided sanction waits while TO_NOTIFY."""

    TO_NOTIFY = "to_notify"
    NOTIFIED = "notified"
    COULD_NOT_NOTIFY = "could_not_notify"
    NOTIFIED_AFTER = "notified_after"


def counts_as_notified(*, proven: bool, sanctioned: bool) -> bool:
    """Return whether a channel that has taken the message is enough. Policy: P-6.2.

    For a sanctioned person nothing less than proof is.
    """
    return proven or not sanctioned


def is_undone_by_bounce(sent_at: datetime, at: datetime, policy: Policy) -> bool:
    """Return whether a mail that comes back at that instant counts as never delivered. Policy: P-6.2."""
    return at < sent_at + policy.enactment.bounce_window


def waits_until(decided_at: datetime, policy: Policy, *, safety: bool) -> datetime:
    """Return until when, at most, a decided sanction waits for its message. Policy: P-5.5, P-5.6.

    A safety measure never waits.
    """
    return decided_at if safety else decided_at + policy.enactment.second_reading_within


def measure_waits_until(set_at: datetime, policy: Policy, *, space_writes: bool, safety: bool) -> datetime | None:
    """Return until when, at most, a moderator's measure waits for our message; None: it acts at once. Policy: P-5.5.

    It waits where the space itself writes to the person about it, whose words would come before ours, and which says
    neither why nor where to turn; a safety measure never does.
    """
    return set_at + policy.measures.words_first if space_writes and not safety else None


def effective_at(state: NotificationState, starts: datetime, until: datetime | None) -> datetime:
    """Return from when a sanction may enter the spaces. Policy: P-5.5, P-5.6.

    Whoever is notified, or known not to be reachable: at once; else when waiting is over. `until` comes from
    `waits_until`; None: nothing waits, as with a unilateral act.
    """
    if until is None or state is not NotificationState.TO_NOTIFY:
        return starts
    return max(starts, until)
