"""The report page: no account, no script. Whatever goes wrong, what was written stands in the form again.

Read `ReportPages` first.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from guardian.cases.report_questions import ALL_CHAIRS, CHOICES, CONTACT_IS_SAFE, QUESTIONS
from guardian.cases.reports import Audience, ReportChannel
from guardian.cases.submissions import MAX_FILES
from guardian.errors import Refused, Stale
from guardian.ids import MemberId, new_secret
from guardian.services.reports.intake import (
    IntakeResult,
    Submission,
    chosen_audience,
    list_audience_candidates,
    list_nameable_members,
    receive,
)
from guardian.web.forms import Form, max_total_size
from guardian.web.labels import format_days
from guardian.web.member_tokens import MemberTokens
from guardian.web.rate_limit import Bucket, RateLimiter, network_of, retry_later_text
from guardian.web.rendering import Fault, Site
from guardian.web.sign_in import SignedIn, SignIn

FILES_AT_FAULT: Final = frozenset({"too_many", "too_large", "no_files"})
_SHORTEST_DELIVERY: Final = 26
_NAMED: Final = "names_members"
_HEARERS: Final = "hears_first"
_TICK_AGAIN: Final = (
    "This page stood open for too long, so your ticks here could not be read any more. Nothing was sent. Please tick again "
    "whom it concerns and who shall hear of it first, and send it; your words are still here."
)


class ReportPages:
    """Take a report, and show the page with its receipt."""

    def __init__(self, site: Site, sign_in: SignIn, rate_limiter: RateLimiter) -> None:
        self._site = site
        self._sign_in = sign_in
        self._rate_limiter = rate_limiter
        self._tokens = MemberTokens(site.app.page_key)

    def routes(self) -> Sequence[Route]:
        """Return the addresses of these pages."""
        return [self._site.get("/report", self._show), self._site.post("/report", self._submit)]

    async def _show(self, request: Request) -> Response:
        # A browser that goes back to this page must find what was typed, so it alone may be kept for a while.
        response = await self._render_form(request, Form(), new_secret())
        response.headers["cache-control"] = "private, no-cache"
        return response

    async def _submit(self, request: Request, form: Form) -> Response:
        delivery = _delivery_of(form)
        form, strange = self._read_members(form, delivery)
        if strange:
            return await self._show_again(request, form, delivery, Fault(strange, _TICK_AGAIN))
        if form.is_too_large and not _is_about_csam(form):
            return await self._show_again(request, form, delivery, Fault("files", too_large_text(self._site)))
        offer = next((each for each in self._sign_in.offers(request) if each.space == form.one("as_account")), None)
        signed_in = self._sign_in.current(request) if offer is not None and offer.handle else None
        if offer is not None and signed_in is None:
            return await self._show_again(
                request, form, delivery, Fault("as_account", _not_signed_in_text(offer.label))
            )
        submission = await self._submission(form, delivery, signed_in)
        bucket, sender = _rate_limit_key(request, submission, signed_in)
        wait = self._rate_limiter.admit(bucket, sender, submission.delivery or delivery, delivery)
        if wait is not None:
            fault = Fault(
                "", retry_later_text(wait, danger=submission.danger, may_sign_in=bool(self._sign_in.offers(request)))
            )
            return await self._show_again(request, form, delivery, fault, wait)
        try:
            received = await receive(self._site.app, submission)
        except (Refused, Stale) as error:
            self._rate_limiter.release(bucket, submission.delivery or delivery)
            return await self._show_again(request, form, delivery, _fault_of(error))
        except Exception:
            self._rate_limiter.release(bucket, submission.delivery or delivery)
            raise
        return self._show_receipt(received, submission, form)

    def _read_members(self, form: Form, delivery: str) -> tuple[Form, str]:
        """Return the form with our ids in place of its tokens, and the field in which one is none of this form.

        What cannot be read is never left out: somebody whom the reporter ticked would see the report.
        """
        fields, strange = dict(form.fields), ""
        for field in (_NAMED, _HEARERS):
            found = [each if each == ALL_CHAIRS else self._tokens.read(delivery, each) for each in form.all(field)]
            strange = strange or (field if None in found else "")
            known = tuple(each for each in found if each is not None)
            fields = {name: texts for name, texts in fields.items() if name != field} | (
                {field: known} if known else {}
            )
        return replace(form, fields=fields), strange

    async def _submission(self, form: Form, delivery: str, signed_in: SignedIn | None) -> Submission:
        known = {member for member, _ in await list_nameable_members(self._site.app)}
        named_members = tuple(MemberId(member) for member in form.all(_NAMED) if member in known)
        audience = await chosen_audience(self._site.app, form.all(_HEARERS))
        return _submission(form, delivery, named_members, audience, signed_in)

    def _show_receipt(self, received: IntakeResult, submission: Submission, form: Form) -> Response:
        return self._site.render_page(
            "report_received.html",
            status=201,
            received=received,
            danger=submission.danger,
            minors=submission.csam,
            files_left=submission.csam and bool(form.files),
            unsafe=submission.answers.get(CONTACT_IS_SAFE) == "no",
        )

    async def _show_again(
        self, request: Request, form: Form, delivery: str, fault: Fault, wait: timedelta | None = None
    ) -> Response:
        status = 422 if wait is None else 429
        response = await self._render_form(
            request, form, delivery, status=status, fault=fault, files_again=bool(form.files)
        )
        if wait is not None:
            response.headers["retry-after"] = str(int(wait.total_seconds()) + 1)
        return response

    async def _render_form(
        self,
        request: Request,
        form: Form,
        delivery: str,
        *,
        status: int = 200,
        fault: Fault | None = None,
        files_again: bool = False,
    ) -> Response:
        app = self._site.app

        def token_of(member: str) -> str:
            return self._tokens.issue(delivery, member)

        return self._site.render_page(
            "report.html",
            token_of=token_of,
            status=status,
            fault=fault,
            form=form,
            delivery=delivery,
            people=await list_nameable_members(app),
            hearers=await list_audience_candidates(app),
            all_chairs=ALL_CHAIRS,
            heard_first_for=format_days(app.policy.reports.heard_first_for),
            offers=self._sign_in.offers(request),
            files_again=files_again,
            most_files=MAX_FILES,
            largest_file=app.largest_file // 1_000_000,
            together=max_total_size(app.largest_file) // 1_000_000,
        )


def too_large_text(site: Site) -> str:
    """Return what is said when the files together are more than is taken at once."""
    most = max_total_size(site.app.largest_file) // 1_000_000
    return (
        f"Together these files are larger than {most} MB, which is too much at once. "
        "Your words are still here. Choose fewer files now; you can add the others afterwards."
    )


def _not_signed_in_text(label: str) -> str:
    return (
        f"You have not signed in with {label}, or half an hour has passed since. Sign in at the link below, which opens "
        "beside this page, and then send this again; or choose to report without an account."
    )


def _submission(
    form: Form,
    delivery: str,
    concerned: tuple[MemberId, ...],
    first: tuple[Audience, tuple[MemberId, ...]],
    signed_in: SignedIn | None,
) -> Submission:
    is_csam = _is_about_csam(form)
    audience, audience_members = first
    return Submission(
        channel=ReportChannel.PAGE,
        what_happened=form.one("what_happened"),
        who=form.one("who"),
        danger=form.one("danger") == "yes",
        named_members=concerned,
        answers=read_answers(form),
        evidence=() if is_csam else form.evidence(),
        delivery=_delivery_digest(form, delivery),
        reporter=signed_in.result.account if signed_in else None,
        reporter_handle=signed_in.result.handle if signed_in else "",
        csam=is_csam,
        audience=audience,
        audience_members=audience_members,
    )


def _is_about_csam(form: Form) -> bool:
    return form.one("minors") == "yes"


def read_answers(form: Form) -> dict[str, str]:
    """Read what was answered, by the names of the questions; a choice that there is not is no answer."""
    given = {name: form.one(name) for name in QUESTIONS if form.one(name)}
    return {name: answer for name, answer in given.items() if answer in CHOICES.get(name, (answer,))}


def _rate_limit_key(request: Request, submission: Submission, signed_in: SignedIn | None) -> tuple[Bucket, str]:
    """With what the report is counted, and as whose."""
    if signed_in is not None:
        account = signed_in.result.account
        return Bucket.SIGNED_IN, f"{account.space}\n{account.native_id}"
    return (Bucket.DANGER if submission.danger else Bucket.REPORT), network_of(request)


def _fault_of(error: Refused | Stale) -> Fault:
    """Which field of the form is to be mended."""
    if isinstance(error, Stale):
        return Fault("", error.sentence)
    return Fault("files" if error.code in FILES_AT_FAULT else "what_happened", error.sentence)


def _delivery_of(form: Form) -> str:
    """The id that the form was given, or a new one where it carries none that nobody else could have."""
    given = form.one("delivery")
    return given if len(given) >= _SHORTEST_DELIVERY and given.isascii() else new_secret()


def _delivery_digest(form: Form, delivery: str) -> str:
    """The same form with the same words is the same report; going back and changing something makes it another."""
    digest = hashlib.sha256(delivery.encode())
    for name, texts in sorted(form.fields.items()):
        digest.update(repr((name, texts)).encode())
    for each in form.files:
        digest.update(repr((each.name, hashlib.sha256(each.content).hexdigest())).encode())
    return digest.hexdigest()
