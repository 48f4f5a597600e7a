"""Answer what somebody asks about what is kept of them: drafted by one who may, read by a second, sent on their page.

Read `draft_answer` first. Policy: P-2.6, P-2.11, P-4.1, P-5.6, P-9.5, P-9.8.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from guardian.cases.access import may_read, require_permission
from guardian.cases.case import Case, PartyRole
from guardian.cases.data_requests import DataAnswer, DataPart, DataRequest, DataRequestKind
from guardian.cases.deadlines import DeadlineKind
from guardian.cases.report_questions import CONTACT
from guardian.cases.submissions import check_length
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId
from guardian.journal import Entry, by_member
from guardian.notices.party_facts import DataNews
from guardian.people.models import Member
from guardian.people.permissions import UseCase
from guardian.services.authorization import require
from guardian.services.case_flow import get_case
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.data_requests.export import list_parts
from guardian.services.data_requests.objections import PossibleEffect, carry_out, list_effects, require_effect
from guardian.services.deadlines import complete_about
from guardian.services.decisions.leak_checks import protected_facts
from guardian.services.reports.data_requests import handlers_of, notify_handlers, tell_asker
from guardian.services.retention.dates import shown_retention
from rules.data_requests import DataOutcome, DataRefusal, ObjectionEffect, Withholding, may_answer, may_erase
from rules.deadlines import TimeLimit, due_at
from rules.leaks import LeakKind, find_leaks
from rules.retention import RetentionDate

_GIVES_AWAY: Final = frozenset({LeakKind.NAME, LeakKind.PHRASE, LeakKind.TIME})


@dataclass(frozen=True, slots=True)
class DataRequestLine:
    """A request that waits for the member: what is asked, since when, by when; `to_read`: a draft waits for a second."""

    id: str
    kind: DataRequestKind
    at: datetime
    due: datetime
    is_late: bool
    to_read: bool
    case: str = ""


@dataclass(frozen=True, slots=True)
class DataRequestFile:
    """What a handler needs for one request, and nothing else. `case` is its code name for whoever may know it anyhow.

    `keeps` is when and why the case is kept, as far as the member may know; `effects` what an objection could bring about.
    """

    line: DataRequestLine
    words: str
    is_reporter: bool
    parts: tuple[DataPart, ...]
    keeps: RetentionDate
    effects: tuple[PossibleEffect, ...] = ()
    draft: DataAnswer | None = None
    drafted_by: str = ""
    may_confirm: bool = False


@dataclass(frozen=True, slots=True)
class AnswerInput:
    """An answer as it is drafted. `given` and `grounds`, by the keys of parts, say what differs from what is shown.

    `effect` is what an objection brings about, `keep_until` the day on which the case goes where that is kept shorter.
    """

    outcome: DataOutcome
    words: str = ""
    refusal: DataRefusal | None = None
    given: Mapping[str, str] = field(default_factory=dict)
    grounds: Mapping[str, Withholding] = field(default_factory=dict)
    effect: ObjectionEffect | None = None
    keep_until: datetime | None = None


async def list_requests(app: AppContext, by: MemberId) -> tuple[DataRequestLine, ...]:
    """Return the requests that wait for the member, the one due first before all others."""
    async with app.units_of_work.read() as view:
        member = await require_permission(view, by, UseCase.HANDLE_DATA_REQUEST)
        found = [await _line_for(app, view, each, member) for each in await view.data_requests.open_requests()]
    return tuple(sorted((each for each in found if each is not None), key=lambda each: (each.due, each.id)))


async def read_request(app: AppContext, by: MemberId, request_id: str) -> DataRequestFile:
    """Return the request with every part that is kept, for whoever may answer or read it; the reading is on record."""
    async with app.units_of_work.begin() as uow:
        request, case = await _request_for(app, uow, by, request_id)
        member = await uow.people.member(by)
        line = await _line_for(app, uow, request, member) if member else None
        if member is None or line is None:
            raise NotFound
        _note(uow, "data_request.was_read", by, request)
        author = await uow.people.member(request.answer.by) if request.answer else None
        return DataRequestFile(
            line=line,
            words=request.words,
            is_reporter=request.report is not None,
            parts=request.answer.parts if request.answer else await list_parts(uow, case, request),
            keeps=await shown_retention(uow, member, case, app.policy),
            effects=await list_effects(app, uow, member, case, request),
            draft=request.answer,
            drafted_by=author.name if author else "",
            may_confirm=request.answer is not None and request.answer.by != by,
        )


async def draft_answer(app: AppContext, by: MemberId, request_id: str, answer: AnswerInput) -> None:
    """Draft the answer, or draft it anew; it goes out once a second one who may has read it.

    Refused where what is given of others' words shows who spoke, and where a refusal has no ground.
    """
    texts = (answer.words, *answer.given.values())
    check_length(sum(map(len, texts)), app.longest_text)
    async with app.units_of_work.begin() as uow:
        request, case = await _request_for(app, uow, by, request_id)
        require(may_answer(answer.outcome, answer.refusal))
        shown = await list_parts(uow, case, request) if request.kind is DataRequestKind.ACCESS else ()
        parts = tuple(_part(each, answer) for each in shown)
        drafted = DataAnswer(
            by=by,
            at=uow.now,
            outcome=answer.outcome,
            words=answer.words.strip(),
            refusal=answer.refusal,
            parts=parts,
            effect=answer.effect,
            keep_until=answer.keep_until if answer.effect is ObjectionEffect.KEPT_SHORTER else None,
        )
        await _require_sendable(app, uow, by, case, request, drafted)
        await uow.data_requests.save_request(replace(request, answer=drafted))
        _note(uow, "data_answer.was_drafted", by, request)


async def confirm_answer(app: AppContext, by: MemberId, request_id: str) -> None:
    """Agree, as a second one who may, that the drafted answer is sent; it stands on the asker's page from now on."""
    async with app.units_of_work.begin() as uow:
        request, case = await _request_for(app, uow, by, request_id)
        answer = request.answer
        if answer is None:
            raise Refused("no_draft", "Nobody has drafted an answer yet.", "P-5.6")
        if answer.by == by:
            raise Refused("own_text", "Somebody else has to read what you have written.", "P-5.6")
        await _require_sendable(app, uow, by, case, request, answer)
        await uow.data_requests.save_request(replace(request, read_by=by, answered_at=uow.now))
        if request.kind is DataRequestKind.ERASURE and answer.outcome is not DataOutcome.REFUSED:
            await _forget_contact(uow, request)
        await carry_out(uow, by, case, request)
        await complete_about(uow, request.id, DeadlineKind.DATA_REQUEST)
        await tell_asker(uow, request, DataNews.ANSWERED)
        _note(uow, "data_answer.was_sent", by, request)


async def step_back(app: AppContext, by: MemberId, request_id: str) -> None:
    """Leave the request, and later ones in the same case, to others because of a conflict; what one drafted is dropped."""
    async with app.units_of_work.begin() as uow:
        request, _ = await _request_for(app, uow, by, request_id)
        kept = None if request.answer and request.answer.by == by else request.answer
        after = replace(request, stepped_back=(*request.stepped_back, by), answer=kept)
        await uow.data_requests.save_request(after)
        await notify_handlers(uow, after, "new", due_at(TimeLimit.DATA_REQUEST, request.at, app.policy))
        _note(uow, "data_request.was_left", by, request)


async def _request_for(app: AppContext, view: ReadView, by: MemberId, request_id: str) -> tuple[DataRequest, Case]:
    """Return the open request that the member may answer or read; NotFound for all others, in the same words."""
    await require_permission(view, by, UseCase.HANDLE_DATA_REQUEST)
    request = await view.data_requests.request(request_id)
    if request is None or request.answered_at is not None:
        raise NotFound
    case = await get_case(view, request.case)
    if by not in await _who_may(app, view, case, request):
        raise NotFound
    return request, case


async def _who_may(app: AppContext, view: ReadView, case: Case, request: DataRequest) -> frozenset[MemberId]:
    """Whoever is asked; where a draft waits for its second, or it is late, also whoever may know of the case."""
    is_late = view.now >= due_at(TimeLimit.DATA_REQUEST, request.at, app.policy)
    return await handlers_of(view, case, request, is_late=is_late or request.answer is not None)


async def _line_for(app: AppContext, view: ReadView, request: DataRequest, member: Member) -> DataRequestLine | None:
    case = await get_case(view, request.case)
    if member.id not in await _who_may(app, view, case, request):
        return None
    knows = may_read(member, case, await view.cases.exclusions_of(case.id), view.now)
    due = due_at(TimeLimit.DATA_REQUEST, request.at, app.policy)
    return DataRequestLine(
        id=request.id,
        kind=request.kind,
        at=request.at,
        due=due,
        is_late=view.now >= due,
        to_read=request.answer is not None and request.answer.by != member.id,
        case=case.code_name if knows else "",
    )


def _part(part: DataPart, answer: AnswerInput) -> DataPart:
    """The part as it is given: what is left out has its ground, what is given has none."""
    given = answer.given.get(part.key, part.given).strip()
    ground = answer.grounds.get(part.key, part.ground)
    if given:
        return replace(part, given=given, ground=None)
    if ground is None:
        raise Refused("no_ground", "Say on which ground each part is left out.", "P-2.6")
    return replace(part, given="", ground=ground)


async def _require_shows_nobody(
    app: AppContext, view: ReadView, case: Case, request: DataRequest, answer: DataAnswer
) -> None:
    """Refuse what was written for the asker, other than their own words, where it shows who spoke. Policy: P-2.6."""
    to = PartyRole.REPORTER if request.report is not None else PartyRole.REPORTED
    facts = await protected_facts(view, case, to)
    written = [each.given for each in answer.parts if each.given and not (each.is_own and each.given == each.kept)]
    for text in (answer.words, *written):
        leaks = [leak for leak in find_leaks(text, facts, app.policy.conflicts) if leak.kind in _GIVES_AWAY]
        if leaks:
            shown = text[leaks[0].start : leaks[0].end]
            sentence = f"This may show who spoke: “{shown}”. Write it in other words, or leave it out."
            raise Refused("shows_who_spoke", sentence, "P-2.6")


async def _require_sendable(
    app: AppContext, view: ReadView, by: MemberId, case: Case, request: DataRequest, answer: DataAnswer
) -> None:
    """Refuse what shows who spoke, and what takes something away that a rule keeps."""
    await _require_shows_nobody(app, view, case, request, answer)
    member = await view.people.member(by)
    if member is None:
        raise NotFound
    if request.kind is DataRequestKind.ERASURE and answer.outcome is DataOutcome.GRANTED:
        require(may_erase((await shown_retention(view, member, case, app.policy)).ground))
    elif request.kind is DataRequestKind.OBJECTION:
        await require_effect(app, view, member, case, request, answer)
    elif answer.effect is not None:
        raise Refused("effect", "Only an objection brings that about.", "P-9.5")


async def _forget_contact(uow: UnitOfWork, request: DataRequest) -> None:
    """Take from a reporter's report by what they are named and reached; their page stays, and their words."""
    report = await uow.cases.report(request.report) if request.report is not None else None
    if report is None:
        return
    kept = {name: text for name, text in report.answers.items() if name != CONTACT}
    gone = replace(report, answers=kept, reporter=None, reporter_handle="", mail=None, contact_is_safe=False)
    await uow.cases.save_report(gone)


def _note(uow: UnitOfWork, act: str, by: MemberId, request: DataRequest) -> None:
    about = {"case": str(request.case), "request": request.id}
    uow.journal.note(Entry(act=act, by=by_member(by), authority="P-9.8", about=about, case=request.case))
