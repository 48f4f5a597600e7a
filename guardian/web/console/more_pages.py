"""All pages of a member, by what they are about, with one sentence each. Read `MorePages` first."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from guardian.web.console.console import Console, Visit
from guardian.web.console.navigation import MORE, pages_by_subject


class MorePages:
    """Show every page that the member's seats open."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def routes(self) -> Sequence[Route]:
        """Return the address of this page."""
        return [self._console.get(MORE, self._show, needs_proof=False)]

    async def _show(self, _: Request, visit: Visit) -> Response:
        return self._console.render(visit, "more.html", subjects=pages_by_subject(visit.navigation))
