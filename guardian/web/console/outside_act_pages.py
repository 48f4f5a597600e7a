"""Entering what a member did outside the spaces: to whom something was said, when, and what came of it.

Policy: P-7.1, P-7.2. Read `OutsideActPages` first.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from guardian.cases.unilateral_acts import OutsideAct, OutsideKind
from guardian.errors import Refused
from guardian.ids import SpaceName
from guardian.people.permissions import UseCase
from guardian.services.members import AccountInput
from guardian.services.unilateral.outside_acts import OutsideInput, enter_outside_act
from guardian.web.console.act_pages import ACT, GROUNDS, REVIEWS
from guardian.web.console.console import NOTHING_TYPED, Console, FormEntry, Visit
from guardian.web.console.inputs import choice_of, words_of
from guardian.web.console.navigation import require_seat
from guardian.web.forms import Form
from rules.unilateral import Ground

OUTSIDE: Final = ACT + "/outside"
KINDS: Final = (
    (OutsideKind.POLICE, "police, ambulance or another authority"),
    (OutsideKind.VENUE, "staff of a venue or an event"),
    (OutsideKind.FOUNDATION, "speaking for the community in public or to somebody outside"),
    (OutsideKind.OTHER, "something else"),
)
_FIELDS: Final = {
    **{name: name for name in ("kind", "done", "told", "day", "ground")},
    "empty": "done",
    "too_long": "done",
    "when": "day",
    "nobody_found": "who",
    "no_such_space": "space",
}


class OutsideActPages:
    """Show the form of an act outside the spaces, and enter it."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._app = console.site.app

    def routes(self) -> Sequence[Route]:
        """Return the addresses of these pages."""
        return [self._console.get(OUTSIDE, self._show), self._console.post(OUTSIDE, self._enter)]

    async def _show(self, _: Request, visit: Visit, entry: FormEntry = NOTHING_TYPED) -> Response:
        require_seat(visit.member, UseCase.ACT_UNILATERALLY, self._app.clock.now())
        return self._console.render(
            visit, "outside_act.html", entry=entry, kinds=KINDS, grounds=GROUNDS, spaces=self._app.spaces.names
        )

    async def _enter(self, request: Request, visit: Visit, form: Form) -> Response:
        async def enter() -> str:
            entered = await enter_outside_act(self._app, visit.by, _read(form))
            return f"{entered.sentence} The case of its review is {entered.code_name}."

        return await self._console.attempt(
            visit,
            form,
            enter,
            to=REVIEWS,
            again=lambda entry: self._show(request, visit, entry),
            at=_FIELDS,
        )


def _read(form: Form) -> OutsideInput:
    outside = OutsideAct(
        kind=choice_of(OutsideKind, form, "kind"),
        told=words_of(form, "told", "Say to whom it was said: an office, a name, a telephone number."),
        happened_at=_instant_of(form),
        came_of_it=form.one("came_of_it"),
    )
    who, done = form.one("who"), words_of(form, "done", "Say what you did and said.")
    on = AccountInput(SpaceName(form.one("space")), who) if who else None
    return OutsideInput(choice_of(Ground, form, "ground"), done, outside, on, form.one("about"))


def _instant_of(form: Form) -> datetime:
    try:
        return datetime.strptime(f"{form.one('day')} {form.one('time')} +0000", "%Y-%m-%d %H:%M %z").astimezone(UTC)
    except ValueError:
        raise Refused("day", "Please write the day as 2027-03-31 and the hour as 18:30, both in UTC.") from None
