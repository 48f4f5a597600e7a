"""The first page with the guided path, the clock, a page for each person, and one for each receipt.

Read `StartPages` first.
"""

from datetime import datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from guardian.sandbox.browser import RECEIPT
from guardian.sandbox.community import Human
from guardian.sandbox.pages.guided_path import list_steps
from guardian.sandbox.pages.people import describe_person
from guardian.sandbox.pages.site import ROOT, SandboxSite, own_path, read_own_form
from guardian.sandbox.sandbox_time import parse_length
from guardian.sandbox.time_driver import Stuck


class StartPages:
    """The pages that are nobody's in particular, and each person's own."""

    def __init__(self, site: SandboxSite) -> None:
        self._site = site
        self._sandbox = site.sandbox

    def routes(self) -> list[Route]:
        """Return the pages, and where the clock's form is sent."""
        return [
            Route(ROOT, self.start, methods=["GET"]),
            Route(f"{ROOT}/clock", self.show_clock, methods=["GET"]),
            Route(f"{ROOT}/clock", self.move_clock, methods=["POST"]),
            Route(f"{ROOT}/receipts/{{receipt}}", self.show_receipt, methods=["GET"]),
            self._site.page("", self.show_person),
        ]

    async def start(self, _: Request) -> Response:
        """Show the guided path, and who lives here."""
        described = [describe_person(self._sandbox, each) for each in self._sandbox.world.community.people.values()]
        steps = await list_steps(self._sandbox)
        return await self._site.render("start.html", steps=steps, described=described, url=self._sandbox.service.url)

    async def show_clock(self, request: Request) -> Response:
        """Show what is due and when; `until` in the address is what one came to jump to."""
        return await self._site.render("clock.html", until=request.query_params.get("until", ""))

    async def move_clock(self, request: Request) -> Response:
        """Move the clock on, and show again where that was asked for."""
        form = await read_own_form(request)
        now = self._sandbox.time.now()
        try:
            until = (
                datetime.fromisoformat(form.one("until"))
                if form.one("until")
                else now + parse_length(form.one("length"))
            )
            await self._sandbox.time.move_to(until)
        except (LookupError, ValueError, TypeError) as error:
            raise HTTPException(400) from error
        except Stuck as stuck:
            return await self._site.render("clock.html", status=503, until="", stuck=str(stuck))
        return RedirectResponse(own_path(form.one("back")), 303)

    async def show_person(self, _: Request, human: Human) -> Response:
        """Show what this person can do now, and where."""
        console = self._sandbox.console_entry(human)
        described = describe_person(self._sandbox, human)
        return await self._site.render(
            "person.html", human, described=described, console=console, url=self._sandbox.service.url
        )

    async def show_receipt(self, request: Request) -> Response:
        """Show a receipt to be copied, with the pages that such a receipt opens."""
        receipt = request.path_params["receipt"]
        if not RECEIPT.fullmatch(receipt):
            raise HTTPException(404)
        return await self._site.render("receipt.html", receipt=receipt, url=self._sandbox.service.url)
