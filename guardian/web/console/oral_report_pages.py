"""What somebody told a member in person: entered as a report in their words, or handed on unopened.

Nothing of it is kept for whoever entered it but what the report itself shows them. Policy: P-2.10, P-4.1. Read
`OralReportPages` first.
"""

from collections.abc import Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from guardian.cases.report_questions import OUTSIDE_ANSWERED, OUTSIDE_DONE, OUTSIDE_GROUND, OUTSIDE_NAME
from guardian.ids import MemberId, new_id
from guardian.people.permissions import UseCase
from guardian.services.reports.intake import list_nameable_members
from guardian.services.reports.on_behalf import OralReport, OralReportResult, pass_on_unread, report_on_behalf
from guardian.web.console.console import NOTHING_TYPED, Console, FormEntry, Visit
from guardian.web.console.navigation import require_seat
from guardian.web.forms import Form
from guardian.web.report_pages import read_answers
from rules.escalation import OutsideGround

ORAL: Final = "/console/told"
_OUTSIDE: Final = (OUTSIDE_GROUND, OUTSIDE_NAME, OUTSIDE_DONE, OUTSIDE_ANSWERED)
_SAFE: Final = (("yes", "yes"), ("no", "no: they look at their page themselves"), ("", "nobody knows"))


class OralReportPages:
    """Show the two forms, and take what they say."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._app = console.site.app

    def routes(self) -> Sequence[Route]:
        """Return the addresses of these pages."""
        return [
            self._console.get(ORAL, self._show),
            self._console.post(ORAL, self._enter),
            self._console.post(ORAL + "/unread", self._pass_on),
        ]

    async def _show(self, _: Request, visit: Visit, entry: FormEntry = NOTHING_TYPED) -> Response:
        require_seat(visit.member, UseCase.REPORT_ON_BEHALF, self._app.clock.now())
        return self._console.render(
            visit,
            "told.html",
            entry=entry,
            people=await list_nameable_members(self._app),
            safe=_SAFE,
            grounds=tuple(OutsideGround),
            delivery=new_id(),
        )

    async def _enter(self, request: Request, visit: Visit, form: Form) -> Response:
        async def enter() -> str:
            told = _read_report(form)
            return self._entered(await report_on_behalf(self._app, visit.by, told, _delivery(visit, form)))

        return await self._console.attempt(
            visit,
            form,
            enter,
            to=ORAL,
            again=lambda entry: self._show(request, visit, entry),
            at={"": "what", "nobody_told_it": "source", "appeal_day": OUTSIDE_ANSWERED, "appeal_late": OUTSIDE_GROUND},
        )

    async def _pass_on(self, request: Request, visit: Visit, form: Form) -> Response:
        return await self._console.attempt(
            visit,
            form,
            lambda: pass_on_unread(self._app, visit.by, form.one("unread-source"), _delivery(visit, form)),
            to=ORAL,
            again=lambda entry: self._show(request, visit, entry),
            at="unread-source",
            said=(
                "Handed on, unopened. Another member asks whoever told you; you take no part in it and hear no more of it. "
                f"They can also write themselves, whenever they like: {self._app.base_url}/report"
            ),
        )

    def _entered(self, entered: OralReportResult) -> str:
        if not entered.receipt:
            return (
                "Entered. As it may concern you, you take no part in it, and the receipt is not shown to you. Whoever told "
                f"you can also write themselves, whenever they like: {self._app.base_url}/report"
            )
        return (
            "Entered. Please pass this on to whoever told you, in person or by a way that is safe for them, and keep no "
            f"copy; it is shown this once.\n\n{entered.text}\n\nReceipt: {entered.receipt}\n\n"
            f"Reference: {entered.reference}\n\nPage: {self._app.base_url}/follow-up"
        )


def _read_report(form: Form) -> OralReport:
    return OralReport(
        source=form.one("source"),
        what=form.one("what"),
        who=form.one("who"),
        concerns=tuple(MemberId(each) for each in form.all("concerns")),
        danger=form.one("danger") == "yes",
        safe=form.one("safe") if form.one("safe") in dict(_SAFE) else "",
        outside={name: answer for name, answer in read_answers(form).items() if name in _OUTSIDE},
    )


def _delivery(visit: Visit, form: Form) -> str:
    return f"{visit.session} {form.one('delivery')}"
