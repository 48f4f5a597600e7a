"""The reading room's sessions: a one-time link opens a short session, in which a member reads one case.

Permission is asked again at each request. Links and sessions end by system time, as every token does. Read
`create_link` first.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from guardian.cases.access import case_for_reader, require_permission
from guardian.cases.case import Case, CaseKind
from guardian.cases.case_store import ReadingPass
from guardian.cases.receipts import digest_secret
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId, new_secret
from guardian.journal import Entry, by_member
from guardian.people.permissions import UseCase
from guardian.services.context import AppContext, ReadView

LINK_VALID_FOR: Final = timedelta(minutes=5)
SESSION_VALID_FOR: Final = timedelta(minutes=30)


async def create_link(app: AppContext, by: MemberId, code_name: str) -> str:
    """Create the address of a page that opens the case for this member, once and within five minutes."""
    token = new_secret()
    async with app.units_of_work.begin() as uow:
        case = await _require_readable(uow, by, code_name)
        await uow.cases.delete_ended_passes(app.system_time())
        await uow.cases.add_pass(
            ReadingPass(digest=digest_secret(token), member=by, case=case.id, until=app.system_time() + LINK_VALID_FOR)
        )
        uow.journal.note(
            Entry(
                act="reading_link.was_made", by=by_member(by), authority="P-9.8", about={"case": case.id}, case=case.id
            )
        )
    return f"{app.base_url}/read/{token}"


async def is_link_valid(app: AppContext, token: str) -> bool:
    """Return whether the link would still open; asking does not use it up."""
    async with app.units_of_work.read() as view:
        return _is_valid(await view.cases.reading_pass(digest_secret(token)), app.system_time, is_session=False)


async def open_session(app: AppContext, token: str) -> str:
    """Open a session of half an hour by the link, which is used up, and return the session's secret."""
    session = new_secret()
    async with app.units_of_work.begin() as uow:
        link = await uow.cases.reading_pass(digest_secret(token))
        over = Refused("link_over", "This link has been used or has run out. Please ask for a new one.", "P-9.8")
        if link is None or not _is_valid(link, app.system_time, is_session=False):
            raise over
        try:
            case = await _case_of_pass(uow, link)
        except NotFound:
            raise over from None
        await uow.cases.save_pass(replace(link, used_at=app.system_time()))
        until = app.system_time() + SESSION_VALID_FOR
        await uow.cases.add_pass(
            ReadingPass(digest=digest_secret(session), member=link.member, case=case.id, until=until, is_session=True)
        )
        entry = Entry(
            act="reading_room.was_opened",
            by=by_member(link.member),
            authority="P-9.8",
            about={"case": case.id},
            case=case.id,
        )
        uow.journal.note(entry)
    return session


async def end_session(app: AppContext, session: str) -> None:
    """End the session for good: its secret opens nothing from now on, whoever kept it. One that is over stays over."""
    async with app.units_of_work.begin() as uow:
        found = await uow.cases.reading_pass(digest_secret(session))
        if found is None or not _is_valid(found, app.system_time, is_session=True):
            return
        await uow.cases.save_pass(replace(found, used_at=app.system_time()))
        entry = Entry(
            act="reading_room.was_left",
            by=by_member(found.member),
            authority="P-9.8",
            about={"case": found.case},
            case=found.case,
        )
        uow.journal.note(entry)


async def session_reader(app: AppContext, session: str) -> tuple[MemberId, str]:
    """Return whose session it is and the code name of its case, asked anew; for what else the page shows of the case."""
    async with app.units_of_work.read() as view:
        by, case = await require_session(app, view, session)
        return by, case.code_name


def _is_valid(found: ReadingPass | None, system_time: Callable[[], datetime], *, is_session: bool) -> bool:
    if found is None or found.is_session is not is_session:
        return False
    return found.used_at is None and system_time() < found.until


async def require_session(app: AppContext, view: ReadView, session: str) -> tuple[MemberId, Case]:
    """Return the session's reader and case.

    Refused, in the same words, for a session that is over and for one whose case is kept from the reader now (P-4.2).
    """
    found = await view.cases.reading_pass(digest_secret(session))
    over = Refused("session_over", "Your time in the reading room is over. Please ask for a new link.", "P-9.8")
    if found is None or not _is_valid(found, app.system_time, is_session=True):
        raise over
    try:
        return found.member, await _case_of_pass(view, found)
    except NotFound:
        raise over from None


async def _case_of_pass(view: ReadView, found: ReadingPass) -> Case:
    """The case of the pass, if its member may know of it at this instant."""
    case = await view.cases.case(found.case)
    return await _require_readable(view, found.member, case.code_name if case else "")


async def _require_readable(view: ReadView, by: MemberId, code_name: str) -> Case:
    """The case of that name, whose seat lets the member read it: a local matter is read by moderators.

    Policy: P-8.1.
    """
    try:
        case = await case_for_reader(view, by, code_name)
    except NotFound:
        await require_permission(view, by, UseCase.READ_CASE)
        raise
    await require_permission(view, by, UseCase.READ_MATTER if case.kind is CaseKind.LOCAL else UseCase.READ_CASE)
    return case
