"""The records: the tracking sheet, as a page and as a file, an older sheet taken in, and what is stated of one case.

Policy: P-9.1, P-9.4. Read `RecordPages` first.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from guardian.errors import Refused
from guardian.people.permissions import UseCase, may_perform
from guardian.services.records.sheet import SheetWords, export_sheet, read_record, read_sheet, state_in_sheet
from guardian.services.records.sheet_files import MOST_ROWS, SheetFormat
from guardian.services.records.sheet_import import import_sheet
from guardian.services.records.summaries import SummaryWords, approve_summary, state_summary
from guardian.web.console.console import NOTHING_TYPED, Console, FormEntry, Visit
from guardian.web.console.navigation import require_seat
from guardian.web.console.previews import Previews
from guardian.web.console.record_navigation import record_pages_for
from guardian.web.forms import Form
from rules.tracking_sheet import COLUMNS, SheetAnswer, cells_of
from rules.vague_wording import TellingWords
from rules.violation_types import ViolationType

RECORDS: Final = "/console/records"
IMPORT: Final = RECORDS + "/import"
RECORD: Final = RECORDS + "/cases/{case}"
_MEDIA_TYPES: Final = {
    SheetFormat.CSV: "text/csv; charset=utf-8",
    SheetFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_YES_OR_NO: Final[Mapping[str, bool]] = {"yes": True, "no": False}
_SUMMARY_FIELDS: Final = {"nobody_named": "summary", "no_summary": "summary", "own_summary": "summary"}


class RecordPages:
    """Show the sheet, take an older one in, and take what the group states of a case."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._app = console.site.app
        self._imports: Previews[bytes] = Previews(console)

    def routes(self) -> Sequence[Route]:
        """Return the addresses of these pages."""
        get, post = self._console.get, self._console.post
        return [
            get(RECORDS, self._sheet),
            get(RECORDS + "/sheet.csv", lambda request, visit: self._export(visit, SheetFormat.CSV)),
            get(RECORDS + "/sheet.xlsx", lambda request, visit: self._export(visit, SheetFormat.XLSX)),
            get(IMPORT, self._show_import),
            post(IMPORT, self._preview_import),
            post(IMPORT + "/change", self._change_import),
            post(IMPORT + "/take", self._take_import),
            get(RECORD, self._record),
            post(RECORD, self._state),
            post(RECORD + "/summary", self._state_summary),
            post(RECORD + "/summary/read", self._approve_summary),
        ]

    async def _sheet(self, request: Request, visit: Visit) -> Response:
        now, after = self._app.clock.now(), request.query_params.get("after", "")
        sheet = await read_sheet(self._app, visit.by, after)
        return self._console.render(
            visit,
            "records.html",
            sheet=sheet,
            after=after,
            columns=COLUMNS,
            cells_of=cells_of,
            places=record_pages_for(visit.member, now),
            may_import=may_perform(visit.member, UseCase.IMPORT_SHEET, now),
        )

    async def _export(self, visit: Visit, table_format: SheetFormat) -> Response:
        content = await export_sheet(self._app, visit.by, table_format)
        headers = {"content-disposition": f'attachment; filename="tracking-sheet.{table_format}"'}
        return Response(content, media_type=_MEDIA_TYPES[table_format], headers=headers)

    async def _show_import(self, _: Request, visit: Visit, entry: FormEntry = NOTHING_TYPED) -> Response:
        require_seat(visit.member, UseCase.IMPORT_SHEET, self._app.clock.now())
        return self._console.render(visit, "sheet_import.html", entry=entry, columns=COLUMNS, most=MOST_ROWS)

    async def _change_import(self, request: Request, visit: Visit, form: Form) -> Response:
        return await self._show_import(request, visit, FormEntry(form.fields))

    async def _preview_import(self, request: Request, visit: Visit, form: Form) -> Response:
        async def look() -> tuple[bytes, Mapping[str, Any]]:
            require_seat(visit.member, UseCase.IMPORT_SHEET, self._app.clock.now())
            content = _only_file(form, self._app.largest_file)
            return content, {"seen": await import_sheet(self._app, visit.by, content, is_dry_run=True)}

        return await self._imports.show(
            visit,
            form,
            look,
            "sheet_import_preview.html",
            again=lambda entry: self._show_import(request, visit, entry),
            fields={"": "sheet"},
        )

    async def _take_import(self, request: Request, visit: Visit, form: Form) -> Response:
        async def perform(content: bytes) -> str:
            done = await import_sheet(self._app, visit.by, content, is_dry_run=False)
            left = f" {len(done.refused)} could not be taken in." if done.refused else ""
            return f"{done.rows} rows are in the records now.{left}"

        return await self._imports.carry_out(
            visit, form, perform, to=RECORDS, again=lambda entry: self._show_import(request, visit, entry)
        )

    async def _record(self, request: Request, visit: Visit, entry: FormEntry = NOTHING_TYPED) -> Response:
        about = entry.value("about", request.query_params.get("about", ""))
        seen = await read_record(self._app, visit.by, request.path_params["case"], about)
        return self._console.render(
            visit,
            "record.html",
            entry=entry,
            seen=seen,
            columns=COLUMNS,
            cells=cells_of(seen.row),
            answers=tuple(SheetAnswer),
            types=tuple(ViolationType),
            spaces=self._app.spaces.names,
            path=RECORD.format(case=seen.row.case),
            wrote_it=seen.stated.summary_by == visit.by,
        )

    async def _state(self, request: Request, visit: Visit, form: Form) -> Response:
        words = SheetWords(
            ongoing=next((each for each in SheetAnswer if each.value == form.one("ongoing")), None),
            acted=_YES_OR_NO.get(form.one("acted")),
            acted_locally=_YES_OR_NO.get(form.one("acted-locally")),
            source_words=form.one("source-words"),
            consequence_words=form.one("consequence-words"),
            document=form.one("document"),
            place=form.one("place"),
            types=tuple(each for each in ViolationType if each.value in form.all("types")),
        )

        async def act() -> str:
            marks = await state_in_sheet(
                self._app,
                visit.by,
                request.path_params["case"],
                words,
                person_code=form.one("about"),
                read=form.one("read"),
            )
            return _said(marks)

        return await self._attempt(request, visit, form, act, {"": "source-words"})

    async def _state_summary(self, request: Request, visit: Visit, form: Form) -> Response:
        words = SummaryWords(form.one("flagged") == "yes", form.one("summary"), form.one("advice"))

        async def act() -> str:
            marks = await state_summary(
                self._app,
                visit.by,
                request.path_params["case"],
                words,
                person_code=form.one("about"),
                read=form.one("read"),
            )
            return _said(marks) + " Another member reads the words before they reach anybody."

        return await self._attempt(request, visit, form, act, {**_SUMMARY_FIELDS, "": "summary"})

    async def _approve_summary(self, request: Request, visit: Visit, form: Form) -> Response:
        async def act() -> str:
            await approve_summary(
                self._app,
                visit.by,
                request.path_params["case"],
                person_code=form.one("about"),
                read=form.one("read"),
            )
            return "Read. Events may be told these words now, one by one."

        return await self._attempt(request, visit, form, act, _SUMMARY_FIELDS)

    async def _attempt(
        self, request: Request, visit: Visit, form: Form, act: Any, fields: Mapping[str, str]
    ) -> Response:
        path = RECORD.format(case=quote(request.path_params["case"], safe=""))
        about = form.one("about")
        return await self._console.attempt(
            visit,
            form,
            act,
            to=f"{path}?{urlencode({'about': about})}" if about else path,
            again=lambda entry: self._record(request, visit, entry),
            at=fields,
        )


def _only_file(form: Form, largest: int) -> bytes:
    """The sheet that was sent; Refused where there is none, or it is too large."""
    if form.is_too_large or any(len(each.content) > largest for each in form.files):
        raise Refused("too_large", f"The file is too large: {largest // 1_000_000} MB fit.", "P-9.1")
    if not form.files:
        raise Refused("no_file", "Choose the sheet as a file.", "P-9.1")
    return form.files[0].content


def _said(marks: Sequence[TellingWords]) -> str:
    if not marks:
        return "Kept."
    return (
        "Kept. Please look at the wording again: " + "; ".join(f"“{mark.words}” {mark.fault}" for mark in marks) + "."
    )
