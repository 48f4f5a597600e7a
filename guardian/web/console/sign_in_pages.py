"""Signing in by a one-time link, the member's own sessions, and leaving. A GET never signs in. Read `SignInPages` first."""

from collections.abc import Sequence

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from guardian.errors import Refused
from guardian.ids import SessionId, new_id
from guardian.people.sign_ins import SignInWay
from guardian.services.members import member_for_account
from guardian.services.sign_in.links import is_link_valid, mail_link, open_link
from guardian.services.sign_in.sessions import end_session, list_sessions, open_session
from guardian.web.console.console import HOME, NOTHING_TYPED, SESSION, SIGN_IN, Console, FormEntry, Visit
from guardian.web.forms import Form
from guardian.web.rate_limit import Bucket, RateLimiter, network_of
from guardian.web.rendering import Fault
from guardian.web.sign_in import SignIn

SESSIONS = "/console/sessions"


class SignInPages:
    """Show the page of signing in, take links, and show and end sessions."""

    def __init__(self, console: Console, sign_in: SignIn, rate_limiter: RateLimiter) -> None:
        self._console = console
        self._site = console.site
        self._sign_in = sign_in
        self._rate_limiter = rate_limiter

    def routes(self) -> Sequence[Route]:
        """Return the addresses of these pages."""
        return [
            self._site.get(SIGN_IN, self._show_sign_in),
            self._site.post(SIGN_IN, self._mail_link),
            self._site.post(SIGN_IN + "/account", self._open_by_account),
            self._site.get(SIGN_IN + "/{secret}", self._show_link),
            self._site.post(SIGN_IN + "/{secret}", self._open_link),
            self._console.get(SESSIONS, self._show_sessions, needs_proof=False),
            self._console.post(SESSIONS + "/{session}/end", self._end_session, needs_proof=False),
            self._console.post("/console/leave", self._leave, needs_proof=False),
        ]

    async def _show_sign_in(self, request: Request) -> Response:
        return self._console.ask_to_sign_in(request)

    async def _mail_link(self, request: Request, form: Form) -> Response:
        """The same answer, as quickly, whoever's address it is: the mail is written after it."""
        address = form.one("address")
        if "@" not in address:
            fault = Fault("address", "Please give the mail address under which the group knows you.")
            return self._console.ask_to_sign_in(request, FormEntry(form.fields, fault))
        waits = [
            self._rate_limiter.admit(Bucket.SIGN_IN, sender, new_id())
            for sender in (network_of(request), f"to {address.casefold()}")
        ]
        answer = self._site.render_page("console/link_mailed.html", address=address)
        if not any(waits):
            answer.background = BackgroundTask(mail_link, self._site.app, address)
        return answer

    async def _open_by_account(self, request: Request, _: Form) -> Response:
        """Sign in as the member whose own account was shown at its space in this browser."""
        shown = self._sign_in.current(request)
        member = None if shown is None else await member_for_account(self._site.app, shown.result.account)
        if shown is None or member is None:
            return self._site.render_message(
                "This account has no role here",
                f"The account that you showed at {shown.label} belongs to nobody with a role here."
                if shown
                else "Please show once more which account is yours.",
                "If you were seated with another account or only with a mail address, sign in by that.",
                status=403,
            )
        session = await open_session(self._site.app, member.id, SignInWay.SPACE)
        return self._site.sign_in(SESSION, session.secret, HOME)

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
