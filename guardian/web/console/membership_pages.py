"""One member's place: what offices they hold, and how it is changed or ended, by a chair or by themselves.

What ends access is shown first and done by one button. Policy: P-1.1, P-1.2. Read `MembershipPages` first.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from guardian.errors import Refused
from guardian.ids import MemberId, SpaceName
from guardian.people.models import NAMED_FOR_ONE, Group, Office
from guardian.people.permissions import Seat, UseCase
from guardian.services.membership.administration import set_administration
from guardian.services.membership.checklists import CHECKLISTS
from guardian.services.membership.departures import check_removal, check_step_down, remove_member, step_down
from guardian.services.membership.newcomers import ConflictStatement, list_cases_to_state, state_conflicts
from guardian.services.membership.offices import change_office, give_office, name_chair
from guardian.services.membership.open_ends import list_open_ends
from guardian.services.membership.renewal import renew_term
from guardian.services.operations.membership import MembershipFile, read_membership
from guardian.web.console.console import NOTHING_TYPED, Console, FormEntry, Visit
from guardian.web.console.inputs import choice_of
from guardian.web.console.navigation import require_seat
from guardian.web.console.previews import Previews
from guardian.web.forms import Form
from guardian.web.labels import label_of
from rules.conflicts import ConflictReason
from rules.membership import REMOVAL_GROUNDS, LeavingGround

MEMBERS: Final = "/console/members"
OWN: Final = "/console/membership"
_FIELDS: Final = {
    "": "successor",
    "ground": "ground",
    "no_reason": "words",
    "group": "group",
    "office": "office",
    "holds_it": "office",
    "holds_not": "office",
}


@dataclass(frozen=True, slots=True)
class Leaving:
    """What a member would end: a place of their own, or, on a ground, another's."""

    member: MemberId
    group: Group | None = None
    ground: LeavingGround = LeavingGround.STEPPED_DOWN
    words: str = ""
    successor: MemberId | None = None


class MembershipPages:
    """Show one place in the groups, and take what ends or changes it."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._app = console.site.app
        self._leavings: Previews[Leaving] = Previews(console)

    def routes(self) -> Sequence[Route]:
        """Return the addresses of these pages."""
        get, post = self._console.get, self._console.post
        return [
            get(OWN, self._own),
            post(OWN + "/conflicts", self._state_conflicts),
            post(OWN + "/renew", self._renew),
            post(OWN + "/leave", self._preview_own),
            post(OWN + "/leave/now", self._leave),
            post(OWN + "/chair", self._name_chair),
            get(MEMBERS + "/{member}", self._show),
            post(MEMBERS + "/{member}/remove", self._preview_removal),
            post(MEMBERS + "/{member}/remove/now", self._remove),
            post(MEMBERS + "/{member}/office", self._change),
            post(MEMBERS + "/{member}/platforms", self._set_administration),
        ]

    async def _own(self, _: Request, visit: Visit, entry: FormEntry = NOTHING_TYPED) -> Response:
        asked = await list_cases_to_state(self._app, visit.by)
        place = await read_membership(self._app, visit.by, visit.by)
        return self._console.render(
            visit,
            "membership.html",
            entry=entry,
            place=place,
            asked=asked,
            reasons=tuple(ConflictReason),
            open_ends=await list_open_ends(self._app, visit.by, visit.by),
            successors=_names(place),
        )

    async def _show(self, request: Request, visit: Visit, entry: FormEntry = NOTHING_TYPED) -> Response:
        require_seat(visit.member, UseCase.CHANGE_MEMBERS, self._app.clock.now())
        place = await read_membership(self._app, visit.by, _member(request))
        return self._console.render(
            visit,
            "member.html",
            entry=entry,
            place=place,
            successors=_names(place),
            running=[(str(number), label_of(role.office)) for number, role in enumerate(place.roles)],
            grounds=REMOVAL_GROUNDS,
            groups=tuple(each for each in Group if each not in NAMED_FOR_ONE),
            offices=tuple(Office),
            spaces=self._app.spaces.names,
            is_self=place.id == visit.by,
            open_ends=await list_open_ends(self._app, visit.by, place.id),
            checklists=[(label_of(change), steps) for change, steps in CHECKLISTS.items()],
        )

    async def _state_conflicts(self, request: Request, visit: Visit, form: Form) -> Response:
        async def state() -> str:
            names = form.all("conflict")
            reason = choice_of(ConflictReason, form, "reason") if names else ConflictReason.OTHER
            left = await state_conflicts(self._app, visit.by, tuple(ConflictStatement(n, reason) for n in names))
            cases = "1 case" if left == 1 else f"{left} cases"
            return f"Noted. You read {cases} from now on, and none of those in which you have a conflict."

        return await self._console.attempt(
            visit,
            form,
            state,
            to=OWN,
            again=lambda entry: self._own(request, visit, entry),
            at={"": "conflict", "reason": "reason"},
        )

    async def _renew(self, request: Request, visit: Visit, form: Form) -> Response:
        async def renew() -> None:
            await renew_term(self._app, visit.by)

        return await self._console.attempt(
            visit,
            form,
            renew,
            to=OWN,
            again=lambda entry: self._own(request, visit, entry),
            said="Noted: you go on for another year.",
        )

    async def _preview_own(self, request: Request, visit: Visit, form: Form) -> Response:
        async def look() -> tuple[Leaving, Mapping[str, Any]]:
            group = choice_of(Group, form, "group") if form.one("group") else None
            place = await read_membership(self._app, visit.by, visit.by)
            successor = _successor(place, form) if group in (None, Group.WORKING_GROUP) else None
            leaving = Leaving(visit.by, group, successor=successor)
            await check_step_down(self._app, visit.by, group=group, successor=successor)
            return leaving, _facts(place, leaving)

        return await self._preview(visit, form, look, lambda entry: self._own(request, visit, entry))

    async def _preview_removal(self, request: Request, visit: Visit, form: Form) -> Response:
        require_seat(visit.member, UseCase.CHANGE_MEMBERS, self._app.clock.now())

        async def look() -> tuple[Leaving, Mapping[str, Any]]:
            place = await read_membership(self._app, visit.by, _member(request))
            ground = choice_of(LeavingGround, form, "ground")
            leaving = Leaving(place.id, None, ground, form.one("words"), _successor(place, form))
            await check_removal(self._app, visit.by, place.id, ground, leaving.words, leaving.successor)
            return leaving, _facts(place, leaving)

        return await self._preview(visit, form, look, lambda entry: self._show(request, visit, entry))

    async def _preview(
        self,
        visit: Visit,
        form: Form,
        look: Callable[[], Awaitable[tuple[Leaving, Mapping[str, Any]]]],
        again: Callable[[FormEntry], Awaitable[Response]],
    ) -> Response:
        return await self._leavings.show(visit, form, look, "member_leaving.html", again=again, fields=_FIELDS)

    async def _leave(self, request: Request, visit: Visit, form: Form) -> Response:
        async def perform(leaving: Leaving) -> str:
            return await step_down(self._app, visit.by, group=leaving.group, successor=leaving.successor)

        return await self._leavings.carry_out(
            visit, form, perform, to="/console", again=lambda entry: self._own(request, visit, entry)
        )

    async def _remove(self, request: Request, visit: Visit, form: Form) -> Response:
        async def perform(leaving: Leaving) -> str:
            name = await remove_member(
                self._app, visit.by, leaving.member, leaving.ground, leaving.words, leaving.successor
            )
            return f"{name} has no place in the groups any more, and was told."

        return await self._leavings.carry_out(
            visit, form, perform, to=MEMBERS, again=lambda entry: self._show(request, visit, entry)
        )

    async def _change(self, request: Request, visit: Visit, form: Form) -> Response:
        member = _member(request)

        async def change() -> str:
            new = Seat(choice_of(Group, form, "group"), choice_of(Office, form, "office"), _space(form))
            if not form.one("instead"):
                return f"{await give_office(self._app, visit.by, member, new)} holds this office from now on."
            place = await read_membership(self._app, visit.by, member)
            old = _office(place, form.one("instead"))
            name = await change_office(self._app, visit.by, member, old, new, _successor(place, form, "follows"))
            return f"{name} holds the new office in place of the old one."

        return await self._console.attempt(
            visit,
            form,
            change,
            to=f"{MEMBERS}/{member}",
            again=lambda entry: self._show(request, visit, entry),
            at={"": "office", **_FIELDS, "last_chair": "follows", "no_successor": "follows"},
        )

    async def _set_administration(self, request: Request, visit: Visit, form: Form) -> Response:
        member = _member(request)

        async def note() -> None:
            spaces = frozenset(SpaceName(each) for each in form.all("platform"))
            await set_administration(self._app, visit.by, member, spaces)

        return await self._console.attempt(
            visit,
            form,
            note,
            to=MEMBERS,
            again=lambda entry: self._show(request, visit, entry),
            at="platform",
            said="Noted.",
        )

    async def _name_chair(self, request: Request, visit: Visit, form: Form) -> Response:
        async def name() -> str:
            return f"{await name_chair(self._app, visit.by, MemberId(form.one('chair')))} is chair from now on."

        return await self._console.attempt(
            visit, form, name, to=MEMBERS, again=lambda entry: self._own(request, visit, entry)
        )


def _member(request: Request) -> MemberId:
    return MemberId(request.path_params["member"])


def _names(place: MembershipFile) -> list[tuple[str, str]]:
    return [(str(each.id), each.name) for each in place.successors]


def _space(form: Form) -> SpaceName | None:
    return SpaceName(form.one("space")) if form.one("space") else None


def _successor(place: MembershipFile, form: Form, name: str = "successor") -> MemberId | None:
    """Who follows as chair, where that is asked and said."""
    return MemberId(form.one(name)) if place.is_last_chair and form.one(name) else None


def _office(place: MembershipFile, number: str) -> Seat:
    roles = {str(index): role for index, role in enumerate(place.roles)}
    if number not in roles:
        raise Refused("holds_not", "Please choose one of their offices.")
    return Seat(roles[number].group, roles[number].office, roles[number].space)


def _facts(place: MembershipFile, leaving: Leaving) -> Mapping[str, Any]:
    names = {each.id: each.name for each in place.successors}
    is_own = leaving.ground is LeavingGround.STEPPED_DOWN
    ends = [role for role in place.roles if leaving.group in (None, role.group)]
    return {
        "place": place,
        "ends": ends,
        "is_own": is_own,
        "follows": names.get(leaving.successor) if leaving.successor else "",
        "ground": leaving.ground,
        "action": f"{OWN}/leave/now" if is_own else f"{MEMBERS}/{place.id}/remove/now",
    }
