"""The reading room: a link that opening it does not use up, a session of half an hour, and one case on one page.

Nothing of a case is remembered here: each request asks the services again. Policy: P-2.7, P-4.2, P-9.8. Read
`ReadingPages` first.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from guardian.errors import NotFound, Refused, Stale
from guardian.ids import AccountId, EvidenceId, MemberId, ReportId
from guardian.services.identity.disputes import keep_link
from guardian.services.identity.linking import confirm_link
from guardian.services.identity.merging import confirm_merge
from guardian.services.identity.unlinking import unlink_by_id
from guardian.services.reading_room.case_file import read_case, read_evidence
from guardian.services.reading_room.proceedings import read_proceedings
from guardian.services.reading_room.sessions import end_session, is_link_valid, open_session, session_reader
from guardian.services.reports.csam import clear_csam_claim, mark_csam
from guardian.web.forms import Form
from guardian.web.rendering import Fault, Site

READING_ROOM: Final = "room"
PICTURE_TYPES: Final[Mapping[bytes, str]] = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}
_ENDINGS: Final = (".png", ".jpg", ".jpeg", ".gif")


class ReadingPages:
    """Show the link, the reading room, and what is downloaded from it."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def routes(self) -> Sequence[Route]:
        """Return the addresses of these pages."""
        return [
            self._site.get("/read/{token}", self._show_link),
            self._site.post("/read/{token}", self._enter),
            self._site.get("/room", self._show_room),
            self._site.get("/room/evidence/{evidence}", self._download),
            self._site.get("/room/evidence/{evidence}/picture", self._picture),
            self._site.post("/room/links/{link}/confirm", self._confirm_link),
            self._site.post("/room/links/{link}/keep", self._keep_link),
            self._site.post("/room/links/{link}/undo", self._undo_link),
            self._site.post("/room/joins/{join}/confirm", self._confirm_merge),
            self._site.post("/room/reports/{report}/minors", self._mark_csam),
            self._site.post("/room/reports/{report}/no-minors", self._clear_csam),
            self._site.post("/room/leave", self._leave),
        ]

    async def _show_link(self, request: Request) -> Response:
        """One button and nothing else: whatever fetches an address to preview it does not use it up."""
        if not await is_link_valid(self._site.app, request.path_params["token"]):
            return self._session_over("This link does not open anything any more")
        return self._site.render_page("read_link.html", action=request.url.path)

    async def _enter(self, request: Request, _: Form) -> Response:
        try:
            session = await open_session(self._site.app, request.path_params["token"])
        except Refused:
            return self._session_over("This link does not open anything any more")
        return self._site.sign_in(READING_ROOM, session, "/room")

    async def _show_room(
        self, request: Request, fault: Fault | None = None, message: str = "", typed: str = ""
    ) -> Response:
        session = self._session(request)
        try:
            file = await read_case(self._site.app, session)
            proceedings_view = await read_proceedings(self._site.app, session)
        except Refused:
            return self._session_over("Your time in the reading room is over")
        people = {person.person: person.code_name for person in file.people}
        return self._site.render_page(
            "room.html",
            status=422 if fault else 200,
            file=file,
            became=proceedings_view,
            people=people,
            is_picture=_looks_like_picture,
            fault=fault,
            said=message,
            typed=typed,
        )

    async def _confirm_link(self, request: Request, _: Form) -> Response:
        link = AccountId(request.path_params["link"])
        return await self._carry_out(
            request, lambda by: confirm_link(self._site.app, by, link), "The link is confirmed."
        )

    async def _keep_link(self, request: Request, _: Form) -> Response:
        link = AccountId(request.path_params["link"])
        return await self._carry_out(request, lambda by: keep_link(self._site.app, by, link), "The link stays.")

    async def _undo_link(self, request: Request, form: Form) -> Response:
        link, field = AccountId(request.path_params["link"]), f"undo-{request.path_params['link']}"
        message = "The link is undone, and the account is let go now. Its owner gets an apology."
        reason = form.one(field)
        return await self._carry_out(
            request, lambda by: unlink_by_id(self._site.app, by, link, reason), message, field, reason
        )

    async def _confirm_merge(self, request: Request, _: Form) -> Response:
        merge = str(request.path_params["join"])
        return await self._carry_out(
            request, lambda by: confirm_merge(self._site.app, by, merge), "The two count as one."
        )

    async def _mark_csam(self, request: Request, form: Form) -> Response:
        report, field = ReportId(request.path_params["report"]), f"minors-{request.path_params['report']}"

        async def act(by: MemberId) -> None:
            if form.one(field) != "yes":
                raise Refused("not_sure", "Please tick that you are sure: it cannot be undone.", "P-2.7")
            _, code_name = await session_reader(self._site.app, self._session(request))
            await mark_csam(self._site.app, by, code_name, report)

        return await self._carry_out(request, act, "Noted: the page shows what has come of it.", field)

    async def _clear_csam(self, request: Request, _: Form) -> Response:
        report = ReportId(request.path_params["report"])

        async def act(by: MemberId) -> None:
            _, code_name = await session_reader(self._site.app, self._session(request))
            await clear_csam_claim(self._site.app, by, code_name, report)

        return await self._carry_out(request, act, "The evidence is shown again.", f"minors-{report}")

    async def _carry_out(
        self,
        request: Request,
        act: Callable[[MemberId], Awaitable[object]],
        message: str,
        field: str = "",
        typed: str = "",
    ) -> Response:
        """Do what the member asked for in the reading room, and show it again with what came of it."""
        try:
            by, _ = await session_reader(self._site.app, self._session(request))
        except Refused:
            return self._session_over("Your time in the reading room is over")
        try:
            await act(by)
        except (Refused, Stale) as error:
            return await self._show_room(request, Fault(field, error.sentence), typed=typed)
        return await self._show_room(request, message=message)

    async def _download(self, request: Request) -> Response:
        try:
            name, content = await self._evidence(request)
        except Refused:
            return self._session_over("Your time in the reading room is over")
        headers = {"content-disposition": f"attachment; filename*=UTF-8''{quote(name or 'file', safe='')}"}
        return Response(content, media_type="application/octet-stream", headers=headers)

    async def _picture(self, request: Request) -> Response:
        """A picture to be shown in the page; anything that is not one by its own bytes is not there."""
        try:
            _, content = await self._evidence(request)
        except Refused:
            return self._session_over("Your time in the reading room is over")
        kind = next((kind for start, kind in PICTURE_TYPES.items() if content.startswith(start)), None)
        if kind is None:
            raise NotFound
        sandboxed = {"content-security-policy": "default-src 'none'; sandbox", "content-disposition": "inline"}
        return Response(content, media_type=kind, headers=sandboxed)

    async def _evidence(self, request: Request) -> tuple[str, bytes]:
        evidence = EvidenceId(request.path_params["evidence"])
        return await read_evidence(self._site.app, self._session(request), evidence)

    async def _leave(self, request: Request, _: Form) -> Response:
        await end_session(self._site.app, self._session(request))
        return self._site.sign_out(READING_ROOM, "You have left the reading room", _AGAIN)

    def _session_over(self, title: str) -> Response:
        return self._site.render_message(
            title, "A link works once, for five minutes; a visit lasts half an hour.", _AGAIN, status=410
        )

    def _session(self, request: Request) -> str:
        return request.cookies.get(self._site.cookie_name(READING_ROOM), "")


def _looks_like_picture(file_name: str) -> bool:
    return file_name.lower().endswith(_ENDINGS)


_AGAIN: Final = (
    "For a new link, ask for the case again where you got this one: /case (or /matter) and its code name in Discord."
)
