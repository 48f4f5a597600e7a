"""Join the reports of two cases that are one matter, and part a report that is another. Read `JoiningPages` first.

Policy: P-2.9, P-3.1.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from guardian.cases.access import normalize_code_name
from guardian.ids import ReportId
from guardian.services.cases.joining import (
    JoiningPreview,
    join_cases,
    part_report,
    preview_joining,
    read_joining_choices,
)
from guardian.web.console.console import NOTHING_TYPED, Console, FormEntry, Visit
from guardian.web.console.previews import Fields, Previews
from guardian.web.forms import Form

JOINING: Final = "/console/cases/{case}/joining"
_CASES: Final = "/console/cases/"
_FIELDS: Final[Fields] = {"": "into", "no_reason": "joining-reason"}


class JoiningPages:
    """Show what of a case can be joined or parted, and what joining does before it is done."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._app = console.site.app
        self._seen: Previews[tuple[JoiningPreview, str]] = Previews(console)

    def routes(self) -> Sequence[Route]:
        """Return the addresses of these pages."""
        get, post = self._console.get, self._console.post
        return [
            get(JOINING, self._form),
            post(JOINING, self._preview),
            post(JOINING + "/change", self._change),
            post(JOINING + "/join", self._join),
            post(JOINING + "/part", self._part),
        ]

    async def _form(self, request: Request, visit: Visit, entry: FormEntry = NOTHING_TYPED) -> Response:
        seen = await read_joining_choices(self._app, visit.by, request.path_params["case"])
        return self._console.render(visit, "joining.html", entry=entry, seen=seen)

    async def _change(self, request: Request, visit: Visit, form: Form) -> Response:
        return await self._form(request, visit, FormEntry(form.fields))

    async def _preview(self, request: Request, visit: Visit, form: Form) -> Response:
        async def look() -> tuple[tuple[JoiningPreview, str], Mapping[str, Any]]:
            case, reason = request.path_params["case"], form.one("joining-reason")
            seen = await preview_joining(self._app, visit.by, case, form.one("into"), reason)
            return (seen, reason), {"seen": seen}

        return await self._seen.show(
            visit,
            form,
            look,
            "joining_preview.html",
            again=lambda entry: self._form(request, visit, entry),
            fields=_FIELDS,
        )

    async def _join(self, request: Request, visit: Visit, form: Form) -> Response:
        async def perform(shown: tuple[JoiningPreview, str]) -> str:
            seen, reason = shown
            name = await join_cases(self._app, visit.by, seen.source, seen.target, reason)
            return f"They are one matter now, in {name}."

        return await self._seen.carry_out(
            visit,
            form,
            perform,
            to=_CASES + quote(normalize_code_name(form.one("into")), safe=""),
            again=lambda entry: self._form(request, visit, entry),
        )

    async def _part(self, request: Request, visit: Visit, form: Form) -> Response:
        case = request.path_params["case"]

        async def part() -> str:
            report, reason = ReportId(form.one("report")), form.one("parting-reason")
            people = form.fields.get("people", ())
            name = await part_report(self._app, visit.by, case, report, reason, people)
            return f"The report is a matter of its own now: {name}."

        return await self._console.attempt(
            visit,
            form,
            part,
            to=_CASES + case,
            again=lambda entry: self._form(request, visit, entry),
            at="parting-reason",
        )
