"""What somebody may learn of their own reports where they made them: that they exist, and how each of them stands.

Read `list_own_reports` first.
"""

from dataclasses import dataclass
from datetime import datetime

from guardian.cases.case import CaseState
from guardian.cases.reports import Report
from guardian.ids import Reference, ReportId
from guardian.journal import PARTY, Entry
from guardian.services.case_flow import get_case
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.reports.report_access import ReceiptAccess, reference_of_report, report_for
from guardian.spaces.port import Account


@dataclass(frozen=True, slots=True)
class OwnReport:
    """One report as its reporter may see it anywhere. Nothing that anybody else has said is in it."""

    report: ReportId
    reference: Reference
    received_at: datetime
    state: CaseState
    withdrawn: bool


async def list_own_reports(app: AppContext, reporter: Account) -> tuple[OwnReport, ...]:
    """Return the reports made by that account, newest first, for whom the space itself says to be its owner.

    Left out are those of somebody to whom it is not safe to write there: whoever else looks at the account would see
    that they reported. Policy: P-2.2, P-2.6.
    """
    async with app.units_of_work.begin() as uow:
        reports = await uow.cases.reports_from(reporter)
        shown = [report for report in reversed(reports) if report.contact_is_safe is not False]
        for report in shown:
            _record_lookup(uow, report)
        return tuple([await _own_report(uow, report) for report in shown])


async def own_report_for_receipt(app: AppContext, receipt: str) -> OwnReport:
    """Return the report of whoever holds its receipt; NotFound where it opens none."""
    async with app.units_of_work.begin() as uow:
        report = await report_for(uow, ReceiptAccess(receipt))
        _record_lookup(uow, report)
        return await _own_report(uow, report)


def _record_lookup(uow: UnitOfWork, report: Report) -> None:
    uow.journal.note(
        Entry(act="report.was_looked_up", by=PARTY, authority="P-2.4", about={"report": report.id}, case=report.case)
    )


async def _own_report(view: ReadView, report: Report) -> OwnReport:
    case = await get_case(view, report.case)
    reference = await reference_of_report(view, report)
    return OwnReport(report.id, reference, report.received_at, case.state, report.withdrawn_at is not None)
