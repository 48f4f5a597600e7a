"""The statistics of each half year: counted from what a member may know, published from all, and frozen from then on.

Read `read_statistics` and `publish_half_year` first. Policy: P-10.1, P-4.2.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, time
from typing import Final

from guardian.cases.access import require_permission
from guardian.cases.case_records import Publication
from guardian.errors import Refused
from guardian.ids import CaseId, MemberId, new_id
from guardian.journal import Entry, by_member
from guardian.people.permissions import UseCase
from guardian.services.context import AppContext, ReadView
from guardian.services.records.recorded_cases import counted_cases, known_facts, recorded_facts
from guardian.services.records.sheet_files import SheetFormat, write_table
from rules.statistics import COUNT_LABELS, COUNT_NAMES, Counts, HalfYear, count_half_year, half_years

HALF_YEAR: Final = "half_year"


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
        those = await _not_all_published(view, published)
        cases = counted_cases(await known_facts(view, member, those), await view.records.confirmed_merges())
        today = view.now.date()
        periods = {HalfYear.of(today), *half_years(cases), *published}
        return tuple(
            published.get(period)
            or HalfYearLine(period, count_half_year(cases, period), may_publish=period.ends <= today)
            for period in sorted(periods, reverse=True)
        )


async def _not_all_published(view: ReadView, published: Collection[HalfYear]) -> tuple[CaseId, ...] | None:
    """The cases that count in a half year which is not published, and perhaps more; None: any may.

    What is published is not counted again: from the first report on to the first gap there is nothing to read.
    """
    first = await view.records.first_opened_at()
    if first is None:
        return ()
    gap = HalfYear.of(first.date())
    while gap in published:
        gap = HalfYear.of(gap.ends)
    if gap == HalfYear.of(first.date()):
        return None
    return await view.records.cases_since(datetime.combine(gap.begins, time(), tzinfo=UTC))


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
        counts = count_half_year(counted_cases(await recorded_facts(uow), await uow.records.confirmed_merges()), found)
        content = json.dumps(asdict(counts))
        await uow.records.add_publication(
            Publication(id=new_id(), kind=HALF_YEAR, period=str(found), at=uow.now, by=by, content=content)
        )
        about = {"period": str(found)}
        uow.journal.note(Entry(act="statistics.were_published", by=by_member(by), authority="P-10.1", about=about))
    return f"The statistics of {found} are published, and stay as they are."


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
