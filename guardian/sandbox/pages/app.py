"""The sandbox's own web application: every page in it, and what is said where there is none. The service has none of them.

Read `create_sandbox_app` first.
"""

from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from guardian.sandbox.open_sandbox import OpenSandbox
from guardian.sandbox.pages.discord_pages import DiscordPages
from guardian.sandbox.pages.forum_pages import ForumPages
from guardian.sandbox.pages.github_pages import GithubPages
from guardian.sandbox.pages.mail_pages import MailPages
from guardian.sandbox.pages.site import ROOT, SandboxSite, create_sandbox_templates, read_stylesheet
from guardian.sandbox.pages.start_pages import StartPages
from guardian.web.forms import Malformed
from guardian.web.security_headers import SecurityHeaders


def create_sandbox_app(sandbox: OpenSandbox) -> Starlette:
    """Build the application around one open sandbox."""
    site = SandboxSite(sandbox, create_sandbox_templates(sandbox))
    pages = (StartPages(site), DiscordPages(site), ForumPages(site), GithubPages(site), MailPages(site))
    return Starlette(
        routes=[_stylesheet_route(), *(route for each in pages for route in each.routes())],
        middleware=[Middleware(SecurityHeaders, secure=False)],
        exception_handlers={HTTPException: _on_http_error(site), Malformed: _on_http_error(site)},
    )


def _stylesheet_route() -> Route:
    sheet = read_stylesheet()

    async def answer(_: Request) -> Response:
        return Response(sheet, media_type="text/css")

    return Route(f"{ROOT}/sandbox.css", answer, methods=["GET"])


def _on_http_error(site: SandboxSite) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def answer(_: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 413
        return await site.render("nothing.html", status=status)

    return answer
