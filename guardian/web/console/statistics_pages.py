"""What the public learns: the statistics of each half year, and the yearly report.

Policy: P-10.1, P-10.2. Read `StatisticsPages` first.
"""

from collections.abc import Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from guardian.errors import NotFound, Refused
from guardian.people.permissions import UseCase, may_perform
from guardian.services.records.statistics import export_statistics, publish_half_year, read_statistics
from guardian.services.records.yearly import (
    YearlyReport,
    YearlyWords,
    list_yearly_reports,
    prepare_yearly_report,
    publish_yearly_report,
)
from guardian.services.records.yearly_files import write_html, write_markdown
from guardian.web.console.bar_chart import HEIGHT, WIDTH, chart_of
from guardian.web.console.console import NOTHING_TYPED, Console, FormEntry, Visit
from guardian.web.console.record_navigation import record_pages_for
from guardian.web.forms import Form
from rules.statistics import COUNT_LABELS, COUNT_NAMES, UNITS

STATISTICS: Final = "/console/records/statistics"
YEARLY: Final = "/console/records/yearly"


class StatisticsPages:
    """Show the numbers, publish them, and prepare, show and publish yearly reports."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._app = console.site.app

    def routes(self) -> Sequence[Route]:
        """Return the addresses of these pages."""
        get, post = self._console.get, self._console.post
        return [
            get(STATISTICS, self._show),
            get(STATISTICS + "/table.csv", self._export),
            post(STATISTICS, self._publish),
            get(YEARLY, self._show_yearly),
            post(YEARLY, self._prepare),
            post(YEARLY + "/publish", self._publish_yearly),
            get(YEARLY + "/report.md", self._markdown),
            get(YEARLY + "/report.html", self._html),
        ]

    async def _show(self, _: Request, visit: Visit, entry: FormEntry = NOTHING_TYPED) -> Response:
        lines = await read_statistics(self._app, visit.by)
        now = self._app.clock.now()
        return self._console.render(
            visit,
            "statistics.html",
            entry=entry,
            lines=lines,
            columns=COUNT_NAMES,
            labels=COUNT_LABELS,
            units=UNITS,
            bars=chart_of(lines),
            size=(WIDTH, HEIGHT),
            places=record_pages_for(visit.member, now),
            may_publish=may_perform(visit.member, UseCase.PUBLISH_STATISTICS, now),
        )

    async def _export(self, _: Request, visit: Visit) -> Response:
        headers = {"content-disposition": 'attachment; filename="statistics.csv"'}
        content = await export_statistics(self._app, visit.by)
        return Response(content, media_type="text/csv; charset=utf-8", headers=headers)

    async def _publish(self, request: Request, visit: Visit, form: Form) -> Response:
        return await self._console.attempt(
            visit,
            form,
            lambda: publish_half_year(self._app, visit.by, form.one("period")),
            to=STATISTICS,
            again=lambda entry: self._show(request, visit, entry),
        )

    async def _show_yearly(self, _: Request, visit: Visit, entry: FormEntry = NOTHING_TYPED) -> Response:
        k = self._app.policy.records.suppress_below
        reports = await list_yearly_reports(self._app, visit.by)
        now = self._app.clock.now()
        return self._console.render(
            visit,
            "yearly.html",
            entry=entry,
            reports=[(each, write_markdown(each, self._app.community, k)) for each in reports],
            last_year=now.year - 1,
            k=k,
            places=record_pages_for(visit.member, now),
            may_publish=may_perform(visit.member, UseCase.PUBLISH_STATISTICS, now),
        )

    async def _prepare(self, request: Request, visit: Visit, form: Form) -> Response:
        words = YearlyWords(form.one("membership"), form.one("procedure"), form.one("lessons"))
        return await self._console.attempt(
            visit,
            form,
            lambda: prepare_yearly_report(self._app, visit.by, _year(form.one("year")), words),
            to=YEARLY,
            again=lambda entry: self._show_yearly(request, visit, entry),
            at={"": "lessons", "year": "year", "not_over": "year", "frozen": "year"},
        )

    async def _publish_yearly(self, request: Request, visit: Visit, form: Form) -> Response:
        return await self._console.attempt(
            visit,
            form,
            lambda: publish_yearly_report(self._app, visit.by, _year(form.one("of"))),
            to=YEARLY,
            again=lambda entry: self._show_yearly(request, visit, entry),
        )

    async def _markdown(self, request: Request, visit: Visit) -> Response:
        report, k = await self._published(request, visit), self._app.policy.records.suppress_below
        return _file(write_markdown(report, self._app.community, k), "text/markdown", f"{report.year}.md")

    async def _html(self, request: Request, visit: Visit) -> Response:
        report, k = await self._published(request, visit), self._app.policy.records.suppress_below
        return _file(write_html(report, self._app.community, k), "text/html", f"{report.year}.html")

    async def _published(self, request: Request, visit: Visit) -> YearlyReport:
        """The published report of the year that is asked for."""
        reports = await list_yearly_reports(self._app, visit.by)
        year = request.query_params.get("year", "")
        found = next((each for each in reports if each.published_at is not None and str(each.year) == year), None)
        if found is None:
            raise NotFound
        return found


def _file(content: str, media_type: str, name: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="conduct-{name}"'}
    return Response(content.encode(), media_type=f"{media_type}; charset=utf-8", headers=headers)


def _year(text: str) -> int:
    if len(text) != 4 or not text.isascii() or not text.isdecimal():
        raise Refused("year", "Please give a year, for example 2026.", "P-10.2")
    return int(text)
