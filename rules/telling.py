"""Whether a person counts as told, and when a decision may take hold in the spaces (P-5.5, P-5.6, P-6.2).

What may be said to whom is in `disclosure`; sending is nobody's business here.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from rules.policy import Policy
from rules.verdict import Verdict, allowed, refused


class Telling(StrEnum):
    """Where telling the sanctioned person stands."""

    TO_TELL = "to_tell"
    TOLD = "told"
    COULD_NOT_BE_TOLD = "could_not_be_told"
    TOLD_AFTER = "told_after"


class ProofKind(StrEnum):
    """What shows that a message arrived; a mail proves it only when no bounce came back in time."""

    DISCORD_MESSAGE = "discord_message"
    FORUM_MESSAGE = "forum_message"
    MAIL_TAKEN = "mail_taken"
    RECEIPT_USED = "receipt_used"


@dataclass(frozen=True, slots=True)
class Proof:
    """A sign of delivery. `could_log_in` is asked of forum messages, `bounced` of mails."""

    kind: ProofKind
    at: datetime
    could_log_in: bool = True
    bounced: bool = False


def counts_as_told(proof: Proof, now: datetime, policy: Policy) -> bool:
    """Whether this proof is enough now. Policy: P-6.2."""
    if proof.kind is ProofKind.MAIL_TAKEN:
        return not proof.bounced and now >= proof.at + policy.enactment.bounce_window
    if proof.kind is ProofKind.FORUM_MESSAGE:
        return proof.could_log_in
    return True


def may_take_hold(state: Telling, decided_at: datetime, now: datetime, policy: Policy, *, safety: bool) -> Verdict:
    """Whether a sanction may enter the spaces now. Policy: P-5.5, P-5.6.

    Once told, or known not to be reachable, or when `second_reading_within` has run out since the decision. A safety
    measure never waits.
    """
    waits_until = decided_at + policy.enactment.second_reading_within
    if safety or state is not Telling.TO_TELL or now >= waits_until:
        return allowed("P-5.5")
    return refused("to_tell", "The person is told first. This waits for the message, but not for long.", "P-5.5")
