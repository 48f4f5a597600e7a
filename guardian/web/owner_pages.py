"""The page of whoever owns an account that was taken for somebody's, opened by receipt alone.

Nothing of a case, a person or any other account is ever on it. Policy: P-2.11, P-6.4.
"""

from collections.abc import Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from guardian.desk.disputes import not_mine
from guardian.desk.owners import owner_page
from guardian.errors import Refused
from guardian.ids import new_secret
from guardian.spaces.proof import Shown
from guardian.web.forms import Form
from guardian.web.sign_in import SignIn
from guardian.web.site import Fault, Site
from guardian.web.visited_pages import Behind
from guardian.web.visits import Visit, Visits

_FIELD: Final = "not-me"
_ACCOUNT: Final = "as_account"
_SIGNED_OUT: Final = "signed_out"


class OwnerPages:
    """What the owner may know of their own account, and the way to say that it was taken for somebody else's."""

    def __init__(self, site: Site, visits: Visits, sign_in: SignIn) -> None:
        self._site = site
        self._sign_in = sign_in
        self._behind = Behind(site, visits, "account")

    def routes(self) -> Sequence[Route]:
        """The addresses of these pages."""
        return [
            self._site.shows("/account", self._show),
            self._site.takes("/account", self._open),
            self._site.takes("/account/leave", self._behind.leave),
            self._site.takes(f"/account/{_FIELD}", self._not_me),
        ]

    async def _show(self, request: Request) -> Response:
        visit = self._behind.visit(request)
        return await self._page(request, visit) if visit else self._behind.door()

    async def _open(self, _: Request, form: Form) -> Response:
        return await self._behind.let_in(form, lambda receipt: owner_page(self._site.desk, receipt))

    async def _not_me(self, request: Request, form: Form) -> Response:
        async def say(visit: Visit) -> str:
            shown = self._shown(request, form)
            return await not_mine(self._site.desk, visit.receipt, form.one("text"), shown)

        return await self._behind.once(
            request,
            form,
            say,
            lambda visit, fault: self._page(request, visit, form, fault),
            lambda why: _ACCOUNT if isinstance(why, Refused) and why.code == _SIGNED_OUT else _FIELD,
        )

    def _shown(self, request: Request, form: Form) -> tuple[Shown, ...]:
        """What they chose to show beside their words: the account that they signed in with, and nothing else of it."""
        chosen = next((o for o in self._sign_in.offers(request) if o.space == form.one(_ACCOUNT)), None)
        if chosen is None:
            return ()
        signed_in = self._sign_in.who(request)
        if signed_in is None or not chosen.handle:
            sentence = f"You have not signed in with {chosen.label} yet. Do so, then send this again: nothing was lost."
            raise Refused(_SIGNED_OUT, sentence, "P-6.4")
        return (Shown(signed_in.proven.account, signed_in.proven.handle),)

    async def _page(
        self, request: Request, visit: Visit, form: Form | None = None, fault: Fault | None = None
    ) -> Response:
        found = await owner_page(self._site.desk, visit.receipt)
        return self._site.page(
            "account.html",
            status=422 if fault else 200,
            found=found,
            letters=[(notice.created_at, self._site.wording.on_page(notice)) for notice in found.letters],
            fault=fault,
            said=visit.take_said(),
            typed=form.one("text") if form else "",
            chosen=form.one(_ACCOUNT) if form else "",
            offers=self._sign_in.offers(request),
            token=visit.token,
            form_id=new_secret(),
        )
