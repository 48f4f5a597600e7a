"""Acting at once, alone: whom, what, where and why; then what it does, on one page with one button. And stopping a member.

Policy: P-7.1, P-7.2, P-7.5. Read `ActPages` first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from guardian.cases.unilateral_acts import ActState
from guardian.errors import Refused
from guardian.ids import MemberId, SpaceName
from guardian.notices.acknowledgement import format_datetime
from guardian.people.permissions import UseCase
from guardian.services.members import AccountInput
from guardian.services.operations.membership import members_who_may_act
from guardian.services.unilateral import act, act_input, stop
from guardian.services.unilateral.act import ActView
from guardian.services.unilateral.act_input import ActInput
from guardian.services.unilateral.stop import StopView
from guardian.web.console.console import NOTHING_TYPED, Console, FormEntry, Visit
from guardian.web.console.inputs import choice_of, days_of, spaces_of, typed_account, words_of
from guardian.web.console.navigation import require_seat
from guardian.web.console.previews import Fields, Previews
from guardian.web.forms import Form
from rules.precedence import Restriction
from rules.unilateral import Ground

ACT: Final = "/console/act"
STOP: Final = "/console/act/stop"
REVIEWS: Final = "/console/reviews"
GROUNDS: Final = (
    (Ground.ONGOING, "it is going on now"),
    (Ground.THREAT, "somebody is threatened"),
    (Ground.PHYSICAL_DANGER, "somebody is in physical danger"),
)
RESTRICTIONS: Final = (Restriction.MUTED, Restriction.SUSPENDED, Restriction.BANNED)
_FIELDS: Final[Fields] = {
    "": "who",
    "restriction": "restriction",
    "ground": "ground",
    "days": "days",
    "term": "days",
    "scope": "spaces",
    "unknown_space": "spaces",
    "cannot_hold": "spaces",
    "no_such_space": "space",
    "empty": "reason",
    "too_long": "reason",
}


@dataclass(frozen=True, slots=True)
class _PendingAct:
    """What a member would do, until they say so: on the account that was shown, not on what was typed."""

    target: AccountInput
    given: ActInput


class ActPages:
    """Show the form of an act and what it would do, and carry it out; the same for the stop of a member."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._app = console.site.app
        self._acts: Previews[_PendingAct] = Previews(console)
        self._stops: Previews[MemberId] = Previews(console)

    def routes(self) -> Sequence[Route]:
        """Return the addresses of these pages."""
        get, post = self._console.get, self._console.post
        return [
            get(ACT, self._show),
            post(ACT, self._preview),
            post(ACT + "/change", self._change),
            post(ACT + "/now", self._act),
            get(STOP, self._show_stop),
            post(STOP, self._preview_stop),
            post(STOP + "/now", self._stop),
        ]

    async def _show(self, _: Request, visit: Visit, entry: FormEntry = NOTHING_TYPED) -> Response:
        require_seat(visit.member, UseCase.ACT_UNILATERALLY, self._app.clock.now())
        return self._console.render(
            visit,
            "act.html",
            entry=entry,
            spaces=self._app.spaces.names,
            restrictions=RESTRICTIONS,
            grounds=GROUNDS,
            unreviewed_end=self._app.policy.unilateral.unreviewed_end,
        )

    async def _change(self, request: Request, visit: Visit, form: Form) -> Response:
        return await self._show(request, visit, FormEntry(form.fields))

    async def _preview(self, request: Request, visit: Visit, form: Form) -> Response:
        async def look() -> tuple[_PendingAct, Mapping[str, Any]]:
            given = _read_act(form)
            act_input.check_act(self._app, given)
            who = words_of(form, "who", "Say whom: a name there exactly as it is written, or an id.")
            target = AccountInput(SpaceName(form.one("space")), who)
            seen = await act.preview(self._app, visit.by, target, given.restriction, given.spaces)
            pending = _PendingAct(AccountInput(*typed_account(seen.on.account)), given)
            unreviewed = self._app.policy.unilateral.unreviewed_end
            return pending, {"seen": seen, "given": given, "unreviewed_end": unreviewed}

        return await self._acts.show(
            visit,
            form,
            look,
            "act_preview.html",
            again=lambda entry: self._show(request, visit, entry),
            fields=_FIELDS,
        )

    async def _act(self, request: Request, visit: Visit, form: Form) -> Response:
        async def perform(pending: _PendingAct) -> str:
            return _done_text(await act.act(self._app, visit.by, pending.target, pending.given))

        return await self._acts.carry_out(
            visit, form, perform, to=REVIEWS, again=lambda entry: self._show(request, visit, entry)
        )

    async def _show_stop(self, _: Request, visit: Visit, entry: FormEntry = NOTHING_TYPED) -> Response:
        members = await members_who_may_act(self._app, visit.by)
        others = [each for each in members if each.id != visit.by]
        choices = [(each.id, each.name) for each in others]
        return self._console.render(visit, "stop.html", entry=entry, members=choices)

    async def _preview_stop(self, request: Request, visit: Visit, form: Form) -> Response:
        async def look() -> tuple[MemberId, Mapping[str, Any]]:
            members = await members_who_may_act(self._app, visit.by)
            other = next((each for each in members if each.id == form.one("member")), None)
            if other is None:
                raise Refused("member", "Please choose one of the members.")
            return other.id, {"other": other}

        return await self._stops.show(
            visit,
            form,
            look,
            "stop_preview.html",
            again=lambda entry: self._show_stop(request, visit, entry),
            fields={"": "member"},
        )

    async def _stop(self, request: Request, visit: Visit, form: Form) -> Response:
        async def perform(other: MemberId) -> str:
            return _stop_text(await stop.stop_member(self._app, visit.by, other))

        return await self._stops.carry_out(
            visit, form, perform, to=REVIEWS, again=lambda entry: self._show_stop(request, visit, entry)
        )


def _read_act(form: Form) -> ActInput:
    restriction, ground = choice_of(Restriction, form, "restriction"), choice_of(Ground, form, "ground")
    term: timedelta | None = days_of(form, "days")
    return ActInput(restriction, ground, form.one("reason"), spaces_of(form, "spaces"), term)


def _done_text(done: ActView) -> str:
    if done.state is ActState.AWAITING_CONFIRMATION:
        return f"Nobody is restricted yet. {done.sentence} The others have been asked; the case is {done.code_name}."
    lines = [
        f"It is being placed now. The person is called {done.person}, and the case of its review {done.code_name}.",
    ]
    if done.statement_due is not None:
        lines.append(f"Your own account of it is due by {format_datetime(done.statement_due)}.")
    return "\n\n".join(lines)


def _stop_text(made: StopView) -> str:
    lines = ["They cannot act alone from now on. The others look at this stop."]
    if made.unreviewed:
        lines.append(
            f"Of their acts nobody had reviewed {made.unreviewed}. What can be let go restricts nobody any more; what was "
            "for danger, or needs somebody else's eyes first, lies with the chairs."
        )
    return "\n\n".join(lines)
