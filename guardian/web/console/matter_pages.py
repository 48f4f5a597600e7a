"""Local matters of moderators: what waits in their spaces, one matter to read, and what they do about it.

Policy: P-2.6, P-8.1, P-8.2. Read `MatterPages` first.
"""

from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from guardian.cases.case import CaseKind, CaseState
from guardian.errors import NotFound
from guardian.services.escalation.local_matters import list_matters, mark_handled
from guardian.services.escalation.referrals import accept_referral
from guardian.services.measures.measures import list_measures
from guardian.services.reading_room.case_file import read_case
from guardian.web.console.console import NOTHING_TYPED, Console, FormEntry, Visit
from guardian.web.forms import Form

MATTERS: Final = "/console/matters"
MATTER: Final = MATTERS + "/{matter}"


class MatterPages:
    """Show local matters, and take what their moderators do."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._app = console.site.app

    def routes(self) -> Sequence[Route]:
        """Return the addresses of these pages."""
        get, post = self._console.get, self._console.post
        return [
            get(MATTERS, self._list),
            get(MATTER, self._show),
            post(MATTER + "/accept", self._accept),
            post(MATTER + "/handled", self._mark_handled),
        ]

    async def _list(self, _: Request, visit: Visit) -> Response:
        return self._console.render(visit, "matters.html", matters=await list_matters(self._app, visit.by))

    async def _show(self, request: Request, visit: Visit, entry: FormEntry = NOTHING_TYPED) -> Response:
        lines = await list_matters(self._app, visit.by)
        file = await read_case(self._app, visit.by, request.path_params["matter"])
        if file.case.kind is not CaseKind.LOCAL:
            raise NotFound
        name = file.case.code_name
        return self._console.render(
            visit,
            "matter.html",
            entry=entry,
            file=file,
            line=next((each for each in lines if each.code_name == name), None),
            is_open=file.case.state is not CaseState.CLOSED,
            measures=[each for each in await list_measures(self._app, visit.by) if each.matter == name],
        )

    async def _accept(self, request: Request, visit: Visit, form: Form) -> Response:
        matter = request.path_params["matter"]
        return await self._console.attempt(
            visit,
            form,
            lambda: accept_referral(self._app, visit.by, matter),
            to=MATTER.format(matter=quote(matter, safe="")),
            again=lambda entry: self._show(request, visit, entry),
        )

    async def _mark_handled(self, request: Request, visit: Visit, form: Form) -> Response:
        matter = request.path_params["matter"]
        return await self._console.attempt(
            visit,
            form,
            lambda: mark_handled(self._app, visit.by, matter, form.one("done")),
            to=MATTERS,
            again=lambda entry: self._show(request, visit, entry),
            at="done",
        )
