"""Destroy whatever was kept of suspected sexual material of minors that is recognised only later.

Read `mark_csam` first. Policy: P-2.7.
"""

from dataclasses import replace

from guardian.cases.access import case_for_member, require_permission
from guardian.cases.reports import Report
from guardian.cases.submissions import strip_contents
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId, ReportId
from guardian.journal import Entry, by_member
from guardian.notices.models import News, NoticeKind
from guardian.people.permissions import UseCase
from guardian.services.context import AppContext, UnitOfWork
from guardian.services.notify import notify_members


async def mark_csam(app: AppContext, by: MemberId, code_name: str, report: ReportId) -> None:
    """Reduce the report's evidence to link, author and time, and never take anything more in for it.

    It cannot be undone. The others on the case are notified. Policy: P-2.7.
    """
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.MARK_CSAM)
        case = await case_for_member(uow, by, code_name)
        found = await uow.cases.report(report)
        if found is None or found.case != case.id:
            raise NotFound
        if found.csam:
            raise Refused("marked_already", "This report is marked already, and nothing of it is kept.", "P-2.7")
        await destroy_contents(uow, found, by_member(by))
        await notify_members(uow, case, NoticeKind.CASE_NEWS, {"news": News.CSAM}, besides=[by])


async def destroy_contents(uow: UnitOfWork, report: Report, by: str) -> None:
    """Mark the report, and reduce its evidence to link, author and time; the rest stands in no file of the database."""
    await uow.cases.save_report(replace(report, csam=True))
    for piece in await uow.cases.evidence_of(report.case):
        if piece.report == report.id:
            await uow.cases.save_evidence(strip_contents(piece))
    uow.scrub_after_commit()
    about = {"case": str(report.case), "report": str(report.id)}
    uow.journal.note(Entry(act="report.was_marked_minors", by=by, authority="P-2.7", about=about, case=report.case))
