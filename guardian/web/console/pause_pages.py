"""Pauses of whole spaces: shown beforehand, begun, let go on by a second member, ended. Read `PausePages` first.

Policy: P-1.6.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from guardian.errors import Refused
from guardian.ids import SpaceName
from guardian.notices.acknowledgement import format_datetime
from guardian.people.permissions import UseCase
from guardian.reconciler.pause_store import PauseState
from guardian.services.pauses.pauses import (
    PauseOption,
    PauseRequest,
    begin_pause,
    end_pause,
    keep_pause,
    list_pause_options,
    list_pauses,
    preview_pause,
    set_pause_aside,
)
from guardian.spaces.pauses import PauseKind
from guardian.web.console.console import NOTHING_TYPED, Console, FormEntry, Visit
from guardian.web.console.inputs import choice_of, hours_of
from guardian.web.console.navigation import require_seat
from guardian.web.console.previews import Fields, Previews
from guardian.web.forms import Form
from guardian.web.labels import label_of
from rules.pauses import PauseReason

PAUSES: Final = "/console/pauses"
NEW: Final = PAUSES + "/new"
STATES: Final[Mapping[PauseState, str]] = MappingProxyType(
    {
        PauseState.NEW: "is being set",
        PauseState.TRYING: "is being set",
        PauseState.HELD: "is in force",
        PauseState.UNSEEN: "does not show in the space just now; it is looked at again",
        PauseState.HELD_BY_OTHERS: "is paused by others there, at least as strictly; ours waits behind it",
        PauseState.RELEASING: "is being opened again",
        PauseState.GIVEN_BACK: "is over; what stood there before stands again until its own end",
        PauseState.RELEASED: "is over",
        PauseState.GONE: "is over: it is not there any more",
    }
)
_LONGEST_HOURS: Final = 24 * 30
_SEPARATOR: Final = " "
_FIELDS: Final[Fields] = {
    "": "thing",
    "reason": "reason",
    "hours": "hours",
    "term": "hours",
    "too_long": "hours",
    "part": "part",
}


class PausePages:
    """Show the pauses of the spaces that the member looks after, and take new ones, looks at them and early ends."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._app = console.site.app
        self._requests: Previews[PauseRequest] = Previews(console)

    def routes(self) -> Sequence[Route]:
        """Return the addresses of these pages."""
        get, post = self._console.get, self._console.post
        return [
            get(PAUSES, self._list),
            get(NEW, self._form),
            post(NEW, self._preview),
            post(NEW + "/change", self._change),
            post(NEW + "/begin", self._begin),
            post(PAUSES + "/keep", self._keep),
            post(PAUSES + "/end", self._end),
            post(PAUSES + "/aside", self._set_aside),
        ]

    async def _list(self, _: Request, visit: Visit, entry: FormEntry = NOTHING_TYPED) -> Response:
        require_seat(visit.member, UseCase.PAUSE_SPACE, self._app.clock.now())
        pauses = await list_pauses(self._app, visit.by)
        return self._console.render(
            visit, "pauses.html", entry=entry, pauses=pauses, states=STATES, now=self._app.clock.now()
        )

    async def _form(self, _: Request, visit: Visit, entry: FormEntry = NOTHING_TYPED) -> Response:
        require_seat(visit.member, UseCase.PAUSE_SPACE, self._app.clock.now())
        options = await list_pause_options(self._app, visit.by)
        return self._console.render(
            visit,
            "pause_form.html",
            entry=entry,
            things=[_thing(each) for each in options],
            has_parts=any(each.has_parts for each in options),
            reasons=tuple(PauseReason),
            alone=self._app.policy.pauses.alone,
        )

    async def _change(self, request: Request, visit: Visit, form: Form) -> Response:
        return await self._form(request, visit, FormEntry(form.fields))

    async def _preview(self, request: Request, visit: Visit, form: Form) -> Response:
        async def look() -> tuple[PauseRequest, Mapping[str, Any]]:
            asked = _read_request(form)
            return asked, {"seen": await preview_pause(self._app, visit.by, asked), "asked": asked}

        return await self._requests.show(
            visit,
            form,
            look,
            "pause_preview.html",
            again=lambda entry: self._form(request, visit, entry),
            fields=_FIELDS,
        )

    async def _begin(self, request: Request, visit: Visit, form: Form) -> Response:
        async def perform(asked: PauseRequest) -> str:
            made = await begin_pause(self._app, visit.by, asked)
            return f"It is being paused now, until {format_datetime(made.until)}. Everybody who looks after the space is told."

        return await self._requests.carry_out(
            visit, form, perform, to=PAUSES, again=lambda entry: self._form(request, visit, entry)
        )

    async def _keep(self, request: Request, visit: Visit, form: Form) -> Response:
        async def keep() -> str:
            term = hours_of(form, "more", _LONGEST_HOURS)
            return await keep_pause(self._app, visit.by, form.one("pause"), term)

        return await self._console.attempt(
            visit, form, keep, to=PAUSES, again=lambda entry: self._list(request, visit, entry), at="more"
        )

    async def _end(self, request: Request, visit: Visit, form: Form) -> Response:
        return await self._console.attempt(
            visit,
            form,
            lambda: end_pause(self._app, visit.by, form.one("pause")),
            to=PAUSES,
            again=lambda entry: self._list(request, visit, entry),
        )

    async def _set_aside(self, request: Request, visit: Visit, form: Form) -> Response:
        return await self._console.attempt(
            visit,
            form,
            lambda: set_pause_aside(self._app, visit.by, form.one("pause")),
            to=PAUSES,
            again=lambda entry: self._list(request, visit, entry),
        )


def _thing(option: PauseOption) -> tuple[str, str]:
    return f"{option.space}{_SEPARATOR}{option.kind}", f"{option.space}: {label_of(option.kind)}"


def _read_request(form: Form) -> PauseRequest:
    space, _, kind = form.one("thing").partition(_SEPARATOR)
    if kind not in list(PauseKind):
        raise Refused("thing", "Please choose one of these.")
    reason = choice_of(PauseReason, form, "reason")
    term = hours_of(form, "hours", _LONGEST_HOURS)
    if term is None:
        raise Refused("hours", "Say for how many hours.", "P-1.6")
    return PauseRequest(SpaceName(space), PauseKind(kind), reason, term, form.one("part"))
