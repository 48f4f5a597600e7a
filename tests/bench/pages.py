"""How long each page of the console takes on the server, and how large it is, beside so many cases as ten years bring.

Most cases are closed; some are open with a date, and some restrict somebody now. The half years that are over are
published. Each page is asked for several times, in this process and without a network. Read `measure` first.
"""

import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Final

from starlette.routing import Route

from guardian.cases.case import Case, CaseState, Party, PartyRole
from guardian.cases.case_records import Publication
from guardian.cases.deadlines import Deadline, DeadlineKind
from guardian.cases.reports import Report, ReportChannel
from guardian.cases.submissions import new_case
from guardian.clock import monotonic_seconds
from guardian.ids import PersonId, ReportId, new_id, new_reference
from guardian.people.models import Person
from guardian.sanctions.imposition import SanctionOrder, Term, impose
from guardian.sanctions.models import Authority
from guardian.services.records.statistics import HALF_YEAR
from guardian.storage.unit_of_work import SqlUnitOfWork
from rules.ladder import AuthorityKind
from rules.precedence import Restriction
from rules.statistics import Counts, HalfYear
from tests.bench.figures import Aim, Part, middle
from tests.builders.community import AMARA, INES, Community, a_community
from tests.builders.pages import Pages, open_pages

NAME: Final = "pages"
MOST_SECONDS: Final = 0.1
MOST_BYTES: Final = 100_000
_AT_ONCE: Final = 500
_YEARS: Final = timedelta(days=3652)
_FILES: Final = (".csv", ".xlsx", ".md", ".html")


@dataclass(frozen=True, slots=True)
class Size:
    """How many cases; each `open_each`th is open, each `held_each`th restricts somebody; each page so many times."""

    cases: int = 10_000
    open_each: int = 20
    held_each: int = 20
    times: int = 5


@dataclass(frozen=True, slots=True)
class Seen:
    """One page: its seconds, and its bytes."""

    path: str
    seconds: float
    size: int


async def measure(folder: Path, size: Size) -> Part:
    """Ask for every page without a parameter, as a chair and as a moderator."""
    async with a_community(folder) as community, open_pages(community) as pages:
        begun = monotonic_seconds()
        await _fill(community, size)
        filled = monotonic_seconds() - begun
        paths = [r.path for r in pages.app.routes if isinstance(r, Route) and _is_page(r)]
        seen = []
        for member in (AMARA, INES):
            await pages.sign_in(community, member)
            seen += [each for path in paths if (each := await _ask(pages, path, size.times)) is not None]
    return _part(size, filled, seen)


def _is_page(route: Route) -> bool:
    is_get = "GET" in (route.methods or ()) and route.path.startswith("/console")
    return is_get and "{" not in route.path and not route.path.endswith(_FILES)


async def _ask(pages: Pages, path: str, times: int) -> Seen | None:
    seconds = []
    for _ in range(times):
        begun = monotonic_seconds()
        answer = await pages.get(path)
        seconds.append(monotonic_seconds() - begun)
        if answer.status_code != 200:
            return None
    return Seen(path, middle(seconds), len(answer.content))


async def _fill(community: Community, size: Size) -> None:
    for start in range(0, size.cases, _AT_ONCE):
        async with community.units_of_work.begin() as uow:
            for number in range(start, min(start + _AT_ONCE, size.cases)):
                await _add_case(community, uow, number, size)
    await _publish(community)


async def _publish(community: Community) -> None:
    """Every half year that is over is published; what the numbers are makes no page slower."""
    async with community.units_of_work.begin() as uow:
        at = uow.now - _YEARS
        while (period := HalfYear.of(at.date())).ends <= uow.now.date():
            kept = json.dumps(asdict(Counts()))
            await uow.records.add_publication(
                Publication(id=new_id(), kind=HALF_YEAR, period=str(period), at=uow.now, by=AMARA, content=kept)
            )
            at = datetime.combine(period.ends, time(), tzinfo=UTC)


async def _add_case(community: Community, uow: SqlUnitOfWork, number: int, size: Size) -> None:
    is_open, is_held = number % size.open_each == 0, number % size.held_each == 1
    opened_at = uow.now - _YEARS * ((size.cases - number) / size.cases)
    fresh = new_case(f"case-{number}", opened_at, danger=False)
    closed = replace(fresh, state=CaseState.CLOSED, closed_at=uow.now, outcome="Nothing had to be done.")
    case = fresh if is_open else replace(fresh, state=CaseState.IN_FORCE) if is_held else closed
    await uow.cases.add_case(case)
    report = ReportId(new_id())
    words = f"They called somebody names, time and again, report number {number}."
    await uow.cases.add_report(
        Report(
            id=report, case=case.id, channel=ReportChannel.DISCORD_COMMAND, received_at=opened_at, what_happened=words
        )
    )
    if is_open:
        due = uow.now + timedelta(days=1 + number % 30)
        kind = DeadlineKind.FIRST_ANSWER
        await uow.deadlines.add(
            Deadline(id=new_id(), kind=kind, case=case.id, since=uow.now, due=due, next_at=due, about=report)
        )
    if is_held:
        await _restrict(community, uow, case, number)


async def _restrict(community: Community, uow: SqlUnitOfWork, case: Case, number: int) -> None:
    person = Person(PersonId(new_id()), f"person-{number}", uow.now)
    await uow.people.add_person(person)
    await uow.cases.add_party(Party(case.id, PartyRole.REPORTED, new_reference(), person.id, None))
    order = SanctionOrder(
        person=person.id,
        case=case.id,
        restriction=Restriction.SUSPENDED,
        spaces=None,
        term=Term(uow.now + timedelta(days=30 + number % 300)),
        authority=Authority(AuthorityKind.DECISION, new_id()),
    )
    await impose(uow, order, community.app.spaces.names)


def _part(size: Size, filled: float, seen: list[Seen]) -> Part:
    slowest = sorted(seen, key=lambda each: -each.seconds)
    largest = max(seen, key=lambda each: each.size)
    late = [each for each in slowest if each.seconds > MOST_SECONDS]
    lines = [f"pages: {len(seen)} pages of the console beside {size.cases:,} cases (filled in {filled:.0f} s)"]
    lines += [f"  {each.path}: {each.seconds * 1000:.0f} ms, {each.size / 1000:.0f} kB" for each in slowest[:12]]
    aims = (
        Aim(
            f"seconds of the slowest page, {slowest[0].path} ({len(late)} are slower)", slowest[0].seconds, MOST_SECONDS
        ),
        Aim(f"bytes of the largest page, {largest.path}", largest.size, MOST_BYTES),
    )
    facts = {each.path: {"ms": round(each.seconds * 1000, 1), "bytes": each.size} for each in seen}
    return Part(NAME, tuple(lines), {"cases": size.cases, "pages": facts}, aims)
