"""What the Board and its liaison read of concluded cases, and each report as a file. Read `BoardReportPages` first."""

from collections.abc import Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from guardian.services.records.board_reports import list_board_reports, read_board_report
from guardian.services.records.case_document import write_document
from guardian.web.console.console import Console, Visit

BOARD_REPORTS: Final = "/console/board-reports"


class BoardReportPages:
    """Show the reports to the Board, as far as the reader is not concerned by them."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._app = console.site.app

    def routes(self) -> Sequence[Route]:
        """Return the addresses of these pages."""
        get = self._console.get
        return [
            get(BOARD_REPORTS, self._list),
            get(BOARD_REPORTS + "/{case}", self._show),
            get(BOARD_REPORTS + "/{case}/file", self._file),
        ]

    async def _list(self, _: Request, visit: Visit) -> Response:
        reports = await list_board_reports(self._app, visit.by)
        return self._console.render(visit, "board_reports.html", reports=reports)

    async def _show(self, request: Request, visit: Visit) -> Response:
        report = await read_board_report(self._app, visit.by, request.path_params["case"])
        return self._console.render(visit, "board_report.html", report=report)

    async def _file(self, request: Request, visit: Visit) -> Response:
        report = await read_board_report(self._app, visit.by, request.path_params["case"])
        headers = {"content-disposition": f'attachment; filename="{report.code_name}-board.md"'}
        return Response(write_document(report), media_type="text/markdown; charset=utf-8", headers=headers)
