"""What somebody may hear of their own reports where they made them: that they exist, and how each of them stands."""

from dataclasses import dataclass
from datetime import datetime

from guardian.cases.values import CaseState, Report
from guardian.desk.desk import Desk, View, Work
from guardian.desk.moving import case_of
from guardian.desk.report_keys import ByReceipt, reference_of_report, report_for
from guardian.ids import Reference, ReportId
from guardian.journal import PARTY, Entry
from guardian.spaces.port import Account


@dataclass(frozen=True, slots=True)
class OwnReport:
    """One report as its reporter may see it anywhere. Nothing that anybody else has said is in it."""

    report: ReportId
    reference: Reference
    received_at: datetime
    state: CaseState
    withdrawn: bool


async def reports_of(desk: Desk, reporter: Account) -> tuple[OwnReport, ...]:
    """The reports made by that account, newest first, for whom the space itself says to be its owner.

    Left out are those of somebody to whom it is not safe to write there: whoever else looks at the account would see
    that they reported. Policy: P-2.2, P-2.6.
    """
    async with desk.works.begin() as work:
        made = await work.cases.reports_from(reporter)
        shown = [report for report in reversed(made) if report.contact_is_safe is not False]
        for report in shown:
            _note(work, report)
        return tuple([await _own(work, report) for report in shown])


async def report_behind(desk: Desk, receipt: str) -> OwnReport:
    """The report of whoever holds its receipt; NotFound where it opens none."""
    async with desk.works.begin() as work:
        report = await report_for(work, ByReceipt(receipt))
        _note(work, report)
        return await _own(work, report)


def _note(work: Work, report: Report) -> None:
    work.journal.note(Entry("report.was_looked_up", PARTY, "P-2.4", {"report": report.id}, report.case))


async def _own(view: View, report: Report) -> OwnReport:
    case = await case_of(view, report.case)
    reference = await reference_of_report(view, report)
    return OwnReport(report.id, reference, report.received_at, case.state, report.withdrawn_at is not None)
