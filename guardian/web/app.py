"""The web application: which address shows what, and what is said when something cannot be shown."""

from collections.abc import Mapping, Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from guardian.desk.desk import Desk
from guardian.errors import GuardianError, NotFound, Stale
from guardian.notices.wording import Wording
from guardian.spaces.inlet import Inlet
from guardian.spaces.proof import AccountProof
from guardian.web.floods import USUAL, Floods, Most
from guardian.web.follow_up_pages import FollowUpPages
from guardian.web.forms import Malformed
from guardian.web.guarding import Guarded
from guardian.web.health import HealthCheck, health_route
from guardian.web.own_reports_pages import OwnReportsPages
from guardian.web.owner_pages import OwnerPages
from guardian.web.personal_pages import PersonalPages
from guardian.web.reading_pages import ReadingPages
from guardian.web.report_pages import ReportPages
from guardian.web.sign_in import SignIn
from guardian.web.site import HERE, Site, templates
from guardian.web.visits import Visits
from guardian.web.webhooks import OnKnock, hook_route
from guardian.web.words import FILTERS


def create_app(
    desk: Desk,
    *,
    health: HealthCheck,
    inlets: Mapping[str, Inlet],
    on_knock: OnKnock,
    secure_cookies: bool,
    proofs: Sequence[AccountProof] = (),
    most: Most = USUAL,
) -> Starlette:
    """Every page and door of the service, over this desk. `secure_cookies` where people come over TLS.

    `proofs` are the spaces at which somebody can show which account is theirs; `most` bounds what comes in an hour.
    """
    floods = Floods(desk.wire, most)
    site = Site(desk, templates(FILTERS), Wording(desk.community, desk.base_url), secure_cookies)
    return Starlette(
        routes=[
            health_route(health),
            hook_route(inlets, on_knock),
            _style(),
            *_pages(site, SignIn(site, proofs), floods),
        ],
        middleware=[Middleware(Guarded, secure=secure_cookies)],
        exception_handlers={
            HTTPException: _Words(site).of_http,
            GuardianError: _Words(site).of_ours,
            Malformed: _Words(site).of_body,
            ClientDisconnect: _gone,
        },
    )


def _pages(site: Site, sign_in: SignIn, floods: Floods) -> Sequence[Route]:
    async def start(_: Request) -> Response:
        return site.page("start.html")

    return [
        site.shows("/", start),
        *ReportPages(site, sign_in, floods).routes(),
        *sign_in.routes(),
        *OwnReportsPages(site, sign_in).routes(),
        *FollowUpPages(site, Visits(site.desk.wire), floods).routes(),
        *PersonalPages(site, Visits(site.desk.wire), sign_in).routes(),
        *OwnerPages(site, Visits(site.desk.wire), sign_in).routes(),
        *ReadingPages(site).routes(),
    ]


def _style() -> Route:
    """The style sheet, which a browser may keep for an hour: it says nothing about anybody."""
    sheet = (HERE / "static" / "guardian.css").read_bytes()

    async def answer(_: Request) -> Response:
        return Response(sheet, media_type="text/css", headers={"cache-control": "public, max-age=3600"})

    return Route("/static/guardian.css", answer, methods=["GET"])


async def _gone(_: Request, __: Exception) -> Response:
    """Nobody is left to read an answer."""
    return Response(status_code=400)


class _Words:
    """What is said when an address shows nothing."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def of_http(self, _: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        title = "There is nothing here" if status == 404 else "This cannot be done here"
        return self._site.message(title, "Please check the address, or begin again from the first page.", status=status)

    async def of_ours(self, _: Request, error: Exception) -> Response:
        sentence = error.sentence if isinstance(error, GuardianError) else ""
        if isinstance(error, NotFound):
            return self._site.message("There is nothing here", sentence, status=404)
        if isinstance(error, Stale):
            return self._site.message("Something changed meanwhile", sentence, status=409)
        return self._site.message("This cannot be done", sentence, status=403)

    async def of_body(self, _: Request, error: Exception) -> Response:
        return self._site.message(
            "This could not be read",
            str(error),
            "Nothing of it was kept. Go back in your browser: what you wrote should still be there. "
            "Then send it in smaller parts.",
            status=413,
        )
