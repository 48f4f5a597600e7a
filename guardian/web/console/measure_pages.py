"""Moderators' measures: set after what it does was shown, ended early, looked at again; and reasons for native actions.

Policy: P-6.8, P-7.2. Read `MeasurePages` first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from guardian.cases.measures import PERSON_RESTRICTIONS, MeasureKind
from guardian.errors import Refused
from guardian.ids import Reference, SpaceName
from guardian.notices.acknowledgement import format_datetime
from guardian.people.permissions import UseCase, may_perform
from guardian.services.measures.measure_records import MeasureView, may_measure_in
from guardian.services.measures.measures import (
    MeasureRequest,
    end_measure_early,
    list_measures,
    preview_measure,
    set_measure,
)
from guardian.services.measures.native_explanations import explain, list_unexplained, read_unexplained
from guardian.services.measures.reconsideration import decide
from guardian.services.members import AccountInput
from guardian.services.parties.manual_notification import record_told_by_hand
from guardian.web.console.console import NOTHING_TYPED, Console, FormEntry, Visit
from guardian.web.console.inputs import choice_of, hours_of, typed_account, words_of
from guardian.web.console.navigation import require_seat
from guardian.web.console.previews import Fields, Previews
from guardian.web.forms import Form
from rules.measures import MeasureReason

MEASURES: Final = "/console/measures"
NEW: Final = MEASURES + "/new"
EXPLAIN: Final = MEASURES + "/explain/{matter}"
_LONGEST_HOURS: Final = 24 * 30
_FIELDS: Final[Fields] = {
    "": "on",
    "kind": "kind",
    "reason": "reason",
    "hours": "hours",
    "term": "hours",
    "permanent": "hours",
    "too_long": "hours",
    "not_your_space": "space",
    "no_such_space": "space",
}


class MeasurePages:
    """Show the measures that run, and take new ones, early ends, decisions and reasons."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._app = console.site.app
        self._requests: Previews[MeasureRequest] = Previews(console)

    def routes(self) -> Sequence[Route]:
        """Return the addresses of these pages."""
        get, post = self._console.get, self._console.post
        return [
            get(MEASURES, self._list),
            get(NEW, self._form),
            post(NEW, self._preview),
            post(NEW + "/change", self._change),
            post(NEW + "/set", self._set),
            post(MEASURES + "/end", self._end),
            post(MEASURES + "/look", self._decide),
            post(MEASURES + "/told", self._record_told),
            get(EXPLAIN, self._explanation_form),
            post(EXPLAIN, self._explain),
        ]

    async def _list(self, _: Request, visit: Visit, entry: FormEntry = NOTHING_TYPED) -> Response:
        now = self._app.clock.now()
        return self._console.render(
            visit,
            "measures.html",
            entry=entry,
            measures=await list_measures(self._app, visit.by),
            unexplained=await list_unexplained(self._app, visit.by),
            may_decide=may_perform(visit.member, UseCase.RECONSIDER_MEASURE, now),
            now=now,
        )

    async def _form(self, request: Request, visit: Visit, entry: FormEntry = NOTHING_TYPED) -> Response:
        now = self._app.clock.now()
        require_seat(visit.member, UseCase.MEASURE, now)
        return self._console.render(
            visit,
            "measure_form.html",
            entry=entry,
            kinds=tuple(MeasureKind),
            reasons=tuple(MeasureReason),
            spaces=[name for name in self._app.spaces.names if may_measure_in(visit.member, name, now)],
            link=request.query_params.get("link", ""),
            space=request.query_params.get("space", ""),
        )

    async def _change(self, request: Request, visit: Visit, form: Form) -> Response:
        return await self._form(request, visit, FormEntry(form.fields))

    async def _preview(self, request: Request, visit: Visit, form: Form) -> Response:
        async def look() -> tuple[MeasureRequest, Mapping[str, Any]]:
            asked = _read_request(form)
            seen = await preview_measure(self._app, visit.by, asked)
            # Whoever is shown is whom it hits: what was typed is not looked up a second time.
            target = AccountInput(*typed_account(seen.on.account)) if seen.on else asked.target
            return replace(asked, target=target), {"seen": seen, "asked": asked}

        return await self._requests.show(
            visit,
            form,
            look,
            "measure_preview.html",
            again=lambda entry: self._form(request, visit, entry),
            fields=_FIELDS,
        )

    async def _set(self, request: Request, visit: Visit, form: Form) -> Response:
        async def perform(asked: MeasureRequest) -> str:
            return _set_text(await set_measure(self._app, visit.by, asked))

        return await self._requests.carry_out(
            visit, form, perform, to=MEASURES, again=lambda entry: self._form(request, visit, entry)
        )

    async def _end(self, request: Request, visit: Visit, form: Form) -> Response:
        return await self._console.attempt(
            visit,
            form,
            lambda: end_measure_early(self._app, visit.by, form.one("ends")),
            to=MEASURES,
            again=lambda entry: self._list(request, visit, entry),
        )

    async def _record_told(self, request: Request, visit: Visit, form: Form) -> Response:
        reference = form.one("reference")
        field = f"told-{reference}"
        return await self._console.attempt(
            visit,
            form,
            lambda: record_told_by_hand(self._app, visit.by, Reference(reference), form.one(field)),
            to=MEASURES,
            again=lambda entry: self._list(request, visit, entry),
            at=field,
        )

    async def _decide(self, request: Request, visit: Visit, form: Form) -> Response:
        async def answer() -> str:
            if form.one("answer") not in ("stands", "ends"):
                raise Refused("answer", "Say whether it stands or ends.", "P-6.8")
            stands = form.one("answer") == "stands"
            return await decide(self._app, visit.by, form.one("matter"), stands=stands, words=form.one("why"))

        return await self._console.attempt(
            visit,
            form,
            answer,
            to=MEASURES,
            again=lambda entry: self._list(request, visit, entry),
            at="why" if form.one("answer") else "answer",
        )

    async def _explanation_form(self, request: Request, visit: Visit, entry: FormEntry = NOTHING_TYPED) -> Response:
        action = await read_unexplained(self._app, visit.by, request.path_params["matter"])
        return self._console.render(
            visit, "explain_action.html", entry=entry, action=action, reasons=tuple(MeasureReason)
        )

    async def _explain(self, request: Request, visit: Visit, form: Form) -> Response:
        async def give() -> str:
            reason = choice_of(MeasureReason, form, "reason")
            term: timedelta | None = hours_of(form, "hours", _LONGEST_HOURS)
            matter = request.path_params["matter"]
            return _set_text(await explain(self._app, visit.by, matter, reason, term, form.one("note")))

        return await self._console.attempt(
            visit,
            form,
            give,
            to=MEASURES,
            again=lambda entry: self._explanation_form(request, visit, entry),
            at="reason" if not form.one("reason") else "hours",
        )


def _read_request(form: Form) -> MeasureRequest:
    kind, reason = choice_of(MeasureKind, form, "kind"), choice_of(MeasureReason, form, "reason")
    missing = (
        "Say whom: a name there exactly as it is written, or an id."
        if kind in PERSON_RESTRICTIONS
        else "Say which: its link as the space shows it."
    )
    term = hours_of(form, "hours", _LONGEST_HOURS)
    if term is None:
        raise Refused("hours", "Say for how many hours.", "P-6.8")
    target = AccountInput(SpaceName(form.one("space")), words_of(form, "on", missing))
    return MeasureRequest(kind, target, reason, term, form.one("note"))


def _set_text(made: MeasureView) -> str:
    return f"It should be in force on {made.space} within a few minutes, until {format_datetime(made.ends)}. The matter is called {made.matter}."
