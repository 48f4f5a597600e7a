"""Tell reporters by when a resolution is expected now, and why: a member sets the date, a second one reads the why.

Read `project_resolution` first. Policy: P-2.4.
"""

from datetime import datetime

from guardian.cases.access import case_for_member, require_permission
from guardian.cases.case import Case, CaseState, PartyRole
from guardian.cases.deadlines import DeadlineKind
from guardian.cases.drafts import Draft, DraftKind
from guardian.errors import Refused
from guardian.ids import DraftId, MemberId, new_id
from guardian.journal import Entry, by_member
from guardian.notices.models import News, NoticeKind
from guardian.people.permissions import UseCase
from guardian.services.context import AppContext, UnitOfWork
from guardian.services.deadlines import complete_for_case, start_deadline
from guardian.services.notify import notify_members, notify_reporters


async def project_resolution(app: AppContext, by: MemberId, code_name: str, day: datetime, why: str = "") -> str:
    """Make the day the date by which the reporters are promised a resolution, and tell them so now.

    `why` is a text like any other: it follows once a second member has read it. Policy: P-2.4, P-5.6.
    """
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.WRITE_DRAFT)
        case = await case_for_member(uow, by, code_name)
        if case.state in (CaseState.IN_FORCE, CaseState.CLOSED):
            raise Refused("decided", "This case is decided already, so no date is promised any more.", "P-2.4")
        if day <= uow.now:
            raise Refused("past", "This day lies in the past. Choose one to come.", "P-2.4")
        await complete_for_case(uow, case.id, DeadlineKind.FIRST_ANSWER, DeadlineKind.RESOLUTION)
        reports = [report for report in await uow.cases.reports_of(case.id) if report.withdrawn_at is None]
        for report in reports:
            halfway = uow.now + (day - uow.now) / 2
            await start_deadline(uow, DeadlineKind.RESOLUTION, case.id, day, next_at=halfway, about=report.id)
        await notify_reporters(uow, case, NoticeKind.REPORTER_NEWS, {"news": News.NEW_DATE, "new_date": day})
        about = {"case": str(case.id), "day": day.isoformat()}
        uow.journal.note(Entry(act="date.was_set", by=by_member(by), authority="P-2.4", about=about, case=case.id))
        if why.strip() and reports:
            await _put_why_to_second(uow, case, by, why.strip())
    return f"The reporters of {case.code_name} are told that a resolution is expected by {day:%d %B %Y}."


async def _put_why_to_second(uow: UnitOfWork, case: Case, by: MemberId, why: str) -> None:
    draft = Draft(
        id=DraftId(new_id()),
        case=case.id,
        kind=DraftKind.ANSWER,
        to=PartyRole.REPORTER,
        person=None,
        text=why,
        by=by_member(by),
        at=uow.now,
    )
    await uow.deliberation.add_draft(draft)
    await notify_members(uow, case, NoticeKind.DRAFT_TO_READ, {"draft": str(draft.id)}, besides=[by])
