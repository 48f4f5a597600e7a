"""The console as any seeded person, by one click: pages that only the sandbox has, and `guardian serve` never.

Read `persona_pages` first.
"""

from collections.abc import Iterable, Sequence
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from guardian.errors import NotFound
from guardian.ids import MemberId
from guardian.people.models import Member
from guardian.people.sign_ins import SignInWay
from guardian.services.sign_in.sessions import open_session
from guardian.web.app import Additions
from guardian.web.console.console import HOME, SESSION
from guardian.web.console.navigation import NavigationItem
from guardian.web.rendering import Site

_PATH: Final = "/sandbox/console"
_PAGE: Final = "page"


def persona_pages(members: Iterable[Member], start_pages: Sequence[str] = ()) -> Additions:
    """Return the pages that sign in as any of the members, and the bar that switches between them.

    The bar leads back to the first of the addresses of the sandbox's own first page, once there is one.
    """
    people = tuple(NavigationItem(persona_path(member.id), member.name) for member in members)
    back = NavigationItem(_PATH, "The first page")
    return Additions(lambda site: [*_persona_routes(site), _way_back(site, start_pages)], (back, *people))


def persona_path(member: MemberId, page: str = "") -> str:
    """Return the address that opens the console as that member, on one of its pages."""
    return f"{_PATH}/{member}" + (f"?{urlencode({_PAGE: page})}" if page else "")


def _way_back(site: Site, start_pages: Sequence[str]) -> Route:
    async def go_back(_: Request) -> Response:
        if not start_pages:
            raise NotFound
        return RedirectResponse(start_pages[0], 303)

    return site.get(_PATH, go_back)


def _persona_routes(site: Site) -> Sequence[Route]:
    async def become(request: Request) -> Response:
        member = MemberId(request.path_params["member"])
        session = await open_session(site.app, member, SignInWay.SANDBOX, is_proven=True)
        page = request.query_params.get(_PAGE, HOME)
        return site.sign_in(SESSION, session.secret, page if page.startswith(f"{HOME}/") else HOME)

    return [site.get(_PATH + "/{member}", become)]
