"""Raids: a list of accounts that one member announces and another agrees to, and how far it has come.

Which accounts are on the list is shown to the two who announced it, as a file. Policy: P-7.5. Read `RaidPages` first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from guardian.cases.raids import RaidState
from guardian.ids import SpaceName
from guardian.people.permissions import UseCase
from guardian.services.raids import announcement
from guardian.services.raids.announcement import RaidPreview
from guardian.services.reading_room.proceedings import read_proceedings
from guardian.services.unilateral.open_acts import list_open_acts
from guardian.web.console.act_pages import GROUNDS, RESTRICTIONS
from guardian.web.console.console import NOTHING_TYPED, Console, FormEntry, Visit
from guardian.web.console.inputs import choice_of, days_of, words_of
from guardian.web.console.navigation import require_seat
from guardian.web.console.previews import Fields, Previews
from guardian.web.forms import Form
from rules.precedence import Restriction
from rules.unilateral import Ground

RAIDS: Final = "/console/raids"
RAID: Final = RAIDS + "/{case}"
_FIELDS: Final[Fields] = {
    "": "accounts",
    "restriction": "restriction",
    "ground": "ground",
    "days": "days",
    "reason": "reason",
}


@dataclass(frozen=True, slots=True)
class _PendingRaid:
    """What a member would announce, until they say so."""

    checked: RaidPreview
    restriction: Restriction
    ground: Ground
    reason: str
    term: timedelta | None


class RaidPages:
    """Show and take announcements of raids, a second member's yes, and how each stands."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._app = console.site.app
        self._raids: Previews[_PendingRaid] = Previews(console)

    def routes(self) -> Sequence[Route]:
        """Return the addresses of these pages."""
        get, post = self._console.get, self._console.post
        return [
            get(RAIDS, self._list),
            post(RAIDS, self._preview),
            post(RAIDS + "/change", self._change),
            post(RAIDS + "/announce", self._announce),
            get(RAID, self._show),
            post(RAID + "/agree", self._agree),
            get(RAID + "/list", self._download),
        ]

    async def _list(self, _: Request, visit: Visit, entry: FormEntry = NOTHING_TYPED) -> Response:
        require_seat(visit.member, UseCase.ANNOUNCE_RAID, self._app.clock.now())
        return self._console.render(
            visit,
            "raids.html",
            entry=entry,
            raids=[each for each in await list_open_acts(self._app, visit.by) if each.is_raid],
            spaces=self._app.spaces.names,
            restrictions=RESTRICTIONS,
            grounds=GROUNDS,
            most=self._app.policy.brake.raid_most,
        )

    async def _change(self, request: Request, visit: Visit, form: Form) -> Response:
        return await self._list(request, visit, FormEntry(form.fields))

    async def _preview(self, request: Request, visit: Visit, form: Form) -> Response:
        async def look() -> tuple[_PendingRaid, Mapping[str, Any]]:
            text = words_of(form, "accounts", "Give the accounts, one in each line.")
            restriction, ground = choice_of(Restriction, form, "restriction"), choice_of(Ground, form, "ground")
            reason = words_of(form, "reason", "Say what is happening. It is kept with the case.")
            term = days_of(form, "days")
            space = SpaceName(form.one("space"))
            checked = await announcement.preview(self._app, visit.by, text, space, restriction)
            pending = _PendingRaid(checked, restriction, ground, reason, term)
            unreviewed = self._app.policy.unilateral.unreviewed_end
            return pending, {"pending": pending, "unreviewed_end": unreviewed, "minutes": _minutes_by_space(checked)}

        return await self._raids.show(
            visit,
            form,
            look,
            "raid_preview.html",
            again=lambda entry: self._list(request, visit, entry),
            fields=_FIELDS,
        )

    async def _announce(self, request: Request, visit: Visit, form: Form) -> Response:
        async def perform(pending: _PendingRaid) -> str:
            made = await announcement.announce(
                self._app,
                visit.by,
                pending.checked,
                pending.restriction,
                pending.ground,
                pending.reason,
                pending.term,
            )
            return f"Nobody is restricted yet. The others have been asked to agree; the case of its review is {made.code_name}."

        return await self._raids.carry_out(
            visit, form, perform, to=RAIDS, again=lambda entry: self._list(request, visit, entry)
        )

    async def _show(self, request: Request, visit: Visit, entry: FormEntry = NOTHING_TYPED) -> Response:
        code_name = request.path_params["case"]
        seen = await announcement.get_status(self._app, visit.by, code_name)
        became = await read_proceedings(self._app, visit.by, code_name)
        act = became.acts[-1].act
        return self._console.render(
            visit,
            "raid.html",
            entry=entry,
            seen=seen,
            act=act,
            names=became.names,
            minutes=announcement.round_up_to_minutes(seen.remaining),
            may_agree=seen.state is RaidState.ANNOUNCED and act.by != visit.by,
            has_list=visit.by in (act.by, act.confirmed_by),
        )

    async def _agree(self, request: Request, visit: Visit, form: Form) -> Response:
        code_name = request.path_params["case"]
        return await self._console.attempt(
            visit,
            form,
            lambda: announcement.confirm(self._app, visit.by, code_name),
            to=RAID.format(case=quote(code_name, safe="")),
            again=lambda entry: self._show(request, visit, entry),
            said="It begins now.",
        )

    async def _download(self, request: Request, visit: Visit) -> Response:
        rows = await announcement.outcome_report(self._app, visit.by, request.path_params["case"])
        headers = {"content-disposition": 'attachment; filename="raid.csv"'}
        return Response(rows, media_type="text/csv", headers=headers)


def _minutes_by_space(checked: RaidPreview) -> dict[str, int]:
    return {share.space: announcement.round_up_to_minutes(share.duration) for share in checked.shares}
