"""The web application: which address shows what, and what is said when something cannot be shown.

Read `create_app` first.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from jinja2 import Environment
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from guardian.errors import GuardianError, NotFound, Stale
from guardian.notices.renderer import NoticeRenderer
from guardian.services.context import AppContext
from guardian.spaces.account_proof import AccountProof
from guardian.web.api.app import PATH as API_PATH
from guardian.web.api.app import create_api
from guardian.web.asked_pages import AskedPages
from guardian.web.calendar_pages import CalendarPages
from guardian.web.common_pages import CommonPages
from guardian.web.console.console import Console
from guardian.web.console.navigation import NavigationItem
from guardian.web.console.pages import console_routes
from guardian.web.event_pages import EventPages
from guardian.web.follow_up_pages import FollowUpPages
from guardian.web.forms import Malformed
from guardian.web.health import HealthCheck, health_route
from guardian.web.labels import FILTERS
from guardian.web.own_reports_pages import OwnReportsPages
from guardian.web.owner_pages import OwnerPages
from guardian.web.personal_pages import PersonalPages
from guardian.web.rate_limit import DEFAULT_LIMITS, Limits, RateLimiter
from guardian.web.rendering import WEB_FOLDER, Site, create_templates
from guardian.web.report_pages import ReportPages
from guardian.web.security_headers import SecurityHeaders
from guardian.web.sessions import PageSessions
from guardian.web.sign_in import SignIn
from guardian.web.webhooks import Webhooks, webhook_route


def _no_routes(_: Site) -> Sequence[Route]:
    return ()


@dataclass(frozen=True, slots=True)
class Additions:
    """Pages beside the service's own, and the bar of the console by which one acts as somebody else."""

    routes: Callable[[Site], Sequence[Route]] = _no_routes
    switcher: tuple[NavigationItem, ...] = ()


NO_ADDITIONS: Final = Additions()
_STATIC: Final = {
    "guardian.css": "text/css",
    "console.css": "text/css",
    "console.js": "text/javascript",
    "leave.js": "text/javascript",
}


def create_app(
    app: AppContext,
    *,
    health: HealthCheck,
    webhooks: Webhooks,
    secure_cookies: bool,
    proofs: Sequence[AccountProof] = (),
    limits: Limits = DEFAULT_LIMITS,
    additions: Additions = NO_ADDITIONS,
) -> Starlette:
    """Build the application: every page, and what programs call. `secure_cookies` where people come over TLS.

    `proofs` are the spaces at which somebody can show which account is theirs; `limits` bounds what comes in an hour.
    `additions` are pages that the service itself does not have: the sandbox's.
    """
    rate_limiter = RateLimiter(app.system_time, limits)
    site = Site(
        app,
        _load_templates(),
        NoticeRenderer(app.community, app.base_url, app.language, app.policy.names, app.policy.groups.board),
        secure_cookies,
    )
    sign_in = SignIn(site, proofs)
    return Starlette(
        routes=[
            health_route(health),
            webhook_route(webhooks),
            *_static_routes(),
            *_pages(site, sign_in, rate_limiter),
            *console_routes(Console(site, sign_in, additions.switcher), sign_in, rate_limiter, health),
            Mount(API_PATH, create_api(app)),
            *additions.routes(site),
        ],
        middleware=[Middleware(SecurityHeaders, secure=secure_cookies)],
        exception_handlers={
            HTTPException: _ErrorPages(site).on_http_error,
            GuardianError: _ErrorPages(site).on_guardian_error,
            Malformed: _ErrorPages(site).on_malformed_body,
            ClientDisconnect: _client_disconnected,
        },
    )


@cache
def _load_templates() -> Environment:
    """The templates of the pages, which are compiled once: nothing of any one service is in them."""
    return create_templates(FILTERS)


def _pages(site: Site, sign_in: SignIn, rate_limiter: RateLimiter) -> Sequence[Route]:
    follow_up = FollowUpPages(site, PageSessions(site.app.system_time), rate_limiter)
    personal = PersonalPages(site, PageSessions(site.app.system_time), sign_in)
    owner = OwnerPages(site, PageSessions(site.app.system_time), sign_in)
    behind_receipts = (follow_up.receipt_pages, personal.receipt_pages, owner.receipt_pages)
    return [
        *CommonPages(site, sign_in, behind_receipts).routes(),
        *ReportPages(site, sign_in, rate_limiter).routes(),
        *sign_in.routes(),
        *OwnReportsPages(site, sign_in).routes(),
        *follow_up.routes(),
        *personal.routes(),
        *owner.routes(),
        *AskedPages(site).routes(),
        *EventPages(site).routes(),
        *CalendarPages(site).routes(),
    ]


def _static_routes() -> Sequence[Route]:
    """Style sheets and scripts, which a browser may keep for an hour: they say nothing of anybody."""
    return [_static_route(name, media_type) for name, media_type in _STATIC.items()]


def _static_route(name: str, media_type: str) -> Route:
    content = (WEB_FOLDER / "static" / name).read_bytes()

    async def answer(_: Request) -> Response:
        return Response(content, media_type=media_type, headers={"cache-control": "public, max-age=3600"})

    return Route(f"/static/{name}", answer, methods=["GET"])


async def _client_disconnected(_: Request, __: Exception) -> Response:
    """Nobody is left to read an answer."""
    return Response(status_code=400)


class _ErrorPages:
    """What is said when an address shows nothing."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def on_http_error(self, request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        title = "page.nothing_title" if status == 404 else "page.not_done_title"
        return self._site.render_party_message(request, title, "page.nothing", status=status)

    async def on_guardian_error(self, request: Request, error: Exception) -> Response:
        if isinstance(error, NotFound):
            return self._site.render_party_message(request, "page.nothing_title", "page.nothing", status=404)
        if isinstance(error, Stale):
            return self._site.render_party_message(request, "page.changed_title", "refused.stale", status=409)
        return self._site.render_party_message(request, "page.not_done_title", "page.not_done", status=403)

    async def on_malformed_body(self, request: Request, error: Exception) -> Response:
        return self._site.render_party_message(request, "page.unread_title", str(error), "page.unread", status=413)
