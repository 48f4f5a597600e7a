"""The report page: no account, no script. Whatever goes wrong, what was written stands in the form again."""

import hashlib
from collections.abc import Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from guardian.cases.intake import MOST_FILES
from guardian.cases.values import Door
from guardian.desk.intake import Received, Submission, people_to_name, receive
from guardian.errors import Refused, Stale
from guardian.ids import MemberId, new_secret
from guardian.web.forms import Form, most_together
from guardian.web.sign_in import SignedIn, SignIn
from guardian.web.site import Fault, Site
from guardian.web.words import ANSWERS

FILES_AT_FAULT: Final = frozenset({"too_many", "too_large"})
_SHORTEST_DELIVERY: Final = 26


class ReportPages:
    """Writing a report, and the page with its receipt."""

    def __init__(self, site: Site, sign_in: SignIn) -> None:
        self._site = site
        self._sign_in = sign_in

    def routes(self) -> Sequence[Route]:
        """The addresses of these pages."""
        return [self._site.shows("/report", self._empty), self._site.takes("/report", self._take)]

    async def _empty(self, request: Request) -> Response:
        # A browser that goes back to this page must find what was typed, so it alone may be kept for a while.
        response = await self._form(request, Form(), new_secret())
        response.headers["cache-control"] = "private, no-cache"
        return response

    async def _take(self, request: Request, form: Form) -> Response:
        delivery = _delivery_of(form)
        if form.too_much:
            return await self._again(request, form, delivery, Fault("files", too_much(self._site)))
        offer = next((each for each in self._sign_in.offers(request) if each.space == form.one("as_account")), None)
        signed_in = self._sign_in.who(request) if offer is not None and offer.handle else None
        if offer is not None and signed_in is None:
            return await self._again(request, form, delivery, Fault("as_account", _not_signed_in(offer.label)))
        known = {member for member, _ in await people_to_name(self._site.desk)}
        submission = _submission(form, delivery, frozenset(known), signed_in)
        try:
            received = await receive(self._site.desk, submission)
        except Refused as refusal:
            field = "files" if refusal.code in FILES_AT_FAULT else "what_happened"
            return await self._again(request, form, delivery, Fault(field, refusal.sentence))
        except Stale as error:
            return await self._again(request, form, delivery, Fault("", error.sentence))
        return self._thanks(received)

    def _thanks(self, received: Received) -> Response:
        return self._site.page("report_received.html", status=201, received=received)

    async def _again(self, request: Request, form: Form, delivery: str, fault: Fault) -> Response:
        return await self._form(request, form, delivery, status=422, fault=fault, files_again=bool(form.files))

    async def _form(
        self,
        request: Request,
        form: Form,
        delivery: str,
        *,
        status: int = 200,
        fault: Fault | None = None,
        files_again: bool = False,
    ) -> Response:
        desk = self._site.desk
        return self._site.page(
            "report.html",
            status=status,
            fault=fault,
            form=form,
            delivery=delivery,
            people=await people_to_name(desk),
            offers=self._sign_in.offers(request),
            files_again=files_again,
            most_files=MOST_FILES,
            largest_file=desk.largest_file // 1_000_000,
            together=most_together(desk.largest_file) // 1_000_000,
        )


def too_much(site: Site) -> str:
    """What is said when the files together are more than is taken at once."""
    most = most_together(site.desk.largest_file) // 1_000_000
    return (
        f"Together these files are larger than {most} MB, which is too much at once. "
        "Your words are still here. Choose fewer files now; you can add the others afterwards."
    )


def _not_signed_in(label: str) -> str:
    return (
        f"You have not signed in with {label}, or half an hour has passed since. Sign in at the link below, which opens "
        "beside this page, and then send this again; or choose to report without an account."
    )


def _submission(form: Form, delivery: str, known: frozenset[MemberId], signed_in: SignedIn | None) -> Submission:
    chosen = tuple(MemberId(member) for member in form.all("names_members") if member in known)
    return Submission(
        door=Door.PAGE,
        what_happened=form.one("what_happened"),
        who=form.one("who"),
        danger=form.one("danger") == "yes",
        names_members=chosen,
        answers={name: form.one(name) for name in ANSWERS if form.one(name)},
        evidence=form.evidence(),
        delivery=_digest(form, delivery),
        reporter=signed_in.proven.account if signed_in else None,
        reporter_handle=signed_in.proven.handle if signed_in else "",
    )


def _delivery_of(form: Form) -> str:
    """The id that the form was given, or a new one where it carries none that nobody else could have."""
    given = form.one("delivery")
    return given if len(given) >= _SHORTEST_DELIVERY and given.isascii() else new_secret()


def _digest(form: Form, delivery: str) -> str:
    """The same form with the same words is the same report; going back and changing something makes it another."""
    digest = hashlib.sha256(delivery.encode())
    for name, texts in sorted(form.fields.items()):
        digest.update(repr((name, texts)).encode())
    for each in form.files:
        digest.update(repr((each.name, hashlib.sha256(each.content).hexdigest())).encode())
    return digest.hexdigest()
