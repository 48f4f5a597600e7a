"""How the service is, for whoever relies on it: each space and what may be done there, how far behind it is, the clock.

What is blocked is shown of sanctions that the member may know of, and of no others (P-4.2). Read `HealthPages` first.
"""

from collections.abc import Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from guardian.people.permissions import UseCase, may_perform
from guardian.sanctions.models import CoverageState
from guardian.services.cases.overview import RunningSanction, list_blocked_sanctions
from guardian.web.console.console import Console, Visit
from guardian.web.console.navigation import require_seat
from guardian.web.health import HealthCheck

HEALTH: Final = "/console/health"


class HealthPages:
    """Show what the service says of itself."""

    def __init__(self, console: Console, health: HealthCheck) -> None:
        self._console = console
        self._app = console.site.app
        self._health = health

    def routes(self) -> Sequence[Route]:
        """Return the address of this page."""
        return [self._console.get(HEALTH, self._show)]

    async def _show(self, _: Request, visit: Visit) -> Response:
        now = self._app.clock.now()
        require_seat(visit.member, UseCase.LIST_MEMBERS, now)
        found = await self._health()
        reads_cases = may_perform(visit.member, UseCase.READ_CASE, now)
        sanctions = await list_blocked_sanctions(self._app, visit.by) if reads_cases else ()
        return self._console.render(
            visit,
            "health.html",
            health=found,
            stale=found.stale_loops(),
            loops={name: round(age.total_seconds()) for name, age in sorted(found.heartbeats.items())},
            spaces=[(space, self._app.spaces.mode(space.name)) for space in self._app.spaces],
            blocked=_blocked(sanctions),
            reads_cases=bool(reads_cases),
            may_pause=bool(may_perform(visit.member, UseCase.PAUSE_SPACE, now)),
        )


def _blocked(sanctions: Sequence[RunningSanction]) -> list[tuple[RunningSanction, list[str]]]:
    """The sanctions that a space does not hold, each with those spaces."""
    found = [(each, [str(r.space) for r in each.coverage if r.state is CoverageState.BLOCKED]) for each in sanctions]
    return [(each, spaces) for each, spaces in found if spaces]
