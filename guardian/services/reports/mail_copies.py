"""The same mail twice: as its sender sent it, and as a mailing list sends it on, with a footer and another sender.

Ids and lists can be forged, so a copy is only ever left out where its very words are kept already, and it is put to
nobody else's report. Read `take_copy` first. Policy: P-2.4, P-2.6, P-2.10.
"""

import json
from dataclasses import dataclass
from typing import Final

from guardian.cases.case import Case
from guardian.cases.receipts import create_mail_receipt, create_mail_token, create_reporter_receipt
from guardian.cases.reports import ReplyAddress, Report
from guardian.cases.submissions import with_proved_sender
from guardian.ids import ReportId
from guardian.journal import PARTY, Entry
from guardian.notices.models import NoticeKind
from guardian.notices.party_facts import PartyFacts
from guardian.services.case_flow import get_case
from guardian.services.context import AppContext, UnitOfWork
from guardian.services.notify import notify_reporters
from rules.deadlines import TimeLimit, due_at

_SOURCE: Final = "mail original"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailCopy:
    """A mail beside others that may be the same. `original` is a digest of its id, its date and its very words."""

    original: str
    sender: str
    handle: str = ""
    via_list: bool = False
    authentic: bool = False
    may_answer: bool = False


@dataclass(frozen=True, slots=True)
class _Kept:
    """The report that a mail became when it first came, and how it came."""

    report: ReportId
    via_list: bool
    authentic: bool


def is_same_address(one: str, other: str) -> bool:
    """Return whether two mail addresses are the same, as mail servers in practice see it: capitals do not matter."""
    return one.strip().casefold() == other.strip().casefold()


async def take_copy(app: AppContext, copy: MailCopy) -> bool:
    """Leave the mail out where a copy of it is a report already, and give its proved sender that report; False if not.

    A list's copy says nothing that its original has not said. The original, which proves its sender where the copy that
    came first could not, makes that report theirs: they are answered as if it had come first.
    """
    async with app.units_of_work.begin() as uow:
        earlier = await uow.idempotency.claim(_SOURCE, copy.original)
        kept = _read(earlier.answer) if earlier is not None and earlier.answer else None
        report = await uow.cases.report(kept.report) if kept is not None else None
        if kept is None or report is None:
            return False
        if copy.authentic and kept.via_list and not kept.authentic:
            await _give_to_sender(app, uow, copy, report)
            return True
        if copy.authentic:
            return kept.authentic and _is_from_same(copy, report)
        return copy.via_list or _is_from_same(copy, report)


async def remember_original(app: AppContext, copy: MailCopy, report: ReportId) -> None:
    """Remember which report the mail became, for the copies of it that come later; it has none without an id."""
    if not copy.original:
        return
    async with app.units_of_work.begin() as uow:
        found = await uow.cases.report(report)
        if found is not None and await uow.idempotency.claim(_SOURCE, copy.original) is not None:
            answer = json.dumps((report, copy.via_list, copy.authentic))
            await uow.idempotency.save(_SOURCE, copy.original, answer, found.case)


async def _give_to_sender(app: AppContext, uow: UnitOfWork, copy: MailCopy, report: Report) -> None:
    address = ReplyAddress(copy.sender, create_mail_token(), copy.may_answer)
    await uow.cases.save_report(with_proved_sender(report, address, copy.handle))
    await uow.cases.add_receipt(create_mail_receipt(report.case, report.id, address.token, uow.now))
    case = await get_case(uow, report.case)
    if copy.may_answer:
        await _acknowledge(app, uow, case, report)
    await uow.idempotency.save(_SOURCE, copy.original, json.dumps((report.id, False, True)), report.case)
    about = {"case": report.case, "report": report.id}
    uow.journal.note(Entry(act="report.was_sent_again", by=PARTY, authority="P-2.4", about=about, case=report.case))


async def _acknowledge(app: AppContext, uow: UnitOfWork, case: Case, report: Report) -> None:
    minted = create_reporter_receipt(case.id, report.id, uow.now)
    await uow.cases.add_receipt(minted.receipt)
    due = due_at(TimeLimit.FIRST_ANSWER, report.received_at, app.policy)
    facts: PartyFacts = {"own_receipt": minted.secret, **({"answer_by": due} if due > uow.now else {})}
    await notify_reporters(uow, case, NoticeKind.MAIL_RECEIVED, facts, only=report.id)


def _is_from_same(copy: MailCopy, report: Report) -> bool:
    return report.mail is not None and is_same_address(report.mail.address, copy.sender)


def _read(answer: str) -> _Kept:
    report, via_list, authentic = json.loads(answer)
    return _Kept(ReportId(report), via_list, authentic)
