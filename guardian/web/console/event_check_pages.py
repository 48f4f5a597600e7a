"""Event checks: events with their contacts, the lists they sent, who on one may be meant, and the answer's release.

Policy: P-9.6. Read `EventCheckPages` first.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from guardian.errors import Refused
from guardian.services.records.event_checks import (
    EventInput,
    decide_match,
    enter_list,
    list_events,
    register_event,
    release_list,
)
from guardian.web.console.console import NOTHING_TYPED, Console, FormEntry, Visit
from guardian.web.console.inputs import day_of
from guardian.web.console.record_navigation import record_pages_for
from guardian.web.forms import Form

EVENTS: Final = "/console/records/events"
_FIELDS: Final = {"opens": "opens", "ends": "ends", "no_days": "ends", "no_contact": "name"}


class EventCheckPages:
    """Show the events, and take what members register, enter, settle and release."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._app = console.site.app

    def routes(self) -> Sequence[Route]:
        """Return the addresses of these pages."""
        get, post = self._console.get, self._console.post
        return [
            get(EVENTS, self._show),
            post(EVENTS, self._register),
            post(EVENTS + "/list", self._enter),
            post(EVENTS + "/match", self._decide),
            post(EVENTS + "/release", self._release),
        ]

    async def _show(self, _: Request, visit: Visit, entry: FormEntry = NOTHING_TYPED) -> Response:
        return self._console.render(
            visit,
            "events.html",
            entry=entry,
            events=await list_events(self._app, visit.by),
            least=self._app.policy.events.least_names,
            places=record_pages_for(visit.member, self._app.clock.now()),
        )

    async def _register(self, request: Request, visit: Visit, form: Form) -> Response:
        async def act() -> str:
            opens, ends = day_of(form, "opens"), day_of(form, "ends")
            if ends is None:
                raise Refused("ends", "Say until which day the event may ask.", "P-9.6")
            event = EventInput(
                name=form.one("name"),
                contact=form.one("contact"),
                address=form.one("address"),
                opens=opens or self._app.clock.now(),
                # The last day belongs to it.
                ends=ends + timedelta(days=1),
            )
            made = await register_event(self._app, visit.by, event)
            return (
                f"Registered. Send this link to the contact, and to nobody else; it is shown only now:\n\n{made.link}"
            )

        return await self._attempt(request, visit, form, act, "name")

    async def _enter(self, request: Request, visit: Visit, form: Form) -> Response:
        names = form.one("names")
        return await self._attempt(
            request, visit, form, lambda: enter_list(self._app, visit.by, form.one("event"), names), "names"
        )

    async def _decide(self, request: Request, visit: Visit, form: Form) -> Response:
        async def act() -> str:
            await decide_match(self._app, visit.by, form.one("match"), is_same=form.one("is-same") == "yes")
            return "Kept."

        return await self._attempt(request, visit, form, act)

    async def _release(self, request: Request, visit: Visit, form: Form) -> Response:
        return await self._attempt(request, visit, form, lambda: release_list(self._app, visit.by, form.one("list")))

    async def _attempt(
        self, request: Request, visit: Visit, form: Form, act: Callable[[], Awaitable[str]], field: str = ""
    ) -> Response:
        return await self._console.attempt(
            visit,
            form,
            act,
            to=EVENTS,
            again=lambda entry: self._show(request, visit, entry),
            at={"": field, **_FIELDS},
        )
