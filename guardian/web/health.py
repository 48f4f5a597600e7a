"""How the service is, for programs that watch it: ages and counts, never content and never a name.

Read `Health` first.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


@dataclass(frozen=True, slots=True)
class Health:
    """What is known of the service at one instant; `heartbeats` says how long ago each of its loops last came round."""

    heartbeats: Mapping[str, timedelta] = field(default_factory=dict)
    blocked_items: int = 0
    undeliverable_notices: int = 0
    clock_trusted: bool = True
    spaces_down: tuple[str, ...] = ()
    stale_after: timedelta = timedelta(minutes=2)

    def stale_loops(self) -> tuple[str, ...]:
        """Return the loops that have not come round for too long."""
        return tuple(sorted(name for name, age in self.heartbeats.items() if age > self.stale_after))


HealthCheck = Callable[[], Awaitable[Health]]


def health_route(health: HealthCheck) -> Route:
    """Return the address where programs ask."""

    async def answer(_: Request) -> Response:
        found = await health()
        stale = found.stale_loops()
        facts = {
            "well": not stale and not found.spaces_down,
            "stale": list(stale),
            "heartbeats": {name: round(age.total_seconds(), 1) for name, age in found.heartbeats.items()},
            "blocked_keys": found.blocked_items,
            "undeliverable_notices": found.undeliverable_notices,
            "clock_trusted": found.clock_trusted,
            "spaces_down": list(found.spaces_down),
        }
        return JSONResponse(facts, 503 if stale else 200)

    return Route("/healthz", answer, methods=["GET"])
