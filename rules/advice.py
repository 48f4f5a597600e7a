"""Who is asked for advice in a case, and who ends it. Pure. Policy: P-1.1."""

from datetime import datetime

from rules.policy import Policy
from rules.verdict import Verdict, allowed, refused


def may_ask_adviser(
    *, takes_part: bool, is_kept_out: bool, is_asked: bool, had_conflict: bool, closed: bool
) -> Verdict:
    """Return whether an adviser may be asked into the case. Policy: P-1.1, P-4.3.

    `takes_part`: they know of it by another seat. `is_kept_out`: it concerns them, or is kept from them. `had_conflict`:
    they said so when they were asked before.
    """
    if closed:
        return refused("closed", "This case is closed. Open it again first.", "P-5.8")
    if is_kept_out or had_conflict:
        return refused("kept_out", "They have a conflict in this case, or it is kept from them.", "P-4.3")
    if takes_part:
        return refused("takes_part", "They take part in this case already.", "P-1.1")
    if is_asked:
        return refused("is_asked", "They are asked into this case already.", "P-1.1")
    return allowed("P-1.1")


def answer_due_at(asked_at: datetime, policy: Policy) -> datetime:
    """Return by when an adviser says whether they have a conflict; after that somebody on the case sees to it.

    Policy: P-1.1.
    """
    return asked_at + policy.membership.adviser_answers_within
