"""The personal page of somebody heard or sanctioned, opened by receipt alone. Policy: P-3.5, P-5.7, P-6.2.

Read `PersonalPages` first.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from guardian.errors import Refused
from guardian.ids import AccountId, new_secret
from guardian.services.context import AppContext
from guardian.services.parties import personal_page
from guardian.web.forms import Form
from guardian.web.receipt_access import ReceiptPages
from guardian.web.rendering import Fault, Site
from guardian.web.sessions import PageSession, PageSessions
from guardian.web.sign_in import SignIn

_REQUESTS: Final[Mapping[str, Callable[[AppContext, str, str], Awaitable[str]]]] = {
    "be-heard": personal_page.give_hearing_answer,
    "return": personal_page.submit_readmission_request,
    "look-again": personal_page.request_reconsideration,
}
_ACCOUNTS: Final = "accounts"
_SIGNED_OUT: Final = "You are not signed in any more, so nothing was shown. Sign in again below; it takes a moment."


class PersonalPages:
    """Show what somebody may know of what concerns them, and take what they say and ask for."""

    def __init__(self, site: Site, sessions: PageSessions, sign_in: SignIn) -> None:
        self._site = site
        self._sign_in = sign_in
        self._receipt_pages = ReceiptPages(site, sessions, "personal")

    def routes(self) -> Sequence[Route]:
        """Return the addresses of these pages."""
        return [
            self._site.get("/personal", self._show),
            self._site.post("/personal", self._open),
            self._site.post("/personal/leave", self._receipt_pages.leave),
            *(self._site.post(f"/personal/{name}", self._handle_request(name, ask)) for name, ask in _REQUESTS.items()),
            self._site.post("/personal/reconsider/{reference}", self._request_reconsideration),
            self._site.post("/personal/not-mine/{link}", self._dispute_link),
            self._site.post(f"/personal/{_ACCOUNTS}", self._disclose_accounts),
        ]

    async def _show(self, request: Request) -> Response:
        session = self._receipt_pages.session(request)
        return await self._page(request, session) if session else self._receipt_pages.render_receipt_form()

    async def _open(self, _: Request, form: Form) -> Response:
        return await self._receipt_pages.sign_in(form, lambda receipt: personal_page.read_page(self._site.app, receipt))

    def _handle_request(
        self, name: str, ask: Callable[[AppContext, str, str], Awaitable[str]]
    ) -> Callable[[Request, Form], Awaitable[Response]]:
        async def take(request: Request, form: Form) -> Response:
            return await self._receipt_pages.submit_once(
                request,
                form,
                lambda session: ask(self._site.app, session.receipt, form.one("text")),
                lambda session, fault: self._page(request, session, form, fault),
                lambda _: name,
            )

        return take

    async def _request_reconsideration(self, request: Request, form: Form) -> Response:
        reference = request.path_params["reference"]
        return await self._receipt_pages.submit_once(
            request,
            form,
            lambda session: personal_page.request_board_reconsideration(
                self._site.app,
                session.receipt,
                form.one("text"),
                reference=reference,
                shows_news=form.one("shows_news") == "yes",
            ),
            lambda session, fault: self._page(request, session, form, fault),
            lambda _: f"reconsider/{reference}",
        )

    async def _dispute_link(self, request: Request, form: Form) -> Response:
        link = AccountId(request.path_params["link"])
        return await self._receipt_pages.submit_once(
            request,
            form,
            lambda session: personal_page.dispute_link(self._site.app, session.receipt, link, form.one("text")),
            lambda session, fault: self._page(request, session, form, fault),
            lambda _: f"not-mine/{link}",
        )

    async def _disclose_accounts(self, request: Request, form: Form) -> Response:
        async def show(session: PageSession) -> str:
            # What was on the page when the button was pressed, and not what another tab has signed in to since.
            signed_in = self._sign_in.current(request)
            if signed_in is None or not signed_in.owns_token(form.one("signed_in")):
                raise Refused("signed_out", _SIGNED_OUT, "P-6.4")
            return await personal_page.disclose_accounts(self._site.app, session.receipt, signed_in.result)

        return await self._receipt_pages.submit_once(
            request,
            form,
            show,
            lambda session, fault: self._page(request, session, form, fault),
            lambda _: _ACCOUNTS,
        )

    async def _page(
        self, request: Request, session: PageSession, form: Form | None = None, fault: Fault | None = None
    ) -> Response:
        found = await personal_page.read_page(self._site.app, session.receipt)
        return self._site.render_page(
            "personal.html",
            status=422 if fault else 200,
            found=found,
            letters=[(notice.created_at, self._site.renderer.render_for_page(notice)) for notice in found.notices],
            offers=[offer for offer in self._sign_in.offers(request) if offer.knows_linked_accounts],
            signed_in=self._sign_in.current(request),
            fault=fault,
            said=session.pop_message(),
            typed=form.one("text") if form else "",
            token=session.token,
            form_id=new_secret(),
        )
