"""Destroy whatever was kept of suspected sexual material of minors that is recognised only later: two members do it.

From the word of one on it is shown to nobody; it is gone when a second agrees. Read `mark_csam` first. Policy: P-2.7.
"""

from dataclasses import replace

from guardian.cases.access import case_for_member, require_permission
from guardian.cases.case import Case
from guardian.cases.reports import Report
from guardian.cases.submissions import strip_contents
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId, ReportId
from guardian.journal import Entry, by_member
from guardian.notices.models import News, NoticeKind
from guardian.people.permissions import UseCase
from guardian.services.authorization import require
from guardian.services.context import AppContext, UnitOfWork
from guardian.services.notify import notify_members
from rules.procedure import Confirmable, may_confirm


async def mark_csam(app: AppContext, by: MemberId, code_name: str, report: ReportId) -> bool:
    """Hold the report's evidence back on one member's word; on a second one's, destroy it, and return whether it is.

    What is destroyed is reduced to link, author and time, and nothing more is ever taken in for the report: it cannot
    be undone. The others on the case are notified of either. Policy: P-2.7.
    """
    async with app.units_of_work.begin() as uow:
        case, found = await _require_report(uow, by, code_name, report)
        if found.csam_claimed_by is None:
            await hold_back(uow, found, by)
            await notify_members(uow, case, NoticeKind.CASE_NEWS, {"news": News.CSAM_CLAIMED}, besides=[by])
            return False
        require(may_confirm(Confirmable.CSAM, by, found.csam_claimed_by))
        await _destroy_contents(uow, found, by_member(by))
        await notify_members(uow, case, NoticeKind.CASE_NEWS, {"news": News.CSAM}, besides=[by])
    return True


async def clear_csam_claim(app: AppContext, by: MemberId, code_name: str, report: ReportId) -> None:
    """Show the report's evidence again, on the word of another member that it is no such material. Policy: P-2.7."""
    async with app.units_of_work.begin() as uow:
        case, found = await _require_report(uow, by, code_name, report)
        if found.csam_claimed_by is None:
            raise Refused("not_marked", "Nobody has said so of this report.", "P-2.7")
        require(may_confirm(Confirmable.CSAM, by, found.csam_claimed_by))
        await uow.cases.save_report(replace(found, csam_claimed_by=None))
        await notify_members(uow, case, NoticeKind.CASE_NEWS, {"news": News.CSAM_CLEARED}, besides=[by])
        _note(uow, "minors_claim.was_cleared", found, by_member(by))


async def hold_back(uow: UnitOfWork, report: Report, by: MemberId) -> None:
    """Show the report's evidence to nobody from now on, until a second member has spoken."""
    await uow.cases.save_report(replace(report, csam_claimed_by=by))
    _note(uow, "report.was_claimed_minors", report, by_member(by))


async def _require_report(uow: UnitOfWork, by: MemberId, code_name: str, report: ReportId) -> tuple[Case, Report]:
    await require_permission(uow, by, UseCase.MARK_CSAM)
    case = await case_for_member(uow, by, code_name)
    found = await uow.cases.report(report)
    if found is None or found.case != case.id:
        raise NotFound
    if found.csam:
        raise Refused("marked_already", "This report is marked already, and nothing of it is kept.", "P-2.7")
    return case, found


async def _destroy_contents(uow: UnitOfWork, report: Report, by: str) -> None:
    """Mark the report, and reduce its evidence to link, author and time; the rest stands in no file of the database."""
    await uow.cases.save_report(replace(report, csam=True, csam_claimed_by=None))
    for piece in await uow.cases.evidence_of(report.case):
        if piece.report == report.id:
            await uow.cases.save_evidence(strip_contents(piece))
    uow.scrub_after_commit()
    _note(uow, "report.was_marked_minors", report, by)


def _note(uow: UnitOfWork, act: str, report: Report, by: str) -> None:
    about = {"case": str(report.case), "report": str(report.id)}
    uow.journal.note(Entry(act=act, by=by, authority="P-2.7", about=about, case=report.case))
