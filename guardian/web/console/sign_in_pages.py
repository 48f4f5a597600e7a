"""Signing in by a one-time link, the member's own sessions, and leaving. A GET never signs in. Read `SignInPages` first."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from guardian.errors import Refused
from guardian.ids import SessionId
from guardian.services.sign_in.links import is_link_valid, open_link
from guardian.services.sign_in.sessions import end_session, list_sessions
from guardian.web.console.console import HOME, NOTHING_TYPED, SESSION, SIGN_IN, Console, FormEntry, Visit
from guardian.web.forms import Form

SESSIONS = "/console/sessions"


class SignInPages:
    """Show the page of signing in, take links, and show and end sessions."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._site = console.site

    def routes(self) -> Sequence[Route]:
        """Return the addresses of these pages."""
        return [
            self._site.get(SIGN_IN, self._show_sign_in),
            self._site.get(SIGN_IN + "/{secret}", self._show_link),
            self._site.post(SIGN_IN + "/{secret}", self._open_link),
            self._console.get(SESSIONS, self._show_sessions),
            self._console.post(SESSIONS + "/{session}/end", self._end_session),
            self._console.post("/console/leave", self._leave),
        ]

    async def _show_sign_in(self, request: Request) -> Response:
        return self._console.ask_to_sign_in(request)

    async def _show_link(self, request: Request) -> Response:
        """One button and nothing else: whatever fetches an address to preview it does not use it up."""
        if not await is_link_valid(self._site.app, request.path_params["secret"]):
            return self._link_over()
        return self._site.render_page("console/link.html", action=request.url.path)

    async def _open_link(self, request: Request, _: Form) -> Response:
        try:
            signed_in = await open_link(self._site.app, request.path_params["secret"])
        except Refused:
            return self._link_over()
        path = HOME if signed_in.code_name is None else f"{HOME}/cases/{signed_in.code_name}"
        return self._site.sign_in(SESSION, signed_in.session.secret, path)

    async def _show_sessions(self, request: Request, visit: Visit, entry: FormEntry = NOTHING_TYPED) -> Response:
        sessions = await list_sessions(self._site.app, visit.by)
        return self._console.render(visit, "sessions.html", entry=entry, sessions=sessions)

    async def _end_session(self, request: Request, visit: Visit, form: Form) -> Response:
        session = SessionId(request.path_params["session"])
        if session == visit.session:
            return await self._leave(request, visit, form)
        return await self._console.attempt(
            visit,
            form,
            lambda: end_session(self._site.app, visit.by, session),
            to=SESSIONS,
            again=lambda entry: self._show_sessions(request, visit, entry),
            said="That session is over: its browser has to sign in again.",
        )

    async def _leave(self, request: Request, visit: Visit, _: Form) -> Response:
        await end_session(self._site.app, visit.by, visit.session)
        return self._site.sign_out(
            SESSION,
            "You have left",
            "Your session is over, here and on the server.",
            "To come back, ask for a new link.",
        )

    def _link_over(self) -> Response:
        return self._site.render_message(
            "This link does not open anything any more",
            "A link works once, for five minutes.",
            "Ask for a new one where you got this one: /case and the code name in Discord, or the sign-in page.",
            status=410,
        )
