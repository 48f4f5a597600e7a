"""Ask an adviser into one case and end it again, as the group; state conflicts, as the adviser. Read `ask_adviser` first.

An adviser has no vote and no other case. Who is asked, and what they are asked, stands with the case. Policy: P-1.1.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from guardian.cases.access import case_for_member, is_hidden_from, may_know, require_permission
from guardian.cases.advice import AdviceEnd, AdviceRequest
from guardian.cases.case import Case, CaseState
from guardian.cases.received_words import kept_text
from guardian.cases.submissions import check_length
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId, new_id
from guardian.journal import Entry, by_member
from guardian.notices.models import News, NoticeKind
from guardian.people.models import Member
from guardian.people.permissions import ADVISERS, UseCase, holds_seat
from guardian.services.authorization import require
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.notify import notify_member, notify_members
from rules.advice import may_ask_adviser


@dataclass(frozen=True, slots=True)
class AdviserLine:
    """One adviser as those on the case see them: since when asked, whether they read it, and why they do no more."""

    adviser: MemberId
    name: str
    by: str
    asked_at: datetime
    question: str
    stated_at: datetime | None
    ended_at: datetime | None
    end: AdviceEnd | None


@dataclass(frozen=True, slots=True)
class CaseAdvisers:
    """The advisers of one case, and who else could be asked, by id and name."""

    code_name: str
    lines: tuple[AdviserLine, ...]
    candidates: tuple[tuple[MemberId, str], ...]


async def ask_adviser(app: AppContext, by: MemberId, code_name: str, adviser: MemberId, question: str) -> str:
    """Ask an adviser into the case, with what the group wants to know, and return their name.

    They read nothing of it, the question included, before they have said that they have no conflict.
    """
    if not question.strip():
        raise Refused("no_question", "Say what the group wants to know of them.", "P-1.1")
    check_length(len(question), app.longest_text)
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.ASK_ADVISER)
        case = await case_for_member(uow, by, code_name)
        known = await uow.people.member(adviser)
        if known is None or not holds_seat(known, ADVISERS, uow.now):
            raise NotFound
        await _require_may_ask(uow, case, known)
        request = AdviceRequest(
            id=new_id(), case=case.id, adviser=adviser, by=by, asked_at=uow.now, question=kept_text(question.strip())
        )
        await uow.advice.add_request(request)
        await notify_member(uow, adviser, NoticeKind.MEMBERSHIP, {"news": "advice_asked"})
        await notify_members(uow, case, NoticeKind.CASE_NEWS, {"news": News.ADVISER_ASKED}, besides=[by])
        note_advice(uow, "adviser.was_asked", by, request)
    return known.name


async def list_advisers(app: AppContext, by: MemberId, code_name: str) -> CaseAdvisers:
    """Return who is or was asked for advice in the case, and who could be."""
    async with app.units_of_work.read() as view:
        await require_permission(view, by, UseCase.ASK_ADVISER)
        case = await case_for_member(view, by, code_name)
        members = {member.id: member for member in await view.people.members()}
        names = {member.id: member.name for member in members.values()}
        requests = await view.advice.requests_of(case.id)
        open_to = {each.adviser for each in requests if each.ended_at is None}
        seated = [each for each in members.values() if holds_seat(each, ADVISERS, view.now)]
        return CaseAdvisers(
            code_name=case.code_name,
            lines=tuple(_line(each, names) for each in requests),
            candidates=tuple((each.id, each.name) for each in seated if each.id not in open_to),
        )


async def end_advice(app: AppContext, by: MemberId, code_name: str, adviser: MemberId) -> str:
    """End an adviser's part in the case, who sees nothing more of it from that instant, and return their name."""
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.ASK_ADVISER)
        case = await case_for_member(uow, by, code_name)
        request = await find_open(uow, case, adviser)
        known = await uow.people.member(adviser)
        if request is None or known is None:
            raise NotFound
        await uow.advice.save_request(replace(request, ended_at=uow.now, end=AdviceEnd.NOT_NEEDED))
        note_advice(uow, "advice.was_ended", by, request)
    return known.name


async def answer_advice_request(app: AppContext, by: MemberId, request_id: str, end: AdviceEnd | None) -> None:
    """Say, as the adviser, that there is no conflict (None), or why they do not advise; nothing is read before.

    NotFound for a request that is not theirs, or over.
    """
    async with app.units_of_work.begin() as uow:
        member = await require_permission(uow, by, UseCase.ADVISE)
        for request in await uow.advice.open_requests():
            case = await standing_case(uow, member, request)
            if request.id == request_id and case is not None and request.stated_at is None:
                break
        else:
            raise NotFound
        stated = replace(request, stated_at=uow.now) if end is None else replace(request, ended_at=uow.now, end=end)
        await uow.advice.save_request(stated)
        note_advice(uow, "adviser.has_stated_conflicts" if end is None else "adviser.has_declined", by, request)
        await notify_members(uow, case, NoticeKind.CASE_NEWS, {"news": News.ADVISER_ANSWERED})


async def standing_case(view: ReadView, member: Member, request: AdviceRequest) -> Case | None:
    """Return the request's case while it is this adviser's to know of: open, not over, and not kept from them."""
    case = await view.cases.case(request.case)
    if case is None or request.adviser != member.id or request.ended_at is not None:
        return None
    if case.state is CaseState.CLOSED or case.board_only:
        return None
    return None if is_hidden_from(member.id, case, await view.cases.exclusions_of(case.id)) else case


async def find_open(view: ReadView, case: Case, adviser: MemberId) -> AdviceRequest | None:
    """Return the request to the adviser in the case that has not ended."""
    requests = await view.advice.requests_of(case.id)
    return next((each for each in requests if each.adviser == adviser and each.ended_at is None), None)


def note_advice(uow: UnitOfWork, act: str, by: MemberId, request: AdviceRequest) -> None:
    """Put on record what was done about a request for advice."""
    about = {"case": str(request.case), "member": str(request.adviser)}
    uow.journal.note(Entry(act=act, by=by_member(by), authority="P-1.1", about=about, case=request.case))


async def _require_may_ask(uow: UnitOfWork, case: Case, adviser: Member) -> None:
    exclusions = await uow.cases.exclusions_of(case.id)
    earlier = [each for each in await uow.advice.requests_of(case.id) if each.adviser == adviser.id]
    require(
        may_ask_adviser(
            takes_part=may_know(adviser, case, exclusions, uow.now),
            is_kept_out=is_hidden_from(adviser.id, case, exclusions),
            is_asked=any(each.ended_at is None for each in earlier),
            had_conflict=any(each.end is AdviceEnd.CONFLICT for each in earlier),
            closed=case.state is CaseState.CLOSED,
        )
    )


def _line(request: AdviceRequest, names: dict[MemberId, str]) -> AdviserLine:
    return AdviserLine(
        adviser=request.adviser,
        name=names.get(request.adviser, ""),
        by=names.get(request.by, ""),
        asked_at=request.asked_at,
        question=request.question,
        stated_at=request.stated_at,
        ended_at=request.ended_at,
        end=request.end,
    )
