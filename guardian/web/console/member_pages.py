"""Who holds which office and until when; a chair seats somebody after whom it would be was shown.

Policy: P-1.1, P-1.2, P-1.5. Read `MemberPages` first.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from guardian.ids import MemberId, SpaceName
from guardian.people.models import NAMED_FOR_ONE, Group, Office
from guardian.people.permissions import UseCase, may_perform
from guardian.services.identity.linking import find_account
from guardian.services.membership.administration import list_administration
from guardian.services.membership.offices import confirm_office
from guardian.services.operations.membership import has_no_chair, list_members
from guardian.services.operations.setup import NewMember, SeatInput, confirm_chair, is_chair_unconfirmed, seat_members
from guardian.spaces.port import Account
from guardian.web.console.console import NOTHING_TYPED, Console, FormEntry, Visit
from guardian.web.console.inputs import choice_of, names_of, words_of
from guardian.web.console.navigation import require_seat
from guardian.web.console.previews import Previews
from guardian.web.forms import Form

MEMBERS: Final = "/console/members"
_FIELDS: Final = {
    "": "name",
    "group": "group",
    "office": "office",
    "nobody_found": "account",
    "not_answered": "account",
    "no_such_space": "account_space",
    "no_way": "mail",
}


class MemberPages:
    """Show the groups, and take newcomers from a chair and the second yes for the first chair."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._app = console.site.app
        self._newcomers: Previews[NewMember] = Previews(console)

    def routes(self) -> Sequence[Route]:
        """Return the addresses of these pages."""
        get, post = self._console.get, self._console.post
        return [
            get(MEMBERS, self._list),
            post(MEMBERS, self._preview),
            post(MEMBERS + "/change", self._change),
            post(MEMBERS + "/seat", self._seat),
            post(MEMBERS + "/chair", self._confirm_chair),
            post(MEMBERS + "/office", self._confirm_office),
        ]

    async def _list(self, _: Request, visit: Visit, entry: FormEntry = NOTHING_TYPED) -> Response:
        now = self._app.clock.now()
        may_confirm = may_perform(visit.member, UseCase.CONFIRM_CHAIR, now)
        members = await list_members(self._app, visit.by)
        return self._console.render(
            visit,
            "members.html",
            entry=entry,
            members=members,
            administration=await list_administration(self._app, visit.by),
            candidates=[(m.id, m.name) for m in members if m.id != visit.by and m.is_in(Group.WORKING_GROUP, now)],
            now=now,
            may_seat=may_perform(visit.member, UseCase.CHANGE_MEMBERS, now),
            asks_for_chair=bool(may_confirm) and await is_chair_unconfirmed(self._app),
            lacks_chair=bool(may_perform(visit.member, UseCase.NAME_CHAIR, now))
            and await has_no_chair(self._app, visit.by),
            may_agree=may_perform(visit.member, UseCase.CONFIRM_OFFICE, now),
            groups=tuple(Group),
            seatable=tuple(each for each in Group if each not in NAMED_FOR_ONE),
            offices=tuple(Office),
            spaces=self._app.spaces.names,
        )

    async def _change(self, request: Request, visit: Visit, form: Form) -> Response:
        return await self._list(request, visit, FormEntry(form.fields))

    async def _preview(self, request: Request, visit: Visit, form: Form) -> Response:
        require_seat(visit.member, UseCase.CHANGE_MEMBERS, self._app.clock.now())

        async def look() -> tuple[NewMember, Mapping[str, Any]]:
            name = words_of(form, "name", "Say what the newcomer is called.")
            space = SpaceName(form.one("space")) if form.one("space") else None
            seat = SeatInput(choice_of(Group, form, "group"), choice_of(Office, form, "office"), space)
            accounts, found = await self._find(form)
            newcomer = NewMember(name, (seat,), accounts, form.one("mail") or None, names_of(form, "aliases"))
            return newcomer, {"newcomer": newcomer, "seat": seat, "found": found}

        return await self._newcomers.show(
            visit,
            form,
            look,
            "member_preview.html",
            again=lambda entry: self._list(request, visit, entry),
            fields=_FIELDS,
        )

    async def _seat(self, request: Request, visit: Visit, form: Form) -> Response:
        async def perform(newcomer: NewMember) -> str:
            done = await seat_members(self._app, visit.by, (newcomer,))
            return (
                f"{newcomer.name} is seated."
                if done.new
                else f"{newcomer.name} was there already, and stays as before."
            )

        return await self._newcomers.carry_out(
            visit, form, perform, to=MEMBERS, again=lambda entry: self._list(request, visit, entry)
        )

    async def _confirm_chair(self, request: Request, visit: Visit, form: Form) -> Response:
        async def confirm() -> str:
            names = await confirm_chair(self._app, visit.by)
            return f"Confirmed: {', '.join(names)}." if names else "Nobody waits to be confirmed."

        return await self._console.attempt(
            visit, form, confirm, to=MEMBERS, again=lambda entry: self._list(request, visit, entry)
        )

    async def _confirm_office(self, request: Request, visit: Visit, form: Form) -> Response:
        async def confirm() -> str:
            return f"{await confirm_office(self._app, visit.by, MemberId(form.one('member')))} holds the office now."

        return await self._console.attempt(
            visit, form, confirm, to=MEMBERS, again=lambda entry: self._list(request, visit, entry)
        )

    async def _find(self, form: Form) -> tuple[tuple[Account, ...], Any]:
        """The newcomer's account, asked of its space; none where no name was typed."""
        if not form.one("account"):
            return (), None
        found = await find_account(self._app, SpaceName(form.one("account_space")), form.one("account"))
        return (found.account,), found
