"""Conversations in spaces by which reports come in and go on: which are known, how far each is read, what is asked.

What is written in them goes the way of every report, through `intake`. Read `start_conversation` first.
"""

from dataclasses import dataclass, replace
from typing import Final

from guardian.cases.conversations import Conversation
from guardian.cases.receipts import create_reporter_receipt
from guardian.cases.received_words import kept_text
from guardian.cases.report_questions import CONTACT_IS_SAFE
from guardian.cases.reports import Report
from guardian.errors import NotFound
from guardian.ids import ReportId, SpaceName, new_id
from guardian.journal import PARTY, Entry
from guardian.services.context import AppContext, ReadView
from guardian.spaces.port import Account

_YES_NO: Final = {True: "yes", False: "no"}


@dataclass(frozen=True, slots=True)
class ReplyPreferences:
    """How a reporter is written to: in which language, and whether they have said that it is not safe to do so."""

    locale: str = ""
    silent: bool = False


async def list_conversations(app: AppContext, space: SpaceName) -> tuple[Conversation, ...]:
    """Return every conversation of the space that has been read before."""
    async with app.units_of_work.read() as view:
        return await view.conversations.conversations_in(space)


async def start_conversation(
    app: AppContext, space: SpaceName, name: str, read_to: int, report: ReportId | None = None
) -> Conversation:
    """Store a new conversation, with the report that came of it, if one did."""
    async with app.units_of_work.begin() as uow:
        found = await uow.cases.report(report) if report is not None else None
        started = Conversation(
            id=new_id(),
            space=space,
            name=name,
            read_to=read_to,
            case=found.case if found else None,
            report=found.id if found else None,
        )
        await uow.conversations.add_conversation(started)
    return started


async def mark_read_to(app: AppContext, conversation: Conversation, read_to: int) -> Conversation:
    """Mark the conversation as read as far as this."""
    async with app.units_of_work.begin() as uow:
        return await uow.conversations.save_conversation(replace(conversation, read_to=read_to))


async def reply_preferences(app: AppContext, report: ReportId) -> ReplyPreferences:
    """Return how the reporter of that report is written to where they wrote to us."""
    async with app.units_of_work.read() as view:
        found = await view.cases.report(report)
    return ReplyPreferences(found.locale, found.contact_is_safe is False) if found else ReplyPreferences(silent=True)


async def reporter_of(app: AppContext, report: ReportId) -> Account | None:
    """Return the account of the report's own reporter, if it is known; NotFound where it is not kept any more."""
    async with app.units_of_work.read() as view:
        found = await view.cases.report(report)
    if found is None:
        raise NotFound
    return found.reporter


async def is_kept(app: AppContext, report: ReportId, text: str) -> bool:
    """Return whether the text stands with the report already, in what was reported or in what was added."""
    async with app.units_of_work.read() as view:
        found = await view.cases.report(report)
        added = await view.cases.additions_of(found.case) if found is not None else ()
    texts = [each.text for each in added if each.report == report]
    kept = kept_text(text).strip()
    return found is None or any(kept in each for each in (found.what_happened, *texts))


async def record_contact_safety(app: AppContext, report: ReportId, by: Account, *, safe: bool) -> None:
    """Record with the report whether it is safe to write to the reporter. Policy: P-2.2."""
    async with app.units_of_work.begin() as uow:
        own = await _own_report(uow, report, by)
        answers = {**own.answers, CONTACT_IS_SAFE: _YES_NO[safe]}
        await uow.cases.save_report(replace(own, contact_is_safe=safe, answers=answers))
        about = {"case": own.case, "report": own.id, "safe": _YES_NO[safe]}
        uow.journal.note(Entry(act="contact.was_spoken_of", by=PARTY, authority="P-2.2", about=about, case=own.case))


async def issue_another_receipt(app: AppContext, report: ReportId, by: Account) -> str:
    """Issue a further receipt for the report, shown this once, for a reporter who has asked for it where they wrote.

    Policy: P-2.4.
    """
    async with app.units_of_work.begin() as uow:
        own = await _own_report(uow, report, by)
        minted = create_reporter_receipt(own.case, own.id, uow.now)
        await uow.cases.add_receipt(minted.receipt)
        about = {"case": own.case, "report": own.id}
        uow.journal.note(Entry(act="receipt.was_asked_for", by=PARTY, authority="P-2.4", about=about, case=own.case))
    return minted.secret


async def _own_report(view: ReadView, report: ReportId, by: Account) -> Report:
    found = await view.cases.report(report)
    if found is None or found.reporter != by:
        raise NotFound
    return found
