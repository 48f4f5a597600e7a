"""The page of an event's named contact, behind a link of their own: they send a list there, and read what it is answered.

Nothing of the list is shown again but who there is something to tell of. Policy: P-9.6. Read `EventPages` first.
"""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from guardian.errors import Refused
from guardian.services.records.event_answers import read_event_page, send_list
from guardian.web.forms import Form
from guardian.web.rendering import Fault, Site

PATH = "/event"


class EventPages:
    """Take lists within the event's days, and show their answers once members have released them."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def routes(self) -> Sequence[Route]:
        """Return the addresses of these pages."""
        return [
            self._site.get(f"{PATH}/{{secret}}", self._show),
            self._site.post(f"{PATH}/{{secret}}", self._send),
        ]

    async def _show(self, request: Request, fault: Fault | None = None, typed: str = "") -> Response:
        secret = request.path_params["secret"]
        return self._site.render_party_page(
            request,
            "event.html",
            status=422 if fault else 200,
            page=await read_event_page(self._site.app, secret),
            address=f"{PATH}/{secret}",
            fault=fault,
            typed=typed,
            switches_language=False,
        )

    async def _send(self, request: Request, form: Form) -> Response:
        secret = request.path_params["secret"]
        try:
            await send_list(self._site.app, secret, form.one("names"))
        except Refused as error:
            fault = Fault("names", self._site.word_refusal(request, error))
            return await self._show(request, fault, form.one("names"))
        return RedirectResponse(f"{PATH}/{secret}", 303)
