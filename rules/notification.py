"""Whether a try to notify somebody counts, and from when a decision may take effect in spaces (P-5.5, P-5.6, P-6.2).

What may be said to whom is in `disclosure`; sending is nobody's business here. Read `effective_at` first.
"""

from datetime import datetime
from enum import StrEnum

from rules.policy import Policy
from rules.verdict import Verdict, allowed, refused


class NotificationState(StrEnum):
    """How far the notification of the sanctioned person has come; a decided sanction waits while TO_NOTIFY.

    TOLD_BY_HAND: no message has reached them, and a named member has said that they told them in another way.
    """

    TO_NOTIFY = "to_notify"
    NOTIFIED = "notified"
    COULD_NOT_NOTIFY = "could_not_notify"
    NOTIFIED_AFTER = "notified_after"
    TOLD_BY_HAND = "told_by_hand"


def counts_as_notified(*, proven: bool, sanctioned: bool) -> bool:
    """Return whether a channel that has taken the message is enough. Policy: P-6.2.

    For a sanctioned person nothing less than proof is.
    """
    return proven or not sanctioned


def may_tell_by_hand(state: NotificationState) -> Verdict:
    """Return whether a member's word that they have told the person is asked for. Policy: P-6.2.

    It is asked once messages have failed: a word in place of a message that is still to come would let a decision take
    effect on somebody who has not heard of it.
    """
    if state is NotificationState.TO_NOTIFY:
        sentence = (
            "A message to them is still to be sent or on its way. If it does not arrive, you are asked to tell them."
        )
        return refused("on_its_way", sentence, "P-6.2")
    if state is not NotificationState.COULD_NOT_NOTIFY:
        return refused("told", "They have been told already: it stands with the sanction.", "P-6.2")
    return allowed("P-6.2")


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
