"""The statistics of each half year: counted from what a member may know, published from all, and frozen from then on.

Read `read_statistics` and `publish_half_year` first. Policy: P-10.1, P-4.2.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time
from typing import Final

from guardian.cases.access import require_permission
from guardian.cases.case_records import CaseFacts, ConfirmedMerge, Publication
from guardian.errors import Refused
from guardian.ids import CaseId, MemberId, new_id
from guardian.journal import Entry, by_member
from guardian.people.models import Member
from guardian.people.permissions import UseCase
from guardian.services.context import AppContext, ReadView
from guardian.services.records.recorded_cases import counted_cases, known_facts, recorded_facts
from guardian.services.records.sheet_files import SheetFormat, write_table
from rules.statistics import COUNT_LABELS, COUNT_NAMES, Counts, HalfYear, count_half_year, half_years

HALF_YEAR: Final = "half_year"
_AT_ONCE: Final = 1_000


@dataclass(frozen=True, slots=True)
class HalfYearLine:
    """The eleven numbers of half a year. `published_at` None: they are counted from what the reader may know, as of now."""

    period: HalfYear
    counts: Counts
    published_at: datetime | None = None
    may_publish: bool = False


async def read_statistics(app: AppContext, by: MemberId) -> tuple[HalfYearLine, ...]:
    """Return the half years, the newest first: as they were published, else counted from what the member may know of.

    A number is never of a case that is kept from the reader before it is public. Policy: P-10.1, P-4.2.
    """
    async with app.units_of_work.read() as view:
        member = await require_permission(view, by, UseCase.READ_SHEET)
        published = await published_half_years(view)
        today = view.now.date()
        open_periods = await _unpublished(view, published)
        merges = await view.records.confirmed_merges()
        cases = counted_cases(await _known_of(view, member, await _cases_of(view, open_periods, merges)), merges)
        received = {period for period in half_years(cases) if period in open_periods}
        periods = {HalfYear.of(today), *received, *published}
        return tuple(
            published.get(period)
            or HalfYearLine(period, count_half_year(cases, period), may_publish=period.ends <= today)
            for period in sorted(periods, reverse=True)
        )


async def _unpublished(view: ReadView, published: Collection[HalfYear]) -> frozenset[HalfYear]:
    """The half years that are not published, from that of the first case on: what is published is not counted again."""
    first = await view.records.first_opened_at()
    last = HalfYear.of(view.now.date())
    found, period = [], last if first is None else HalfYear.of(first.date())
    while period <= last:
        found.append(period)
        period = HalfYear.of(period.ends)
    return frozenset(found) - frozenset(published)


async def _cases_of(
    view: ReadView, periods: Iterable[HalfYear], merges: Iterable[ConfirmedMerge]
) -> tuple[CaseId, ...]:
    """The cases that count in these half years, and those in which people were found to be one, whenever that was."""
    found = dict.fromkeys(merge.case for merge in merges)
    for since, until in _runs(periods):
        begins, ends = (datetime.combine(day, time(), tzinfo=UTC) for day in (since, until))
        found |= dict.fromkeys(await view.records.cases_between(begins, ends))
    return tuple(found)


def _runs(periods: Iterable[HalfYear]) -> tuple[tuple[date, date], ...]:
    """The half years as stretches of days, each as long as none is missing."""
    runs: list[tuple[date, date]] = []
    for period in sorted(periods):
        follows = bool(runs) and runs[-1][1] == period.begins
        begins = runs.pop()[0] if follows else period.begins
        runs.append((begins, period.ends))
    return tuple(runs)


async def _known_of(view: ReadView, member: Member, those: Sequence[CaseId]) -> list[CaseFacts]:
    """What the member may know of these cases, read so many at a time as a statement may name."""
    found: list[CaseFacts] = []
    for start in range(0, len(those), _AT_ONCE):
        found += await known_facts(view, member, those[start : start + _AT_ONCE])
    return found


async def publish_half_year(app: AppContext, by: MemberId, period: str) -> str:
    """Publish the eleven numbers of half a year, counted from every case, and freeze them. Policy: P-10.1."""
    found = HalfYear.parse(period)
    if found is None:
        raise Refused("no_period", "This is no half year. They are written 2027-1 and 2027-2.", "P-10.1")
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.PUBLISH_STATISTICS)
        if uow.now.date() < found.ends:
            raise Refused("not_over", "This half year is not over yet.", "P-10.1")
        if found in await published_half_years(uow):
            raise Refused("frozen", "It is published already, and what is published stays as it is.", "P-10.1")
        counts = await _count_all(uow, found)
        content = json.dumps(asdict(counts))
        await uow.records.add_publication(
            Publication(id=new_id(), kind=HALF_YEAR, period=str(found), at=uow.now, by=by, content=content)
        )
        about = {"period": str(found)}
        uow.journal.note(Entry(act="statistics.were_published", by=by_member(by), authority="P-10.1", about=about))
    return f"The statistics of {found} are published, and stay as they are."


async def _count_all(view: ReadView, period: HalfYear) -> Counts:
    """The eleven numbers of every case, whoever may know of it."""
    merges = await view.records.confirmed_merges()
    those = await _cases_of(view, [period], merges)
    facts = [
        each
        for start in range(0, len(those), _AT_ONCE)
        for each in await recorded_facts(view, those[start : start + _AT_ONCE])
    ]
    return count_half_year(counted_cases(facts, merges), period)


async def export_statistics(app: AppContext, by: MemberId) -> bytes:
    """Return the half years that the member sees as a CSV file, with what each column counts."""
    lines = await read_statistics(app, by)
    header = ("Half year", *(COUNT_LABELS[name] for name in COUNT_NAMES), "Published")
    return write_table(SheetFormat.CSV, header, (_cells(line) for line in lines))


async def published_half_years(view: ReadView) -> Mapping[HalfYear, HalfYearLine]:
    """Return what was published of each half year."""
    found = {}
    for publication in await view.records.publications():
        period = HalfYear.parse(publication.period)
        if publication.kind == HALF_YEAR and period is not None:
            counts = Counts(**json.loads(publication.content))
            found[period] = HalfYearLine(period, counts, publication.at)
    return found


def _cells(line: HalfYearLine) -> tuple[str, ...]:
    published = line.published_at.date().isoformat() if line.published_at else "not yet"
    return (str(line.period), *(str(getattr(line.counts, name)) for name in COUNT_NAMES), published)
