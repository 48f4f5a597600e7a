"""What a member chooses for themselves: how pictures are shown to them. Read `SettingPages` first."""

from collections.abc import Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from guardian.services.membership.own_settings import choose_pictures
from guardian.web.console.console import NOTHING_TYPED, Console, FormEntry, Visit
from guardian.web.forms import Form

SETTINGS: Final = "/console/settings"
_SHARP: Final = "sharp"


class SettingPages:
    """Show a member's own settings, and take what they choose."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._app = console.site.app

    def routes(self) -> Sequence[Route]:
        """Return the addresses of these pages."""
        get, post = self._console.get, self._console.post
        return [get(SETTINGS, self._show), post(SETTINGS + "/pictures", self._choose_pictures)]

    async def _show(self, _: Request, visit: Visit, entry: FormEntry = NOTHING_TYPED) -> Response:
        return self._console.render(visit, "settings.html", entry=entry)

    async def _choose_pictures(self, request: Request, visit: Visit, form: Form) -> Response:
        async def choose() -> None:
            await choose_pictures(self._app, visit.by, are_sharp=form.one("pictures") == _SHARP)

        return await self._console.attempt(
            visit,
            form,
            choose,
            to=SETTINGS,
            again=lambda entry: self._show(request, visit, entry),
            at="pictures",
            said="Noted: pictures are shown to you in this way from now on.",
        )
