"""What the trials ask for, chosen by the seed, and what is wanted therefore: computed here, never read from the service."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
from random import Random

from guardian.ids import CaseId, PersonId, SpaceName
from rules.precedence import Restriction
from tests.crash.orders import Order, OrderKind

TICK = timedelta(minutes=40)
"""Between two bells case time runs; at a bell many things happen at once."""
DISCORD, FORUM, GITHUB = SpaceName("discord"), SpaceName("forum"), SpaceName("github")
SPACES = (DISCORD, FORUM, GITHUB)
_CAN_MUTE = frozenset({DISCORD, FORUM})


class Level(IntEnum):
    """How much is wanted of a space."""

    OPEN = 0
    MUTED = 1
    BARRED = 2


_LEVEL = {Restriction.MUTED: Level.MUTED, Restriction.SUSPENDED: Level.BARRED, Restriction.BANNED: Level.BARRED}


@dataclass(frozen=True, slots=True)
class Resident:
    """Somebody who lives in the three spaces; `accounts` are the spaces' own ids."""

    key: str
    person: PersonId
    case: CaseId
    accounts: Mapping[SpaceName, str]
    in_organisation: bool


@dataclass(slots=True)
class Planned:
    """A sanction as the plan knows it: what it asks for, from `starts` on."""

    order: str
    level: Level
    spaces: frozenset[SpaceName] | None
    starts: datetime
    ends: datetime | None
    awaits: bool = False
    stopped: datetime | None = None
    readmitted: datetime | None = None

    @property
    def binding_until(self) -> datetime | None:
        """From when it asks for nothing; None while no such instant is known."""
        end = self.ends
        if self.awaits:
            end = None if self.readmitted is None or self.ends is None else max(self.ends, self.readmitted)
        instants = [i for i in (end, self.stopped) if i is not None]
        return max(self.starts, min(instants)) if instants else None

    @property
    def is_lifted(self) -> bool:
        """Whether its end is on record already: nobody ends it twice."""
        return self.stopped is not None or self.readmitted is not None

    def is_binding(self, space: SpaceName, at: datetime) -> bool:
        """Whether it is in force there at the instant."""
        until = self.binding_until
        covers = self.spaces is None or space in self.spaces
        return covers and self.starts <= at and (until is None or at < until)


@dataclass(frozen=True, slots=True)
class DesiredLevels:
    """What is wanted of one account, as steps in time; before the first nothing is."""

    steps: tuple[tuple[datetime, Level], ...]

    def at(self, instant: datetime) -> Level:
        """What is wanted at the instant; a step counts from its own instant on."""
        return next((level for start, level in reversed(self.steps) if start <= instant), Level.OPEN)

    def before(self, instant: datetime) -> Level:
        """What was wanted just before the instant."""
        return next((level for start, level in reversed(self.steps) if start < instant), Level.OPEN)


def desired_levels_of(planned: Iterable[Planned], space: SpaceName) -> DesiredLevels:
    """The strongest of all that the sanctions ask of the space, over time."""
    known = tuple(planned)
    instants = sorted(_instants(known))
    steps: list[tuple[datetime, Level]] = []
    for instant in instants:
        level = max((p.level for p in known if p.is_binding(space, instant)), default=Level.OPEN)
        if not steps or steps[-1][1] is not level:
            steps.append((instant, level))
    return DesiredLevels(tuple(steps))


def _instants(planned: Iterable[Planned]) -> set[datetime]:
    known = tuple(planned)
    return {p.starts for p in known} | {until for p in known if (until := p.binding_until) is not None}


@dataclass(slots=True)
class Plan:
    """All that was ever asked for. At one instant nobody meets more than one act, and none as a sanction of theirs ends."""

    residents: tuple[Resident, ...]
    random: Random
    sanctions: dict[str, list[Planned]] = field(default_factory=dict)
    acted_on_at: dict[str, datetime] = field(default_factory=dict)
    count: int = 0
    _numbers: int = 0

    def orders(self, now: datetime, most: int) -> tuple[Order, ...]:
        """So many acts on so many people, as far as there are people free for one at this instant."""
        free = [r for r in self.residents if self.is_free(r, now)]
        chosen = self.random.sample(free, min(most, len(free)))
        return tuple(self._act_on(resident, now) for resident in chosen)

    def approve_reinstatement(self, resident: Resident, now: datetime) -> Order:
        """The order that what was taken from them may come back."""
        self.acted_on_at[resident.key] = now
        return Order(
            id=self._number(), kind=OrderKind.APPROVE_REINSTATEMENT, person=resident.person, case=resident.case
        )

    def is_free(self, resident: Resident, now: datetime) -> bool:
        """Whether nothing else happens to them at this very instant."""
        return self.acted_on_at.get(resident.key) != now and now not in _instants(self.of(resident))

    def of(self, resident: Resident) -> list[Planned]:
        """Their sanctions."""
        return self.sanctions.get(resident.key, [])

    def desired_levels(self, resident: Resident, space: SpaceName) -> DesiredLevels:
        """What is wanted of their account there."""
        return desired_levels_of(self.of(resident), space)

    def changes(self, after: datetime, until: datetime) -> set[str]:
        """The sanctions that begin or end to ask for something after the one instant and no later than the other."""
        return {
            planned.order
            for mine in self.sanctions.values()
            for planned in mine
            if any(after < instant <= until for instant in _instants([planned]))
        }

    def all_over(self) -> datetime | None:
        """The last instant at which anything changes by itself."""
        return max((i for mine in self.sanctions.values() for i in _instants(mine)), default=None)

    # -- choosing

    def _act_on(self, resident: Resident, now: datetime) -> Order:
        self.acted_on_at[resident.key] = now
        open_ended = [
            p for p in self.of(resident) if not p.is_lifted and (p.binding_until is None or p.binding_until > now)
        ]
        if not open_ended:
            return self._begin(resident, now)
        planned, chance = self.random.choice(open_ended), self.random.random()
        if planned.awaits and (chance < 0.5 or (planned.ends is not None and planned.ends <= now)):
            planned.readmitted = now
            return self._end(resident, planned, OrderKind.READMIT)
        if chance < 0.6 and planned.level is Level.BARRED:
            return self._begin(resident, now, replaces=planned)
        if chance < 0.75 and len(open_ended) < 3:
            return self._begin(resident, now)
        planned.stopped = now
        return self._end(resident, planned, OrderKind.REVERSE)

    def _end(self, resident: Resident, planned: Planned, act: OrderKind) -> Order:
        return Order(id=self._number(), kind=act, person=resident.person, case=resident.case, of=planned.order)

    def _begin(self, resident: Resident, now: datetime, *, replaces: Planned | None = None) -> Order:
        restriction = self._restriction(replaces)
        alone = replaces is None and restriction is not Restriction.BANNED and self.random.random() < 0.3
        untold = not alone and self.random.random() < 0.15
        term = None if restriction is Restriction.BANNED else TICK * self.random.randint(1, 4)
        order = Order(
            id=self._number(),
            kind=OrderKind.ACT_AT_ONCE if alone else OrderKind.REPLACE if replaces else OrderKind.ENACT,
            person=resident.person,
            case=resident.case,
            of=replaces.order if replaces else "",
            restriction=restriction,
            spaces=self._spaces(restriction, alone=alone),
            term=term,
            awaits=not alone and restriction is Restriction.SUSPENDED and self.random.random() < 0.4,
            waits=TICK / 2 if untold else None,
        )
        starts = now + (order.waits or timedelta())
        ends = None if term is None else now + term
        planned = Planned(
            order=order.id,
            level=_LEVEL[restriction],
            spaces=order.spaces,
            starts=starts,
            ends=ends,
            awaits=order.awaits,
        )
        if replaces is not None:
            replaces.stopped = starts
        self.sanctions.setdefault(resident.key, []).append(planned)
        self.count += 1
        return order

    def _restriction(self, replaces: Planned | None) -> Restriction:
        if replaces is not None:
            return self.random.choice((Restriction.SUSPENDED, Restriction.SUSPENDED, Restriction.BANNED))
        return self.random.choices(
            (Restriction.SUSPENDED, Restriction.BANNED, Restriction.MUTED), weights=(6, 1, 2), k=1
        )[0]

    def _spaces(self, restriction: Restriction, *, alone: bool) -> frozenset[SpaceName] | None:
        if restriction is Restriction.MUTED:
            return _CAN_MUTE
        if alone and self.random.random() < 0.4:
            return frozenset(self.random.sample(SPACES, 2))
        return None

    def _number(self) -> str:
        self._numbers += 1
        return f"order-{self._numbers}"
