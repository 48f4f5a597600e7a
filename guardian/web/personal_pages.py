"""The personal page of somebody heard or sanctioned, opened by receipt alone. Policy: P-3.5, P-5.7, P-6.2.

Read `PersonalPages` first.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from guardian.errors import Refused
from guardian.ids import AccountId, Reference, new_secret
from guardian.notices.replies import Reply
from guardian.services.context import AppContext
from guardian.services.parties import personal_page
from guardian.services.parties.own_talks import answer_own_talk
from guardian.web.forms import Form
from guardian.web.party_choices import asked_kind, talk_answer
from guardian.web.receipt_access import ReceiptPages
from guardian.web.rendering import Fault, Site
from guardian.web.sessions import PageSession, PageSessions
from guardian.web.sign_in import SignIn

_REQUESTS: Final[Mapping[str, Callable[[AppContext, str, str], Awaitable[Reply]]]] = {
    "be-heard": personal_page.give_hearing_answer,
    "return": personal_page.submit_readmission_request,
    "look-again": personal_page.request_reconsideration,
}
_ACCOUNTS: Final = "accounts"


class PersonalPages:
    """Show what somebody may know of what concerns them, and take what they say and ask for."""

    def __init__(self, site: Site, sessions: PageSessions, sign_in: SignIn) -> None:
        self._site = site
        self._sign_in = sign_in
        self.receipt_pages = ReceiptPages(site, sessions, "personal")

    def routes(self) -> Sequence[Route]:
        """Return the addresses of these pages."""
        return [
            self._site.get("/personal", self._show),
            self._site.post("/personal", self._open),
            self._site.post("/personal/language", self._switch_language),
            self._site.post("/personal/leave", self.receipt_pages.leave),
            *(self._site.post(f"/personal/{name}", self._handle_request(name, ask)) for name, ask in _REQUESTS.items()),
            self._site.post("/personal/data", self._ask_about_data),
            self._site.post("/personal/reconsider/{reference}", self._request_reconsideration),
            self._site.post("/personal/not-mine/{link}", self._dispute_link),
            self._site.post("/personal/done/{condition}", self._say_condition_done),
            self._site.post("/personal/talk/{reference}", self._answer_talk),
            self._site.post(f"/personal/{_ACCOUNTS}", self._disclose_accounts),
        ]

    async def _show(self, request: Request) -> Response:
        session = self.receipt_pages.session(request)
        if session is None:
            return self.receipt_pages.render_receipt_form(request)
        return await self._page(request, session)

    async def _switch_language(self, request: Request, form: Form) -> Response:
        return await self.receipt_pages.switch_language(
            request, form, lambda session: self._page(request, session, form)
        )

    async def _open(self, request: Request, form: Form) -> Response:
        return await self.receipt_pages.sign_in(
            request, form, lambda receipt: personal_page.read_page(self._site.app, receipt)
        )

    def _handle_request(
        self, name: str, ask: Callable[[AppContext, str, str], Awaitable[Reply]]
    ) -> Callable[[Request, Form], Awaitable[Response]]:
        async def take(request: Request, form: Form) -> Response:
            return await self.receipt_pages.submit_once(
                request,
                form,
                lambda session: ask(self._site.app, session.receipt, form.one("text")),
                lambda session, fault: self._page(request, session, form, fault),
                lambda _: name,
            )

        return take

    async def _request_reconsideration(self, request: Request, form: Form) -> Response:
        reference = request.path_params["reference"]
        return await self.receipt_pages.submit_once(
            request,
            form,
            lambda session: personal_page.request_board_reconsideration(
                self._site.app,
                session.receipt,
                form.one("text"),
                reference=reference,
                shows_news=form.one("shows_news") == "yes",
            ),
            lambda session, fault: self._page(request, session, form, fault),
            lambda _: f"reconsider/{reference}",
        )

    async def _ask_about_data(self, request: Request, form: Form) -> Response:
        return await self.receipt_pages.submit_once(
            request,
            form,
            lambda session: personal_page.ask_about_data(
                self._site.app, session.receipt, asked_kind(form), form.one("data")
            ),
            lambda session, fault: self._page(request, session, form, fault),
            lambda _: "data",
        )

    async def _dispute_link(self, request: Request, form: Form) -> Response:
        link = AccountId(request.path_params["link"])
        return await self.receipt_pages.submit_once(
            request,
            form,
            lambda session: personal_page.dispute_link(self._site.app, session.receipt, link, form.one("text")),
            lambda session, fault: self._page(request, session, form, fault),
            lambda _: f"not-mine/{link}",
        )

    async def _say_condition_done(self, request: Request, form: Form) -> Response:
        condition = request.path_params["condition"]
        return await self.receipt_pages.submit_once(
            request,
            form,
            lambda session: personal_page.say_condition_done(
                self._site.app, session.receipt, condition, form.one("text")
            ),
            lambda session, fault: self._page(request, session, form, fault),
            lambda _: f"done/{condition}",
        )

    async def _answer_talk(self, request: Request, form: Form) -> Response:
        reference, answer = Reference(request.path_params["reference"]), talk_answer(form)
        return await self.receipt_pages.submit_once(
            request,
            form,
            lambda session: answer_own_talk(self._site.app, session.receipt, reference, answer),
            lambda session, fault: self._page(request, session, form, fault),
            lambda _: "talk",
        )

    async def _disclose_accounts(self, request: Request, form: Form) -> Response:
        async def show(session: PageSession) -> Reply:
            # What was on the page when the button was pressed, and not what another tab has signed in to since.
            signed_in = self._sign_in.current(request)
            if signed_in is None or not signed_in.owns_token(form.one("signed_in")):
                raise Refused("signed_out", "", "P-6.4")
            return await personal_page.disclose_accounts(self._site.app, session.receipt, signed_in.result)

        return await self.receipt_pages.submit_once(
            request,
            form,
            show,
            lambda session, fault: self._page(request, session, form, fault),
            lambda _: _ACCOUNTS,
        )

    async def _page(
        self, request: Request, session: PageSession, form: Form | None = None, fault: Fault | None = None
    ) -> Response:
        found = await personal_page.read_page(self._site.app, session.receipt)
        language, fields = self._site.language_of(request), _field_names(found)
        return self._site.render_party_page(
            request,
            "personal.html",
            **_language_form(fields),
            switches_language=True,
            status=422 if fault else 200,
            found=found,
            letters=[
                (notice.created_at, self._site.renderer.render_for_page(notice, language)) for notice in found.notices
            ],
            offers=[offer for offer in self._sign_in.offers(request) if offer.knows_linked_accounts],
            signed_in=self._sign_in.current(request),
            fault=fault,
            form=form or Form(),
            said=self.receipt_pages.pop_message(request, session),
            typed=_typed(form, fields, fault.field if fault else ""),
            token=session.token,
            form_id=new_secret(),
        )


def _field_names(found: personal_page.PersonalPage) -> tuple[str, ...]:
    """Return the names of the fields for words that stand on the page, in its order."""
    heard = ("be-heard",) if any(each.may_be_heard for each in found.matters) else ()
    returning = ("return",) if found.may_request_readmission else ()
    again = tuple(f"reconsider/{each.reference}" for each in found.matters if each.board_request)
    done = tuple(f"done/{each.id}" for matter in found.matters for each in matter.conditions if each.may_say_done)
    links = tuple(f"not-mine/{each.link}" for each in found.linked_accounts)
    measure = ("look-again",) if found.may_request_reconsideration else ()
    return (*heard, *done, *returning, *again, *links, *measure)


def _language_form(fields: tuple[str, ...]) -> Mapping[str, str]:
    """Return by which form another language is asked for: the first of those for words, so that they go along."""
    return {"language_form": f"form-{fields[0]}", "language_action": "/personal/language"} if fields else {}


def _typed(form: Form | None, fields: tuple[str, ...], sent: str) -> Mapping[str, str]:
    """Return what was typed, by its field: into the one that was sent, and into others where a script sent them along."""
    if form is None or not fields:
        return {}
    return {name: form.one(f"kept-{name}") for name in fields} | {sent or fields[0]: form.one("text")}
