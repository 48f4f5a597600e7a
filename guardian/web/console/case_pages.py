"""The list of cases, and one case on one page: what came in, who is concerned, what has become of it, and every act.

Policy: P-2.7, P-4.2, P-9.8. Read `CasePages` first.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from guardian.cases.case import CASE_MACHINE, CaseEvent, CaseKind
from guardian.cases.conditions import CONDITION_MACHINE
from guardian.cases.talks import TALK_MACHINE
from guardian.errors import NotFound, Refused
from guardian.ids import DraftId, EvidenceId, SpaceName, new_id
from guardian.people.permissions import NOT_YOURS, UseCase
from guardian.services.cases.case_list import list_case_page
from guardian.services.cases.choices import CaseChoices, read_choices
from guardian.services.cases.marks import list_marks
from guardian.services.cases.overview import case_overview
from guardian.services.cases.person_history import read_histories
from guardian.services.conflicts.conflict_claims import open_claims
from guardian.services.decisions.enactment import preview_enactment
from guardian.services.decisions.leak_checks import CheckedText, check_texts
from guardian.services.identity.account_lookup import look_up_account
from guardian.services.identity.link_suggestions import list_suggestions
from guardian.services.motions.motions import read_motion
from guardian.services.notes.determination import Determination, read_determination, words_for_proposal
from guardian.services.notes.thread import list_thread
from guardian.services.reading_room.case_file import read_case, read_evidence
from guardian.services.reading_room.proceedings import read_proceedings
from guardian.services.retention.holds import RetentionPage, read_retention
from guardian.services.sanctions.coverage_preview import PersonCoverage, preview_case_coverage
from guardian.web.console.case_assignment_forms import ASSIGNMENT_FORMS
from guardian.web.console.case_condition_forms import CONDITION_FORMS
from guardian.web.console.case_conflict_forms import CONFLICT_FORMS, CONFLICT_REASONS, REPORT_FORMS
from guardian.web.console.case_forms import CaseForm, SentForm
from guardian.web.console.case_mark_forms import MARK_FORMS, MARKS
from guardian.web.console.case_people_forms import PEOPLE_FORMS
from guardian.web.console.case_procedure_forms import ENACT_FORM, PROCEDURE_FORMS
from guardian.web.console.case_proposal_forms import (
    ANSWERS_TO_A_REQUEST,
    ASKED_ROWS,
    BESIDE_THE_LADDER,
    CONDITION_KINDS,
    MOTION_FORMS,
    PROPOSAL_FIELDS,
    PROPOSAL_FORMS,
    RUNGS,
    read_consequence,
    read_person,
)
from guardian.web.console.case_retention_forms import RETENTION_FORMS, RETENTION_WORDS
from guardian.web.console.case_talk_forms import TALK_FORMS
from guardian.web.console.case_text_forms import TEXT_FORMS
from guardian.web.console.case_thread_forms import THREAD_FORMS, VIOLATIONS
from guardian.web.console.console import NOTHING_TYPED, Console, FormEntry, Visit
from guardian.web.forms import Form
from guardian.web.rendering import Fault
from rules.precedence import Restriction
from rules.procedure import SKIPPABLE, UNSAID, Step
from rules.violation_types import ViolationType

CASES: Final = "/console/cases"
CASE: Final = "/console/cases/{case}"
PICTURE_TYPES: Final[Mapping[bytes, str]] = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}
_ENDINGS: Final = (".png", ".jpg", ".jpeg", ".gif")
_FORMS: Final = (
    *ASSIGNMENT_FORMS,
    *MARK_FORMS,
    *PROPOSAL_FORMS,
    *TEXT_FORMS,
    *PROCEDURE_FORMS,
    *PEOPLE_FORMS,
    *CONFLICT_FORMS,
    *THREAD_FORMS,
    *REPORT_FORMS,
    *RETENTION_FORMS,
    *CONDITION_FORMS,
    *TALK_FORMS,
)
_BEGUN: Final = ("propose-outcome", "propose-days", "propose-person")
_PREVIEWS: Final = ("/propose/preview", "/accounts/look", "/accounts/suggest")

ShowCase = Callable[..., Awaitable[Response]]


class CasePages:
    """Show the cases, one case with its forms, what would hold where, and what is downloaded from it."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._app = console.site.app

    def routes(self) -> Sequence[Route]:
        """Return the addresses of these pages."""
        get, post = self._console.get, self._console.post
        return [
            get(CASES, self._list, needs_proof=False),
            get(CASE, self._show),
            get(CASE + "/evidence/{evidence}", self._download),
            get(CASE + "/evidence/{evidence}/picture", self._picture),
            get(CASE + "/enact", self._show_enactment),
            post(CASE + _PREVIEWS[0], self._preview_proposal),
            post(CASE + _PREVIEWS[1], self._look_up_account),
            post(CASE + _PREVIEWS[2], self._suggest_accounts),
            *(self._form_route(form, self._show) for form in _FORMS),
            self._form_route(ENACT_FORM, self._show_enactment),
            get(CASE + "/motion", self._show_motion),
            *(self._form_route(form, self._show_motion) for form in MOTION_FORMS),
        ]

    def _form_route(self, form: CaseForm, show: ShowCase) -> Route:
        async def take(request: Request, visit: Visit, sent: Form) -> Response:
            ids = request.path_params
            given = self._sent(request, visit, sent)
            return await self._console.attempt(
                visit,
                sent,
                lambda: form.act(given),
                to=CASES if form.leaves else CASE.format(case=quote(ids["case"], safe="")),
                again=lambda entry: show(request, visit, entry),
                at={"": form.field_at(ids), **form.fields_at(ids)},
                said=form.said,
            )

        return self._console.post(CASE + form.path, take)

    def _sent(self, request: Request, visit: Visit, sent: Form) -> SentForm:
        ids = request.path_params
        return SentForm(app=self._app, by=visit.by, session=visit.session, case=ids["case"], form=sent, ids=ids)

    async def _list(self, request: Request, visit: Visit) -> Response:
        after, sought = request.query_params.get("after", ""), request.query_params.get("sought", "")
        page = await list_case_page(self._app, visit.by, after, sought)
        return self._console.render(visit, "cases.html", page=page, sought=sought, after=after)

    async def _show(
        self, request: Request, visit: Visit, entry: FormEntry = NOTHING_TYPED, **looked_up: Any
    ) -> Response:
        """The case with all that the member may do in it; `looked_up` is what a form of it asked to be shown first.

        The address may say what a proposal is to begin with: it fills in the form, and proposes nothing.
        """
        code_name = request.path_params["case"]
        if request.method == "GET":
            entry = FormEntry({name: (request.query_params[name],) for name in _BEGUN if name in request.query_params})
        try:
            file = await read_case(self._app, visit.by, code_name)
        except NotFound:
            return await self._show_motion(request, visit, entry)
        is_local = file.case.kind is CaseKind.LOCAL
        offers = await read_choices(self._app, visit.by, code_name)
        facts: dict[str, Any] = {
            "file": file,
            "path": CASE.format(case=file.case.code_name),
            "became": await read_proceedings(self._app, visit.by, code_name),
            "overview": None if is_local else await case_overview(self._app, visit.by, code_name),
            "offers": offers,
            "violation_types": tuple(ViolationType),
            **await self._thread(visit, code_name, offers),
            "marks": await list_marks(self._app, visit.by, code_name) if UseCase.MARK_CASE in offers.open_to else (),
            "histories": await read_histories(self._app, visit.by, code_name)
            if UseCase.MARK_CASE in offers.open_to
            else (),
            "checked_texts": await self._checked_texts(visit, code_name, offers),
            "claims": await self._claims(visit, code_name, offers),
            "retention": await self._retention(visit, code_name, offers),
            "retention_words": RETENTION_WORDS,
            "people": {person.person: person.code_name for person in file.people},
            "may_be_proposed": CASE_MACHINE.allows(file.case.state, CaseEvent.PROPOSE),
            **self._words(),
            "preview": None,
            "found": None,
            "suggestions": None,
        }
        return self._console.render(visit, "case.html", entry=entry, **{**facts, **looked_up})

    async def _show_motion(self, request: Request, visit: Visit, entry: FormEntry = NOTHING_TYPED) -> Response:
        """What waits for the organisers' motion, with the group's report on it: all that they read of the case."""
        try:
            seen = await read_motion(self._app, visit.by, request.path_params["case"])
        except Refused:
            raise NotFound from None
        path = CASE.format(case=seen.code_name)
        return self._console.render(visit, "case_motion.html", entry=entry, seen=seen, path=path)

    def _words(self) -> dict[str, Any]:
        """What the forms offer that is the same in every case."""
        return {
            "is_picture": _looks_like_picture,
            "spaces": self._app.spaces.names,
            "policy": self._app.policy,
            "rungs": RUNGS,
            "beside_the_ladder": BESIDE_THE_LADDER,
            "answers_to_a_request": ANSWERS_TO_A_REQUEST,
            "condition_kinds": CONDITION_KINDS,
            "condition_words": dict(CONDITION_KINDS),
            "asked_rows": ASKED_ROWS,
            "condition_states": CONDITION_MACHINE.labels,
            "talk_states": TALK_MACHINE.labels,
            "conflict_reasons": CONFLICT_REASONS,
            "mark_kinds": MARKS,
            "skippable": [step for step in Step if step in SKIPPABLE],
            "offers_self_disclosure": self._app.offers_self_disclosure,
            "form_id": new_id(),
            "now": self._app.clock.now(),
        }

    async def _checked_texts(self, visit: Visit, code_name: str, offers: CaseChoices) -> Mapping[DraftId, CheckedText]:
        """The texts to people outside, with what in them may give somebody away."""
        if UseCase.WRITE_DRAFT not in offers.open_to:
            return {}
        return await check_texts(self._app, visit.by, code_name)

    async def _retention(self, visit: Visit, code_name: str, offers: CaseChoices) -> RetentionPage | None:
        """How long the case is kept, as far as this member may know."""
        if UseCase.REVIEW_RETENTION not in offers.open_to:
            return None
        return await read_retention(self._app, visit.by, code_name)

    async def _claims(self, visit: Visit, code_name: str, offers: CaseChoices) -> tuple[object, ...]:
        """The conflicts that wait for this member's word."""
        if UseCase.DECIDE_CONFLICT_CLAIM not in offers.open_to:
            return ()
        return await open_claims(self._app, visit.by, code_name)

    async def _thread(self, visit: Visit, code_name: str, offers: CaseChoices) -> dict[str, Any]:
        """What the group has written in the case, as far as this member reads it."""
        reads = UseCase.READ_THREAD in offers.open_to
        determines = UseCase.DETERMINE in offers.open_to
        known = await read_determination(self._app, visit.by, code_name) if determines else Determination()
        return {
            "thread": await list_thread(self._app, visit.by, code_name) if reads else (),
            "became_known": known,
            "known_words": words_for_proposal(known),
            "violations": dict(VIOLATIONS),
        }

    async def _show_enactment(self, request: Request, visit: Visit, entry: FormEntry = NOTHING_TYPED) -> Response:
        """What enacting would do in every space, what it destroys, and what somebody would then not learn."""
        code_name = request.path_params["case"]
        preview = await preview_enactment(self._app, visit.by, code_name)
        file = await read_case(self._app, visit.by, code_name)
        person = next((each for each in file.people if each.person == preview.decision.person), None)
        return self._console.render(
            visit,
            "case_enact.html",
            entry=entry,
            seen=preview,
            file=file,
            path=CASE.format(case=file.case.code_name),
            person=person,
            unsaid_words=UNSAID,
        )

    async def _preview_proposal(self, request: Request, visit: Visit, form: Form) -> Response:
        """The page again, with what was typed, and with what the proposal would do in every space."""
        sent = self._sent(request, visit, form)
        try:
            wanted = read_consequence(sent, "propose")
        except Refused as refused:
            field = PROPOSAL_FIELDS.get(refused.code, "propose-outcome")
            return await self._show(
                request, visit, FormEntry(form.fields, Fault(field, refused.sentence, refused.rule))
            )
        found: tuple[PersonCoverage, ...] = ()
        if wanted.restriction is not Restriction.NONE:
            found = await preview_case_coverage(self._app, visit.by, sent.case, wanted.restriction)
        person = read_person(sent, "propose")
        about = tuple(each for each in found if person in (None, each.person))
        preview = {"wanted": wanted, "about": about}
        return await self._show(request, visit, FormEntry(form.fields), preview=preview)

    async def _look_up_account(self, request: Request, visit: Visit, form: Form) -> Response:
        """The page again, with the account that the words mean, before it is kept as anybody's."""
        sent = self._sent(request, visit, form)
        try:
            space = SpaceName(sent.text("look-space"))
            found = await look_up_account(self._app, visit.by, sent.case, space, sent.text("look-account"))
        except Refused as refused:
            if refused.code in NOT_YOURS:
                raise
            return await self._show(
                request, visit, FormEntry(form.fields, Fault("look-account", refused.sentence, refused.rule))
            )
        return await self._show(request, visit, FormEntry(form.fields), found=found)

    async def _suggest_accounts(self, request: Request, visit: Visit, _: Form) -> Response:
        """The page again, with where somebody is called like one of the case's people: it links nothing."""
        found = await list_suggestions(self._app, visit.by, request.path_params["case"])
        return await self._show(request, visit, suggestions=found)

    async def _download(self, request: Request, visit: Visit) -> Response:
        name, content = await self._evidence(request, visit)
        headers = {"content-disposition": f"attachment; filename*=UTF-8''{quote(name or 'file', safe='')}"}
        return Response(content, media_type="application/octet-stream", headers=headers)

    async def _picture(self, request: Request, visit: Visit) -> Response:
        """A picture to be shown in the page; anything that is not one by its own bytes is not there."""
        _, content = await self._evidence(request, visit)
        kind = next((kind for start, kind in PICTURE_TYPES.items() if content.startswith(start)), None)
        if kind is None:
            raise NotFound
        sandboxed = {"content-security-policy": "default-src 'none'; sandbox", "content-disposition": "inline"}
        return Response(content, media_type=kind, headers=sandboxed)

    async def _evidence(self, request: Request, visit: Visit) -> tuple[str, bytes]:
        evidence = EvidenceId(request.path_params["evidence"])
        return await read_evidence(self._app, visit.by, request.path_params["case"], evidence)


def _looks_like_picture(file_name: str) -> bool:
    return file_name.lower().endswith(_ENDINGS)
