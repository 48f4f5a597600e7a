"""The journal in words, newest first, by pages; and whether it is as it was written. Read `JournalPages` first."""

from collections.abc import Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from guardian.people.permissions import UseCase, may_perform
from guardian.services.operations.history import is_journal_whole, list_history
from guardian.services.operations.oversight import take_copy
from guardian.services.records.sheet_files import SheetFormat, write_table
from guardian.web.console.console import Console, Visit

JOURNAL: Final = "/console/journal"
_LONGEST_NUMBER: Final = 4
_COLUMNS: Final = ("when", "case", "what", "by")


class JournalPages:
    """Show what was done, as far as the member may know of it."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._app = console.site.app

    def routes(self) -> Sequence[Route]:
        """Return the addresses of these pages."""
        get = self._console.get
        return [
            get(JOURNAL, self._list),
            get(JOURNAL + "/check", self._check),
            get(JOURNAL + "/oversight.csv", self._copy),
        ]

    async def _list(self, request: Request, visit: Visit) -> Response:
        text = request.query_params.get("page", "0")
        number = int(text) if text.isascii() and text.isdecimal() and len(text) <= _LONGEST_NUMBER else 0
        page = await list_history(self._app, visit.by, number)
        may_oversee = may_perform(visit.member, UseCase.OVERSEE, self._app.clock.now())
        return self._console.render(visit, "journal.html", page=page, number=number, may_oversee=may_oversee)

    async def _copy(self, _: Request, visit: Visit) -> Response:
        copy = await take_copy(self._app, visit.by)
        whole = "every entry is as it was written" if copy.is_whole else "the journal is not as it was written"
        rows = [(line.at.isoformat(), line.case, line.words, line.by or "somebody") for line in copy.lines]
        content = write_table(SheetFormat.CSV, _COLUMNS, [(copy.at.isoformat(), "", whole, "the service"), *rows])
        headers = {"content-disposition": 'attachment; filename="journal.csv"'}
        return Response(content, media_type="text/csv; charset=utf-8", headers=headers)

    async def _check(self, _: Request, visit: Visit) -> Response:
        return self._console.render(visit, "journal_check.html", is_whole=await is_journal_whole(self._app, visit.by))
