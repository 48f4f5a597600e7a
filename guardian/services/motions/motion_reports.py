"""The group's confidential report, which the organisers read before their motion: sent by a member, owed by a date.

Findings, assessment and decisions are taken from the case when it is read; the member's own words say why the group asks.
Read `send_motion_report` first. Policy: P-8.5.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from guardian.cases.access import case_for_member, require_permission
from guardian.cases.case import Case
from guardian.cases.deadlines import Deadline, DeadlineKind
from guardian.cases.notes import MotionReport, NoteKind, current_note, motion_report_on
from guardian.cases.proposals import Proposal
from guardian.errors import NotFound, Refused, Stale
from guardian.ids import MemberId, ProposalId
from guardian.journal import Entry, by_member
from guardian.notices.models import NoticeKind
from guardian.people.permissions import UseCase
from guardian.services.authorization import require
from guardian.services.case_flow import get_case, notify_board
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.deadlines import complete, complete_about
from guardian.services.deliberation.tally import find_proposal_awaiting_motion, get_proposal
from guardian.services.notes.records import new_note, record_note
from guardian.services.records.board_reports import compose_sections
from guardian.services.records.case_document import DocumentSection, hide_names, names_of_reporters
from guardian.services.reminders import on_plain_deadline_due
from rules.procedure import may_record_motion


@dataclass(frozen=True, slots=True)
class MotionReportView:
    """The report as the organisers read it; `words` are the sender's, without the names of who reported."""

    id: str
    at: datetime
    words: str
    sections: tuple[DocumentSection, ...]


async def send_motion_report(app: AppContext, by: MemberId, code_name: str, words: str) -> str:
    """Send the organisers the report on the proposal that waits for their motion, in place of an earlier one.

    Refused while nothing is found in writing: they would read nothing that they could decide by. Policy: P-8.5.
    """
    if not words.strip():
        raise Refused("empty", "Say in a few words why the group asks for this. The organisers read it.", "P-8.5")
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.SEND_MOTION_REPORT)
        case = await case_for_member(uow, by, code_name)
        proposal = await find_proposal_awaiting_motion(uow, app.policy, case)
        if proposal is None:
            raise Refused("nothing_waits", "Nothing in this case waits for the organisers' motion.", "P-8.5")
        notes = await uow.notes.notes_of(case.id)
        if current_note(notes, NoteKind.FINDINGS) is None:
            raise Refused(
                "no_findings", "Write the findings first: they are part of what the organisers read.", "P-8.5"
            )
        earlier = motion_report_on(notes, proposal.id)
        note = replace(
            new_note(uow, case, by, NoteKind.MOTION_REPORT),
            text=words.strip(),
            content=MotionReport(proposal.id),
            supersedes=earlier.id if earlier else None,
        )
        await record_note(app, uow, case, note)
        await complete_about(uow, proposal.id, DeadlineKind.MOTION_REPORT)
        await notify_board(uow, case, NoticeKind.WITH_BOARD, {"cause": "approval", "ask": "motion"})
        about = {"case": str(case.id), "proposal": str(proposal.id)}
        uow.journal.note(
            Entry(act="motion_report.was_sent", by=by_member(by), authority="P-8.5", about=about, case=case.id)
        )
    return "Sent. The organisers can read it now, and record their motion."


async def read_motion_report(view: ReadView, case: Case, proposal: Proposal) -> MotionReportView | None:
    """Return the report on the proposal for a reader who may have it; None while nobody has sent one."""
    note = motion_report_on(await view.notes.notes_of(case.id), proposal.id)
    if note is None:
        return None
    hidden = names_of_reporters(await view.cases.reports_of(case.id))
    words = "\n".join(hide_names(line, hidden) for line in note.text.splitlines())
    return MotionReportView(note.id, note.at, words, await compose_sections(view, case))


async def require_report_read(view: ReadView, case: Case, proposal: Proposal, read: str) -> None:
    """Refuse a motion before the report is there; Stale where another is there than the one that was read."""
    note = motion_report_on(await view.notes.notes_of(case.id), proposal.id)
    require(may_record_motion(has_report=note is not None))
    if note is None or note.id != read:
        raise Stale


async def on_motion_report_due(app: AppContext, uow: UnitOfWork, deadline: Deadline) -> None:
    """Remind the group daily of a report that it owes the organisers, until it is sent or no motion is waited for."""
    if deadline.case is None:
        raise NotFound
    case = await get_case(uow, deadline.case)
    proposal = await get_proposal(uow, ProposalId(deadline.about))
    if await find_proposal_awaiting_motion(uow, app.policy, case) != proposal:
        await complete(uow, deadline)
        return
    await on_plain_deadline_due(app, uow, deadline)
