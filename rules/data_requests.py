"""What may be answered to somebody who asks about what is kept of them, and who answers it. Pure.

Read `handlers` first. Policy: P-2.6, P-2.11, P-4.1, P-9.5.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from rules.conflicts import ConflictStatus
from rules.policy import Policy
from rules.retention import RetentionGround
from rules.verdict import Verdict, allowed, refused

_Member = TypeVar("_Member")


class DataOutcome(StrEnum):
    """What a request comes to."""

    GRANTED = "granted"
    PARTLY = "partly"
    REFUSED = "refused"


class Withholding(StrEnum):
    """Why a part is left out of what somebody is given."""

    WHO_SPOKE = "who_spoke"
    OTHERS = "others"
    DELIBERATION = "deliberation"
    SAFETY = "safety"
    LEGAL = "legal"


class DataRefusal(StrEnum):
    """Why a request is refused, or not granted in full."""

    OPEN_MATTER = "open_matter"
    IN_FORCE = "in_force"
    LEGAL_HOLD = "legal_hold"
    RETENTION = "retention"
    OTHERS = "others"
    SAFETY = "safety"
    UNFOUNDED = "unfounded"


_KEPT_BY: Mapping[RetentionGround, DataRefusal] = {
    RetentionGround.OPEN: DataRefusal.OPEN_MATTER,
    RetentionGround.IN_FORCE: DataRefusal.IN_FORCE,
    RetentionGround.LEGAL_HOLD: DataRefusal.LEGAL_HOLD,
    RetentionGround.SERIOUS: DataRefusal.RETENTION,
    RetentionGround.REPEATED: DataRefusal.RETENTION,
    RetentionGround.FLAGGED: DataRefusal.RETENTION,
}


def handlers(
    officers: Collection[_Member],
    members: Collection[_Member],
    board: Collection[_Member],
    statuses: Mapping[_Member, ConflictStatus],
    stepped_back: Collection[_Member],
    *,
    is_late: bool,
) -> frozenset[_Member]:
    """Return who is asked to answer: a privacy officer without a conflict, else whoever may know of the case, else the Board.

    `members` are those who may know of it. Late, it is the members' as well. Nobody is told why it is theirs.
    """
    free = frozenset(each for each in officers if each not in statuses and each not in stepped_back)
    knowing = frozenset(members) - frozenset(stepped_back)
    if free:
        return free | knowing if is_late else free
    return knowing or frozenset(each for each in board if each not in statuses and each not in stepped_back)


def may_erase(ground: RetentionGround) -> Verdict:
    """Return whether what a case keeps may go before its day: not what is open, in force, held by law, or without a day.

    Policy: P-9.5.
    """
    refusal = _KEPT_BY.get(ground)
    if refusal is None:
        return allowed("P-9.5")
    sentence = "Something keeps this case, so it cannot be destroyed now: refuse, and say on which ground."
    return refused(refusal.value, sentence, "P-9.5")


def readable_until(answered_at: datetime, policy: Policy) -> datetime:
    """Return until when whoever asked can read the answer on their page, whatever else goes. Policy: P-6.2."""
    return answered_at + policy.data.erase_after


def may_answer(outcome: DataOutcome, refusal: DataRefusal | None) -> Verdict:
    """Return whether the answer says why, where it does not grant all."""
    if outcome is DataOutcome.REFUSED and refusal is None:
        return refused("no_ground", "Say on which ground it is refused: whoever asked has a right to know.", "P-9.5")
    return allowed("P-9.5")
