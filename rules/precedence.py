"""Several restrictions on one account: which counts now, until when, and whether a foreign one is enough.

Sanctions add up; the end of one never lifts another (P-6.3). What a space can express is not known here. Read
`strongest` first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Restriction(StrEnum):
    """What a sanction or measure does, weakest first."""

    NONE = "none"
    MUTED = "muted"
    SUSPENDED = "suspended"
    BANNED = "banned"


class AccessLevel(StrEnum):
    """What a restriction is to a space: suspended and banned are one state there."""

    OPEN = "open"
    MUTED = "muted"
    BARRED = "barred"


_STRENGTH = {restriction: strength for strength, restriction in enumerate(Restriction)}
_LEVELS = {
    Restriction.NONE: AccessLevel.OPEN,
    Restriction.MUTED: AccessLevel.MUTED,
    Restriction.SUSPENDED: AccessLevel.BARRED,
    Restriction.BANNED: AccessLevel.BARRED,
}
_LEVEL_STRENGTH = {level: strength for strength, level in enumerate(AccessLevel)}


@dataclass(frozen=True, slots=True)
class Demand:
    """What one sanction asks from `starts`, included, to `ends`, excluded; no `ends` is without end."""

    restriction: Restriction
    starts: datetime
    ends: datetime | None

    def runs_at(self, instant: datetime) -> bool:
        """Return whether the demand is in force at the instant."""
        return self.starts <= instant and (self.ends is None or instant < self.ends)


@dataclass(frozen=True, slots=True)
class StrongestDemand:
    """What all demands together ask now, and until when at least as much is asked without a gap (none: no end)."""

    restriction: Restriction
    until: datetime | None

    @property
    def level(self) -> AccessLevel:
        """Return the access level that a space must enforce for it."""
        return access_level_of(self.restriction)


class ForeignComparison(StrEnum):
    """How a foreign restriction compares with what is demanded (P-6.3)."""

    ENOUGH = "enough"
    WEAKER = "weaker"
    SHORTER = "shorter"


def access_level_of(restriction: Restriction) -> AccessLevel:
    """Return the access level by which a space carries out the restriction."""
    return _LEVELS[restriction]


def strongest(demands: Iterable[Demand], now: datetime) -> StrongestDemand:
    """Return the strongest demand in force now, as long as any demands of its kind join up. Policy: P-6.3.

    With nothing in force the answer is NONE without end, whatever starts later (see `next_change`).
    """
    known = tuple(demands)
    running = [demand.restriction for demand in known if demand.runs_at(now)]
    restriction = max(running, key=_STRENGTH.__getitem__, default=Restriction.NONE)
    if restriction is Restriction.NONE:
        return StrongestDemand(Restriction.NONE, None)
    return StrongestDemand(restriction, _continuous_end(known, access_level_of(restriction), now))


def next_change(demands: Iterable[Demand], now: datetime) -> datetime | None:
    """Return the next instant after now at which the strongest demand changes; None if it stays for ever."""
    known = tuple(demands)
    current = strongest(known, now).restriction
    instants = {demand.starts for demand in known} | {demand.ends for demand in known if demand.ends is not None}
    later = sorted(instant for instant in instants if instant > now)
    return next((instant for instant in later if strongest(known, instant).restriction is not current), None)


def compare_foreign(restriction: Restriction, until: datetime | None, demand: StrongestDemand) -> ForeignComparison:
    """Compare a foreign restriction with what is demanded, by strength and length; `until` None: no end.

    ENOUGH is left alone and counts as held by others; SHORTER does for now and is reconciled again when it ends.
    """
    if _LEVEL_STRENGTH[access_level_of(restriction)] < _LEVEL_STRENGTH[demand.level]:
        return ForeignComparison.WEAKER
    if demand.level is AccessLevel.OPEN or _lasts_until(until, demand.until):
        return ForeignComparison.ENOUGH
    return ForeignComparison.SHORTER


def _continuous_end(demands: Sequence[Demand], level: AccessLevel, now: datetime) -> datetime | None:
    """Return where the unbroken stretch around now ends in which the level, or a stronger one, is asked for."""
    least = _LEVEL_STRENGTH[level]
    strong = [demand for demand in demands if _LEVEL_STRENGTH[access_level_of(demand.restriction)] >= least]
    end: datetime | None = now
    for demand in sorted(strong, key=lambda demand: demand.starts):
        if end is None or demand.ends is None:
            end = None if end is None or demand.starts <= end else end
        elif demand.starts <= end < demand.ends:
            end = demand.ends
    return end


def _lasts_until(until: datetime | None, required: datetime | None) -> bool:
    if until is None:
        return True
    return required is not None and until >= required
