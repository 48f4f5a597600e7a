"""What every page of the console stands on: whose session it is, forms that cannot be forged, and one way to act.

Whatever somebody may not know or do answers as if it did not exist. Nobody loses what they typed: a form comes back with
its words and the fault beside the field. Nothing of a case is remembered here: each request asks the services again.
Policy: P-4.2, P-9.8. Read `Console` first.
"""

import hashlib
import hmac
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from guardian.errors import NotFound, Refused, Stale
from guardian.ids import MemberId, SessionId
from guardian.people.models import Member
from guardian.people.permissions import NOT_YOURS
from guardian.secrets import are_equal
from guardian.services.sign_in.sessions import require_session
from guardian.web.console.navigation import NavigationItem, navigation_for, place_at, places_of
from guardian.web.forms import Form
from guardian.web.rendering import Fault, Site
from guardian.web.sign_in import SignIn

HOME: Final = "/console"
SESSION: Final = "session"
SIGN_IN: Final = "/console/sign-in"
_TOKEN: Final = "token"
_MAX_MESSAGES: Final = 1_000


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of a signed-in member: who they are, what is said to them once, and where they may go.

    `token` stands in each form of theirs. `is_proven`: a second factor was shown in this session. `navigation`: every
    page of theirs.
    """

    member: Member
    session: SessionId
    token: str
    is_proven: bool
    message: str
    path: str
    navigation: tuple[NavigationItem, ...]

    @property
    def by(self) -> MemberId:
        """Return the member's id, as the use cases take it."""
        return self.member.id

    @property
    def places(self) -> Sequence[NavigationItem]:
        """Return the pages that stand on top of this one."""
        return places_of(self.navigation)

    @property
    def place(self) -> str:
        """Return the address of that place to which this page belongs."""
        return place_at(self.path, self.places)


@dataclass(frozen=True, slots=True)
class FormEntry:
    """What stands in the forms of a page: what was typed by the names of the fields, and what is wrong with it.

    The names of fields are unique on a page, so that a fault stands beside its own.
    """

    typed: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    fault: Fault | None = None

    def value(self, name: str, default: str = "") -> str:
        """Return what was typed in the field, or what stands there at first."""
        return self.typed[name][0] if name in self.typed else default

    def values(self, name: str, default: Sequence[str] = ()) -> Sequence[str]:
        """Return everything chosen in the field; what is chosen at first where its form was not sent."""
        return self.typed.get(name, () if self.typed else tuple(default))

    def wrong(self, name: str) -> str:
        """Return what is wrong with the field, if anything is."""
        return self.fault.sentence if self.fault is not None and self.fault.field == name else ""


NOTHING_TYPED: Final = FormEntry()

Typed = Sequence[tuple[str, str]]
Show = Callable[[Request, Visit], Awaitable[Response]]
Take = Callable[[Request, Visit, Form], Awaitable[Response]]
ShowAgain = Callable[[FormEntry], Awaitable[Response]]


class Console:
    """Makes the routes of the console's pages, renders them, and carries out what their forms ask for."""

    def __init__(self, site: Site, sign_in: SignIn, switcher: Sequence[NavigationItem] = ()) -> None:
        self.site = site
        self._sign_in = sign_in
        self._switcher = tuple(switcher)
        self._messages: dict[SessionId, str] = {}

    def get(self, path: str, handler: Show, *, needs_proof: bool = True) -> Route:
        """Return the route of a page for signed-in members; everybody else is asked to sign in, whatever the address.

        `needs_proof`: where the installation asks for a second factor, it was shown in this session.
        """

        async def show(request: Request) -> Response:
            visit = await self._visit(request)
            if visit is None:
                return self.ask_to_sign_in(request)
            if needs_proof and self._lacks_proof(visit):
                return self.render(visit, "unproven.html", status=403, lost=())
            return await self._answer(visit, lambda: handler(request, visit))

        return self.site.get(path, show)

    def post(self, path: str, handler: Take, *, needs_proof: bool = True) -> Route:
        """Return the route that a form of the console is sent to; `needs_proof` as for a page."""

        async def take(request: Request, form: Form) -> Response:
            visit = await self._visit(request)
            if visit is None or not are_equal(visit.token, form.one(_TOKEN)):
                return self.ask_to_sign_in(request, lost=_typed(form))
            if needs_proof and self._lacks_proof(visit):
                return self.render(visit, "unproven.html", status=403, lost=_typed(form))
            return await self._answer(visit, lambda: handler(request, visit, form))

        return self.site.post(path, take)

    def render(
        self, visit: Visit, template: str, /, *, entry: FormEntry = NOTHING_TYPED, status: int = 200, **facts: Any
    ) -> Response:
        """Render a page of the console."""
        return self.site.render_page(
            f"console/{template}",
            status=422 if entry.fault else status,
            visit=visit,
            entry=entry,
            fault=entry.fault,
            switcher=self._switcher,
            **facts,
        )

    async def attempt(
        self,
        visit: Visit,
        form: Form,
        act: Callable[[], Awaitable[object]],
        *,
        to: str,
        again: ShowAgain,
        at: str | Mapping[str, str] = "",
        said: str = "",
    ) -> Response:
        """Carry out what a form asks for, then send the browser on to `to`, where it is said what came of it.

        What a rule refuses comes back on the page that `again` shows, with all that was typed and the sentence beside
        the field `at`; where there are several, beside that of the refusal's code, else that of "". `said` is told where
        the act has no sentence of its own to tell.
        """
        try:
            told = await act()
        except (Refused, Stale) as error:
            if isinstance(error, Refused) and error.code in NOT_YOURS:
                raise
            code, rule = (error.code, error.rule) if isinstance(error, Refused) else ("", "")
            where = at if isinstance(at, str) else at.get(code, at.get("", ""))
            return await again(FormEntry(form.fields, Fault(where, error.sentence, rule)))
        return self.redirect(visit, to, told if isinstance(told, str) and not said else said)

    def redirect(self, visit: Visit, to: str, message: str = "") -> Response:
        """Send the browser on, where the message is said once."""
        if message:
            while len(self._messages) >= _MAX_MESSAGES:
                self._messages.pop(next(iter(self._messages)))
            self._messages[visit.session] = message
        return RedirectResponse(to, 303)

    def ask_to_sign_in(self, request: Request, entry: FormEntry = NOTHING_TYPED, lost: Typed = ()) -> Response:
        """Show the page of signing in: it looks the same at every address, so that none of them says anything.

        `lost` is what was typed into a form whose session was over: it stands on the page, to be copied.
        """
        return self.site.render_page(
            "console/signed_out.html",
            status=422 if entry.fault else 401,
            entry=entry,
            fault=entry.fault,
            lost=lost,
            offers=self._sign_in.offers(request),
        )

    def _lacks_proof(self, visit: Visit) -> bool:
        return self.site.app.needs_second_factor and not visit.is_proven

    async def _visit(self, request: Request) -> Visit | None:
        secret = request.cookies.get(self.site.cookie_name(SESSION), "")
        try:
            signed_in = await require_session(self.site.app, secret)
        except Refused:
            return None
        now = self.site.app.clock.now()
        return Visit(
            member=signed_in.member,
            session=signed_in.session,
            token=self._token(signed_in.session),
            is_proven=signed_in.is_proven,
            message=self._messages.pop(signed_in.session, "") if request.method == "GET" else "",
            path=request.url.path,
            navigation=navigation_for(signed_in.member, now),
        )

    async def _answer(self, visit: Visit, answer: Callable[[], Awaitable[Response]]) -> Response:
        """The answer; what is not theirs to see or do is said in the words of an address that does not exist."""
        try:
            return await answer()
        except NotFound:
            return self.render(visit, "not_found.html", status=404)
        except Refused as error:
            if error.code in NOT_YOURS:
                return self.render(visit, "not_found.html", status=404)
            return self.render(visit, "refused.html", status=403, sentence=error.citing_rule)

    def _token(self, session: SessionId) -> str:
        return hmac.new(self.site.app.page_key, b"console " + session.encode(), hashlib.sha256).hexdigest()


def _typed(form: Form) -> Typed:
    """What stood in the fields of a form that was not taken."""
    return [(name, text) for name, texts in form.fields.items() for text in texts if name != _TOKEN and text]
