"""The yearly report: prepared by one member, published by another, with tables that give nobody away.

Its tables are by space, by type of violation and by door; years are pooled where a single one is too small, and each year
is broken down once. Read `prepare_yearly_report` first. Policy: P-10.2.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from statistics import median
from typing import Any, Final

from guardian.cases.access import require_permission
from guardian.cases.case_records import Publication
from guardian.cases.drafts import check_text
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId, new_id
from guardian.journal import Entry, by_member
from guardian.people.permissions import UseCase
from guardian.services.authorization import require
from guardian.services.context import AppContext, ReadView
from guardian.services.records.recorded_cases import counted_cases, recorded_facts
from rules.statistics import COUNT_NAMES, CountedCase, Counts, count
from rules.suppression import Breakdown, ProtectedTable, join, pool_years, protect

DRAFT: Final = "yearly_draft"
REPORT: Final = "yearly_report"
UNSAID: Final = "not said"
SEVERAL: Final = "several"


@dataclass(frozen=True, slots=True)
class YearlyWords:
    """What the group says in the yearly report in its own words."""

    membership: str = ""
    procedure: str = ""
    lessons: str = ""


@dataclass(frozen=True, slots=True)
class YearlyTable:
    """One breakdown of the report: of which years, the latest first; none where nothing can be broken down."""

    title: str
    years: tuple[int, ...]
    table: ProtectedTable | None


@dataclass(frozen=True, slots=True)
class YearlyReport:
    """A yearly report as it stands; `published_at` None: it waits for a second member.

    `before` are the totals of the year before; `days` are medians by what they measure, None where too few are known.
    """

    year: int
    totals: Counts
    before: Counts
    tables: tuple[YearlyTable, ...]
    days: Mapping[str, int | None]
    words: YearlyWords
    at: datetime
    prepared_by: MemberId
    published_at: datetime | None = None


async def list_yearly_reports(app: AppContext, by: MemberId) -> tuple[YearlyReport, ...]:
    """Return the reports that are published or prepared, the newest year first."""
    async with app.units_of_work.read() as view:
        await require_permission(view, by, UseCase.READ_SHEET)
        found = [_decode(each) for each in await view.records.publications() if each.kind in (DRAFT, REPORT)]
    return tuple(sorted(found, key=lambda report: report.year, reverse=True))


async def prepare_yearly_report(app: AppContext, by: MemberId, year: int, words: YearlyWords) -> str:
    """Count the year from every case and keep the report until a second member publishes it; anew replaces the last one.

    Policy: P-10.2, P-5.6.
    """
    for text in asdict(words).values():
        if text:
            require(check_text(text, app.longest_text))
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.PUBLISH_STATISTICS)
        if uow.now.date() < date(year + 1, 1, 1):
            raise Refused("not_over", "This year is not over yet.", "P-10.2")
        earlier = await uow.records.publications()
        if any(each.kind == REPORT and each.period == str(year) for each in earlier):
            raise Refused("frozen", "It is published already, and what is published stays as it is.", "P-10.2")
        for draft in (each for each in earlier if each.kind == DRAFT and each.period == str(year)):
            await uow.records.drop_publication(draft.id)
        content = json.dumps(await _count_year(uow, year, words, app.policy.records.suppress_below))
        await uow.records.add_publication(
            Publication(id=new_id(), kind=DRAFT, period=str(year), at=uow.now, by=by, content=content)
        )
        about = {"period": str(year)}
        uow.journal.note(Entry(act="report.was_prepared", by=by_member(by), authority="P-10.2", about=about))
    return f"The report of {year} is prepared. Another member reads it and publishes it."


async def publish_yearly_report(app: AppContext, by: MemberId, year: int) -> str:
    """Publish, as the second member, what another has prepared: from then on it stays as it is. Policy: P-10.2, P-5.6."""
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.PUBLISH_STATISTICS)
        drafts = [each for each in await uow.records.publications() if each.kind == DRAFT and each.period == str(year)]
        if not drafts:
            raise NotFound
        draft = drafts[-1]
        if draft.by == by:
            raise Refused("own_report", "You prepared it: another member reads and publishes it.", "P-5.6")
        await uow.records.drop_publication(draft.id)
        await uow.records.add_publication(
            Publication(id=new_id(), kind=REPORT, period=str(year), at=uow.now, by=draft.by, content=draft.content)
        )
        about = {"period": str(year)}
        uow.journal.note(Entry(act="statistics.were_published", by=by_member(by), authority="P-10.2", about=about))
    return f"The report of {year} is published."


async def _count_year(view: ReadView, year: int, words: YearlyWords, k: int) -> dict[str, Any]:
    """What the report says, from every case, as JSON."""
    cases = counted_cases(await recorded_facts(view), await view.records.confirmed_merges())
    used = _used_years(await view.records.publications())
    of_year = [case for case in cases if case.received_on.year == year]
    tables = [_table(title, cases, year, used.get(title, ()), k, row_of) for title, row_of in _AXES.items()]
    return {
        "totals": asdict(_count(cases, year)),
        "before": asdict(_count(cases, year - 1)),
        "tables": [asdict(table) for table in tables],
        "days": {
            "first answer": _median(k, [case.days_to_first_answer for case in of_year]),
            "resolution": _median(k, [case.days_to_resolution for case in of_year]),
        },
        "words": asdict(words),
    }


def _table(
    title: str,
    cases: Sequence[CountedCase],
    year: int,
    used: Iterable[int],
    k: int,
    row_of: Callable[[CountedCase], str],
) -> YearlyTable:
    years = sorted({case.received_on.year for case in cases if case.received_on.year <= year} | {year})
    by_year = {each: _breakdown(cases, each, row_of) for each in range(years[0], year + 1)}
    pool = pool_years(by_year, year, used, k)
    return YearlyTable(title, pool, protect(join(by_year[each] for each in pool), k) if pool else None)


def _breakdown(cases: Sequence[CountedCase], year: int, row_of: Callable[[CountedCase], str]) -> Breakdown:
    """The year's numbers by row. A person who was named in several rows counts in a row of their own."""
    of_year = [case for case in cases if any(report.received_on.year == year for report in case.reports)]
    rows = _without_overlap(of_year, [row_of(case) for case in of_year])
    by_row: dict[str, list[CountedCase]] = {}
    for case, row in zip(of_year, rows, strict=True):
        by_row.setdefault(row, []).append(case)
    return Breakdown({row: _count(found, year) for row, found in sorted(by_row.items())})


def _without_overlap(cases: Sequence[CountedCase], rows: Sequence[str]) -> Sequence[str]:
    """The rows of the cases, so that nobody is named in two of them: the rows are to part the people as well."""
    rows_of_person: dict[str, set[str]] = {}
    for case, row in zip(cases, rows, strict=True):
        for person in case.people:
            rows_of_person.setdefault(person.who, set()).add(row)
    several = {who for who, names in rows_of_person.items() if len(names) > 1}
    if not several:
        return rows
    named = [{person.who for person in case.people} for case in cases]
    return _without_overlap(
        cases, [SEVERAL if several & people else row for people, row in zip(named, rows, strict=True)]
    )


def _count(cases: Sequence[CountedCase], year: int) -> Counts:
    return count(cases, date(year, 1, 1), date(year + 1, 1, 1))


def _median(k: int, days: Iterable[int | None]) -> int | None:
    known = [each for each in days if each is not None]
    return round(median(known)) if len(known) >= k else None


def _type_of(case: CountedCase) -> str:
    return case.types[0] if len(case.types) == 1 else (SEVERAL if case.types else UNSAID)


def _channel_of(case: CountedCase) -> str:
    channels = {report.channel for report in case.reports}
    return (next(iter(channels)) or UNSAID) if len(channels) == 1 else SEVERAL


_AXES: Final[Mapping[str, Callable[[CountedCase], str]]] = {
    "By space": lambda case: case.place or UNSAID,
    "By type of violation": _type_of,
    "By how it was reported": _channel_of,
}


def _used_years(publications: Iterable[Publication]) -> Mapping[str, tuple[int, ...]]:
    """Which years each table was broken down for in what is published."""
    found: dict[str, tuple[int, ...]] = {}
    for report in (_decode(each) for each in publications if each.kind == REPORT):
        for table in report.tables:
            found[table.title] = (*found.get(table.title, ()), *table.years)
    return found


def _decode(publication: Publication) -> YearlyReport:
    content = json.loads(publication.content)
    return YearlyReport(
        year=int(publication.period),
        totals=Counts(**content["totals"]),
        before=Counts(**content["before"]),
        tables=tuple(_decode_table(each) for each in content["tables"]),
        days=content["days"],
        words=YearlyWords(**content["words"]),
        at=publication.at,
        prepared_by=publication.by,
        published_at=publication.at if publication.kind == REPORT else None,
    )


def _decode_table(content: Mapping[str, Any]) -> YearlyTable:
    known = content["table"]
    table = known and ProtectedTable(
        rows=tuple(known["rows"]),
        columns={name: tuple(known["columns"][name]) for name in COUNT_NAMES if name in known["columns"]},
        totals=Counts(**known["totals"]),
        merged=tuple(known["merged"]),
    )
    return YearlyTable(content["title"], tuple(content["years"]), table)
