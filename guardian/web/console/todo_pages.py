"""To do: what needs this member now, by its clock, and who has said that they see to it. Read `TodoPages` first."""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from guardian.cases.tasks import TaskKind
from guardian.errors import NotFound
from guardian.services.worklist.claims import claim_task, release_task
from guardian.services.worklist.task_words import GROUPS, TASKS, group_of, sentence_of
from guardian.services.worklist.tasks import Task, list_tasks
from guardian.web.console.console import HOME, NOTHING_TYPED, Console, FormEntry, Visit
from guardian.web.forms import Form

_PAGES: Final = {
    TaskKind.REVIEW_ACT: "/console/reviews",
    TaskKind.REVIEW_STOP: "/console/reviews",
    TaskKind.REVIEW_PAUSE: "/console/pauses",
    TaskKind.CONFIRM_ACT: "/console/reviews",
    TaskKind.GIVE_STATEMENT: "/console/reviews",
    TaskKind.CONFIRM_OFFICE: "/console/members",
    TaskKind.ANSWER_ADVICE_REQUEST: "/console/advice",
    TaskKind.ANSWER_DATA_REQUEST: "/console/data-requests",
    TaskKind.READ_DATA_ANSWER: "/console/data-requests",
}
"""Where a task is done that has a page of its own; all others are done on the page of their case."""
NEXT: Final = HOME + "/next"
_SOON: Final = 3600 * 6
_MOST: Final = 100


class TodoPages:
    """Show what waits for the member, and take their word that they see to it."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._app = console.site.app

    def routes(self) -> Sequence[Route]:
        """Return the addresses of these pages. Without a passkey a member sees that something waits, by code names."""
        return [
            self._console.get(HOME, self._show, needs_proof=False),
            self._console.get(NEXT, self._next, needs_proof=False),
            self._console.post(HOME + "/tasks/claim", self._claim, needs_proof=False),
            self._console.post(HOME + "/tasks/release", self._release, needs_proof=False),
        ]

    async def _show(self, request: Request, visit: Visit, entry: FormEntry = NOTHING_TYPED) -> Response:
        tasks = await list_tasks(self._app, visit.by)
        wanted = request.query_params.get("only", "")
        group = wanted if wanted in GROUPS else ""
        counts = Counter(group_of(task) for task in tasks)
        shown = [task for task in tasks if not group or group_of(task) == group]
        return self._console.render(
            visit,
            "todo.html",
            entry=entry,
            tasks=[(task, sentence_of(task), address_of(task)) for task in shown[:_MOST]],
            left_out=max(0, len(shown) - _MOST),
            groups=[(name, counts[name]) for name in GROUPS if counts[name]],
            group=group,
            total=len(tasks),
            now=self._app.clock.now(),
            soon=_SOON,
        )

    async def _next(self, request: Request, visit: Visit) -> Response:
        """Send the browser on to the most urgent work elsewhere that nobody else has; to the list where there is none.

        It only leads on, and takes nothing: to have it is said on its own page.
        """
        done = request.query_params.get("after", "")
        tasks = await list_tasks(self._app, visit.by)
        free = (each for each in tasks if each.code_name != done and each.claimed_by in ("", visit.member.name))
        return self._console.redirect(visit, next((at for each in free if (at := address_of(each))), HOME))

    async def _claim(self, request: Request, visit: Visit, form: Form) -> Response:
        async def claim() -> None:
            await claim_task(self._app, visit.by, form.one("case"), _kind(form), form.one("subject"))

        return await self._attempt(request, visit, form, claim, "Noted: the others see that you have it.")

    async def _release(self, request: Request, visit: Visit, form: Form) -> Response:
        async def release() -> None:
            await release_task(self._app, visit.by, form.one("case"), _kind(form), form.one("subject"))

        return await self._attempt(request, visit, form, release, "Noted: the others see that nobody has it.")

    async def _attempt(
        self, request: Request, visit: Visit, form: Form, act: Callable[[], Awaitable[None]], said: str
    ) -> Response:
        return await self._console.attempt(
            visit, form, act, to=HOME, again=lambda entry: self._show(request, visit, entry), said=said
        )


def address_of(task: Task) -> str:
    """Return where the task is done; "" where it is about nothing that has a page."""
    if task.kind in _PAGES:
        return _PAGES[task.kind]
    if not task.code_name:
        return ""
    page = f"{HOME}/cases/{quote(task.code_name, safe='')}"
    if task.kind is TaskKind.ENACT:
        return f"{page}/enact"
    section = TASKS[task.kind].section
    return page + (f"#{section}" if section else "")


def _kind(form: Form) -> TaskKind:
    try:
        return TaskKind(form.one("kind"))
    except ValueError:
        raise NotFound from None
