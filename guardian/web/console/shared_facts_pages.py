"""What is passed on to others about somebody of a case: what was, what waits for a second member, and the form.

Policy: P-2.6, P-8.6. Read `SharedFactsPages` first.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from guardian.services.records.shared_facts import (
    confirm_shared_facts,
    draft_shared_facts,
    list_shared_facts,
    withdraw_shared_facts,
)
from guardian.web.console.console import NOTHING_TYPED, Console, FormEntry, Visit
from guardian.web.console.inputs import choice_of
from guardian.web.forms import Form
from rules.shared_facts import SharedFactsInput, SharedOf, SharingGround

_FIELDS: Final = {
    name: name
    for name in (
        "of",
        "ground",
        "to",
        "what",
        "purpose",
        "legal_advice",
        "told_beforehand",
        "why_one",
        "sources",
        "incidents",
    )
}


class SharedFactsPages:
    """Show what was passed on in a case, and take what is drafted, agreed to and withdrawn."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._app = console.site.app

    def routes(self) -> Sequence[Route]:
        """Return the addresses of these pages."""
        get, post = self._console.get, self._console.post
        page = "/console/cases/{case}/sharing"
        return [
            get(page, self._show),
            post(page, self._draft),
            post(page + "/agree", self._confirm),
            post(page + "/withdraw", self._withdraw),
        ]

    async def _show(self, request: Request, visit: Visit, entry: FormEntry = NOTHING_TYPED) -> Response:
        code_name = request.path_params["case"]
        return self._console.render(
            visit,
            "shared_facts.html",
            entry=entry,
            code_name=code_name,
            lines=await list_shared_facts(self._app, visit.by, code_name),
            kinds=tuple(SharedOf),
            grounds=tuple(SharingGround),
        )

    async def _draft(self, request: Request, visit: Visit, form: Form) -> Response:
        async def draft() -> str:
            return await draft_shared_facts(self._app, visit.by, request.path_params["case"], _words(form))

        return await self._attempt(request, visit, form, draft, "Kept. A second member reads it before anything goes.")

    async def _confirm(self, request: Request, visit: Visit, form: Form) -> Response:
        async def confirm() -> None:
            await confirm_shared_facts(self._app, visit.by, request.path_params["case"], form.one("sharing"))

        return await self._attempt(request, visit, form, confirm, "Read. It may be passed on as it is written.")

    async def _withdraw(self, request: Request, visit: Visit, form: Form) -> Response:
        async def withdraw() -> None:
            await withdraw_shared_facts(self._app, visit.by, request.path_params["case"], form.one("sharing"))

        return await self._attempt(request, visit, form, withdraw, "Withdrawn: it goes to nobody.")

    async def _attempt(
        self, request: Request, visit: Visit, form: Form, act: Callable[[], Awaitable[object]], said: str
    ) -> Response:
        async def perform() -> None:
            await act()

        return await self._console.attempt(
            visit,
            form,
            perform,
            to=f"/console/cases/{request.path_params['case']}/sharing",
            again=lambda entry: self._show(request, visit, entry),
            at={"": "what", **_FIELDS},
            said=said,
        )


def _words(form: Form) -> SharedFactsInput:
    return SharedFactsInput(
        of=choice_of(SharedOf, form, "of"),
        to=form.one("to"),
        what=form.one("what"),
        purpose=form.one("purpose"),
        ground=choice_of(SharingGround, form, "ground"),
        incidents=_number(form, "incidents"),
        sources=_number(form, "sources"),
        legal_advice=form.one("legal_advice"),
        told_beforehand=form.one("told_beforehand"),
        why_one=form.one("why_one"),
    )


def _number(form: Form, name: str) -> int:
    text = form.one(name)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else 0
