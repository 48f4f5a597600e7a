"""What every page of the sandbox is made with: the sandbox, the templates, who looks, and what a platform refuses.

Read `SandboxSite` first.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from connectors.emulators.shared.control import Declined
from guardian.notices.acknowledgement import format_datetime
from guardian.sandbox.community import Human
from guardian.sandbox.open_sandbox import OpenSandbox
from guardian.sandbox.pages.text import as_markup
from guardian.sandbox.time_driver import Stuck
from guardian.web.forms import Form, read_form
from guardian.web.security_headers import is_same_origin

ROOT: Final = "/sandbox"
PLATFORMS: Final = ("discord", "forum", "github", "mail")
_FOLDER: Final = Path(__file__).parent
_LARGEST_FILE: Final = 10_000_000
_REFUSALS: Final = (Declined, LookupError, ValueError, TimeoutError, Stuck)

PageHandler = Callable[[Request, Human], Awaitable[Response]]
ActHandler = Callable[[Human, Form], Awaitable[str]]
"""Does what the form says as that person, and returns the address of what they see next."""


@dataclass(frozen=True, slots=True)
class SandboxSite:
    """The pages of one open sandbox."""

    sandbox: OpenSandbox
    templates: Environment

    # -- routes

    def page(self, path: str, handler: PageHandler) -> Route:
        """Return the route of a page on which somebody looks at their part of the community."""

        async def show(request: Request) -> Response:
            human = self._find_human(request)
            try:
                return await handler(request, human)
            except Declined as refusal:
                return await self.render_refusal(human, _platform_of(path), refusal, _home(human))

        return Route(f"{ROOT}/as/{{person}}{path}", show, methods=["GET"])

    def act(self, path: str, handler: ActHandler) -> Route:
        """Return the route to which a form is sent in which that person does something."""

        async def take(request: Request) -> Response:
            human = self._find_human(request)
            form = await read_own_form(request)
            try:
                seen_next = await handler(human, form)
            except _REFUSALS as refusal:
                back = form.one("back") or f"{_home(human)}/{_platform_of(path)}"
                return await self.render_refusal(human, _platform_of(path), refusal, back)
            await self.sandbox.time.settle()
            return RedirectResponse(seen_next, 303)

        return Route(f"{ROOT}/as/{{person}}{path}", take, methods=["POST"])

    # -- what is shown

    async def render(
        self, template: str, human: Human | None = None, section: str = "", *, status: int = 200, **facts: Any
    ) -> Response:
        """Render the page that the template makes of the facts; `human` is whose eyes it is seen with."""
        known = {
            "sandbox": self.sandbox,
            "world": self.sandbox.world,
            "people": self.sandbox.world.community.people.values(),
            "human": human,
            "section": section,
            "now": self.sandbox.time.now(),
            "due": await self.sandbox.time.list_due(),
            "me": f"{ROOT}/as/{human.key}" if human else ROOT,
            **facts,
        }
        return HTMLResponse(self.templates.get_template(template).render(known), status)

    async def render_refusal(self, human: Human, platform: str, refusal: Exception, back: str) -> Response:
        """Render what the platform says where it does not let somebody do what they tried."""
        sentence = str(refusal) or "It took too long, and nobody knows what came of it."
        return await self.render(
            "refused.html", human, platform, status=409, sentence=sentence, back=own_path(back), platform=platform
        )

    def _find_human(self, request: Request) -> Human:
        human = self.sandbox.world.community.people.get(request.path_params["person"])
        if human is None:
            raise HTTPException(404)
        return human


async def read_own_form(request: Request) -> Form:
    """Return the form that one of our own pages sent; refused from anywhere else."""
    if not is_same_origin(request):
        raise HTTPException(403)
    return await read_form(request, _LARGEST_FILE)


def own_path(address: str) -> str:
    """Return the address where it is one of the sandbox's own pages, and the start page otherwise."""
    return address if address.startswith(f"{ROOT}/") and "//" not in address else ROOT


def create_sandbox_templates(sandbox: OpenSandbox) -> Environment:
    """Return the templates; everything put into them is escaped, and a missing fact is an error."""
    environment = Environment(
        loader=FileSystemLoader(_FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    users = sandbox.world.discord.state.users

    def name_of(number: str) -> str:
        return users[number].username if number in users else number

    def marked(text: str) -> Markup:
        return as_markup(text, name_of)

    environment.filters.update({"marked": marked, "spoken": format_datetime, "instant": datetime.fromisoformat})
    environment.filters.update({"in_path": _in_path, "zip": zip, "extract": _extract})
    return environment


def read_stylesheet() -> bytes:
    """Return the style sheet of these pages."""
    return (_FOLDER / "static" / "sandbox.css").read_bytes()


def _in_path(text: object) -> str:
    return quote(str(text), safe="")


def _extract(key: Any, known: Mapping[Any, Any]) -> Any:
    """What stands under the key."""
    return known[key]


def _platform_of(path: str) -> str:
    first = path.strip("/").partition("/")[0]
    return first if first in PLATFORMS else "discord"


def _home(human: Human) -> str:
    return f"{ROOT}/as/{human.key}"
