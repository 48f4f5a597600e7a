"""The follow-up page of a reporter, opened by a receipt that never stands in an address. Policy: P-2.4, P-2.12."""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from guardian.cases.intake import MOST_FILES
from guardian.cases.questions import DANGER, WHO
from guardian.desk.intake import ByReceipt, FollowUp, ThreadLine, Wish, add, follow_up, takes_files, wish
from guardian.errors import NotFound, Refused, Stale
from guardian.ids import new_secret
from guardian.notices.catalogue import say
from guardian.web.floods import Floods, Pool, slow_down
from guardian.web.forms import Form, most_together
from guardian.web.report_pages import FILES_AT_FAULT, answers_in, too_much
from guardian.web.site import Fault, Site
from guardian.web.visited_pages import Behind
from guardian.web.visits import Visit, Visits


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was said, with its heading where it has one."""

    at: datetime
    from_reporter: bool
    heading: str
    text: str


class FollowUpPages:
    """How a report stands, what was said, and what its reporter may add or ask for."""

    def __init__(self, site: Site, visits: Visits, floods: Floods) -> None:
        self._site = site
        self._floods = floods
        self._behind = Behind(site, visits, "follow-up")

    def routes(self) -> Sequence[Route]:
        """The addresses of these pages."""
        return [
            self._site.shows("/follow-up", self._show),
            self._site.takes("/follow-up", self._open),
            self._site.takes("/follow-up/add", self._add),
            self._site.takes("/follow-up/wish", self._wish),
            self._site.takes("/follow-up/leave", self._behind.leave),
        ]

    async def _show(self, request: Request) -> Response:
        visit = self._behind.visit(request)
        return await self._page(visit) if visit else self._behind.door()

    async def _open(self, _: Request, form: Form) -> Response:
        return await self._behind.let_in(form, lambda receipt: follow_up(self._site.desk, receipt))

    async def _add(self, request: Request, form: Form) -> Response:
        async def act(visit: Visit) -> str:
            if form.too_much:
                raise Refused("too_large", too_much(self._site))
            key = ByReceipt(visit.receipt)
            if form.files and not await takes_files(self._site.desk, key):
                raise Refused("no_files", say("", "refused.no_files"), "P-2.7")
            wait = self._floods.admit(Pool.ADDITION, visit.receipt, form.one("form"))
            if wait is not None:
                raise Refused("too_often", slow_down(wait), "P-2.12")
            return await add(self._site.desk, key, form.one("text"), form.evidence(), answers=_answers(form))

        def again(visit: Visit, fault: Fault) -> Awaitable[Response]:
            return self._page(visit, form, fault)

        return await self._behind.once(request, form, act, again, _field)

    async def _wish(self, request: Request, form: Form) -> Response:
        if form.one("wish") not in set(Wish):
            raise NotFound

        async def act(visit: Visit) -> str:
            return await wish(self._site.desk, ByReceipt(visit.receipt), Wish(form.one("wish")))

        def again(visit: Visit, fault: Fault) -> Awaitable[Response]:
            return self._page(visit, form, fault)

        return await self._behind.once(request, form, act, again, lambda _: "")

    async def _page(self, visit: Visit, form: Form | None = None, fault: Fault | None = None) -> Response:
        found = await follow_up(self._site.desk, visit.receipt)
        return self._site.page(
            "follow_up.html",
            status=422 if fault else 200,
            found=found,
            lines=self._thread(found),
            fault=fault,
            said=visit.take_said(),
            form=form or Form(),
            files_again=bool(form and form.files),
            token=visit.token,
            form_id=new_secret(),
            takes_files=await takes_files(self._site.desk, ByReceipt(visit.receipt)),
            most_files=MOST_FILES,
            largest_file=self._site.desk.largest_file // 1_000_000,
            together=most_together(self._site.desk.largest_file) // 1_000_000,
        )

    def _thread(self, found: FollowUp) -> list[Line]:
        """What the reporter wrote and what they were told, in the order of time."""
        lines = [Line(each.at, each.from_reporter, _doubt(each), each.text) for each in found.thread]
        for notice in found.told:
            text = self._site.wording.on_page(notice)
            lines.append(Line(notice.created_at or found.received_at, False, text.subject, text.body))
        return sorted(lines, key=lambda line: line.at)


def _answers(form: Form) -> dict[str, str]:
    """What is answered now; "no danger" is not asked for."""
    said = {name: form.one(name) for name in (WHO, DANGER) if form.one(name)}
    return {**answers_in(form), **{name: text for name, text in said.items() if name == WHO or text == "yes"}}


def _doubt(line: ThreadLine) -> str:
    """The heading of what came to the reporter's own mail address from somebody who may be another."""
    return "" if line.verified else "By mail, and nothing shows that it is from you. Tell us if it is not."


def _field(error: Refused | Stale) -> str:
    """Which field of the form is to be mended."""
    if isinstance(error, Stale):
        return ""
    return "files" if error.code in FILES_AT_FAULT else "text"
