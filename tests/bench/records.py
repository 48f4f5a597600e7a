"""How long the records take beside so many cases and journal entries as decades bring, and how that grows from a tenth.

Asked for are the sheet, a search by code name, one record, the statistics, and a walk along the whole journal. Each stage
says on standard error how far it is. Read `measure` first.
"""

import json
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from time import process_time
from typing import Final, cast

from sqlalchemy.ext.asyncio import AsyncConnection

from guardian.cases.case import Case, CaseState, Party, PartyRole
from guardian.cases.case_records import Publication
from guardian.cases.reports import Report, ReportChannel
from guardian.cases.submissions import new_case
from guardian.clock import monotonic_seconds
from guardian.ids import PersonId, ReportId, new_id, new_reference
from guardian.journal import Entry, by_member
from guardian.people.models import Person
from guardian.services.cases.completions import complete_cases
from guardian.services.records.statistics import HALF_YEAR
from guardian.storage.unit_of_work import SqlUnitOfWork
from rules.statistics import Counts, HalfYear
from tests.bench.figures import Aim, Part, middle
from tests.bench.gathered_inserts import GatheredInserts
from tests.builders.community import AMARA, Community, a_community
from tests.builders.pages import Pages, open_pages

NAME: Final = "records"
MOST_SECONDS: Final = 0.1
MOST_GROWTH: Final = 1.2
ENTRIES_A_SECOND: Final = 50_000
VERIFY: Final = "verify"
_AT_ONCE: Final = 500
_SAID_EACH: Final = 20
_ENTRIES_BETWEEN: Final = 100_000
_DECADES: Final = timedelta(days=50 * 365)
"""A hundred thousand cases are what a community of that size has in fifty years."""


@dataclass(frozen=True, slots=True)
class Size:
    """How many cases, journal entries for each, and how often each page is asked for; `share` is the smaller of two runs."""

    cases: int = 100_000
    entries_each: int = 10
    times: int = 3
    share: int = 10


@dataclass(frozen=True, slots=True)
class Run:
    """The seconds of each question beside so many cases, and how many entries the walk along the journal had.

    `busy` is what of it the processor worked on this: where others use the machine meanwhile, the rest was theirs.
    """

    cases: int
    filled: float
    seconds: dict[str, float]
    busy: dict[str, float]
    entries: int


async def measure(folder: Path, size: Size) -> Part:
    """Ask the same of the records beside a share of the cases, and beside all of them."""
    runs = []
    for cases in (size.cases // size.share, size.cases):
        place = folder / str(cases)
        place.mkdir()
        runs.append(await _run(place, replace(size, cases=cases)))
    return _part(size, runs[0], runs[1])


async def _run(folder: Path, size: Size) -> Run:
    async with a_community(folder) as community, open_pages(community) as pages:
        begun = monotonic_seconds()
        await _fill(community, size)
        filled = monotonic_seconds() - begun
        await pages.sign_in(community, AMARA)
        times = {}
        for name, ask in _questions(community, pages, size).items():
            _say(f"{size.cases:,} cases: asking for {name}")
            times[name] = [await _time(ask) for _ in range(size.times)]
        walk = _Walk(community, size.cases)
        times[VERIFY] = [await _time(walk.verify)]
    seconds = {name: middle([lasted for lasted, _ in found]) for name, found in times.items()}
    busy = {name: middle([worked for _, worked in found]) for name, found in times.items()}
    return Run(size.cases, filled, seconds, busy, walk.entries)


class _Walk:
    """Walks along the whole journal, and says how far it is."""

    def __init__(self, community: Community, cases: int) -> None:
        self._community, self._cases = community, cases
        self._said = 0
        self.entries = 0

    async def verify(self) -> None:
        async with self._community.units_of_work.read() as view:
            report = await view.journal.verify(on_progress=self._show)
        if not report.is_intact:
            raise AssertionError("the journal that was filled is not whole")
        self.entries = report.entries

    def _show(self, done: int, total: int) -> None:
        if done >= self._said:
            self._said += _ENTRIES_BETWEEN
            _say(f"{self._cases:,} cases: {done:,} of {total:,} entries of the journal are verified")


def _questions(community: Community, pages: Pages, size: Size) -> dict[str, Callable[[], Awaitable[None]]]:
    one = f"case-{size.cases // 2}"
    addresses = {
        "the sheet": "/console/records",
        "one record": f"/console/records/cases/{one}",
        "the statistics": "/console/records/statistics",
    }

    async def search() -> None:
        if one not in await complete_cases(community.app, AMARA, one):
            raise AssertionError("a case is not found by its code name")

    def page(address: str) -> Callable[[], Awaitable[None]]:
        async def ask() -> None:
            answer = await pages.get(address)
            if answer.status_code != 200:
                raise AssertionError(f"{address} answers {answer.status_code}")

        return ask

    return {"a search by code name": search, **{name: page(address) for name, address in addresses.items()}}


async def _time(ask: Callable[[], Awaitable[None]]) -> tuple[float, float]:
    """How long it took, and how long of it the processor worked on it."""
    begun, worked = monotonic_seconds(), process_time()
    await ask()
    return monotonic_seconds() - begun, process_time() - worked


async def _fill(community: Community, size: Size) -> None:
    for start in range(0, size.cases, _AT_ONCE):
        if start % (_AT_ONCE * _SAID_EACH) == 0:
            _say(f"{size.cases:,} cases: {start:,} are filled in")
        async with community.units_of_work.begin() as uow:
            gathered = GatheredInserts()
            stores = SqlUnitOfWork(cast("AsyncConnection", gathered), community.units_of_work.ring, uow.now)
            opened = [_opened_at(number, size, uow.now) for number in range(start, min(start + _AT_ONCE, size.cases))]
            filled = [await _add_case(stores, number, at) for number, at in enumerate(opened, start)]
            await gathered.write_through(uow.connection)
            for case in filled:
                uow.access.note_case(case.id)
                for _ in range(size.entries_each):
                    uow.journal.note(_entry(case))
    await _publish(community, size)


def _opened_at(number: int, size: Size, now: datetime) -> datetime:
    """The cases lie evenly over the years, the last of them now."""
    return now - _DECADES * ((size.cases - 1 - number) / size.cases)


async def _publish(community: Community, size: Size) -> None:
    """Every half year that is over was published in its time, as the policy has it."""
    async with community.units_of_work.begin() as uow:
        today = HalfYear.of(uow.now.date())
        periods = {HalfYear.of(_opened_at(number, size, uow.now).date()) for number in range(size.cases)}
        for period in sorted(periods - {today}):
            await uow.records.add_publication(
                Publication(
                    id=new_id(),
                    kind=HALF_YEAR,
                    period=str(period),
                    at=uow.now,
                    by=AMARA,
                    content=json.dumps(asdict(Counts())),
                )
            )


async def _add_case(stores: SqlUnitOfWork, number: int, at: datetime) -> Case:
    fresh = new_case(f"case-{number}", at, danger=False)
    case = replace(fresh, state=CaseState.CLOSED, closed_at=at, outcome="Nothing had to be done.")
    await stores.cases.add_case(case)
    words = f"They called somebody names, time and again, report number {number}."
    channel = ReportChannel.DISCORD_COMMAND
    await stores.cases.add_report(
        Report(id=ReportId(new_id()), case=case.id, channel=channel, received_at=at, what_happened=words)
    )
    person = Person(PersonId(new_id()), f"person-{number}", at)
    await stores.people.add_person(person)
    await stores.cases.add_party(Party(case.id, PartyRole.REPORTED, new_reference(), person.id, None))
    return case


def _entry(case: Case) -> Entry:
    return Entry(act="case.was_read", by=by_member(AMARA), authority="P-9.8", about={"case": case.id}, case=case.id)


def _say(words: str) -> None:
    print(f"{NAME}: {words}", file=sys.stderr, flush=True)


def _part(size: Size, small: Run, large: Run) -> Part:
    pages = {name: seconds for name, seconds in large.seconds.items() if name != VERIFY}
    slowest = max(pages, key=lambda name: pages[name])
    growth = {
        name: seconds / small.seconds[name] / (large.cases / small.cases) for name, seconds in large.seconds.items()
    }
    steepest = max(growth, key=lambda name: growth[name])
    speed = large.entries / large.seconds[VERIFY]
    lines = [f"{NAME}: {large.cases:,} cases, {large.entries:,} journal entries (filled in {large.filled:.0f} s)"]
    lines += [
        f"  {name}: {seconds * 1000:,.0f} ms, {large.busy[name] * 1000:,.0f} of them worked;"
        f" beside a {size.share}th {small.seconds[name] * 1000:,.0f} ms, {small.busy[name] * 1000:,.0f} worked"
        for name, seconds in large.seconds.items()
    ]
    aims = (
        Aim(f"seconds of {slowest}, the slowest", pages[slowest], MOST_SECONDS),
        Aim(f"growth of {steepest}, 1 being linear", growth[steepest], MOST_GROWTH),
        Aim(f"seconds for each {ENTRIES_A_SECOND:,} entries of a journal verified", ENTRIES_A_SECOND / speed, 1.0),
    )
    runs = [
        {"cases": run.cases, "entries": run.entries, "seconds": run.seconds, "busy": run.busy} for run in (small, large)
    ]
    return Part(NAME, tuple(lines), {"runs": runs, "growth": growth, "entries_a_second": round(speed)}, aims)
