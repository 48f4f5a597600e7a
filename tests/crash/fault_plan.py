"""The faults of one trial, chosen by the seed: mostly single calls that go wrong, now and then a space that is away."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from connectors.emulators.shared.faults import FaultKind
from connectors.emulators.shared.history import Exchange
from guardian.ids import SpaceName
from guardian.sandbox.world import World
from tests.crash.plan import DISCORD, FORUM, GITHUB, SPACES

LONGEST_OUTAGE_SECONDS = 40
_SILENT_WAIT = timedelta(seconds=65)
"""GitHub asks for a minute where its 429 names no time."""

_READS = {DISCORD: ("ban.get", "member.get"), FORUM: ("user.detailed",), GITHUB: ("block.*", "membership.show")}
_MISLEADING = (FaultKind.STALE_READ, FaultKind.STALE_READ, FaultKind.EMPTY_READ)
_ACTS = {
    DISCORD: ("ban.put", "ban.delete", "member.patch", "role.add", "message.post"),
    FORUM: ("user.suspend", "user.unsuspend", "user.silence", "user.unsilence"),
    GITHUB: ("block.put", "block.delete", "membership.delete", "invitation.create"),
}
_OUTAGE_KINDS = {DISCORD: ("ban.*", "member.*"), FORUM: ("user.*",), GITHUB: ("block.*", "membership.*", "account.*")}
_PASSING = (
    FaultKind.SERVER_ERROR,
    FaultKind.TOO_MANY,
    FaultKind.TOO_MANY_SILENT,
    FaultKind.RESET,
    FaultKind.LOST_ANSWER,
    FaultKind.LOST_ANSWER,
    FaultKind.NO_PERMISSION,
    FaultKind.DRIP,
    FaultKind.LATENCY,
)
_LASTING = {
    # Discord's library sleeps through the others, call by call: that is tried with single calls.
    DISCORD: (FaultKind.RESET, FaultKind.TOO_MANY_SILENT, FaultKind.NO_PERMISSION),
    FORUM: (FaultKind.SERVER_ERROR, FaultKind.RESET, FaultKind.TOO_MANY, FaultKind.NO_PERMISSION),
    GITHUB: (FaultKind.SERVER_ERROR, FaultKind.RESET, FaultKind.TOO_MANY, FaultKind.NO_PERMISSION),
}


@dataclass(slots=True)
class FaultPlan:
    """Which faults stand, and since when a space has been away."""

    world: World
    random: Random
    away: dict[SpaceName, tuple[datetime, datetime]] = field(default_factory=dict)
    past: dict[SpaceName, list[tuple[datetime, datetime]]] = field(default_factory=lambda: {s: [] for s in SPACES})

    def change_faults(self, now: datetime) -> None:
        """Other faults stand; a space that is away stays away until its time."""
        for space in SPACES:
            if space not in self.away:
                self.world.clear_faults(space)
                self._single_calls(space)
        if not self.away and self.random.random() < 0.15:
            self._take_away(self.random.choice(SPACES), now)

    def clear_due(self, now: datetime) -> None:
        """A space whose time has come answers again, and well."""
        for space, (_, until) in list(self.away.items()):
            if until <= now:
                self.world.clear_faults(space)
                self.past[space].append(self.away.pop(space))

    def next_change(self) -> datetime | None:
        """When a space comes back next."""
        return min((until for _, until in self.away.values()), default=None)

    def clear(self) -> None:
        """Everything works, from now on."""
        for space in SPACES:
            self.world.clear_faults(space)

    def outages(self, space: SpaceName, exchanges: list[Exchange]) -> tuple[tuple[datetime, datetime], ...]:
        """When the space was away, or had asked to be left alone."""
        asked = [(e.at, e.at + _SILENT_WAIT) for e in exchanges if e.fault and FaultKind.TOO_MANY_SILENT in e.fault]
        return tuple(self.past[space] + (sorted(asked) if space == GITHUB else []))

    def _take_away(self, space: SpaceName, now: datetime) -> None:
        until = now + timedelta(seconds=self.random.randint(10, LONGEST_OUTAGE_SECONDS))
        self.away[space] = (now, until)
        self.world.clear_faults(space)
        kind = self.random.choice(_LASTING[space])
        for operation in _OUTAGE_KINDS[space]:
            self.world.set_fault(space, kind, operation, seconds=0.1)

    def _single_calls(self, space: SpaceName) -> None:
        self.world.set_fault(space, FaultKind.LATENCY, seconds=self.random.uniform(0.01, 0.06), share=0.3)
        for _ in range(self.random.randint(0, 3)):
            kind = self.random.choice(_PASSING)
            operation = self.random.choice(_ACTS[space] + _READS[space])
            self.world.set_fault(space, kind, operation, times=self.random.randint(1, 2), seconds=self._seconds(kind))
        if self.random.random() < 0.25:
            operation = self.random.choice((*_READS[space], "*"))
            self.world.set_fault(space, self.random.choice(_MISLEADING), operation, times=self.random.randint(1, 6))
        if self.random.random() < 0.2:
            self.world.set_fault(space, FaultKind.MISSED_EVENT, times=self.random.randint(1, 4))

    def _seconds(self, kind: FaultKind) -> float:
        """Wire seconds: a slow answer outlasts the ceiling now and then."""
        if kind in (FaultKind.DRIP, FaultKind.LATENCY):
            return self.random.choice((0.1, 0.2, 0.3, 0.5, 0.8, 1.2, 2.6))
        return self.random.uniform(0.1, 0.5)
