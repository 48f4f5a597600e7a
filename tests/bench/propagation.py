"""How long a decision takes to hold everywhere: from its enactment to a confirming look in all three spaces."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from guardian.clock import MachineClock, monotonic_seconds
from guardian.ids import CaseId, PersonId, SpaceName, new_id
from guardian.sanctions.imposition import SanctionOrder, Term, impose, record_notification
from guardian.sanctions.models import CoverageState
from rules.notification import NotificationState
from rules.precedence import Restriction
from tests.bench.figures import Aim, Part, middle
from tests.bench.figures import format_counts as in_words
from tests.bench.floor_clients import FloorClients
from tests.bench.measured_service import SPACES, Platforms, Service, a_service, operations, platforms
from tests.bench.seeding import add_accounts, add_person

NAME: Final = "propagation"
AIM: Final = 1.3


@dataclass(frozen=True, slots=True)
class Size:
    """How much of it: runs that count (one more warms up), and the platforms' latency in seconds."""

    runs: int = 5
    latency: float = 0.2


@dataclass(frozen=True, slots=True)
class Run:
    """One decision: the seconds until it was confirmed, in all and by space, and the calls it took."""

    seconds: float
    by_space: dict[SpaceName, float]
    calls: dict[SpaceName, dict[str, int]]


async def measure(folder: Path, size: Size) -> Part:
    """Service and bare clients take turns on people who are new each time."""
    clock = MachineClock()
    async with platforms(clock) as spaces, a_service(folder, spaces, clock) as service:
        bare = FloorClients.of(service)
        runs: list[Run] = []
        floors: list[dict[SpaceName, float]] = []
        floor_calls: dict[SpaceName, dict[str, int]] = {}
        async with service.run_reconciler():
            for number in range(size.runs + 1):
                if number == 1:
                    spaces.answer_after(size.latency)
                run = await _measure_service(service, spaces, f"person-{number}")
                floor, floor_calls = await _measure_floor(bare, spaces, f"bare-{number}")
                if number:
                    runs.append(run)
                    floors.append(floor)
    return _part(size, runs, floors, floor_calls)


async def _measure_service(service: Service, spaces: Platforms, name: str) -> Run:
    person = await add_person(service, spaces, name)
    mark, begun = spaces.mark(), monotonic_seconds()
    await _enact(service, person)
    await service.alerts.wait_until_reached([person], CoverageState.HELD, timeout=60)
    given_up = monotonic_seconds()
    reached = {s: service.alerts.reached.get((person, s, CoverageState.HELD), given_up) - begun for s in SPACES}
    calls = {space: operations(asked) for space, asked in spaces.asked_since(mark).items()}
    return Run(max(reached.values()), reached, calls)


async def _enact(service: Service, person: PersonId) -> None:
    async with service.units_of_work.begin() as uow:
        order = SanctionOrder.decided(
            person=person,
            case=CaseId(new_id()),
            decision=new_id(),
            restriction=Restriction.SUSPENDED,
            spaces=None,
            term=Term(uow.now + timedelta(days=30)),
            effective_from=uow.now,
        )
        sanction = await impose(uow, order, service.spaces.names)
        await record_notification(uow, sanction, NotificationState.NOTIFIED)


async def _measure_floor(
    bare: FloorClients, spaces: Platforms, name: str
) -> tuple[dict[SpaceName, float], dict[SpaceName, dict[str, int]]]:
    accounts = add_accounts(spaces, name)
    mark = spaces.mark()
    took = {space: await bare.restrict(space, accounts[space]) for space in SPACES}
    return took, {space: operations(asked) for space, asked in spaces.asked_since(mark).items()}


def _part(
    size: Size,
    runs: list[Run],
    floors: list[dict[SpaceName, float]],
    floor_calls: dict[SpaceName, dict[str, int]],
) -> Part:
    floor_of = {space: middle([floor[space] for floor in floors]) for space in SPACES}
    slowest = max(SPACES, key=floor_of.__getitem__)
    took = middle([run.seconds for run in runs])
    ratios = [run.seconds / floor[slowest] for run, floor in zip(runs, floors, strict=True)]
    lines = [
        f"propagation: {size.runs} decisions, each answer after {size.latency * 1000:g} ms",
        f"  confirmed in all three spaces after {took:.3f} s (median)",
        f"  slowest space made bare: {slowest}, {floor_of[slowest]:.3f} s (median)",
    ]
    for space in SPACES:
        mine = middle([run.by_space[space] for run in runs])
        lines.append(f"  {space}: confirmed after {mine:.3f} s, bare {floor_of[space]:.3f} s")
        lines.append(f"    calls {sum(runs[-1].calls[space].values())}: {in_words(runs[-1].calls[space])}")
        lines.append(f"    floor {sum(floor_calls[space].values())}: {in_words(floor_calls[space])}")
    facts = {
        "runs": size.runs,
        "latency_s": size.latency,
        "seconds": [round(run.seconds, 4) for run in runs],
        "floor_seconds": {s: [round(floor[s], 4) for floor in floors] for s in SPACES},
        "slowest": slowest,
        "ratios": [round(ratio, 4) for ratio in ratios],
        "calls": runs[-1].calls,
        "floor_calls": floor_calls,
    }
    return Part(NAME, tuple(lines), facts, (Aim("ratio to the slowest space made bare", middle(ratios), AIM),))
