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
from guardian.notices.replies import Reply
from guardian.notices.translations import translate_text
from guardian.services.reports.data_requests import ask_as_reporter
from guardian.services.reports.follow_up import AdditionInput, answer_own_talk, request_board_reconsideration
from guardian.services.reports.intake import (
    FollowUp,
    ReceiptAccess,
    ReporterRequest,
    accepts_files,
    add_to_report,
    make_request,
    read_follow_up,
)
from guardian.web.forms import Form, max_total_size
from guardian.web.help import shown_help
from guardian.web.party_choices import asked_kind, talk_answer
from guardian.web.rate_limit import Bucket, RateLimiter, slow_down_text
from guardian.web.receipt_access import ReceiptPages
from guardian.web.rendering import Fault, Site
from guardian.web.report_pages import FILES_AT_FAULT, read_answers, too_large_text
from guardian.web.sessions import PageSession, PageSessions


@dataclass(frozen=True, slots=True)
class MessageLine:
    """One thing that was said, with its heading where it has one; not `verified`: it may be from somebody else."""

    at: datetime
    from_reporter: bool
    heading: str
    text: str
    verified: bool = True


class FollowUpPages:
    """Show how a report stands and what was said, and take what its reporter adds or asks for."""

    def __init__(self, site: Site, sessions: PageSessions, rate_limiter: RateLimiter) -> None:
        self._site = site
        self._rate_limiter = rate_limiter
        self.receipt_pages = ReceiptPages(site, sessions, "follow-up")

    def routes(self) -> Sequence[Route]:
        """Return the addresses of these pages."""
        return [
            self._site.get("/follow-up", self._show),
            self._site.post("/follow-up", self._open),
            self._site.post("/follow-up/add", self._add),
            self._site.post("/follow-up/wish", self._make_request),
            self._site.post("/follow-up/reconsider", self._request_reconsideration),
            self._site.post("/follow-up/data", self._ask_about_data),
            self._site.post("/follow-up/talk", self._answer_talk),
            self._site.post("/follow-up/language", self._switch_language),
            self._site.post("/follow-up/leave", self.receipt_pages.leave),
        ]

    async def _show(self, request: Request) -> Response:
        session = self.receipt_pages.session(request)
        if session is None:
            return self.receipt_pages.render_receipt_form(request)
        return await self._page(request, session)

    async def _open(self, request: Request, form: Form) -> Response:
        return await self.receipt_pages.sign_in(request, form, lambda receipt: read_follow_up(self._site.app, receipt))

    async def _switch_language(self, request: Request, form: Form) -> Response:
        return await self.receipt_pages.switch_language(
            request, form, lambda session: self._page(request, session, form)
        )

    async def _add(self, request: Request, form: Form) -> Response:
        say = self._site.text_of(request)

        async def act(session: PageSession) -> Reply:
            access = ReceiptAccess(session.receipt)
            if form.files and not await accepts_files(self._site.app, access):
                raise Refused("no_files", translate_text(say.language, "refused.no_files"), "P-2.7")
            added = AdditionInput(form.one("text"), form.evidence(), answers=_answers(form))
            await add_to_report(self._site.app, access, added)
            return Reply("received.added")

        async def again(session: PageSession, fault: Fault) -> Response:
            return await self._page(request, session, form, fault)

        session = self.receipt_pages.session(request)
        if session is not None and session.owns_token(form.one("token")):
            if form.is_too_large:
                return await again(session, Fault("files", too_large_text(self._site, say)))
            wait = self._rate_limiter.admit(Bucket.ADDITION, session.receipt, form.one("form"))
            if wait is not None:
                return await again(session, Fault("text", slow_down_text(say, wait)))
        return await self.receipt_pages.submit_once(request, form, act, again, _field)

    async def _make_request(self, request: Request, form: Form) -> Response:
        if form.one("wish") not in set(ReporterRequest):
            raise NotFound

        async def act(session: PageSession) -> Reply:
            return await make_request(self._site.app, ReceiptAccess(session.receipt), ReporterRequest(form.one("wish")))

        def again(session: PageSession, fault: Fault) -> Awaitable[Response]:
            return self._page(request, session, form, fault)

        return await self.receipt_pages.submit_once(request, form, act, again, lambda _: "")

    async def _request_reconsideration(self, request: Request, form: Form) -> Response:
        async def act(session: PageSession) -> Reply:
            access, shows_news = ReceiptAccess(session.receipt), form.one("shows_news") == "yes"
            return await request_board_reconsideration(self._site.app, access, form.one("why"), shows_news=shows_news)

        def again(session: PageSession, fault: Fault) -> Awaitable[Response]:
            return self._page(request, session, form, fault)

        return await self.receipt_pages.submit_once(request, form, act, again, lambda _: "why")

    async def _answer_talk(self, request: Request, form: Form) -> Response:
        answer = talk_answer(form)

        async def act(session: PageSession) -> Reply:
            return await answer_own_talk(self._site.app, ReceiptAccess(session.receipt), answer)

        def again(session: PageSession, fault: Fault) -> Awaitable[Response]:
            return self._page(request, session, form, fault)

        return await self.receipt_pages.submit_once(request, form, act, again, lambda _: "talk")

    async def _ask_about_data(self, request: Request, form: Form) -> Response:
        async def act(session: PageSession) -> Reply:
            access = ReceiptAccess(session.receipt)
            return await ask_as_reporter(self._site.app, access, asked_kind(form), form.one("data"))

        def again(session: PageSession, fault: Fault) -> Awaitable[Response]:
            return self._page(request, session, form, fault)

        return await self.receipt_pages.submit_once(request, form, act, again, lambda _: "data")

    async def _page(
        self, request: Request, session: PageSession, form: Form | None = None, fault: Fault | None = None
    ) -> Response:
        found = await read_follow_up(self._site.app, session.receipt)
        language = self._site.language_of(request)
        return self._site.render_party_page(
            request,
            "follow_up.html",
            status=422 if fault else 200,
            language_form="add",
            language_action="/follow-up/language",
            switches_language=True,
            found=found,
            lines=self._thread(found, language),
            shown_help=shown_help(self._site.app.policy.help, language),
            fault=fault,
            said=self.receipt_pages.pop_message(request, session),
            form=form or Form(),
            files_again=bool(form and form.files),
            token=session.token,
            form_id=new_secret(),
            takes_files=await accepts_files(self._site.app, ReceiptAccess(session.receipt)),
            most_files=MAX_FILES,
            largest_file=self._site.app.largest_file // 1_000_000,
            together=max_total_size(self._site.app.largest_file) // 1_000_000,
        )

    def _thread(self, found: FollowUp, language: str) -> list[MessageLine]:
        """What the reporter wrote and what they were told, in the order of time."""
        lines = [
            MessageLine(each.at, each.from_reporter, "", each.text, verified=each.verified) for each in found.thread
        ]
        for notice in found.notices:
            text = self._site.renderer.render_for_page(notice, language)
            lines.append(MessageLine(notice.created_at or found.received_at, False, text.subject, text.body))
        return sorted(lines, key=lambda line: line.at)


def _answers(form: Form) -> dict[str, str]:
    """What is answered now; "no danger" is not asked for."""
    given = {name: form.one(name) for name in (WHO, DANGER) if form.one(name)}
    return {**read_answers(form), **{name: text for name, text in given.items() if name == WHO or text == "yes"}}


def _field(error: Refused | Stale) -> str:
    """Which field of the form is to be mended."""
    if isinstance(error, Stale):
        return ""
    return "files" if error.code in FILES_AT_FAULT else "text"
