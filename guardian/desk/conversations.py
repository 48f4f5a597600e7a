"""Conversations in spaces by which reports come in and go on: which are known, how far each is read, what is asked there.

What is written in them goes the way of every report, through `desk.intake`.
"""

from dataclasses import dataclass, replace
from typing import Final

from guardian.cases.conversations import Conversation
from guardian.cases.questions import CONTACT_IS_SAFE
from guardian.cases.receipts import for_reporter
from guardian.cases.values import Report
from guardian.desk.desk import Desk, View
from guardian.errors import NotFound
from guardian.ids import ReportId, SpaceName, new_id
from guardian.journal import PARTY, Entry
from guardian.spaces.port import Account

_SAID: Final = {True: "yes", False: "no"}


@dataclass(frozen=True, slots=True)
class Manner:
    """How a reporter is written to: in which language, and whether they have said that it is not safe to do so."""

    locale: str = ""
    silent: bool = False


async def known_in(desk: Desk, space: SpaceName) -> tuple[Conversation, ...]:
    """Every conversation of the space that has been read before."""
    async with desk.works.look() as view:
        return await view.conversations.conversations_in(space)


async def begin(desk: Desk, space: SpaceName, name: str, read_to: int, report: ReportId | None = None) -> Conversation:
    """The conversation is known from now on, with the report that came of it, if one did."""
    async with desk.works.begin() as work:
        found = await work.cases.report(report) if report is not None else None
        begun = Conversation(new_id(), space, name, read_to, found.case if found else None, found.id if found else None)
        await work.conversations.add_conversation(begun)
    return begun


async def read_on(desk: Desk, conversation: Conversation, read_to: int) -> Conversation:
    """It has been read as far as this."""
    async with desk.works.begin() as work:
        return await work.conversations.save_conversation(replace(conversation, read_to=read_to))


async def manner_of(desk: Desk, report: ReportId) -> Manner:
    """How the reporter of that report is written to where they wrote to us."""
    async with desk.works.look() as view:
        found = await view.cases.report(report)
    return Manner(found.locale, found.contact_is_safe is False) if found else Manner(silent=True)


async def say_contact(desk: Desk, report: ReportId, by: Account, *, safe: bool) -> None:
    """Whether it is safe to write to the reporter stands with the report. Policy: P-2.2."""
    async with desk.works.begin() as work:
        theirs = await _theirs(work, report, by)
        answers = {**theirs.answers, CONTACT_IS_SAFE: _SAID[safe]}
        await work.cases.save_report(replace(theirs, contact_is_safe=safe, answers=answers))
        about = {"case": theirs.case, "report": theirs.id, "safe": _SAID[safe]}
        work.journal.note(Entry("contact.was_spoken_of", PARTY, "P-2.2", about, theirs.case))


async def another_receipt(desk: Desk, report: ReportId, by: Account) -> str:
    """A further receipt for the report, shown this once, for a reporter who has asked for it where they wrote. Policy: P-2.4."""
    async with desk.works.begin() as work:
        theirs = await _theirs(work, report, by)
        minted = for_reporter(theirs.case, theirs.id, work.now)
        await work.cases.add_receipt(minted.kept)
        about = {"case": theirs.case, "report": theirs.id}
        work.journal.note(Entry("receipt.was_asked_for", PARTY, "P-2.4", about, theirs.case))
    return minted.secret


async def _theirs(view: View, report: ReportId, by: Account) -> Report:
    found = await view.cases.report(report)
    if found is None or found.reporter != by:
        raise NotFound
    return found
