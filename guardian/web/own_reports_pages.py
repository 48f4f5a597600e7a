"""The reports that were made from an account, for whoever has just shown that it is theirs.

Each with a receipt on request. Read `OwnReportsPages` first.
"""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from guardian.errors import NotFound
from guardian.ids import ReportId
from guardian.services.reports.conversations import issue_another_receipt
from guardian.services.reports.own_reports import list_own_reports
from guardian.web.forms import Form
from guardian.web.rendering import Site
from guardian.web.sign_in import SignedIn, SignIn


class OwnReportsPages:
    """Show which reports there are and how they stand, and give their receipts."""

    def __init__(self, site: Site, sign_in: SignIn) -> None:
        self._site, self._sign_in = site, sign_in

    def routes(self) -> Sequence[Route]:
        """Return the addresses of these pages."""
        return [
            self._site.get("/my-reports", self._show),
            self._site.post("/my-reports/receipt", self._issue_receipt),
        ]

    async def _show(self, request: Request) -> Response:
        signed_in = self._sign_in.current(request)
        if signed_in is None:
            return self._door(request)
        return await self._page(request, signed_in)

    async def _issue_receipt(self, request: Request, form: Form) -> Response:
        """A receipt for one of them. Asked for twice (the answer may have been lost), it is the same one."""
        signed_in = self._sign_in.current(request)
        if signed_in is None or not signed_in.owns_token(form.one("token")):
            return self._door(request, status=403)
        report = ReportId(form.one("report"))
        if report not in {each.report for each in await list_own_reports(self._site.app, signed_in.result.account)}:
            raise NotFound
        if report not in signed_in.receipts:
            account = signed_in.result.account
            signed_in.receipts[report] = await issue_another_receipt(self._site.app, report, account)
        signed_in.shows = report
        return RedirectResponse("/my-reports", 303)

    def _door(self, request: Request, *, status: int = 200) -> Response:
        offers = self._sign_in.offers(request)
        return self._site.render_party_page(request, "own_reports_door.html", status=status, offers=offers)

    async def _page(self, request: Request, signed_in: SignedIn) -> Response:
        reports = await list_own_reports(self._site.app, signed_in.result.account)
        receipt = signed_in.pop_receipt()
        return self._site.render_party_page(
            request,
            "own_reports.html",
            switches_language=not receipt,
            label=signed_in.label,
            handle=signed_in.result.handle,
            reports=reports,
            receipt=receipt,
            token=signed_in.token,
        )
