"""The report page: no account needed, and no script. Whatever goes wrong, what was written stands in the form again.

Once it is sent, neither the words nor the receipt are found by going back or loading again: the receipt is shown once.

Read `ReportPages` first.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from guardian.cases.report_questions import (
    ALL_CHAIRS,
    CHOICES,
    CONTACT_IS_SAFE,
    OUTSIDE_ANSWERED,
    OUTSIDE_GROUND,
    QUESTIONS,
)
from guardian.cases.reports import Audience, ReportChannel
from guardian.cases.submissions import MAX_FILES
from guardian.errors import Refused, Stale
from guardian.ids import MemberId, new_secret
from guardian.services.reports.intake import (
    Submission,
    chosen_audience,
    list_audience_candidates,
    list_nameable_members,
    receive,
)
from guardian.web.arrived_reports import ArrivedReport, ArrivedReports
from guardian.web.forms import Form, max_total_size
from guardian.web.help import shown_help, word_length
from guardian.web.member_tokens import MemberTokens
from guardian.web.party_text import PartyText
from guardian.web.rate_limit import Bucket, RateLimiter, network_of, retry_later_text
from guardian.web.rendering import Fault, Site
from guardian.web.sign_in import SignedIn, SignIn

FILES_AT_FAULT: Final = frozenset({"too_many", "too_large", "no_files"})
_FIELDS: Final = {
    **dict.fromkeys(FILES_AT_FAULT, "files"),
    "appeal_day": OUTSIDE_ANSWERED,
    "appeal_late": OUTSIDE_GROUND,
}
_SHORTEST_DELIVERY: Final = 26
_NAMED: Final = "names_members"
_HEARERS: Final = "hears_first"


class ReportPages:
    """Take a report, and show the page with its receipt."""

    def __init__(self, site: Site, sign_in: SignIn, rate_limiter: RateLimiter) -> None:
        self._site = site
        self._sign_in = sign_in
        self._rate_limiter = rate_limiter
        self._tokens = MemberTokens(site.app.page_key)
        self._arrived = ArrivedReports(site.app.system_time)

    def routes(self) -> Sequence[Route]:
        """Return the addresses of these pages."""
        return [
            self._site.get("/report", self._show),
            self._site.post("/report", self._submit),
            self._site.post("/report/language", self._switch_language),
            self._site.get("/report/received/{key}", self._show_receipt),
        ]

    async def _show(self, request: Request) -> Response:
        return await self._render_form(request, Form(), new_secret())

    async def _switch_language(self, request: Request, form: Form) -> Response:
        language, delivery = self._site.switch_language(request, form), _delivery_of(form)
        form, strange = self._read_members(form, delivery)
        fault = Fault(strange, self._site.text_of(request)("report.tick_again")) if strange else None
        response = await self._render_form(request, form, delivery, fault=fault, files_again=bool(form.files))
        return self._site.carry_language(response, language)

    async def _submit(self, request: Request, form: Form) -> Response:
        delivery = _delivery_of(form)
        form, strange = self._read_members(form, delivery)
        say = self._site.text_of(request)
        if strange:
            return await self._show_again(request, form, delivery, Fault(strange, say("report.tick_again")))
        if form.is_too_large and not _is_about_csam(form):
            return await self._show_again(request, form, delivery, Fault("files", too_large_text(self._site, say)))
        offer = next((each for each in self._sign_in.offers(request) if each.space == form.one("as_account")), None)
        signed_in = self._sign_in.current(request) if offer is not None and offer.handle else None
        if offer is not None and signed_in is None:
            fault = Fault("as_account", say("report.not_signed_in", label=offer.label))
            return await self._show_again(request, form, delivery, fault)
        submission = replace(await self._submission(form, delivery, signed_in), locale=say.language)
        bucket, sender = _rate_limit_key(request, submission, signed_in)
        wait = self._rate_limiter.admit(bucket, sender, submission.delivery or delivery, delivery)
        if wait is not None:
            may_sign_in = bool(self._sign_in.offers(request))
            fault = Fault("", retry_later_text(say, wait, danger=submission.danger, may_sign_in=may_sign_in))
            return await self._show_again(request, form, delivery, fault, wait)
        try:
            received = await receive(self._site.app, submission)
        except (Refused, Stale) as error:
            self._rate_limiter.release(bucket, submission.delivery or delivery)
            return await self._show_again(request, form, delivery, self._fault_of(request, error))
        except Exception:
            self._rate_limiter.release(bucket, submission.delivery or delivery)
            raise
        arrived = ArrivedReport(
            received=received,
            danger=submission.danger,
            minors=submission.csam,
            files_left=submission.csam and bool(form.files),
            unsafe=submission.answers.get(CONTACT_IS_SAFE) == "no",
        )
        return RedirectResponse(f"/report/received/{self._arrived.keep(arrived)}", 303)

    def _fault_of(self, request: Request, error: Refused | Stale) -> Fault:
        """Which field of the form is to be mended."""
        sentence = self._site.word_refusal(request, error)
        if isinstance(error, Stale):
            return Fault("", sentence)
        return Fault(_FIELDS.get(error.code, "what_happened"), sentence)

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

    async def _show_receipt(self, request: Request) -> Response:
        """Show what was made, once: 201 the first time; afterwards a page that says so."""
        arrived = self._arrived.take(request.path_params["key"])
        if arrived is None:
            return self._site.render_party_page(request, "receipt_gone.html", status=410, switches_language=False)
        return self._site.render_party_page(
            request,
            "report_received.html",
            status=201,
            arrived=arrived,
            shown_help=shown_help(self._site.app.policy.help, self._site.language_of(request)),
            switches_language=False,
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

        say = self._site.text_of(request)
        return self._site.render_party_page(
            request,
            "report.html",
            language_form="report",
            language_action="/report/language",
            switches_language=True,
            token_of=token_of,
            status=status,
            fault=fault,
            form=form,
            delivery=delivery,
            people=await list_nameable_members(app),
            hearers=await list_audience_candidates(app),
            all_chairs=ALL_CHAIRS,
            heard_first_for=word_length(say.language, app.policy.reports.heard_first_for),
            appeal_within=word_length(say.language, app.policy.routing.program_appeal_within),
            offers=self._sign_in.offers(request),
            files_again=files_again,
            most_files=MAX_FILES,
            largest_file=app.largest_file // 1_000_000,
            together=max_total_size(app.largest_file) // 1_000_000,
        )


def too_large_text(site: Site, say: PartyText) -> str:
    """Return what is said when the files together are more than is taken at once."""
    return say("report.too_large", most=max_total_size(site.app.largest_file) // 1_000_000)


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
