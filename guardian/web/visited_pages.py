"""What the two pages behind a receipt share: letting in by receipt, a form that is taken once, and leaving."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from guardian.cases.questions import CHOICES, QUESTIONS, WHO
from guardian.errors import GuardianError, NotFound, Refused, Stale
from guardian.web.forms import Form
from guardian.web.site import Fault, Site
from guardian.web.visits import Visit, Visits


class Behind:
    """The way in and out of one kind of page, whose address is `/` and the room's name."""

    def __init__(self, site: Site, visits: Visits, room: str) -> None:
        self._site = site
        self._visits = visits
        self._room = room
        self.path = f"/{room}"

    def visit(self, request: Request) -> Visit | None:
        """The visit that the browser is on."""
        return self._visits.find(self._key(request))

    def door(self, fault: Fault | None = None, *, status: int = 200) -> Response:
        """The form for a receipt; never filled in, since a receipt is not to be left on a screen."""
        return self._site.page(f"{self._room.replace('-', '_')}_door.html", status=status, fault=fault)

    async def let_in(self, form: Form, look: Callable[[str], Awaitable[object]]) -> Response:
        """The page, for a receipt that opens it; the same answer for every receipt that does not."""
        receipt = form.one("receipt")
        try:
            await look(receipt)
        except NotFound as error:
            return self.door(Fault("receipt", error.sentence), status=422)
        return self._site.let_in(self._room, self._visits.begin(receipt), self.path)

    async def once(
        self,
        request: Request,
        form: Form,
        act: Callable[[Visit], Awaitable[str]],
        again: Callable[[Visit, Fault], Awaitable[Response]],
        at: Callable[[Refused | Stale], str],
    ) -> Response:
        """What the form asks for is done, and once even where it is sent twice; its answer is shown on the page.

        Where it cannot be done, the page is shown `again` with what was typed; `at` names the field to mend.
        """
        visit = self.visit(request)
        if visit is None or not visit.is_ours(form.one("token")):
            return self._over(form)
        async with visit.one_at_a_time:
            if form.one("form") not in visit.sent:
                try:
                    visit.said = await act(visit)
                except (Refused, Stale) as error:
                    return await again(visit, Fault(at(error), error.sentence))
                except GuardianError:
                    # The receipt opens this no more; what was typed is given back all the same.
                    self._visits.end(self._key(request))
                    return self._over(form)
                visit.sent.add(form.one("form"))
        return RedirectResponse(self.path, 303)

    def _over(self, form: Form) -> Response:
        return self._site.page("visit_over.html", status=403, path=self.path, typed=_typed(form))

    async def leave(self, request: Request, _: Form) -> Response:
        """The browser has forgotten the receipt."""
        self._visits.end(self._key(request))
        sentence = "This browser does not remember your receipt any more. With it you can come back at any time."
        return self._site.let_out(self._room, "You have left the page", sentence)

    def _key(self, request: Request) -> str | None:
        return request.cookies.get(self._site.cookie(self._room))


def _typed(form: Form) -> list[str]:
    """What the person wrote, to be given back when their visit has ended meanwhile."""
    words = ("text", WHO, *(name for name in QUESTIONS if name not in CHOICES))
    return [form.one(name) for name in words if form.one(name)]
