"""The personal page of somebody heard or sanctioned, opened by receipt alone. Policy: P-3.5, P-5.7, P-6.2."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from guardian.desk import personal
from guardian.desk.desk import Desk
from guardian.errors import Refused
from guardian.ids import AccountId, new_secret
from guardian.web.forms import Form
from guardian.web.sign_in import SignIn
from guardian.web.site import Fault, Site
from guardian.web.visited_pages import Behind
from guardian.web.visits import Visit, Visits

_ASKING: Final[Mapping[str, Callable[[Desk, str, str], Awaitable[str]]]] = {
    "be-heard": personal.be_heard,
    "return": personal.ask_readmission,
    "reconsider": personal.ask_reconsideration,
    "look-again": personal.ask_look,
}
_ACCOUNTS: Final = "accounts"
_SIGNED_OUT: Final = "You are not signed in any more, so nothing was shown. Sign in again below; it takes a moment."


class PersonalPages:
    """What somebody may know of what concerns them, and what they can say and ask for."""

    def __init__(self, site: Site, visits: Visits, sign_in: SignIn) -> None:
        self._site = site
        self._sign_in = sign_in
        self._behind = Behind(site, visits, "personal")

    def routes(self) -> Sequence[Route]:
        """The addresses of these pages."""
        return [
            self._site.shows("/personal", self._show),
            self._site.takes("/personal", self._open),
            self._site.takes("/personal/leave", self._behind.leave),
            *(self._site.takes(f"/personal/{name}", self._ask(name, ask)) for name, ask in _ASKING.items()),
            self._site.takes("/personal/not-mine/{link}", self._not_mine),
            self._site.takes(f"/personal/{_ACCOUNTS}", self._show_accounts),
        ]

    async def _show(self, request: Request) -> Response:
        visit = self._behind.visit(request)
        return await self._page(request, visit) if visit else self._behind.door()

    async def _open(self, _: Request, form: Form) -> Response:
        return await self._behind.let_in(form, lambda receipt: personal.page(self._site.desk, receipt))

    def _ask(
        self, name: str, ask: Callable[[Desk, str, str], Awaitable[str]]
    ) -> Callable[[Request, Form], Awaitable[Response]]:
        async def take(request: Request, form: Form) -> Response:
            return await self._behind.once(
                request,
                form,
                lambda visit: ask(self._site.desk, visit.receipt, form.one("text")),
                lambda visit, fault: self._page(request, visit, form, fault),
                lambda _: name,
            )

        return take

    async def _not_mine(self, request: Request, form: Form) -> Response:
        link = AccountId(request.path_params["link"])
        return await self._behind.once(
            request,
            form,
            lambda visit: personal.dispute_link(self._site.desk, visit.receipt, link, form.one("text")),
            lambda visit, fault: self._page(request, visit, form, fault),
            lambda _: f"not-mine/{link}",
        )

    async def _show_accounts(self, request: Request, form: Form) -> Response:
        async def show(visit: Visit) -> str:
            # What was on the page when the button was pressed, and not what another tab has signed in to since.
            signed_in = self._sign_in.who(request)
            if signed_in is None or not signed_in.is_ours(form.one("signed_in")):
                raise Refused("signed_out", _SIGNED_OUT, "P-6.4")
            return await personal.show_accounts(self._site.desk, visit.receipt, signed_in.proven)

        return await self._behind.once(
            request,
            form,
            show,
            lambda visit, fault: self._page(request, visit, form, fault),
            lambda _: _ACCOUNTS,
        )

    async def _page(
        self, request: Request, visit: Visit, form: Form | None = None, fault: Fault | None = None
    ) -> Response:
        found = await personal.page(self._site.desk, visit.receipt)
        return self._site.page(
            "personal.html",
            status=422 if fault else 200,
            found=found,
            letters=[(notice.created_at, self._site.wording.on_page(notice)) for notice in found.letters],
            offers=[offer for offer in self._sign_in.offers(request) if offer.vouches],
            signed_in=self._sign_in.who(request),
            fault=fault,
            said=visit.take_said(),
            typed=form.one("text") if form else "",
            token=visit.token,
            form_id=new_secret(),
        )
