"""Open a report after it was sent: by its receipt, the reporter's own account, their address, or a rule.

Read `report_for` first.
"""

from dataclasses import dataclass

from guardian.cases.case import PartyRole
from guardian.cases.receipts import ReceiptKind, digest_receipt, digest_secret
from guardian.cases.reports import Report
from guardian.errors import NotFound
from guardian.ids import Reference, ReportId
from guardian.secrets import are_equal
from guardian.services.context import ReadView
from guardian.spaces.port import Account


@dataclass(frozen=True, slots=True)
class ReceiptAccess:
    """Whoever holds the receipt."""

    receipt: str


@dataclass(frozen=True, slots=True)
class ReporterAccess:
    """The account by which the report was made, as the space itself says who is asking."""

    report: ReportId
    reporter: Account


@dataclass(frozen=True, slots=True)
class MailAddressAccess:
    """Whoever writes to the mail address that was made for one reporter; `token` is the secret part of it."""

    token: str


@dataclass(frozen=True, slots=True)
class PolicyAccess:
    """The service itself, which a rule has sent to the report."""

    report: ReportId


ReportAccess = ReceiptAccess | ReporterAccess | MailAddressAccess | PolicyAccess


async def report_for(view: ReadView, access: ReportAccess) -> Report:
    """Return the report that the access opens; NotFound where it opens none."""
    report: Report | None = None
    match access:
        case ReceiptAccess(typed):
            receipt = await view.cases.receipt(digest_receipt(typed))
            if receipt is not None and receipt.kind is ReceiptKind.REPORTER and receipt.report is not None:
                report = await view.cases.report(receipt.report)
        case ReporterAccess(report_id, account):
            found = await view.cases.report(report_id)
            report = found if found is not None and found.reporter == account else None
        case MailAddressAccess(token):
            report = await report_for_address(view, token)
        case PolicyAccess(report_id):
            report = await view.cases.report(report_id)
    if report is None:
        raise NotFound("This receipt opens nothing here. Please check that every letter and digit is as it was shown.")
    return report


async def report_for_address(view: ReadView, token: str) -> Report | None:
    """Return the report whose address this still is; NotFound for one that was taken back, or expunged with its case."""
    receipt = await view.cases.receipt(digest_secret(token))
    if receipt is None or receipt.kind is not ReceiptKind.MAIL or receipt.report is None:
        return None
    found = await view.cases.report(receipt.report)
    return found if found and found.mail and are_equal(digest_secret(found.mail.token), receipt.digest) else None


async def reference_of_report(view: ReadView, report: Report) -> Reference:
    """Return what its reporter calls the report by."""
    parties = await view.cases.parties_of(report.case)
    return next(p.reference for p in parties if p.role is PartyRole.REPORTER and p.report == report.id)
