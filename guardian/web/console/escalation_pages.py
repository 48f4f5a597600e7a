"""What passes between the groups: moderators escalate and follow it; the group accepts, refers back, or turns to the Board.

Policy: P-8.1 to P-8.4. Read `EscalationPages` first.
"""

from collections.abc import Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from guardian.cases.handoffs import Urgency
from guardian.errors import Refused
from guardian.ids import Reference, SpaceName, new_id
from guardian.people.permissions import UseCase, may_perform
from guardian.services.cases.overview import list_open_case_names
from guardian.services.escalation.board_referral import refer_matter_to_board
from guardian.services.escalation.cross_space import accept_pattern, list_escalations_and_patterns
from guardian.services.escalation.escalations import (
    AccountSubject,
    ContentSubject,
    EscalationInput,
    MatterSubject,
    Subject,
    accept_escalation,
    escalate,
)
from guardian.services.escalation.local_matters import list_matters
from guardian.services.escalation.referrals import refer
from guardian.web.console.console import NOTHING_TYPED, Console, FormEntry, Visit
from guardian.web.console.inputs import choice_of
from guardian.web.console.navigation import require_seat
from guardian.web.forms import Form

ESCALATIONS: Final = "/console/escalations"
PASSING_ON: Final = "/console/passing-on"


class EscalationPages:
    """Show what was passed on and take what is passed on now."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._app = console.site.app

    def routes(self) -> Sequence[Route]:
        """Return the addresses of these pages."""
        get, post = self._console.get, self._console.post
        return [
            get(ESCALATIONS, self._list),
            post(ESCALATIONS + "/board", self._moderators_to_board),
            get(ESCALATIONS + "/new", self._form),
            post(ESCALATIONS + "/new", self._escalate),
            post(ESCALATIONS + "/patterns/{reference}", self._accept_pattern),
            get(PASSING_ON, self._group),
            post(PASSING_ON + "/accept", self._accept),
            post(PASSING_ON + "/refer", self._refer),
            post(PASSING_ON + "/board", self._group_to_board),
        ]

    async def _list(self, _: Request, visit: Visit, entry: FormEntry = NOTHING_TYPED) -> Response:
        seen = await list_escalations_and_patterns(self._app, visit.by)
        now = self._app.clock.now()
        return self._console.render(
            visit,
            "escalations.html",
            entry=entry,
            escalations=seen.escalations,
            patterns=seen.patterns,
            may_escalate=may_perform(visit.member, UseCase.ESCALATE, now),
            may_refer=may_perform(visit.member, UseCase.REFER_TO_BOARD, now),
        )

    async def _form(self, request: Request, visit: Visit, entry: FormEntry = NOTHING_TYPED) -> Response:
        require_seat(visit.member, UseCase.ESCALATE, self._app.clock.now())
        return self._console.render(
            visit,
            "escalate.html",
            entry=entry,
            matters=await list_matters(self._app, visit.by),
            matter=request.query_params.get("matter", ""),
            spaces=self._app.spaces.names,
            urgencies=tuple(Urgency),
            delivery=new_id(),
        )

    async def _escalate(self, request: Request, visit: Visit, form: Form) -> Response:
        async def send() -> str:
            given = EscalationInput(
                subject=_subject_of(form),
                urgency=choice_of(Urgency, form, "urgency"),
                done_locally=form.one("done"),
                words=form.one("words"),
                csam=form.one("minors") == "yes",
            )
            # The same form sent twice is one escalation.
            delivery = f"{visit.session}:{form.one('delivery')}"
            return (await escalate(self._app, visit.by, given, delivery)).text

        return await self._console.attempt(
            visit,
            form,
            send,
            to=ESCALATIONS,
            again=lambda entry: self._form(request, visit, entry),
            at="urgency" if not form.one("urgency") else "what",
        )

    async def _accept_pattern(self, request: Request, visit: Visit, form: Form) -> Response:
        async def accept() -> str:
            return (await accept_pattern(self._app, visit.by, Reference(request.path_params["reference"]))).text

        to = form.one("back") if form.one("back") == PASSING_ON else ESCALATIONS
        again = self._group if to == PASSING_ON else self._list
        return await self._console.attempt(visit, form, accept, to=to, again=lambda entry: again(request, visit, entry))

    async def _moderators_to_board(self, request: Request, visit: Visit, form: Form) -> Response:
        return await self._console.attempt(
            visit,
            form,
            lambda: refer_matter_to_board(self._app, visit.by, form.one("which"), form.one("position")),
            to=ESCALATIONS,
            again=lambda entry: self._list(request, visit, entry),
            at="position",
        )

    async def _group(self, _: Request, visit: Visit, entry: FormEntry = NOTHING_TYPED) -> Response:
        now = self._app.clock.now()
        require_seat(visit.member, UseCase.REFER, now)
        takes_patterns = may_perform(visit.member, UseCase.ACCEPT_CROSS_SPACE_PATTERN, now)
        seen = await list_escalations_and_patterns(self._app, visit.by) if takes_patterns else None
        return self._console.render(
            visit,
            "passing_on.html",
            entry=entry,
            cases=await list_open_case_names(self._app, visit.by),
            patterns=seen.patterns if seen else (),
            takes_patterns=takes_patterns,
            spaces=self._app.spaces.names,
            may_refer=may_perform(visit.member, UseCase.REFER_TO_BOARD, now),
        )

    async def _accept(self, request: Request, visit: Visit, form: Form) -> Response:
        return await self._console.attempt(
            visit,
            form,
            lambda: accept_escalation(self._app, visit.by, form.one("accepted")),
            to=PASSING_ON,
            again=lambda entry: self._group(request, visit, entry),
            at="accepted",
        )

    async def _refer(self, request: Request, visit: Visit, form: Form) -> Response:
        return await self._console.attempt(
            visit,
            form,
            lambda: refer(
                self._app,
                visit.by,
                form.one("referred"),
                SpaceName(form.one("space")),
                form.one("person") or None,
            ),
            to=PASSING_ON,
            again=lambda entry: self._group(request, visit, entry),
            at="referred",
        )

    async def _group_to_board(self, request: Request, visit: Visit, form: Form) -> Response:
        return await self._console.attempt(
            visit,
            form,
            lambda: refer_matter_to_board(self._app, visit.by, form.one("which"), form.one("position")),
            to=PASSING_ON,
            again=lambda entry: self._group(request, visit, entry),
            at="position",
        )


def _subject_of(form: Form) -> Subject:
    """What is passed on: a matter, else an account by its name in a space, else content by its link."""
    matter, what, space = form.one("matter"), form.one("what"), form.one("space")
    if matter:
        return MatterSubject(matter)
    if not what:
        raise Refused("no_subject", "Say what you pass on: a matter of yours, a link, or whom.", "P-8.2")
    if form.one("kind") == "account":
        if not space:
            raise Refused("no_space", "Say in which space they are called so.", "P-8.2")
        return AccountSubject(SpaceName(space), what)
    return ContentSubject(SpaceName(space) if space else None, what)
