"""What the two pages behind a receipt share: signing in by receipt, a form that is taken once, and leaving.

Read `ReceiptPages` first.
"""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from guardian.cases.report_questions import CHOICES, QUESTIONS, WHO
from guardian.errors import GuardianError, NotFound, Refused, Stale
from guardian.web.forms import Form
from guardian.web.rendering import Fault, Site
from guardian.web.sessions import PageSession, PageSessions


class ReceiptPages:
    """Lead into one kind of page and out of it; its address is `/` and the kind's name."""

    def __init__(self, site: Site, sessions: PageSessions, name: str) -> None:
        self._site = site
        self._sessions = sessions
        self._name = name
        self.path = f"/{name}"

    def session(self, request: Request) -> PageSession | None:
        """Return the session of the browser."""
        return self._sessions.find(self._cookie(request))

    def render_receipt_form(self, fault: Fault | None = None, *, status: int = 200) -> Response:
        """Render the form for a receipt; never filled in, since a receipt is not to be left on a screen."""
        return self._site.render_page(f"{self._name.replace('-', '_')}_door.html", status=status, fault=fault)

    async def sign_in(self, form: Form, check: Callable[[str], Awaitable[object]]) -> Response:
        """Open the page for a receipt that opens it; answer alike for every receipt that does not."""
        receipt = form.one("receipt")
        try:
            await check(receipt)
        except NotFound as error:
            return self.render_receipt_form(Fault("receipt", error.sentence), status=422)
        return self._site.sign_in(self._name, self._sessions.begin(receipt), self.path)

    async def submit_once(
        self,
        request: Request,
        form: Form,
        act: Callable[[PageSession], Awaitable[str]],
        show_again: Callable[[PageSession, Fault], Awaitable[Response]],
        field_of: Callable[[Refused | Stale], str],
    ) -> Response:
        """Do what the form asks for, once even where it is sent twice; its answer is shown on the page.

        Where it cannot be done, the page is shown `again` with what was typed; `at` names the field to mend.
        """
        session = self.session(request)
        if session is None or not session.owns_token(form.one("token")):
            return self._session_over(form)
        async with session.lock:
            if form.one("form") not in session.sent:
                try:
                    session.message = await act(session)
                except (Refused, Stale) as error:
                    return await show_again(session, Fault(field_of(error), error.sentence))
                except GuardianError:
                    # The receipt opens this no more; what was typed is given back all the same.
                    self._sessions.end(self._cookie(request))
                    return self._session_over(form)
                session.sent.add(form.one("form"))
        return RedirectResponse(self.path, 303)

    def _session_over(self, form: Form) -> Response:
        return self._site.render_page("visit_over.html", status=403, path=self.path, typed=_typed_texts(form))

    async def leave(self, request: Request, _: Form) -> Response:
        """Make the browser forget the receipt."""
        self._sessions.end(self._cookie(request))
        sentence = "This browser does not remember your receipt any more. With it you can come back at any time."
        return self._site.sign_out(self._name, "You have left the page", sentence)

    def _cookie(self, request: Request) -> str | None:
        return request.cookies.get(self._site.cookie_name(self._name))


def _typed_texts(form: Form) -> list[str]:
    """What the person wrote, to be given back when their session has ended meanwhile."""
    words = ("text", WHO, *(name for name in QUESTIONS if name not in CHOICES))
    return [form.one(name) for name in words if form.one(name)]
