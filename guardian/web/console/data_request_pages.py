"""What those concerned ask about what is kept of them: what waits for the member, one request, its draft, its second.

Policy: P-2.6, P-6.2. Read `DataRequestPages` first.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from guardian.services.data_requests.answers import (
    AnswerInput,
    confirm_answer,
    draft_answer,
    list_requests,
    read_request,
    step_back,
)
from guardian.web.console.console import NOTHING_TYPED, Console, FormEntry, Visit
from guardian.web.console.inputs import choice_of, day_of
from guardian.web.forms import Form
from rules.data_requests import DataOutcome, DataRefusal, ObjectionEffect, Withholding

DATA: Final = "/console/data-requests"
_FIELDS: Final = {
    "outcome": "outcome",
    "refusal": "refusal",
    "no_ground": "refusal",
    "shows_who_spoke": "words",
    "effect": "effect",
    "not_flagged": "effect",
    "no_summary": "effect",
    "keep_until": "keep-until",
    "keep-until": "keep-until",
}


class DataRequestPages:
    """Show the requests that wait for the member, and take answers, second readings and conflicts."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._app = console.site.app

    def routes(self) -> Sequence[Route]:
        """Return the addresses of these pages."""
        get, post = self._console.get, self._console.post
        return [
            get(DATA, self._list),
            get(DATA + "/{request}", self._show),
            post(DATA + "/{request}/draft", self._draft),
            post(DATA + "/{request}/send", self._send),
            post(DATA + "/{request}/step-back", self._step_back),
        ]

    async def _list(self, _: Request, visit: Visit, entry: FormEntry = NOTHING_TYPED) -> Response:
        requests = await list_requests(self._app, visit.by)
        return self._console.render(visit, "data_requests.html", entry=entry, requests=requests)

    async def _show(self, request: Request, visit: Visit, entry: FormEntry = NOTHING_TYPED) -> Response:
        found = await read_request(self._app, visit.by, request.path_params["request"])
        return self._console.render(
            visit,
            "data_request.html",
            entry=entry,
            found=found,
            outcomes=tuple(DataOutcome),
            refusals=tuple(DataRefusal),
            grounds=tuple(Withholding),
        )

    async def _draft(self, request: Request, visit: Visit, form: Form) -> Response:
        async def draft() -> None:
            await draft_answer(self._app, visit.by, request.path_params["request"], _answer(form))

        said = "Kept. Somebody else reads it now; then it is sent."
        return await self._attempt(request, visit, form, draft, said)

    async def _send(self, request: Request, visit: Visit, form: Form) -> Response:
        async def send() -> None:
            await confirm_answer(self._app, visit.by, request.path_params["request"])

        return await self._attempt(request, visit, form, send, "Sent: it stands on their page.")

    async def _step_back(self, request: Request, visit: Visit, form: Form) -> Response:
        async def leave() -> None:
            await step_back(self._app, visit.by, request.path_params["request"])

        return await self._attempt(request, visit, form, leave, "Noted. Others are asked.")

    async def _attempt(
        self, request: Request, visit: Visit, form: Form, act: Callable[[], Awaitable[None]], said: str
    ) -> Response:
        return await self._console.attempt(
            visit,
            form,
            act,
            to=DATA,
            again=lambda entry: self._show(request, visit, entry),
            at={"": "words", **_FIELDS},
            said=said,
        )


def _answer(form: Form) -> AnswerInput:
    """The draft, with what is given of each part whose box was on the page, and on which ground the others are left out."""
    keys = form.all("part")
    return AnswerInput(
        outcome=choice_of(DataOutcome, form, "outcome"),
        words=form.one("words"),
        refusal=choice_of(DataRefusal, form, "refusal") if form.one("refusal") else None,
        effect=choice_of(ObjectionEffect, form, "effect") if form.one("effect") else None,
        keep_until=day_of(form, "keep-until"),
        given={key: form.one(f"given-{number}") for number, key in enumerate(keys)},
        grounds={
            key: choice_of(Withholding, form, f"ground-{number}")
            for number, key in enumerate(keys)
            if form.one(f"ground-{number}")
        },
    )
