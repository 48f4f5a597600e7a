"""Advisers: whom the group asks into a case, and what somebody who is asked answers, reads and advises.

Policy: P-1.1. Read `AdvicePages` first.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from guardian.cases.advice import AdviceEnd
from guardian.errors import Refused
from guardian.ids import MemberId
from guardian.services.advice.advice_file import give_advice, list_advice_requests, read_for_advice
from guardian.services.advice.requests import answer_advice_request, ask_adviser, end_advice, list_advisers
from guardian.web.console.console import NOTHING_TYPED, Console, FormEntry, Visit
from guardian.web.forms import Form

ADVICE: Final = "/console/advice"
ADVISERS: Final = "/console/cases/{case}/advisers"
_ANSWERS: Final = {"no": None, "conflict": AdviceEnd.CONFLICT, "declined": AdviceEnd.DECLINED}

Show = Callable[..., Awaitable[Response]]


class AdvicePages:
    """Show who is asked in a case, and to an adviser the cases into which they are asked."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._app = console.site.app

    def routes(self) -> Sequence[Route]:
        """Return the addresses of these pages."""
        get, post = self._console.get, self._console.post
        return [
            get(ADVISERS, self._show_advisers),
            post(ADVISERS, self._ask),
            post(ADVISERS + "/end", self._end),
            get(ADVICE, self._list),
            post(ADVICE, self._answer),
            get(ADVICE + "/{case}", self._show_case),
            post(ADVICE + "/{case}", self._advise),
        ]

    async def _show_advisers(self, request: Request, visit: Visit, entry: FormEntry = NOTHING_TYPED) -> Response:
        seen = await list_advisers(self._app, visit.by, request.path_params["case"])
        return self._console.render(visit, "advisers.html", entry=entry, seen=seen)

    async def _list(self, _: Request, visit: Visit, entry: FormEntry = NOTHING_TYPED) -> Response:
        requests = await list_advice_requests(self._app, visit.by)
        return self._console.render(visit, "advice.html", entry=entry, requests=requests)

    async def _show_case(self, request: Request, visit: Visit, entry: FormEntry = NOTHING_TYPED) -> Response:
        seen = await read_for_advice(self._app, visit.by, request.path_params["case"])
        return self._console.render(visit, "advice_case.html", entry=entry, seen=seen)

    async def _ask(self, request: Request, visit: Visit, form: Form) -> Response:
        async def ask() -> str:
            case, adviser = request.path_params["case"], MemberId(form.one("adviser"))
            name = await ask_adviser(self._app, visit.by, case, adviser, form.one("question"))
            return f"{name} is asked, and reads nothing before they have stated conflicts."

        return await self._attempt(request, visit, form, ask, self._show_advisers, "question")

    async def _end(self, request: Request, visit: Visit, form: Form) -> Response:
        async def end() -> str:
            name = await end_advice(self._app, visit.by, request.path_params["case"], MemberId(form.one("adviser")))
            return f"{name} sees nothing more of this case."

        return await self._attempt(request, visit, form, end, self._show_advisers, "adviser")

    async def _answer(self, request: Request, visit: Visit, form: Form) -> Response:
        asked = form.one("request")
        field = f"conflict-{asked}"

        async def answer() -> str:
            said = form.one(field)
            if said not in _ANSWERS:
                raise Refused("no_answer", "Please say whether you have a conflict.", "P-1.1")
            await answer_advice_request(self._app, visit.by, asked, _ANSWERS[said])
            return "The group has your answer."

        return await self._attempt(request, visit, form, answer, self._list, field)

    async def _advise(self, request: Request, visit: Visit, form: Form) -> Response:
        async def advise() -> str:
            await give_advice(self._app, visit.by, request.path_params["case"], form.one("text"))
            return "Those on the case have your advice."

        return await self._attempt(request, visit, form, advise, self._show_case, "text")

    async def _attempt(
        self, request: Request, visit: Visit, form: Form, act: Callable[[], Awaitable[str]], show: Show, field: str
    ) -> Response:
        return await self._console.attempt(
            visit,
            form,
            act,
            to=request.url.path.removesuffix("/end"),
            again=lambda entry: show(request, visit, entry),
            at=field,
        )
