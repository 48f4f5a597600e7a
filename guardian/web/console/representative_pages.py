"""Local representatives: chairs name them, and they pass on, follow how far it has come, and say what they did by hand.

A representative's page shows status and tasks, nothing else. Policy: P-1.1, P-1.3, P-8.1. Read `RepresentativePages` first.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from guardian.cases.handoffs import Urgency
from guardian.errors import Refused
from guardian.ids import ManualTaskId, MemberId, new_id
from guardian.services.escalation.representatives import (
    OutsideEscalationInput,
    pass_on_as_representative,
    read_representative_page,
)
from guardian.services.manual_spaces.own_tasks import answer_own_task, list_own_tasks
from guardian.services.membership.representatives import (
    RepresentativeInput,
    end_representative,
    list_representatives,
    name_representative,
)
from guardian.web.console.console import NOTHING_TYPED, Console, FormEntry, Visit
from guardian.web.console.inputs import choice_of, day_of, names_of
from guardian.web.forms import Form
from rules.escalation import OutsideGround

REPRESENTATIVES: Final = "/console/representatives"
REPRESENTATIVE: Final = "/console/representative"
_FIELDS: Final = {"no_contact": "name", "twice": "name", "holds_it": "address", "until": "until"}
_ESCALATION_FIELDS: Final = {"": "words", "urgency": "urgency", "ground": "ground"}

Show = Callable[..., Awaitable[Response]]


class RepresentativePages:
    """Show who represents which event or program, and to a representative what is theirs."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._app = console.site.app

    def routes(self) -> Sequence[Route]:
        """Return the addresses of these pages."""
        get, post = self._console.get, self._console.post
        return [
            get(REPRESENTATIVES, self._list),
            post(REPRESENTATIVES, self._name),
            post(REPRESENTATIVES + "/end", self._end),
            get(REPRESENTATIVE, self._own),
            post(REPRESENTATIVE, self._pass_on),
            post(REPRESENTATIVE + "/task", self._answer_task),
        ]

    async def _list(self, _: Request, visit: Visit, entry: FormEntry = NOTHING_TYPED) -> Response:
        seen = await list_representatives(self._app, visit.by)
        return self._console.render(visit, "representatives.html", entry=entry, seen=seen)

    async def _name(self, request: Request, visit: Visit, form: Form) -> Response:
        async def name() -> str:
            until = day_of(form, "until")
            if until is None:
                raise Refused("until", "Give the day on which it ends.", "P-1.1")
            given = RepresentativeInput(
                name=form.one("name"),
                address=form.one("address"),
                body=form.one("body"),
                until=until,
                aliases=names_of(form, "aliases"),
            )
            return f"{await name_representative(self._app, visit.by, given)} is seated until then, and told."

        return await self._console.attempt(
            visit,
            form,
            name,
            to=REPRESENTATIVES,
            again=lambda entry: self._list(request, visit, entry),
            at={"": "name", **_FIELDS},
        )

    async def _end(self, request: Request, visit: Visit, form: Form) -> Response:
        async def end() -> str:
            name = await end_representative(self._app, visit.by, MemberId(form.one("member")))
            return f"{name} represents nothing here any more; what it opened is closed."

        return await self._console.attempt(
            visit, form, end, to=REPRESENTATIVES, again=lambda entry: self._list(request, visit, entry)
        )

    async def _own(self, _: Request, visit: Visit, entry: FormEntry = NOTHING_TYPED) -> Response:
        return self._console.render(
            visit,
            "representative.html",
            entry=entry,
            page=await read_representative_page(self._app, visit.by),
            tasks=await list_own_tasks(self._app, visit.by),
            grounds=(OutsideGround.EVENT_TEAM, OutsideGround.PROGRAM_COMMITTEE, OutsideGround.PROGRAM_SILENT),
            urgencies=tuple(Urgency),
            delivery=new_id(),
        )

    async def _pass_on(self, request: Request, visit: Visit, form: Form) -> Response:
        async def send() -> str:
            given = OutsideEscalationInput(
                body=form.one("body"),
                ground=choice_of(OutsideGround, form, "ground"),
                urgency=choice_of(Urgency, form, "urgency"),
                words=form.one("words"),
                who=form.one("who"),
                done_there=form.one("done"),
            )
            # The same form sent twice is one escalation.
            delivery = f"{visit.session}:{form.one('delivery')}"
            reference = await pass_on_as_representative(self._app, visit.by, given, delivery)
            return (
                f"Passed on to the working group. Reference: {reference}. Somebody there accepts it by name; you are told "
                "when they do and when it is closed, and nothing of what they find."
            )

        return await self._console.attempt(
            visit,
            form,
            send,
            to=REPRESENTATIVE,
            again=lambda entry: self._own(request, visit, entry),
            at=_ESCALATION_FIELDS,
        )

    async def _answer_task(self, request: Request, visit: Visit, form: Form) -> Response:
        async def answer() -> None:
            task, is_done = ManualTaskId(form.one("task")), form.one("answer") == "done"
            await answer_own_task(self._app, visit.by, task, is_done=is_done)

        return await self._console.attempt(
            visit,
            form,
            answer,
            to=REPRESENTATIVE,
            again=lambda entry: self._own(request, visit, entry),
            said="Noted.",
        )
