"""How long somebody's word that they see to a task stands, and by when a ballot is asked for.

Read `claim_stands` first.
"""

from datetime import datetime

from rules.policy import Policy


def claim_stands(claimed_at: datetime, since: datetime, now: datetime, policy: Policy) -> bool:
    """Return whether "I have it", said at that instant, still counts for work that waits since `since`.

    It counts for a time, so that nobody relies on it for ever, and never for what came after it. Policy: P-2.4.
    """
    return since <= claimed_at <= now < claimed_at + policy.worklist.claim_lasts


def oldest_standing(now: datetime, policy: Policy) -> datetime:
    """Return the instant before which no claim stands any more."""
    return now - policy.worklist.claim_lasts


def ballot_due_at(proposed_at: datetime, decide_by: datetime, now: datetime, policy: Policy) -> datetime:
    """Return by when a missing ballot is asked for: the end of the window that is open, at last the day of deciding.

    Policy: P-5.1.
    """
    windows = (proposed_at + policy.quorum.objection_window, proposed_at + policy.quorum.consensus_window)
    return min((end for end in windows if now < end < decide_by), default=decide_by)
