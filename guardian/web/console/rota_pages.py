"""The rota: who is on duty, swaps that both want, times away, and one's own turns for a calendar.

Policy: P-3.6. Read `RotaPages` first.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from guardian.errors import Refused
from guardian.ids import MemberId
from guardian.people.permissions import UseCase, may_perform
from guardian.people.rota import RotaSeat
from guardian.services.rota.absences import add_absence, end_absence
from guardian.services.rota.calendar import create_calendar_link
from guardian.services.rota.swaps import decline_swap, offer_swap, take_swap
from guardian.services.rota.turns import RotaView, assign_turn, list_rota, plan_turns
from guardian.web.console.console import NOTHING_TYPED, Console, FormEntry, Visit
from guardian.web.console.inputs import day_of
from guardian.web.forms import Form

ROTA: Final = "/console/rota"
_NOBODY: Final = "nobody"
_DAY: Final = timedelta(days=1)


class RotaPages:
    """Show the rota, and take what members and chairs change in it."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._app = console.site.app

    def routes(self) -> Sequence[Route]:
        """Return the addresses of these pages."""
        get, post = self._console.get, self._console.post
        return [
            get(ROTA, self._show),
            post(ROTA + "/plan", self._plan),
            post(ROTA + "/assign", self._assign),
            post(ROTA + "/swap", self._offer),
            post(ROTA + "/swap/take", self._take),
            post(ROTA + "/swap/decline", self._decline),
            post(ROTA + "/away", self._add_absence),
            post(ROTA + "/away/end", self._end_absence),
            post(ROTA + "/calendar", self._calendar),
        ]

    async def _show(self, _: Request, visit: Visit, entry: FormEntry = NOTHING_TYPED) -> Response:
        rota = await list_rota(self._app, visit.by)
        return self._console.render(
            visit,
            "rota.html",
            entry=entry,
            rota=rota,
            members=[(str(member), name) for member, name in rota.members],
            own=_own_places(rota),
            turns=[(turn.id, f"{turn.starts:%Y-%m-%d %H:%M} UTC") for turn in rota.turns],
            may_plan=may_perform(visit.member, UseCase.PLAN_ROTA, self._app.clock.now()),
        )

    async def _plan(self, request: Request, visit: Visit, form: Form) -> Response:
        async def plan() -> str:
            text = form.one("count")
            count = int(text) if text.isascii() and text.isdecimal() and len(text) < len("1000") else 0
            return f"{await plan_turns(self._app, visit.by, count)} more periods are planned."

        return await self._attempt(request, visit, form, plan, field="count")

    async def _assign(self, request: Request, visit: Visit, form: Form) -> Response:
        async def assign() -> None:
            turns = (await list_rota(self._app, visit.by)).turns
            before = next((turn.holders for turn in turns if turn.id == form.one("turn")), (None, None))
            first, second = (_chosen(form, name, who) for name, who in zip(("first", "second"), before, strict=True))
            await assign_turn(self._app, visit.by, form.one("turn"), first, second)

        return await self._attempt(request, visit, form, assign, field="first", said="Changed, and told to who is new.")

    async def _offer(self, request: Request, visit: Visit, form: Form) -> Response:
        async def offer() -> None:
            seat, _, turn = form.one("place").partition(" ")
            if seat not in list(RotaSeat):
                raise Refused("place", "Please choose one of your places.")
            await offer_swap(self._app, visit.by, turn, RotaSeat(seat), MemberId(form.one("to")))

        fields = {"place": "place", "offered": "place", "not_yours": "place"}
        said = "Offered. It stays yours until the other takes it."
        return await self._attempt(request, visit, form, offer, field="to", fields=fields, said=said)

    async def _take(self, request: Request, visit: Visit, form: Form) -> Response:
        async def take() -> None:
            await take_swap(self._app, visit.by, form.one("swap"))

        return await self._attempt(request, visit, form, take, said="Taken: the place is yours.")

    async def _decline(self, request: Request, visit: Visit, form: Form) -> Response:
        async def decline() -> None:
            await decline_swap(self._app, visit.by, form.one("swap"))

        return await self._attempt(request, visit, form, decline, said="The place stays where it was.")

    async def _add_absence(self, request: Request, visit: Visit, form: Form) -> Response:
        async def add() -> None:
            since, until = day_of(form, "since"), day_of(form, "until")
            if since is None or until is None:
                raise Refused("since", "Please give the first and the last day.")
            await add_absence(self._app, visit.by, since, until + _DAY)

        fields = {"since": "since", "until": "until"}
        return await self._attempt(
            request, visit, form, add, fields=fields, said="Noted. You are called for danger only in these days."
        )

    async def _end_absence(self, request: Request, visit: Visit, form: Form) -> Response:
        async def end() -> None:
            await end_absence(self._app, visit.by, form.one("absence"))

        return await self._attempt(request, visit, form, end, said="Noted: you are called again.")

    async def _calendar(self, _: Request, visit: Visit, __: Form) -> Response:
        return self._console.render(
            visit, "rota_calendar.html", address=await create_calendar_link(self._app, visit.by)
        )

    async def _attempt(
        self,
        request: Request,
        visit: Visit,
        form: Form,
        act: Callable[[], Awaitable[object]],
        *,
        field: str = "",
        fields: dict[str, str] | None = None,
        said: str = "",
    ) -> Response:
        return await self._console.attempt(
            visit,
            form,
            act,
            to=ROTA,
            again=lambda entry: self._show(request, visit, entry),
            at={"": field, **(fields or {})},
            said=said,
        )


def _chosen(form: Form, name: str, before: MemberId | None) -> MemberId | None:
    """Who was chosen for the place; nothing chosen leaves it as it is."""
    chosen = form.one(name)
    return (MemberId(chosen) if chosen != _NOBODY else None) if chosen else before


def _own_places(rota: RotaView) -> list[tuple[str, str]]:
    return [
        (f"{seat} {turn.id}", f"{turn.starts:%Y-%m-%d %H:%M} UTC, {'first' if seat is RotaSeat.PRIMARY else 'second'}")
        for turn in rota.turns
        for seat in turn.own
    ]
