"""The follow-up page of a reporter, opened by a receipt that never stands in an address. Policy: P-2.4, P-2.12.

Read `FollowUpPages` first.
"""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from guardian.cases.report_questions import DANGER, WHO
from guardian.cases.submissions import MAX_FILES
from guardian.errors import NotFound, Refused, Stale
from guardian.ids import new_secret
from guardian.notices.translations import translate_text
from guardian.services.reports.follow_up import AdditionInput, request_board_reconsideration
from guardian.services.reports.intake import (
    FollowUp,
    ReceiptAccess,
    ReporterRequest,
    ThreadLine,
    accepts_files,
    add_to_report,
    make_request,
    read_follow_up,
)
from guardian.web.forms import Form, max_total_size
from guardian.web.rate_limit import Bucket, RateLimiter, slow_down_text
from guardian.web.receipt_access import ReceiptPages
from guardian.web.rendering import Fault, Site
from guardian.web.report_pages import FILES_AT_FAULT, read_answers, too_large_text
from guardian.web.sessions import PageSession, PageSessions


@dataclass(frozen=True, slots=True)
class MessageLine:
    """One thing that was said, with its heading where it has one."""

    at: datetime
    from_reporter: bool
    heading: str
    text: str


class FollowUpPages:
    """Show how a report stands and what was said, and take what its reporter adds or asks for."""

    def __init__(self, site: Site, sessions: PageSessions, rate_limiter: RateLimiter) -> None:
        self._site = site
        self._rate_limiter = rate_limiter
        self._receipt_pages = ReceiptPages(site, sessions, "follow-up")

    def routes(self) -> Sequence[Route]:
        """Return the addresses of these pages."""
        return [
            self._site.get("/follow-up", self._show),
            self._site.post("/follow-up", self._open),
            self._site.post("/follow-up/add", self._add),
            self._site.post("/follow-up/wish", self._make_request),
            self._site.post("/follow-up/reconsider", self._request_reconsideration),
            self._site.post("/follow-up/leave", self._receipt_pages.leave),
        ]

    async def _show(self, request: Request) -> Response:
        session = self._receipt_pages.session(request)
        return await self._page(session) if session else self._receipt_pages.render_receipt_form()

    async def _open(self, _: Request, form: Form) -> Response:
        return await self._receipt_pages.sign_in(form, lambda receipt: read_follow_up(self._site.app, receipt))

    async def _add(self, request: Request, form: Form) -> Response:
        async def act(session: PageSession) -> str:
            if form.is_too_large:
                raise Refused("too_large", too_large_text(self._site))
            access = ReceiptAccess(session.receipt)
            if form.files and not await accepts_files(self._site.app, access):
                raise Refused("no_files", translate_text("", "refused.no_files"), "P-2.7")
            wait = self._rate_limiter.admit(Bucket.ADDITION, session.receipt, form.one("form"))
            if wait is not None:
                raise Refused("too_often", slow_down_text(wait), "P-2.12")
            return await add_to_report(
                self._site.app, access, AdditionInput(form.one("text"), form.evidence(), answers=_answers(form))
            )

        def again(session: PageSession, fault: Fault) -> Awaitable[Response]:
            return self._page(session, form, fault)

        return await self._receipt_pages.submit_once(request, form, act, again, _field)

    async def _make_request(self, request: Request, form: Form) -> Response:
        if form.one("wish") not in set(ReporterRequest):
            raise NotFound

        async def act(session: PageSession) -> str:
            return await make_request(self._site.app, ReceiptAccess(session.receipt), ReporterRequest(form.one("wish")))

        def again(session: PageSession, fault: Fault) -> Awaitable[Response]:
            return self._page(session, form, fault)

        return await self._receipt_pages.submit_once(request, form, act, again, lambda _: "")

    async def _request_reconsideration(self, request: Request, form: Form) -> Response:
        async def act(session: PageSession) -> str:
            access, shows_news = ReceiptAccess(session.receipt), form.one("shows_news") == "yes"
            return await request_board_reconsideration(self._site.app, access, form.one("why"), shows_news=shows_news)

        def again(session: PageSession, fault: Fault) -> Awaitable[Response]:
            return self._page(session, form, fault)

        return await self._receipt_pages.submit_once(request, form, act, again, lambda _: "why")

    async def _page(self, session: PageSession, form: Form | None = None, fault: Fault | None = None) -> Response:
        found = await read_follow_up(self._site.app, session.receipt)
        return self._site.render_page(
            "follow_up.html",
            status=422 if fault else 200,
            found=found,
            lines=self._thread(found),
            fault=fault,
            said=session.pop_message(),
            form=form or Form(),
            files_again=bool(form and form.files),
            token=session.token,
            form_id=new_secret(),
            takes_files=await accepts_files(self._site.app, ReceiptAccess(session.receipt)),
            most_files=MAX_FILES,
            largest_file=self._site.app.largest_file // 1_000_000,
            together=max_total_size(self._site.app.largest_file) // 1_000_000,
        )

    def _thread(self, found: FollowUp) -> list[MessageLine]:
        """What the reporter wrote and what they were told, in the order of time."""
        lines = [
            MessageLine(each.at, each.from_reporter, _unverified_heading(each), each.text) for each in found.thread
        ]
        for notice in found.notices:
            text = self._site.renderer.render_for_page(notice)
            lines.append(MessageLine(notice.created_at or found.received_at, False, text.subject, text.body))
        return sorted(lines, key=lambda line: line.at)


def _answers(form: Form) -> dict[str, str]:
    """What is answered now; "no danger" is not asked for."""
    given = {name: form.one(name) for name in (WHO, DANGER) if form.one(name)}
    return {**read_answers(form), **{name: text for name, text in given.items() if name == WHO or text == "yes"}}


def _unverified_heading(line: ThreadLine) -> str:
    """The heading of what came to the reporter's own mail address from somebody who may be another."""
    return "" if line.verified else "By mail, and nothing shows that it is from you. Tell us if it is not."


def _field(error: Refused | Stale) -> str:
    """Which field of the form is to be mended."""
    if isinstance(error, Stale):
        return ""
    return "files" if error.code in FILES_AT_FAULT else "text"
