"""What an adviser reads of the one case into which they are asked, and the advice that they give. Read `read_for_advice` first.

By code names, and without who reported: what the Board would read of it, and what they are asked. Policy: P-1.1, P-2.6.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from guardian.cases.access import case_called, require_permission
from guardian.cases.advice import AdviceRequest
from guardian.cases.case import Case
from guardian.cases.notes import NoteKind
from guardian.errors import NotFound
from guardian.ids import MemberId
from guardian.journal import Entry, by_member
from guardian.notices.models import News, NoticeKind
from guardian.people.permissions import UseCase
from guardian.services.advice.requests import find_open, standing_case
from guardian.services.context import AppContext, ReadView
from guardian.services.notes.records import new_note, record_note
from guardian.services.notify import notify_members
from guardian.services.records.board_reports import compose_sections
from guardian.services.records.case_document import DocumentSection, hide_names, names_of_reporters


@dataclass(frozen=True, slots=True)
class AdviceLine:
    """One request as its adviser sees it in their list; before `stated` there is nothing more of it."""

    id: str
    code_name: str
    asked_at: datetime
    stated: bool


@dataclass(frozen=True, slots=True)
class AdviceFile:
    """What an adviser reads: the question, the case by code names, and what they have written themselves."""

    code_name: str
    question: str
    sections: tuple[DocumentSection, ...]
    given: tuple[str, ...]


async def list_advice_requests(app: AppContext, by: MemberId) -> tuple[AdviceLine, ...]:
    """Return the cases into which this adviser is asked, oldest first; of each its code name and no more."""
    async with app.units_of_work.read() as view:
        member = await require_permission(view, by, UseCase.ADVISE)
        found = [(each, await standing_case(view, member, each)) for each in await view.advice.open_requests()]
        return tuple(
            AdviceLine(each.id, case.code_name, each.asked_at, each.stated_at is not None)
            for each, case in found
            if case is not None
        )


async def read_for_advice(app: AppContext, by: MemberId, code_name: str) -> AdviceFile:
    """Return what the adviser may read of the case; NotFound before they have stated conflicts. Each look is journalled."""
    async with app.units_of_work.begin() as uow:
        case, request = await _advised_case(uow, by, code_name)
        hidden = names_of_reporters(await uow.cases.reports_of(case.id))
        notes = await uow.notes.notes_of(case.id)
        about = {"case": str(case.id)}
        uow.journal.note(Entry(act="case.was_read", by=by_member(by), authority="P-9.8", about=about, case=case.id))
        return AdviceFile(
            code_name=case.code_name,
            question="\n".join(hide_names(line, hidden) for line in request.question.splitlines()),
            sections=await compose_sections(uow, case),
            given=tuple(each.text for each in notes if each.kind is NoteKind.ADVICE and each.author == by),
        )


async def give_advice(app: AppContext, by: MemberId, code_name: str, text: str) -> None:
    """Write the adviser's words into the case, and tell those on it; they count for nothing but what they say."""
    async with app.units_of_work.begin() as uow:
        case, _ = await _advised_case(uow, by, code_name)
        await record_note(app, uow, case, replace(new_note(uow, case, by, NoteKind.ADVICE), text=text.strip()))
        await notify_members(uow, case, NoticeKind.CASE_NEWS, {"news": News.ADVICE_GIVEN})


async def _advised_case(view: ReadView, by: MemberId, code_name: str) -> tuple[Case, AdviceRequest]:
    """The case in which the adviser has said that they have no conflict, as long as it is theirs."""
    member = await require_permission(view, by, UseCase.ADVISE)
    case = await case_called(view, code_name)
    request = await find_open(view, case, by) if case else None
    if case is None or request is None or request.stated_at is None or not await standing_case(view, member, request):
        raise NotFound
    return case, request
