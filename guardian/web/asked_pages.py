"""The page of whoever is asked to do something by hand in a space without a connector, behind a link of their own.

It shows which account, what to do and until when, and takes their answer; never why. Read `AskedPages` first.
Policy: P-1.3.
"""

from collections.abc import Awaitable, Callable, Sequence

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from guardian.services.context import AppContext
from guardian.services.manual_spaces.answers import confirm_task, decline_task, read_task, report_undone
from guardian.services.manual_spaces.pause_tasks import PATH as PAUSE_PATH
from guardian.services.manual_spaces.pause_tasks import confirm_pause_task, read_pause_task
from guardian.services.manual_spaces.tasks import PATH
from guardian.web.forms import Form
from guardian.web.rendering import Site

Answer = Callable[[AppContext, str], Awaitable[None]]


class AskedPages:
    """Show what is asked; opening the page answers nothing, since mail programs open links too."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def routes(self) -> Sequence[Route]:
        """Return the addresses of these pages."""
        return [
            self._site.get(f"{PATH}/{{secret}}", self._show),
            self._site.post(f"{PATH}/{{secret}}/done", self._answer(confirm_task)),
            self._site.post(f"{PATH}/{{secret}}/cannot", self._answer(decline_task)),
            self._site.post(f"{PATH}/{{secret}}/back", self._answer(report_undone)),
            self._site.get(f"{PAUSE_PATH}/{{secret}}", self._show_pause),
            self._site.post(f"{PAUSE_PATH}/{{secret}}/done", self._answer(confirm_pause_task, PAUSE_PATH)),
        ]

    async def _show(self, request: Request) -> Response:
        secret = request.path_params["secret"]
        task = await read_task(self._site.app, secret)
        return self._site.render_party_page(
            request,
            "asked.html",
            task=task,
            address=f"{PATH}/{secret}",
            now=self._site.app.clock.now(),
            switches_language=False,
        )

    async def _show_pause(self, request: Request) -> Response:
        secret = request.path_params["secret"]
        task = await read_pause_task(self._site.app, secret)
        return self._site.render_party_page(
            request, "asked_pause.html", task=task, address=f"{PAUSE_PATH}/{secret}", switches_language=False
        )

    def _answer(self, act: Answer, path: str = PATH) -> Callable[[Request, Form], Awaitable[Response]]:
        async def answer(request: Request, _: Form) -> Response:
            secret = request.path_params["secret"]
            await act(self._site.app, secret)
            return RedirectResponse(f"{path}/{secret}", 303)

        return answer
