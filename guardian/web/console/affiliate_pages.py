"""The register of affiliated programs: who owes a transparency report by when. Policy: P-9.7.

Read `AffiliatePages` first.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from guardian.errors import Refused
from guardian.services.records.affiliates import (
    ProgramInput,
    end_program,
    list_programs,
    note_program_report,
    register_program,
)
from guardian.web.console.console import NOTHING_TYPED, Console, FormEntry, Visit
from guardian.web.console.inputs import day_of
from guardian.web.console.record_navigation import record_pages_for
from guardian.web.forms import Form

PROGRAMS: Final = "/console/records/programs"
_FIELDS: Final = {"no_contact": "name", "joined": "joined", "came_at": "came"}


class AffiliatePages:
    """Show the programs, and take what members register, note and end."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._app = console.site.app

    def routes(self) -> Sequence[Route]:
        """Return the addresses of these pages."""
        get, post = self._console.get, self._console.post
        return [
            get(PROGRAMS, self._show),
            post(PROGRAMS, self._register),
            post(PROGRAMS + "/report", self._note_report),
            post(PROGRAMS + "/end", self._end),
        ]

    async def _show(self, _: Request, visit: Visit, entry: FormEntry = NOTHING_TYPED) -> Response:
        now = self._app.clock.now()
        return self._console.render(
            visit,
            "programs.html",
            entry=entry,
            programs=await list_programs(self._app, visit.by),
            now=now,
            places=record_pages_for(visit.member, now),
        )

    async def _register(self, request: Request, visit: Visit, form: Form) -> Response:
        async def register() -> None:
            joined = day_of(form, "joined")
            if joined is None:
                raise Refused("joined", "Say since when the program is affiliated.", "P-9.7")
            given = ProgramInput(form.one("name"), form.one("contact"), form.one("address"), joined)
            await register_program(self._app, visit.by, given)

        return await self._attempt(request, visit, form, register, "name")

    async def _note_report(self, request: Request, visit: Visit, form: Form) -> Response:
        async def note() -> None:
            came = day_of(form, "came") or self._app.clock.now()
            await note_program_report(self._app, visit.by, form.one("program"), came)

        return await self._attempt(request, visit, form, note, "came")

    async def _end(self, request: Request, visit: Visit, form: Form) -> Response:
        return await self._attempt(
            request, visit, form, lambda: end_program(self._app, visit.by, form.one("program")), ""
        )

    async def _attempt(
        self, request: Request, visit: Visit, form: Form, act: Callable[[], Awaitable[None]], field: str
    ) -> Response:
        return await self._console.attempt(
            visit,
            form,
            act,
            to=PROGRAMS,
            again=lambda entry: self._show(request, visit, entry),
            at={"": field, **_FIELDS},
            said="Kept.",
        )
