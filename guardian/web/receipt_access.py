"""What the pages behind a receipt share: signing in by receipt, a form that is taken once, its language, and leaving.

Read `ReceiptPages` first.
"""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from guardian.cases.report_questions import CHOICES, QUESTIONS, WHO
from guardian.errors import GuardianError, NotFound, Refused, Stale
from guardian.notices.replies import Reply
from guardian.services.parties.languages import keep_language
from guardian.web.forms import Form
from guardian.web.languages import LANGUAGE_COOKIE, chosen_language
from guardian.web.rendering import Fault, Site
from guardian.web.sessions import PageSession, PageSessions


class ReceiptPages:
    """Lead into one kind of page and out of it; its address is `/` and the kind's name."""

    def __init__(self, site: Site, sessions: PageSessions, name: str) -> None:
        self._site = site
        self._sessions = sessions
        self.name = name
        self.path = f"/{name}"

    def session(self, request: Request) -> PageSession | None:
        """Return the session of the browser."""
        return self._sessions.find(self._cookie(request))

    def render_receipt_form(self, request: Request, fault: Fault | None = None, *, status: int = 200) -> Response:
        """Render the form for a receipt; never filled in, since a receipt is not to be left on a screen."""
        template = f"{self.name.replace('-', '_')}_door.html"
        return self._site.render_party_page(request, template, status=status, fault=fault)

    async def sign_in(self, request: Request, form: Form, check: Callable[[str], Awaitable[object]]) -> Response:
        """Open the page for a receipt that opens it; answer alike for every receipt that does not."""
        receipt = form.one("receipt")
        try:
            await check(receipt)
        except NotFound:
            fault = Fault("receipt", self._site.text_of(request)("refused.receipt"))
            return self.render_receipt_form(request, fault, status=422)
        response = self._site.sign_in(self.name, self._sessions.begin(receipt), self.path)
        reads = self._site.language_of(request)
        chosen = chosen_language(request, self._site.cookie_name(LANGUAGE_COOKIE)) is not None
        kept = await keep_language(self._site.app, receipt, reads, chosen=chosen)
        return response if kept == reads else self._site.carry_language(response, kept)

    async def switch_language(
        self, request: Request, form: Form, show_again: Callable[[PageSession], Awaitable[Response]]
    ) -> Response:
        """Show the page again in the language that was chosen, with what was typed; write in it from now on."""
        session, language = self.session(request), self._site.switch_language(request, form)
        if session is None or not session.owns_token(form.one("token")):
            return self._site.carry_language(self._session_over(request, form), language)
        try:
            await keep_language(self._site.app, session.receipt, language, chosen=True)
            response = await show_again(session)
        except NotFound:
            response = self._session_over(request, form)
        return self._site.carry_language(response, language)

    async def submit_once(
        self,
        request: Request,
        form: Form,
        act: Callable[[PageSession], Awaitable[Reply]],
        show_again: Callable[[PageSession, Fault], Awaitable[Response]],
        field_of: Callable[[Refused | Stale], str],
    ) -> Response:
        """Do what the form asks for, once even where it is sent twice; its answer is shown on the page.

        Where it cannot be done, the page is shown `again` with what was typed; `at` names the field to mend.
        """
        session = self.session(request)
        if session is None or not session.owns_token(form.one("token")):
            return self._session_over(request, form)
        async with session.lock:
            if form.one("form") not in session.sent:
                try:
                    session.message = await act(session)
                except (Refused, Stale) as error:
                    sentence = self._site.word_refusal(request, error)
                    return await show_again(session, Fault(field_of(error), sentence))
                except GuardianError:
                    # The receipt opens this no more; what was typed is given back all the same.
                    self._sessions.end(self._cookie(request))
                    return self._session_over(request, form)
                session.sent.add(form.one("form"))
        return RedirectResponse(self.path, 303)

    def pop_message(self, request: Request, session: PageSession) -> str:
        """Return what is to be said once, in the reader's language; empty where that is nothing."""
        reply = session.pop_message()
        text = self._site.text_of(request)
        return reply.word(text.language, **text.names) if reply else ""

    def _session_over(self, request: Request, form: Form) -> Response:
        return self._site.render_party_page(
            request, "visit_over.html", status=403, door=self.path, typed=_typed_texts(form)
        )

    async def leave(self, request: Request, _: Form) -> Response:
        """Make the browser forget the receipt, and lead to a page that shows nothing of it."""
        self.end(request)
        return self._site.forget(RedirectResponse("/left", 303), self.name)

    async def keep_language(self, request: Request, language: str) -> None:
        """Have whoever has the page open be written to in the language from now on."""
        session = self.session(request)
        if session is not None:
            await keep_language(self._site.app, session.receipt, language, chosen=True)

    def end(self, request: Request) -> None:
        """End the session of the browser, if it has one."""
        self._sessions.end(self._cookie(request))

    def _cookie(self, request: Request) -> str | None:
        return request.cookies.get(self._site.cookie_name(self.name))


def _typed_texts(form: Form) -> list[str]:
    """What the person wrote, to be given back when their session has ended meanwhile."""
    words = ("text", WHO, *(name for name in QUESTIONS if name not in CHOICES))
    return [form.one(name) for name in words if form.one(name)]
