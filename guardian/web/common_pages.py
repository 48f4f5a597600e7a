"""The first page, what every page of people outside the groups leads to (another language, leaving), and farewells.

Read `CommonPages` first.
"""

from collections.abc import Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from guardian.web.forms import Form
from guardian.web.receipt_access import ReceiptPages
from guardian.web.rendering import Site
from guardian.web.sign_in import SIGNED_IN, SignIn

_START: Final = "/"
_WAYS_BACK: Final = (_START, "/report", "/follow-up", "/personal", "/account", "/my-reports", "/left", "/signed-out")


class CommonPages:
    """Greet, switch the language of pages without a form for words, and let people leave at once."""

    def __init__(self, site: Site, sign_in: SignIn, behind_receipts: Sequence[ReceiptPages]) -> None:
        self._site = site
        self._sign_in = sign_in
        self._behind_receipts = behind_receipts

    def routes(self) -> Sequence[Route]:
        """Return the addresses of these pages."""
        return [
            self._site.get(_START, self._start),
            self._site.get("/leave", self._leave_quickly),
            self._site.get("/left", self._left),
            self._site.get("/signed-out", self._signed_out),
            self._site.post("/language", self._switch_language),
        ]

    async def _start(self, request: Request) -> Response:
        return self._site.render_party_page(request, "start.html")

    async def _left(self, request: Request) -> Response:
        return self._site.render_party_message(request, "page.left_title", "page.left", status=200)

    async def _signed_out(self, request: Request) -> Response:
        return self._site.render_party_message(request, "sign_in.out_title", "sign_in.out", status=200)

    async def _leave_quickly(self, request: Request) -> Response:
        """Forget whatever this browser could be led back by, and lead to a page elsewhere that says nothing."""
        response: Response = RedirectResponse(self._site.app.leave_to, 303)
        for each in self._behind_receipts:
            each.end(request)
            self._site.forget(response, each.name)
        self._sign_in.forget(request)
        return self._site.forget(response, SIGNED_IN)

    async def _switch_language(self, request: Request, form: Form) -> Response:
        language = self._site.switch_language(request, form)
        back = form.one("back") if form.one("back") in _WAYS_BACK else _START
        for each in self._behind_receipts:
            await each.keep_language(request, language)
        return self._site.carry_language(RedirectResponse(back, 303), language)
