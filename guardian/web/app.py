"""The web application: which address shows what, and what is said when something cannot be shown."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from guardian.desk.desk import Desk
from guardian.errors import NotFound, Refused, Stale
from guardian.spaces.inlet import Inlet
from guardian.web.follow_up_pages import FollowUpPages
from guardian.web.forms import Malformed
from guardian.web.guarding import Guarded, comes_from_us
from guardian.web.health import HealthCheck, health_route
from guardian.web.personal_pages import PersonalPages
from guardian.web.reading_pages import ReadingPages
from guardian.web.report_pages import ReportPages
from guardian.web.site import HERE, Site, templates
from guardian.web.visits import Visits
from guardian.web.webhooks import OnKnock, hook_route
from guardian.web.words import FILTERS

Answer = Callable[[Request, Exception], Awaitable[Response]]


def create_app(
    desk: Desk, *, health: HealthCheck, inlets: Mapping[str, Inlet], on_knock: OnKnock, secure_cookies: bool
) -> Starlette:
    """Every page and door of the service, over this desk. `secure_cookies` where people come over TLS."""
    site = Site(desk, templates(FILTERS), secure_cookies)
    doors = [health_route(health), hook_route(inlets, on_knock)]
    return Starlette(
        routes=[*doors, *_pages(site), _Styled("/static", StaticFiles(directory=HERE / "static"), name="static")],
        middleware=[Middleware(Guarded, secure=secure_cookies), Middleware(_OwnForms, site=site)],
        exception_handlers={kind: _in_words(site) for kind in (HTTPException, NotFound, Refused, Stale, Malformed, 500)},
    )


def _pages(site: Site) -> Sequence[BaseRoute]:
    async def start(_: Request) -> Response:
        return site.page("start.html")

    return [
        Route("/", start, methods=["GET"]),
        *ReportPages(site).routes(),
        *FollowUpPages(site, Visits(site.desk.wire)).routes(),
        *PersonalPages(site, Visits(site.desk.wire)).routes(),
        *ReadingPages(site).routes(),
    ]


class _Styled(Mount):
    """The style sheet, which a browser may keep for an hour: it says nothing about anybody."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_kept(message: dict[str, object]) -> None:
            await send(message)

        await super().handle(scope, receive, send)
