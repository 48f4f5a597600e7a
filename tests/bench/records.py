"""How long the records take beside so many cases and journal entries as decades bring, and how that grows from a tenth.

Asked for are the sheet, a search by code name, one record, the statistics, and a walk along the whole journal. Each stage
says on standard error how far it is. Read `measure` first.
"""

import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from guardian.cases.case import Case, CaseState, Party, PartyRole
from guardian.cases.reports import Report, ReportChannel
from guardian.cases.submissions import new_case
from guardian.clock import monotonic_seconds
from guardian.ids import PersonId, ReportId, new_id, new_reference
from guardian.journal import Entry, by_member
from guardian.people.models import Person
from guardian.services.cases.completions import complete_cases
from guardian.storage.unit_of_work import SqlUnitOfWork
from tests.bench.figures import Aim, Part, middle
from tests.builders.community import AMARA, Community, a_community
from tests.builders.pages import Pages, open_pages

NAME: Final = "records"
MOST_SECONDS: Final = 0.1
MOST_GROWTH: Final = 1.2
ENTRIES_A_SECOND: Final = 50_000
VERIFY: Final = "verify"
_AT_ONCE: Final = 500
_SAID_EACH: Final = 20


@dataclass(frozen=True, slots=True)
class Size:
    """How many cases, journal entries for each, and how often each page is asked for; `share` is the smaller of two runs."""

    cases: int = 100_000
    entries_each: int = 10
    times: int = 3
    share: int = 10


@dataclass(frozen=True, slots=True)
class Run:
    """The seconds of each question beside so many cases, and how many entries the walk along the journal had."""

    cases: int
    filled: float
    seconds: dict[str, float]
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
        seconds = {}
        for name, ask in _questions(community, pages, size).items():
            _say(f"{size.cases:,} cases: asking for {name}")
            seconds[name] = middle([await _time(ask) for _ in range(size.times)])
        _say(f"{size.cases:,} cases: walking along the journal")
        begun = monotonic_seconds()
        async with community.units_of_work.read() as view:
            report = await view.journal.verify()
        if not report.is_intact:
            raise AssertionError("the journal that was filled is not whole")
        seconds[VERIFY] = monotonic_seconds() - begun
    return Run(size.cases, filled, seconds, report.entries)


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


async def _time(ask: Callable[[], Awaitable[None]]) -> float:
    begun = monotonic_seconds()
    await ask()
    return monotonic_seconds() - begun


async def _fill(community: Community, size: Size) -> None:
    for start in range(0, size.cases, _AT_ONCE):
        if start % (_AT_ONCE * _SAID_EACH) == 0:
            _say(f"{size.cases:,} cases: {start:,} are filled in")
        async with community.units_of_work.begin() as uow:
            for number in range(start, min(start + _AT_ONCE, size.cases)):
                await _add_case(uow, number, size.entries_each)


async def _add_case(uow: SqlUnitOfWork, number: int, entries: int) -> None:
    fresh = new_case(f"case-{number}", uow.now, danger=False)
    case = replace(fresh, state=CaseState.CLOSED, closed_at=uow.now, outcome="Nothing had to be done.")
    await uow.cases.add_case(case)
    words = f"They called somebody names, time and again, report number {number}."
    channel = ReportChannel.DISCORD_COMMAND
    await uow.cases.add_report(
        Report(id=ReportId(new_id()), case=case.id, channel=channel, received_at=uow.now, what_happened=words)
    )
    person = Person(PersonId(new_id()), f"person-{number}", uow.now)
    await uow.people.add_person(person)
    await uow.cases.add_party(Party(case.id, PartyRole.REPORTED, new_reference(), person.id, None))
    for _ in range(entries):
        uow.journal.note(_entry(case))


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
        f"  {name}: {seconds * 1000:,.0f} ms; beside a {size.share}th {small.seconds[name] * 1000:,.0f} ms"
        for name, seconds in large.seconds.items()
    ]
    aims = (
        Aim(f"seconds of {slowest}, the slowest", pages[slowest], MOST_SECONDS),
        Aim(f"growth of {steepest}, 1 being linear", growth[steepest], MOST_GROWTH),
        Aim(f"seconds for each {ENTRIES_A_SECOND:,} entries of a journal verified", ENTRIES_A_SECOND / speed, 1.0),
    )
    runs = [{"cases": run.cases, "entries": run.entries, "seconds": run.seconds} for run in (small, large)]
    return Part(NAME, tuple(lines), {"runs": runs, "growth": growth, "entries_a_second": round(speed)}, aims)
