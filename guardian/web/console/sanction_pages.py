"""What restricts people now, by space and end; one sanction with its reasons; and restrictions that others left standing.

Policy: P-2.5, P-6.2, P-6.7. Read `SanctionPages` first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from guardian.errors import NotFound, Refused
from guardian.ids import Reference, SpaceName
from guardian.people.permissions import UseCase, may_perform
from guardian.services.cases.overview import list_sanction_page
from guardian.services.measures.adoption import adopt_restriction, leave_as_is, list_foreign
from guardian.services.operations.explanation import explain_person
from guardian.services.parties.manual_notification import record_told_by_hand
from guardian.services.sanctions.reinstatement import confirm_reinstatement
from guardian.services.sanctions.sanction_file import list_readmission_requests, read_sanction
from guardian.spaces.port import Account
from guardian.web.console.console import NOTHING_TYPED, Console, FormEntry, Visit
from guardian.web.console.inputs import day_of, first_of, typed_account, words_of
from guardian.web.console.navigation import require_seat
from guardian.web.console.previews import Previews
from guardian.web.console.timeline import timeline_of
from guardian.web.forms import Form
from rules.precedence import AccessLevel

SANCTIONS: Final = "/console/sanctions"
SANCTION: Final = SANCTIONS + "/{reference}"
FOREIGN: Final = "/console/foreign/{space}"
_SOON: Final = (7, 30, 90)
_ON_A_PAGE: Final = 20
_LEVELS: Final = (AccessLevel.MUTED.value, AccessLevel.BARRED.value)


@dataclass(frozen=True, slots=True)
class _PendingAdoption:
    """Which restriction would get an end of ours, and when."""

    account: Account
    level: AccessLevel
    until: datetime
    reason: str


class SanctionPages:
    """Show sanctions and foreign restrictions, and take what a single member may do with them."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._app = console.site.app
        self._adoptions: Previews[_PendingAdoption] = Previews(console)

    def routes(self) -> Sequence[Route]:
        """Return the addresses of these pages."""
        get, post = self._console.get, self._console.post
        return [
            get(SANCTIONS, self._list),
            get(SANCTION, self._show),
            get(SANCTION + "/spaces", self._explain),
            post(SANCTION + "/return", self._reinstate),
            post(SANCTION + "/told", self._record_told),
            get(FOREIGN, self._foreign),
            post(FOREIGN, self._preview_adoption),
            post(FOREIGN + "/adopt", self._adopt),
            post(FOREIGN + "/leave", self._leave),
        ]

    async def _list(self, request: Request, visit: Visit) -> Response:
        space, ends = request.query_params.get("space", ""), request.query_params.get("ends", "")
        now = self._app.clock.now()
        page = await list_sanction_page(
            self._app,
            visit.by,
            first=first_of(request),
            space=SpaceName(space) if space else None,
            within=_within(ends),
        )
        return self._console.render(
            visit,
            "sanctions.html",
            page=page,
            timeline=timeline_of(page.lines, now),
            spaces=self._app.spaces.names,
            space=space,
            ends=ends,
            soon=[str(days) for days in _SOON],
            requests=await list_readmission_requests(self._app, visit.by),
            may_adopt=may_perform(visit.member, UseCase.ADOPT, now),
        )

    async def _show(self, request: Request, visit: Visit, entry: FormEntry = NOTHING_TYPED) -> Response:
        file = await read_sanction(self._app, visit.by, Reference(request.path_params["reference"]))
        return self._console.render(visit, "sanction.html", entry=entry, file=file)

    async def _explain(self, request: Request, visit: Visit) -> Response:
        """The spaces are asked now, account by account: what each shows, and what is done next."""
        file = await read_sanction(self._app, visit.by, Reference(request.path_params["reference"]))
        lines = await explain_person(self._app, visit.by, file.person)
        return self._console.render(visit, "sanction_spaces.html", file=file, lines=lines)

    async def _reinstate(self, request: Request, visit: Visit, form: Form) -> Response:
        reference = Reference(request.path_params["reference"])

        async def approve() -> str:
            file = await read_sanction(self._app, visit.by, reference)
            done = await confirm_reinstatement(self._app, visit.by, file.person)
            return f"What was taken from {done.person} is offered back now, in {', '.join(done.spaces)}."

        to = SANCTION.format(reference=quote(reference, safe=""))
        return await self._console.attempt(
            visit, form, approve, to=to, again=lambda entry: self._show(request, visit, entry)
        )

    async def _record_told(self, request: Request, visit: Visit, form: Form) -> Response:
        reference = Reference(request.path_params["reference"])
        return await self._console.attempt(
            visit,
            form,
            lambda: record_told_by_hand(self._app, visit.by, reference, form.one("told")),
            to=SANCTION.format(reference=quote(reference, safe="")),
            again=lambda entry: self._show(request, visit, entry),
            at="told",
        )

    async def _foreign(self, request: Request, visit: Visit, entry: FormEntry = NOTHING_TYPED) -> Response:
        require_seat(visit.member, UseCase.ADOPT, self._app.clock.now())
        name = self._space(request)
        first = first_of(request)
        try:
            page = await list_foreign(self._app, visit.by, name, first, _ON_A_PAGE)
        except Refused as refused:
            return self._console.render(visit, "foreign_unseen.html", space=name, sentence=refused.sentence)
        return self._console.render(
            visit,
            "foreign.html",
            entry=entry,
            page=page,
            first=first,
            next=first + _ON_A_PAGE,
            spaces=self._app.spaces.names,
        )

    async def _preview_adoption(self, request: Request, visit: Visit, form: Form) -> Response:
        name, account, level = self._space(request), form.one("account"), form.one("level")

        async def look() -> tuple[_PendingAdoption, Mapping[str, Any]]:
            until = day_of(form, f"until-{account}")
            if until is None:
                raise Refused(f"until-{account}", "Say on which day it is to end.", "P-6.2")
            reason = words_of(
                form, f"reason-{account}", "Say in a sentence why it ends then. It is kept with the case."
            )
            if level not in _LEVELS:
                raise NotFound
            pending = _PendingAdoption(Account(name, account), AccessLevel(level), until, reason)
            return pending, {"pending": pending, "handle": form.one("handle")}

        fields = {name: name for name in (f"until-{account}", f"reason-{account}")}
        return await self._adoptions.show(
            visit,
            form,
            look,
            "foreign_preview.html",
            again=lambda entry: self._foreign(request, visit, entry),
            fields=fields,
        )

    async def _adopt(self, request: Request, visit: Visit, form: Form) -> Response:
        name = self._space(request)

        async def perform(pending: _PendingAdoption) -> str:
            _, text = typed_account(pending.account)
            done = await adopt_restriction(
                self._app, visit.by, name, text, pending.until, pending.reason, pending.level
            )
            return (
                f"It ends on {done.ends:%d %B %Y}. The person is called {done.person}, and the case {done.code_name}."
            )

        return await self._adoptions.carry_out(
            visit,
            form,
            perform,
            to=FOREIGN.format(space=quote(name, safe="")),
            again=lambda entry: self._foreign(request, visit, entry),
        )

    async def _leave(self, request: Request, visit: Visit, form: Form) -> Response:
        name, level = self._space(request), form.one("level")
        if level not in _LEVELS:
            raise NotFound
        _, text = typed_account(Account(name, form.one("account")))
        return await self._console.attempt(
            visit,
            form,
            lambda: leave_as_is(self._app, visit.by, name, text, AccessLevel(level)),
            to=FOREIGN.format(space=quote(name, safe="")),
            again=lambda entry: self._foreign(request, visit, entry),
            said="It stays as it is, and is not listed any more.",
        )

    def _space(self, request: Request) -> SpaceName:
        name = SpaceName(request.path_params["space"])
        if name not in self._app.spaces.names:
            raise NotFound
        return name


def _within(ends: str) -> timedelta | None:
    """The time within which what is shown ends; the longest there is for what has no end."""
    if ends == "never":
        return timedelta.max
    is_days = ends.isascii() and ends.isdecimal() and len(ends) <= len(str(_SOON[-1]))
    return timedelta(days=int(ends)) if is_days else None
