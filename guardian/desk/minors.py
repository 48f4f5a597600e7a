"""Suspected sexual material of minors that is recognised only later: whatever of it was kept is destroyed at once. Policy: P-2.7."""

from dataclasses import replace

from guardian.cases.access import acting, case_for
from guardian.cases.intake import without_contents
from guardian.cases.values import Report
from guardian.desk.desk import Desk, Work
from guardian.desk.telling import tell_members
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId, ReportId
from guardian.journal import Entry, by_member
from guardian.notices.values import News, NoticeKind
from guardian.people.permissions import UseCase


async def mark_minors(desk: Desk, by: MemberId, code_name: str, report: ReportId) -> None:
    """Of the report's evidence nothing is left but link, author and time, and nothing more is ever taken in for it.

    It cannot be undone. The others on the case are told. Policy: P-2.7.
    """
    async with desk.works.begin() as work:
        await acting(work, by, UseCase.MARK_MINORS)
        case = await case_for(work, by, code_name)
        found = await work.cases.report(report)
        if found is None or found.case != case.id:
            raise NotFound
        if found.minors:
            raise Refused("marked_already", "This report is marked already, and nothing of it is kept.", "P-2.7")
        await destroy_contents(work, found, by_member(by))
        await tell_members(work, case, NoticeKind.CASE_NEWS, {"news": News.MINORS}, besides=[by])


async def destroy_contents(work: Work, report: Report, by: str) -> None:
    """The report is marked, and its evidence is link, author and time; the rest stands in no file of the database."""
    await work.cases.save_report(replace(report, minors=True))
    for piece in await work.cases.evidence_of(report.case):
        if piece.report == report.id:
            await work.cases.save_evidence(without_contents(piece))
    work.leave_no_trace()
    about = {"case": str(report.case), "report": str(report.id)}
    work.journal.note(Entry("report.was_marked_minors", by, "P-2.7", about, report.case))
