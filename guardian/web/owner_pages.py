"""The page of whoever owns an account that was taken for somebody's, opened by receipt alone.

Nothing of a case, a person or any other account is ever on it. Policy: P-2.11, P-6.4. Read `OwnerPages` first.
"""

from collections.abc import Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from guardian.errors import Refused
from guardian.ids import new_secret
from guardian.notices.replies import Reply
from guardian.services.identity.account_owners import read_owner_page
from guardian.services.identity.disputes import dispute_as_owner
from guardian.spaces.account_proof import ProvenAccount
from guardian.web.forms import Form
from guardian.web.receipt_access import ReceiptPages
from guardian.web.rendering import Fault, Site
from guardian.web.sessions import PageSession, PageSessions
from guardian.web.sign_in import SignIn

_FIELD: Final = "not-me"
_ACCOUNT: Final = "as_account"
_NOT_SIGNED_IN: Final = "not_signed_in"


class OwnerPages:
    """Show what the owner may know of their own account, and let them say that it was taken for somebody else's."""

    def __init__(self, site: Site, sessions: PageSessions, sign_in: SignIn) -> None:
        self._site = site
        self._sign_in = sign_in
        self.receipt_pages = ReceiptPages(site, sessions, "account")

    def routes(self) -> Sequence[Route]:
        """Return the addresses of these pages."""
        return [
            self._site.get("/account", self._show),
            self._site.post("/account", self._open),
            self._site.post("/account/language", self._switch_language),
            self._site.post("/account/leave", self.receipt_pages.leave),
            self._site.post(f"/account/{_FIELD}", self._dispute),
        ]

    async def _show(self, request: Request) -> Response:
        session = self.receipt_pages.session(request)
        if session is None:
            return self.receipt_pages.render_receipt_form(request)
        return await self._page(request, session)

    async def _switch_language(self, request: Request, form: Form) -> Response:
        return await self.receipt_pages.switch_language(
            request, form, lambda session: self._page(request, session, form)
        )

    async def _open(self, request: Request, form: Form) -> Response:
        return await self.receipt_pages.sign_in(request, form, lambda receipt: read_owner_page(self._site.app, receipt))

    async def _dispute(self, request: Request, form: Form) -> Response:
        async def dispute(session: PageSession) -> Reply:
            shown = self._shown_accounts(request, form)
            return await dispute_as_owner(self._site.app, session.receipt, form.one("text"), shown)

        return await self.receipt_pages.submit_once(
            request,
            form,
            dispute,
            lambda session, fault: self._page(request, session, form, fault),
            lambda why: _ACCOUNT if isinstance(why, Refused) and why.code == _NOT_SIGNED_IN else _FIELD,
        )

    def _shown_accounts(self, request: Request, form: Form) -> tuple[ProvenAccount, ...]:
        """What they chose to show beside their words: the account that they signed in with, and nothing else of it."""
        chosen = next((o for o in self._sign_in.offers(request) if o.space == form.one(_ACCOUNT)), None)
        if chosen is None:
            return ()
        signed_in = self._sign_in.current(request)
        if signed_in is None or not chosen.handle:
            raise Refused(_NOT_SIGNED_IN, "", "P-6.4", {"label": chosen.label})
        return (ProvenAccount(signed_in.result.account, signed_in.result.handle),)

    async def _page(
        self, request: Request, session: PageSession, form: Form | None = None, fault: Fault | None = None
    ) -> Response:
        found = await read_owner_page(self._site.app, session.receipt)
        language = self._site.language_of(request)
        by_form = {"language_form": f"form-{_FIELD}", "language_action": "/account/language"}
        return self._site.render_party_page(
            request,
            "account.html",
            **({} if found.freed_at else by_form),
            switches_language=True,
            status=422 if fault else 200,
            found=found,
            letters=[
                (notice.created_at, self._site.renderer.render_for_page(notice, language)) for notice in found.notices
            ],
            fault=fault,
            said=self.receipt_pages.pop_message(request, session),
            typed=form.one("text") if form else "",
            chosen=form.one(_ACCOUNT) if form else "",
            offers=self._sign_in.offers(request),
            token=session.token,
            form_id=new_secret(),
        )
