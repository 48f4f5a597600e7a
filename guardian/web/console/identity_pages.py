"""Who stands behind a code name: the most confidential of the records. Read `IdentityPages` first.

It asks for a passkey in every installation. Policy: P-9.2, P-9.8.
"""

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from guardian.services.records.identity_key import add_known_name, list_identities, read_identity
from guardian.web.console.console import NOTHING_TYPED, Console, FormEntry, Visit
from guardian.web.console.record_navigation import record_pages_for
from guardian.web.forms import Form

IDENTITIES: Final = "/console/records/identities"
IDENTITY: Final = IDENTITIES + "/one"


class IdentityPages:
    """Show the identity key, and one person of it."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._app = console.site.app

    def routes(self) -> Sequence[Route]:
        """Return the addresses of these pages."""
        get, post = self._console.get, self._console.post
        return [
            get(IDENTITIES, self._list),
            get(IDENTITY, self._show),
            post(IDENTITY, self._name),
        ]

    async def _list(self, request: Request, visit: Visit) -> Response:
        after = request.query_params.get("after", "")
        seen = await list_identities(self._app, visit.by, after)
        places = record_pages_for(visit.member, self._app.clock.now())
        return self._console.render(
            visit, "identities.html", lines=seen.lines, next=seen.next, after=after, places=places
        )

    async def _show(self, request: Request, visit: Visit, entry: FormEntry = NOTHING_TYPED) -> Response:
        if not visit.is_proven:
            return self._console.render(visit, "unproven.html", status=403, lost=())
        person = entry.value("person", request.query_params.get("person", ""))
        seen = await read_identity(self._app, visit.by, person)
        return self._console.render(visit, "identity.html", entry=entry, seen=seen)

    async def _name(self, request: Request, visit: Visit, form: Form) -> Response:
        if not visit.is_proven:
            return self._console.render(visit, "unproven.html", status=403, lost=[("name", form.one("name"))])
        person = form.one("person")
        return await self._console.attempt(
            visit,
            form,
            lambda: add_known_name(self._app, visit.by, form.one("known-from"), person, form.one("name")),
            to=f"{IDENTITY}?{urlencode({'person': person})}",
            again=lambda entry: self._show(request, visit, entry),
            at="name",
            said="Kept in the identity key.",
        )
