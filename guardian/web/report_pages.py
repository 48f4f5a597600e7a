"""The report page: no account, no script. Whatever goes wrong, what was written stands in the form again."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from guardian.cases.intake import MOST_FILES
from guardian.cases.questions import ALL_CHAIRS, CHOICES, CONTACT_IS_SAFE, QUESTIONS
from guardian.cases.values import Door, Hears
from guardian.desk.intake import Received, Submission, hearers_chosen, hearers_to_choose, people_to_name, receive
from guardian.errors import Refused, Stale
from guardian.ids import MemberId, new_secret
from guardian.web.floods import Floods, Pool, come_back, network_of
from guardian.web.forms import Form, most_together
from guardian.web.sign_in import SignedIn, SignIn
from guardian.web.site import Fault, Site
from guardian.web.words import in_days

FILES_AT_FAULT: Final = frozenset({"too_many", "too_large", "no_files"})
_SHORTEST_DELIVERY: Final = 26


class ReportPages:
    """Writing a report, and the page with its receipt."""

    def __init__(self, site: Site, sign_in: SignIn, floods: Floods) -> None:
        self._site = site
        self._sign_in = sign_in
        self._floods = floods

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
        if form.too_much and not _about_minors(form):
            return await self._again(request, form, delivery, Fault("files", too_much(self._site)))
        offer = next((each for each in self._sign_in.offers(request) if each.space == form.one("as_account")), None)
        signed_in = self._sign_in.who(request) if offer is not None and offer.handle else None
        if offer is not None and signed_in is None:
            return await self._again(request, form, delivery, Fault("as_account", _not_signed_in(offer.label)))
        submission = await self._submission(form, delivery, signed_in)
        pool, sender = _counted_as(request, submission, signed_in)
        wait = self._floods.admit(pool, sender, submission.delivery or delivery)
        if wait is not None:
            fault = Fault(
                "", come_back(wait, danger=submission.danger, may_sign_in=bool(self._sign_in.offers(request)))
            )
            return await self._again(request, form, delivery, fault, wait)
        try:
            received = await receive(self._site.desk, submission)
        except (Refused, Stale) as error:
            self._floods.give_back(pool, sender, submission.delivery or delivery)
            return await self._again(request, form, delivery, _at_fault(error))
        except Exception:
            self._floods.give_back(pool, sender, submission.delivery or delivery)
            raise
        return self._thanks(received, submission, form)

    async def _submission(self, form: Form, delivery: str, signed_in: SignedIn | None) -> Submission:
        known = {member for member, _ in await people_to_name(self._site.desk)}
        concerned = tuple(MemberId(member) for member in form.all("names_members") if member in known)
        first = await hearers_chosen(self._site.desk, form.all("hears_first"))
        return _submission(form, delivery, concerned, first, signed_in)

    def _thanks(self, received: Received, submission: Submission, form: Form) -> Response:
        return self._site.page(
            "report_received.html",
            status=201,
            received=received,
            danger=submission.danger,
            minors=submission.minors,
            files_left=submission.minors and bool(form.files),
            unsafe=submission.answers.get(CONTACT_IS_SAFE) == "no",
        )

    async def _again(
        self, request: Request, form: Form, delivery: str, fault: Fault, wait: timedelta | None = None
    ) -> Response:
        status = 422 if wait is None else 429
        response = await self._form(request, form, delivery, status=status, fault=fault, files_again=bool(form.files))
        if wait is not None:
            response.headers["retry-after"] = str(int(wait.total_seconds()) + 1)
        return response

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
            hearers=await hearers_to_choose(desk),
            all_chairs=ALL_CHAIRS,
            heard_first_for=in_days(desk.policy.reports.heard_first_for),
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


def _submission(
    form: Form,
    delivery: str,
    concerned: tuple[MemberId, ...],
    first: tuple[Hears, tuple[MemberId, ...]],
    signed_in: SignedIn | None,
) -> Submission:
    minors = _about_minors(form)
    hears, hears_first = first
    return Submission(
        door=Door.PAGE,
        what_happened=form.one("what_happened"),
        who=form.one("who"),
        danger=form.one("danger") == "yes",
        names_members=concerned,
        answers=answers_in(form),
        evidence=() if minors else form.evidence(),
        delivery=_digest(form, delivery),
        reporter=signed_in.proven.account if signed_in else None,
        reporter_handle=signed_in.proven.handle if signed_in else "",
        minors=minors,
        hears=hears,
        hears_first=hears_first,
    )


def _about_minors(form: Form) -> bool:
    return form.one("minors") == "yes"


def answers_in(form: Form) -> dict[str, str]:
    """What was answered, by the names of the questions; a choice that there is not is no answer."""
    given = {name: form.one(name) for name in QUESTIONS if form.one(name)}
    return {name: said for name, said in given.items() if said in CHOICES.get(name, (said,))}


def _counted_as(request: Request, submission: Submission, signed_in: SignedIn | None) -> tuple[Pool, str]:
    """With what the report is counted, and as whose."""
    if signed_in is not None:
        account = signed_in.proven.account
        return Pool.SIGNED_IN, f"{account.space}\n{account.native_id}"
    return (Pool.DANGER if submission.danger else Pool.REPORT), network_of(request)


def _at_fault(error: Refused | Stale) -> Fault:
    """Which field of the form is to be mended."""
    if isinstance(error, Stale):
        return Fault("", error.sentence)
    return Fault("files" if error.code in FILES_AT_FAULT else "what_happened", error.sentence)


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
