"""What a space's records say of a restriction of ours that is not there any more. They come later than what they are about.

Pure. Read `judge_absence` first.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from guardian.reconciler.confirmation import Confirmation
from guardian.reconciler.snapshot import AccountSnapshot
from guardian.sanctions.models import IntentKind
from guardian.spaces.port import Attribution, Space
from rules.precedence import AccessLevel

RECORDS_LAG: Final = timedelta(minutes=10)
"""How long the records have to name whoever lifted something."""


class Absence(StrEnum):
    """What it means that ours is not seen: nothing to judge, ended by hand, or not known yet."""

    NONE = "none"
    ENDED = "ended"
    NOT_KNOWN_YET = "not_known_yet"


def judge_absence(snapshot: AccountSnapshot, confirmation: Confirmation, now: datetime) -> Absence:
    """Return what follows from ours not being seen: architecture 5.13.

    What the group decided is put back at once, and asked about later. A moderator's own measure ends with a lift by
    somebody named. What was there before us is never put back, and ends with any lift. Until the records had time to
    name somebody, nothing is ended nor put back: the observation may be behind as well.
    """
    desired = snapshot.desired(now)
    gone = confirmation.removed_by_others
    if not gone or desired.level is AccessLevel.OPEN or desired.binding:
        return Absence.NONE
    if confirmation.lifted_by:
        return Absence.ENDED
    missed = [snapshot.enforcements[level].missed_at for level in gone]
    if any(at is None or now < at + RECORDS_LAG for at in missed):
        return Absence.NOT_KNOWN_YET
    return Absence.ENDED if desired.adopted else Absence.NONE


def is_being_replaced(space: Space, snapshot: AccountSnapshot, level: AccessLevel) -> bool:
    """Return whether our own replacement is under way: a space that ends restrictions itself has the old one lifted."""
    restricting = any(i.level is level and i.kind is IntentKind.RESTRICT for i in snapshot.intents)
    return restricting and space.capabilities.ends_natively


def named_lifters(attribution: Attribution, after: datetime | None) -> tuple[str, ...]:
    """Return who lifted it after that instant; an older record is about something else."""
    lift = attribution.last_lift
    return () if lift is None or (after is not None and lift.at < after) else (lift.by,)
