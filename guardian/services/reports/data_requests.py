"""Take what somebody concerned asks about what is kept of them, and keep the date by which it is answered.

It is asked on their own page, which their receipt or account opened: that proves who asks. Read `submit` first.
Policy: P-2.12, P-6.2.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from guardian.cases.case import Case
from guardian.cases.data_requests import DataAnswer, DataPart, DataRequest, DataRequestKind, who_handles
from guardian.cases.deadlines import Deadline, DeadlineKind
from guardian.cases.drafts import check_text
from guardian.cases.exclusions import conflict_status_by_member
from guardian.cases.submissions import build_addition, check_length
from guardian.ids import CaseId, MemberId, PersonId, ReportId, new_id
from guardian.journal import PARTY, Entry
from guardian.notices.models import News, NoticeKind
from guardian.notices.party_facts import DataNews
from guardian.notices.replies import Reply
from guardian.services.authorization import require
from guardian.services.case_flow import get_case, notify_case_news
from guardian.services.conflicts.exclusions import claim_named_in_text
from guardian.services.conflicts.indicated import search_ahead
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.deadlines import complete, start_deadline
from guardian.services.notify import notify_member, notify_person, notify_reporters
from guardian.services.reports.report_access import ReportAccess, report_for
from guardian.unit_of_work import WakeupTopic
from rules.data_requests import Withholding
from rules.deadlines import TimeLimit, due_at, reminder_times

_REMIND_AFTER: Final = timedelta(days=7)
_DISPUTING: Final = frozenset({DataRequestKind.CORRECTION, DataRequestKind.OBJECTION})
_TOLD: Final = 1000
"""The stage of a deadline whose asker has been told that it is late: they are told once."""


@dataclass(frozen=True, slots=True)
class OwnDataRequest:
    """A request as the one who asked sees it: what was given, and on which grounds something was left out.

    How many parts were left out is not said: it would tell how many spoke.
    """

    kind: DataRequestKind
    at: datetime
    due: datetime
    words: str
    answered_at: datetime | None = None
    answer: DataAnswer | None = None
    given: tuple[DataPart, ...] = ()
    grounds: tuple[Withholding, ...] = ()


async def ask_as_reporter(app: AppContext, access: ReportAccess, kind: DataRequestKind, words: str) -> Reply:
    """Take the request of whoever opens the report as its reporter. Policy: P-2.12."""
    await search_ahead(app, words)
    async with app.units_of_work.begin() as uow:
        report = await report_for(uow, access)
        return await submit(app, uow, await get_case(uow, report.case), kind, words, report=report.id)


async def own_requests(
    app: AppContext, view: ReadView, case: CaseId, *, report: ReportId | None = None, person: PersonId | None = None
) -> tuple[OwnDataRequest, ...]:
    """Return what that reporter, or that person, has asked in the case, oldest first."""
    requests = await view.data_requests.requests_of(case)
    return tuple(_as_own(app, each) for each in requests if each.is_of(report, person))


async def submit(
    app: AppContext,
    uow: UnitOfWork,
    case: Case,
    kind: DataRequestKind,
    words: str,
    *,
    report: ReportId | None = None,
    person: PersonId | None = None,
) -> Reply:
    """Record the request and ask for its answer; what is still open of the same kind takes the new words beside it.

    What somebody says is wrong stands in the case from now on, beside what they dispute, which is not overwritten.
    """
    check_length(len(words), app.longest_text)
    if kind in _DISPUTING:
        require(check_text(words, app.longest_text))
    earlier = await uow.data_requests.requests_of(case.id)
    waiting = [r for r in earlier if r.is_of(report, person) and r.kind is kind and r.answered_at is None]
    text = words.strip()
    if waiting:
        joined = "\n\n".join(part for part in (waiting[-1].words, text) if part)
        await uow.data_requests.save_request(replace(waiting[-1], words=joined))
        until = due_at(TimeLimit.DATA_REQUEST, waiting[-1].at, app.policy)
    else:
        # Whoever stepped back from an earlier request of the case is not asked about this one either.
        away = tuple(dict.fromkeys(each for known in earlier for each in known.stepped_back))
        request = DataRequest(
            id=new_id(),
            case=case.id,
            kind=kind,
            at=uow.now,
            words=text,
            report=report,
            person=person,
            stepped_back=away,
        )
        until = await _open(app, uow, request)
    if text and kind in _DISPUTING:
        await uow.cases.add_addition(build_addition(case.id, report, text, uow.now))
        await claim_named_in_text(uow, app.policy, case, text)
        await notify_case_news(uow, case, News.ADDITION)
    return Reply("answers.data", {"until": until})


async def on_data_request_due(app: AppContext, uow: UnitOfWork, deadline: Deadline) -> None:
    """Remind those who are asked; once it is late, tell the asker plainly, and remind every week until it is answered."""
    request = await uow.data_requests.request(deadline.about)
    if request is None or request.answered_at is not None:
        await complete(uow, deadline)
        return
    is_late = uow.now >= deadline.due
    await notify_handlers(uow, request, "late" if is_late else "near", deadline.due, is_late=is_late)
    stage = deadline.stage + 1
    if is_late and deadline.stage < _TOLD:
        await tell_asker(uow, request, DataNews.LATE)
        stage = _TOLD
    next_at = uow.now + _REMIND_AFTER if is_late else _next_reminder(app, request, uow.now, deadline.due)
    await uow.deadlines.save(replace(deadline, next_at=next_at, stage=stage))
    uow.wake(WakeupTopic.DEADLINES)


async def notify_handlers(
    uow: UnitOfWork, request: DataRequest, state: str, due: datetime, *, is_late: bool = False
) -> None:
    """Notify whoever is asked to answer; nothing of the case is in it, and nobody is told why it is theirs."""
    case = await get_case(uow, request.case)
    facts = {"state": state, "what": request.kind.value, "due": due.isoformat()}
    for member in sorted(await handlers_of(uow, case, request, is_late=is_late)):
        await notify_member(uow, member, NoticeKind.DATA_REQUEST, facts)


async def handlers_of(view: ReadView, case: Case, request: DataRequest, *, is_late: bool) -> frozenset[MemberId]:
    """Return who is asked to answer the request now."""
    statuses = conflict_status_by_member(await view.cases.exclusions_of(case.id))
    return who_handles(request, case, await view.people.members(), statuses, view.now, is_late=is_late)


async def tell_asker(uow: UnitOfWork, request: DataRequest, news: DataNews) -> None:
    """Tell whoever asked, in a fixed text, that their answer is there, or that it is late."""
    case = await get_case(uow, request.case)
    if request.report is not None:
        told = News.DATA_ANSWERED if news is DataNews.ANSWERED else News.DATA_LATE
        await notify_reporters(uow, case, NoticeKind.REPORTER_NEWS, {"news": told}, only=request.report)
    elif request.person is not None:
        await notify_person(uow, case, request.person, NoticeKind.PERSON_ANSWER, {"result": news})


async def _open(app: AppContext, uow: UnitOfWork, request: DataRequest) -> datetime:
    await uow.data_requests.add_request(request)
    until = due_at(TimeLimit.DATA_REQUEST, uow.now, app.policy)
    first = _next_reminder(app, request, uow.now, until)
    await start_deadline(uow, DeadlineKind.DATA_REQUEST, request.case, until, next_at=first, about=request.id)
    await notify_handlers(uow, request, "new", until)
    about = {"case": str(request.case), "request": request.id, "what": request.kind.value}
    uow.journal.note(Entry(act="data.was_asked_for", by=PARTY, authority="P-6.2", about=about, case=request.case))
    return until


def _next_reminder(app: AppContext, request: DataRequest, now: datetime, due: datetime) -> datetime:
    times = reminder_times(TimeLimit.DATA_REQUEST, request.at, app.policy)
    return next((at for at in times if at > now), due)


def _as_own(app: AppContext, request: DataRequest) -> OwnDataRequest:
    answer = request.answer if request.answered_at is not None else None
    parts = answer.parts if answer is not None else ()
    return OwnDataRequest(
        kind=request.kind,
        at=request.at,
        due=due_at(TimeLimit.DATA_REQUEST, request.at, app.policy),
        words=request.words,
        answered_at=request.answered_at,
        answer=answer,
        given=tuple(each for each in parts if each.given),
        grounds=tuple(dict.fromkeys(each.ground for each in parts if each.ground is not None)),
    )
