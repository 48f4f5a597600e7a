"""The journal for members, newest first: what was done in the cases that are theirs to read, and what was done to all.

An entry is shown only if its act stands in one of the two lists here, and by no number: what is left out leaves no gap.
So nothing is shown of conflicts that were raised, which may be about the reader, nor of where an open review lies, which
its actor is not told. Read `list_history` first. Policy: P-4.1, P-4.2, P-4.4, P-9.8.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from guardian.cases.access import may_read_by_status, require_permission
from guardian.cases.open_work import CaseSummary
from guardian.ids import CaseId, MemberId
from guardian.journal import OPERATOR, PARTY, SERVICE, Entry, PastEntry, by_member
from guardian.people.models import Member
from guardian.people.permissions import UseCase
from guardian.services.context import AppContext, ReadView
from rules.conflicts import ConflictStatus

PAGE_LENGTH: Final = 50
_BATCH: Final = 500
_OTHERS: Final = {SERVICE: "the service", OPERATOR: "the operator of the host", PARTY: "a party"}

IN_CASES: Final[Mapping[str, str]] = {
    "report.was_received": "a report came in",
    "case.was_taken": "the case was taken",
    "case.was_read": "the case was read",
    "evidence.was_opened": "a piece of evidence was opened",
    "contact.was_handed_over": "the contact was handed over",
    "person.was_named": "a reported person was named",
    "account.was_linked": "an account was linked",
    "link.was_confirmed": "a link was confirmed",
    "link.was_undone": "a link was undone",
    "hearing.was_begun": "the hearing began",
    "draft.was_written": "a text was written",
    "draft.was_read": "a text was read by a second member",
    "draft.was_withdrawn": "a text was withdrawn",
    "proposal.was_made": "a proposal was made",
    "proposal.was_withdrawn": "a proposal was withdrawn",
    "ballot.was_cast": "a ballot was cast",
    "decision.was_made": "a decision was made",
    "decision.was_enacted": "a decision was enacted",
    "talk.was_offered": "somebody was asked whether they would take part in a talk",
    "talk.was_answered": "somebody answered whether they would take part in a talk",
    "talk.was_held": "a talk has taken place",
    "talk.was_ended": "a talk was called off",
    "condition.was_said_done": "the person said that something asked of them is done",
    "condition.was_checked": "it was said whether something asked of the person is met",
    "condition.was_reviewed": "the group looked again at what was not met",
    "case.was_closed": "the case was closed",
    "case.was_reopened": "the case was opened again",
    "act.was_taken": "somebody was restricted at once",
    "act.was_seconded": "a second member agreed to an act",
    "act.was_reviewed": "an act was reviewed",
    "account.was_given": "the account of whoever acted was given",
    "review.was_settled": "a review came to its end",
    "sanction.lifted": "a sanction was lifted",
    "raid.was_announced": "a raid was announced",
    "raid.was_seconded": "a second member agreed to a raid",
    "matter.was_escalated": "moderators passed it on",
    "escalation.was_accepted": "what was passed on was accepted",
    "readmission.was_asked": "somebody asked to return",
    "board.has_answered": "the Board's answer was recorded",
    "board.has_confirmed": "the Board's answer was confirmed",
    "adviser.was_asked": "an adviser was asked into the case",
    "adviser.has_stated_conflicts": "an adviser said that they have no conflict",
    "adviser.has_declined": "an adviser did not take part",
    "advice.was_ended": "the part of an adviser ended",
    "motion.was_read": "the report before a motion was read",
    "motion_report.was_sent": "the report before a motion was sent",
    "case.was_imported": "the case was taken in from an older sheet",
    "record.was_stated": "something was stated in the records",
    "hold.was_placed": "a legal hold was placed",
    "hold.was_ended": "a legal hold was ended",
    "sharing.was_drafted": "it was written down what would be passed on to others",
    "sharing.was_read": "what is passed on to others was read by a second member",
    "sharing.was_withdrawn": "what would have been passed on was withdrawn",
    "data.was_asked_for": "somebody asked about what is kept of them",
    "data_request.was_read": "such a request was read",
    "data_request.was_left": "such a request was left to others, because of a conflict",
    "data_answer.was_drafted": "an answer to such a request was drafted",
    "data_answer.was_sent": "an answer to such a request was sent",
    "objection.was_granted": "an objection to its use was granted",
    "case.was_expunged": "the case was expunged",
}
OF_NO_CASE: Final[Mapping[str, str]] = {
    "service.was_started": "the service was started",
    "mode.was_switched": "a space was switched between watching and enforcing",
    "journal.was_copied": "somebody of the Board took a copy of the journal to oversee",
    "member.was_seated": "a member was seated",
    "rota.was_planned": "the rota was planned",
    "rota.was_changed": "somebody else was put on the rota",
    "rota.was_handed_over": "the next period of the rota began",
    "swap.was_taken": "two members swapped a turn",
    "term.was_asked": "a member was asked whether they go on",
    "term.was_renewed": "a member goes on for another year",
    "administration.was_noted": "it was noted who administers a platform",
    "member.has_left": "somebody stepped down, or left",
    "program.was_registered": "an affiliated program was registered",
    "program.has_reported": "the report of an affiliated program came",
    "program.has_left": "a program is affiliated no more",
    "office.was_proposed": "somebody was named for an office that a second member agrees to",
    "office.was_given": "somebody was given an office",
    "office.was_changed": "somebody changed office",
    "conflicts.were_stated": "a newcomer stated conflicts",
    "chair.was_confirmed": "the first chair was confirmed",
    "member.was_stopped": "a member was stopped from acting alone",
    "stop.was_settled": "the look at a stop came to its end",
    "roster.was_printed": "the roster was printed",
    "sheet.was_imported": "an older tracking sheet was taken in",
    "sheet.was_exported": "the tracking sheet was taken out as a file",
    "statistics.were_published": "statistics were published",
    "report.was_prepared": "a yearly report was prepared",
    "database.was_copied": "a copy of the database was made",
    "recovery_key.was_made": "a recovery key was made",
    "keys.were_replaced": "the keys were replaced",
    "master_key.was_changed": "the master key was changed",
    "keys.were_destroyed": "old keys were destroyed",
    "database.was_restored": "the database was restored from a copy",
    "space.was_lost": "a space could not be reached",
    "space.was_found": "a space was reached again",
}


Statuses = Mapping[MemberId, ConflictStatus]
MayReadCase = Callable[[CaseSummary, Statuses], bool]
"""Whether entries of a case are shown, from the case in brief and how everybody stands to it."""


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One entry in words; `case` is a code name, empty where it is of none."""

    at: datetime
    words: str
    by: str
    case: str


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Some entries, newest first, and whether there are earlier ones to see."""

    lines: tuple[HistoryLine, ...]
    has_more: bool


async def list_history(app: AppContext, by: MemberId, page: int = 0) -> HistoryPage:
    """Return one page of the entries that the member may know of; the reading is itself an entry."""
    async with app.units_of_work.begin() as uow:
        member = await require_permission(uow, by, UseCase.READ_JOURNAL)
        lines = await list_lines(uow, partial(_may_read, member, uow.now), (page + 1) * PAGE_LENGTH + 1)
        uow.journal.note(Entry(act="journal.was_read", by=by_member(by), authority="P-9.8"))
    shown = lines[page * PAGE_LENGTH :]
    return HistoryPage(tuple(shown[:PAGE_LENGTH]), len(shown) > PAGE_LENGTH)


async def is_journal_whole(app: AppContext, by: MemberId) -> bool:
    """Return whether every entry is as it was written; how many there are is not said. Policy: P-9.8."""
    async with app.units_of_work.read() as view:
        await require_permission(view, by, UseCase.READ_JOURNAL)
        return await view.history.is_whole()


async def list_lines(view: ReadView, may_read: MayReadCase, most: int | None) -> list[HistoryLine]:
    """Return the entries of the cases that may be read, and those of none, in words, newest first; so many at most."""
    names = {**_OTHERS, **{by_member(each.id): each.name for each in await view.people.members()}}
    found: list[HistoryLine] = []
    cases: dict[CaseId, CaseSummary | None] = {}
    position: int | None = None
    while (most is None or len(found) < most) and (entries := await view.history.entries_before(position, _BATCH)):
        await _look_up(view, {each.case for each in entries if each.case} - cases.keys(), may_read, cases)
        found += [line for line in (_line(each, cases, names) for each in entries) if line is not None]
        position = entries[-1].position
    return found[:most]


async def _look_up(
    view: ReadView, those: Collection[CaseId], may_read: MayReadCase, cases: dict[CaseId, CaseSummary | None]
) -> None:
    statuses = await view.open_work.statuses_of(those)
    cases |= dict.fromkeys(those)
    cases |= {
        case.id: case for case in await view.open_work.summaries_of(those) if may_read(case, statuses.get(case.id, {}))
    }


def _may_read(member: Member, at: datetime, case: CaseSummary, statuses: Statuses) -> bool:
    return may_read_by_status(member, case, statuses, at)


def _line(entry: PastEntry, cases: Mapping[CaseId, CaseSummary | None], names: Mapping[str, str]) -> HistoryLine | None:
    case = cases.get(entry.case) if entry.case else None
    words = (IN_CASES if entry.case else OF_NO_CASE).get(entry.act)
    if words is None or (entry.case is not None and case is None):
        return None
    return HistoryLine(entry.at, words, names.get(entry.by, ""), case.code_name if case else "")
