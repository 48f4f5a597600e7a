"""Several restrictions on one account: which one counts now, until when, and whether another's hold is enough.

Sanctions add up; the end of one never lifts another (P-6.3). What a space can express is not known here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Restriction(StrEnum):
    """What a space is asked to hold, weakest first."""

    NONE = "none"
    MUTED = "muted"
    SUSPENDED = "suspended"
    BANNED = "banned"


class Hold(StrEnum):
    """What a restriction is to a space: suspended and banned are one state there."""

    OPEN = "open"
    MUTED = "muted"
    BARRED = "barred"


_STRENGTH = {restriction: strength for strength, restriction in enumerate(Restriction)}
_HOLD = {
    Restriction.NONE: Hold.OPEN,
    Restriction.MUTED: Hold.MUTED,
    Restriction.SUSPENDED: Hold.BARRED,
    Restriction.BANNED: Hold.BARRED,
}
_HOLD_STRENGTH = {hold: strength for strength, hold in enumerate(Hold)}


@dataclass(frozen=True, slots=True)
class Demand:
    """What one sanction asks from `starts`, included, to `ends`, excluded; no `ends` is without end."""

    restriction: Restriction
    starts: datetime
    ends: datetime | None

    def runs_at(self, instant: datetime) -> bool:
        """Whether the demand is in force at the instant."""
        return self.starts <= instant and (self.ends is None or instant < self.ends)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What all demands together ask now, and until when at least as much is asked without a gap (none: no end)."""

    restriction: Restriction
    until: datetime | None

    @property
    def hold(self) -> Hold:
        """What a space must hold for it."""
        return hold_of(self.restriction)


class Foreign(StrEnum):
    """How somebody else's restriction compares with what is wanted (P-6.3)."""

    ENOUGH = "enough"
    WEAKER = "weaker"
    SHORTER = "shorter"


def hold_of(restriction: Restriction) -> Hold:
    """The state of a space that carries out the restriction."""
    return _HOLD[restriction]


def strongest(demands: Iterable[Demand], now: datetime) -> Wanted:
    """What is wanted now: the strongest demand in force, held as long as any demands of its kind join up.

    Policy: P-6.3. With nothing in force the answer is NONE without end, whatever starts later (see `next_change`).
    """
    known = tuple(demands)
    running = [demand.restriction for demand in known if demand.runs_at(now)]
    restriction = max(running, key=_STRENGTH.__getitem__, default=Restriction.NONE)
    if restriction is Restriction.NONE:
        return Wanted(Restriction.NONE, None)
    return Wanted(restriction, _joined_end(known, hold_of(restriction), now))


def next_change(demands: Iterable[Demand], now: datetime) -> datetime | None:
    """The next instant after now at which what is wanted becomes another; none if it stays for ever."""
    known = tuple(demands)
    current = strongest(known, now).restriction
    instants = {demand.starts for demand in known} | {demand.ends for demand in known if demand.ends is not None}
    later = sorted(instant for instant in instants if instant > now)
    return next((instant for instant in later if strongest(known, instant).restriction is not current), None)


def compare_foreign(restriction: Restriction, until: datetime | None, wanted: Wanted) -> Foreign:
    """Whether a restriction that is not ours is at least as strong and as long as what is wanted; no `until`: no end.

    ENOUGH is left alone and counts as held by others; SHORTER holds for now and is looked at when it ends.
    """
    if _HOLD_STRENGTH[hold_of(restriction)] < _HOLD_STRENGTH[wanted.hold]:
        return Foreign.WEAKER
    if wanted.hold is Hold.OPEN or _lasts(until, wanted.until):
        return Foreign.ENOUGH
    return Foreign.SHORTER


def _joined_end(demands: Sequence[Demand], hold: Hold, now: datetime) -> datetime | None:
    """Where the unbroken stretch around now ends in which the hold, or a stronger one, is asked for."""
    least = _HOLD_STRENGTH[hold]
    strong = [demand for demand in demands if _HOLD_STRENGTH[hold_of(demand.restriction)] >= least]
    end: datetime | None = now
    for demand in sorted(strong, key=lambda demand: demand.starts):
        if end is None or demand.ends is None:
            end = None if end is None or demand.starts <= end else end
        elif demand.starts <= end < demand.ends:
            end = demand.ends
    return end


def _lasts(until: datetime | None, wanted: datetime | None) -> bool:
    if until is None:
        return True
    return wanted is not None and until >= wanted
