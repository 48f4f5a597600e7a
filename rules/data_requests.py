"""What may be answered to somebody who asks about what is kept of them, and who answers it. Pure.

Read `handlers` first. Policy: P-2.6, P-2.11, P-4.1, P-9.5.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from rules.conflicts import ConflictStatus
from rules.policy import Policy
from rules.record_kinds import RecordKind
from rules.retention import RetentionDate, RetentionGround
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


class ObjectionEffect(StrEnum):
    """What a granted objection brings about: the case goes sooner, or events are not told, or not in these words."""

    KEPT_SHORTER = "kept_shorter"
    NOT_TOLD = "not_told"
    READ_ANEW = "read_anew"


@dataclass(frozen=True, slots=True)
class ToldToEvents:
    """What stands in a record as it is objected to: of which kind it is, and what of it events may be told."""

    kind: RecordKind
    is_flagged: bool
    has_read_summary: bool
    is_held: bool


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


def may_shorten(at: datetime, readable: datetime, kept: RetentionDate, then: RetentionDate) -> Verdict:
    """Return whether a case may go at `at` because somebody objects to its being kept.

    `kept` is its day as it stands, `then` the day that it would have. Never before they have had time to read the answer,
    nor while anything needs the case longer. Policy: P-9.5, P-6.2.
    """
    if not (verdict := may_erase(kept.ground)):
        return verdict
    if at < readable:
        sentence = f"They have until {readable:%d %B %Y} to read the answer, so it cannot go sooner."
        return refused("keep_until", sentence, "P-6.2")
    if kept.at is not None and at >= kept.at:
        return refused("keep_until", f"It goes on {kept.at:%d %B %Y} anyway: choose a day before it.", "P-9.5")
    if then.at != at:
        sentence = "Something needs this case longer than that: choose a later day, or refuse and say on which ground."
        return refused(_KEPT_BY.get(then.ground, DataRefusal.RETENTION).value, sentence, "P-9.5")
    return allowed("P-9.5")


def may_stop_telling(told: ToldToEvents) -> Verdict:
    """Return whether the flag and the summary of a record may go because its subject objects. Policy: P-9.4, P-9.6."""
    if told.kind is RecordKind.BANNED:
        sentence = "They are banned, and events are told of that as long as it stands: refuse, and say on which ground."
        return refused(DataRefusal.IN_FORCE.value, sentence, "P-9.6")
    if told.is_held:
        sentence = "The law asks to keep what stands there, so it cannot be taken away now: refuse, and say so."
        return refused(DataRefusal.LEGAL_HOLD.value, sentence, "P-9.5")
    if not told.is_flagged:
        return refused("not_flagged", "They are not flagged in this case, so no event is told of it.", "P-9.4")
    return allowed("P-9.4")


def may_read_anew(told: ToldToEvents) -> Verdict:
    """Return whether words for events may be held back until somebody has read them anew. Policy: P-9.4, P-5.6."""
    if not told.has_read_summary:
        return refused("no_summary", "No event can be told any words of this case as it stands.", "P-9.4")
    return allowed("P-9.4")


def readable_until(answered_at: datetime, policy: Policy) -> datetime:
    """Return until when whoever asked can read the answer on their page, whatever else goes. Policy: P-6.2."""
    return answered_at + policy.data.erase_after


def may_answer(outcome: DataOutcome, refusal: DataRefusal | None) -> Verdict:
    """Return whether the answer says why, where it does not grant all."""
    if outcome is DataOutcome.REFUSED and refusal is None:
        return refused("no_ground", "Say on which ground it is refused: whoever asked has a right to know.", "P-9.5")
    return allowed("P-9.5")


def may_follow(outcome: DataOutcome, effect: ObjectionEffect | None) -> Verdict:
    """Return whether the answer to an objection brings about what it says: granted something, refused nothing."""
    if outcome is DataOutcome.GRANTED and effect is None:
        sentence = "Say what follows from it: an objection that is granted and changes nothing is not granted."
        return refused("effect", sentence, "P-9.5")
    if outcome is DataOutcome.REFUSED and effect is not None:
        return refused("effect", "It is refused, so nothing follows from it.", "P-9.5")
    return allowed("P-9.5")
