"""The reports that were made from an account, for whoever has just shown that it is theirs; each with a receipt on request."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from guardian.cases.words import for_reporters
from guardian.desk.conversations import another_receipt
from guardian.desk.own_reports import reports_of
from guardian.errors import NotFound
from guardian.ids import ReportId
from guardian.web.forms import Form
from guardian.web.sign_in import SignedIn, SignIn
from guardian.web.site import Site


class OwnReportsPages:
    """One page: which reports there are, how they stand, and their receipts."""

    def __init__(self, site: Site, sign_in: SignIn) -> None:
        self._site, self._sign_in = site, sign_in

    def routes(self) -> Sequence[Route]:
        """The addresses of these pages."""
        return [
            self._site.shows("/my-reports", self._show),
            self._site.takes("/my-reports/receipt", self._receipt),
        ]

    async def _show(self, request: Request) -> Response:
        signed_in = self._sign_in.who(request)
        if signed_in is None:
            return self._site.page("own_reports_door.html", offers=self._sign_in.offers(request))
        return await self._page(signed_in)

    async def _receipt(self, request: Request, form: Form) -> Response:
        """A receipt for one of them. Asked for twice (the answer may have been lost), it is the same one."""
        signed_in = self._sign_in.who(request)
        if signed_in is None or not signed_in.is_ours(form.one("token")):
            return self._site.page("own_reports_door.html", status=403, offers=self._sign_in.offers(request))
        report = ReportId(form.one("report"))
        if report not in {each.report for each in await reports_of(self._site.desk, signed_in.proven.account)}:
            raise NotFound
        if report not in signed_in.receipts:
            account = signed_in.proven.account
            signed_in.receipts[report] = await another_receipt(self._site.desk, report, account)
        return await self._page(signed_in, signed_in.receipts[report])

    async def _page(self, signed_in: SignedIn, receipt: str = "") -> Response:
        reports = await reports_of(self._site.desk, signed_in.proven.account)
        return self._site.page(
            "own_reports.html",
            label=signed_in.label,
            handle=signed_in.proven.handle,
            reports=[(each, for_reporters(each.state)) for each in reports],
            receipt=receipt,
            token=signed_in.token,
        )
