"""The list of cases, and one case on one page: what came in, who is concerned, and what has become of it.

Policy: P-2.7, P-4.2, P-9.8. Read `CasePages` first.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from guardian.errors import NotFound, Refused
from guardian.ids import AccountId, EvidenceId, ReportId
from guardian.services.cases.overview import list_cases
from guardian.services.identity.disputes import keep_link
from guardian.services.identity.linking import confirm_link
from guardian.services.identity.merging import confirm_merge
from guardian.services.identity.unlinking import unlink_by_id
from guardian.services.reading_room.case_file import read_case, read_evidence
from guardian.services.reading_room.proceedings import read_proceedings
from guardian.services.reports.csam import clear_csam_claim, mark_csam
from guardian.web.console.console import NOTHING_TYPED, Console, FormEntry, Visit
from guardian.web.forms import Form

CASES: Final = "/console/cases"
CASE: Final = "/console/cases/{case}"
PICTURE_TYPES: Final[Mapping[bytes, str]] = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}
_ENDINGS: Final = (".png", ".jpg", ".jpeg", ".gif")


class CasePages:
    """Show the cases, one case, and what is downloaded from it."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._app = console.site.app

    def routes(self) -> Sequence[Route]:
        """Return the addresses of these pages."""
        get, post = self._console.get, self._console.post
        return [
            get(CASES, self._list, needs_proof=False),
            get(CASE, self.show),
            get(CASE + "/evidence/{evidence}", self._download),
            get(CASE + "/evidence/{evidence}/picture", self._picture),
            post(CASE + "/links/{link}/confirm", self._confirm_link),
            post(CASE + "/links/{link}/keep", self._keep_link),
            post(CASE + "/links/{link}/undo", self._undo_link),
            post(CASE + "/merges/{merge}/confirm", self._confirm_merge),
            post(CASE + "/reports/{report}/minors", self._mark_csam),
            post(CASE + "/reports/{report}/no-minors", self._clear_csam),
        ]

    async def show(self, request: Request, visit: Visit, entry: FormEntry = NOTHING_TYPED) -> Response:
        """Show the case with all that the member may do in it; `entry` is what they typed in a form of it before."""
        code_name = request.path_params["case"]
        file = await read_case(self._app, visit.by, code_name)
        return self._console.render(
            visit,
            "case.html",
            entry=entry,
            file=file,
            became=await read_proceedings(self._app, visit.by, code_name),
            people={person.person: person.code_name for person in file.people},
            is_picture=_looks_like_picture,
        )

    async def act(
        self,
        request: Request,
        visit: Visit,
        form: Form,
        act: Callable[[], Awaitable[object]],
        *,
        said: str = "",
        field: str = "",
    ) -> Response:
        """Carry out what a form on the case's page asks for, and show the case with what came of it."""
        path = CASE.format(case=quote(request.path_params["case"], safe=""))
        return await self._console.attempt(
            visit,
            form,
            act,
            to=path,
            again=lambda entry: self.show(request, visit, entry),
            field=field,
            said=said,
        )

    async def _list(self, _: Request, visit: Visit) -> Response:
        return self._console.render(visit, "cases.html", cases=await list_cases(self._app, visit.by))

    async def _confirm_link(self, request: Request, visit: Visit, form: Form) -> Response:
        link = AccountId(request.path_params["link"])
        return await self.act(
            request, visit, form, lambda: confirm_link(self._app, visit.by, link), said="The link is confirmed."
        )

    async def _keep_link(self, request: Request, visit: Visit, form: Form) -> Response:
        link = AccountId(request.path_params["link"])
        return await self.act(
            request, visit, form, lambda: keep_link(self._app, visit.by, link), said="The link stays."
        )

    async def _undo_link(self, request: Request, visit: Visit, form: Form) -> Response:
        link = AccountId(request.path_params["link"])
        field = f"undo-{link}"
        return await self.act(
            request,
            visit,
            form,
            lambda: unlink_by_id(self._app, visit.by, link, form.one(field)),
            said="The link is undone, and the account is let go now. Its owner gets an apology.",
            field=field,
        )

    async def _confirm_merge(self, request: Request, visit: Visit, form: Form) -> Response:
        merge = str(request.path_params["merge"])
        return await self.act(
            request, visit, form, lambda: confirm_merge(self._app, visit.by, merge), said="The two count as one."
        )

    async def _mark_csam(self, request: Request, visit: Visit, form: Form) -> Response:
        report = ReportId(request.path_params["report"])
        field = f"minors-{report}"

        async def mark() -> None:
            if form.one(field) != "yes":
                raise Refused("not_sure", "Please tick that you are sure: it cannot be undone.", "P-2.7")
            await mark_csam(self._app, visit.by, request.path_params["case"], report)

        return await self.act(
            request, visit, form, mark, said="Noted: the page shows what has come of it.", field=field
        )

    async def _clear_csam(self, request: Request, visit: Visit, form: Form) -> Response:
        report = ReportId(request.path_params["report"])
        return await self.act(
            request,
            visit,
            form,
            lambda: clear_csam_claim(self._app, visit.by, request.path_params["case"], report),
            said="The evidence is shown again.",
            field=f"minors-{report}",
        )

    async def _download(self, request: Request, visit: Visit) -> Response:
        name, content = await self._evidence(request, visit)
        headers = {"content-disposition": f"attachment; filename*=UTF-8''{quote(name or 'file', safe='')}"}
        return Response(content, media_type="application/octet-stream", headers=headers)

    async def _picture(self, request: Request, visit: Visit) -> Response:
        """A picture to be shown in the page; anything that is not one by its own bytes is not there."""
        _, content = await self._evidence(request, visit)
        kind = next((kind for start, kind in PICTURE_TYPES.items() if content.startswith(start)), None)
        if kind is None:
            raise NotFound
        sandboxed = {"content-security-policy": "default-src 'none'; sandbox", "content-disposition": "inline"}
        return Response(content, media_type=kind, headers=sandboxed)

    async def _evidence(self, request: Request, visit: Visit) -> tuple[str, bytes]:
        evidence = EvidenceId(request.path_params["evidence"])
        return await read_evidence(self._app, visit.by, request.path_params["case"], evidence)


def _looks_like_picture(file_name: str) -> bool:
    return file_name.lower().endswith(_ENDINGS)
