"""Of which of the five kinds a record is. Read `kind_of` first. Policy: P-9.4."""

from enum import StrEnum
from typing import Final

from rules.statistics import VIOLATIONS
from rules.tracking_sheet import SheetConsequence


class RecordKind(StrEnum):
    """The five kinds of a record; `OPEN` is none of them: nothing is decided yet."""

    NO_VIOLATION = "no violation"
    NOBODY_IDENTIFIED = "violation, nobody identified"
    RESOLVED = "violation, resolved"
    FLAGGED = "violation, flagged"
    BANNED = "violation, banned"
    OPEN = "not decided yet"


TOLD_TO_EVENTS: Final = frozenset({RecordKind.FLAGGED, RecordKind.BANNED})


def kind_of(
    consequence: SheetConsequence, *, is_identified: bool, is_barred: bool, is_known_to_end: bool, is_flagged: bool
) -> RecordKind:
    """Return the kind of the record of one person in one case.

    `is_barred`: the group's restriction stands now, for a time or for good. `is_known_to_end`: a restriction of it is on
    record here, so that it is known whether it stands; of a ban in an older sheet it is not, and it counts as standing.
    Where no violation was found there is nothing to flag. Policy: P-9.4.
    """
    if not is_identified:
        return RecordKind.NOBODY_IDENTIFIED if consequence in VIOLATIONS else _without_violation(consequence)
    if is_barred or (consequence is SheetConsequence.BAN and not is_known_to_end):
        return RecordKind.BANNED
    if consequence not in VIOLATIONS:
        return _without_violation(consequence)
    return RecordKind.FLAGGED if is_flagged else RecordKind.RESOLVED


def _without_violation(consequence: SheetConsequence) -> RecordKind:
    return RecordKind.OPEN if consequence is SheetConsequence.PENDING else RecordKind.NO_VIOLATION
