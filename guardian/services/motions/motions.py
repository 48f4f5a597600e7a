"""The organisers' motion on what the group has agreed: read with the group's report, recorded by one, confirmed by a second.

Read `record_motion` first. Policy: P-5.1, P-8.5.
"""

from dataclasses import dataclass, replace

from guardian.cases.access import case_called, is_excluded, require_permission
from guardian.cases.case import Case
from guardian.cases.proposals import (
    Consequence,
    Motion,
    Proposal,
)
from guardian.errors import NotFound, Refused, Stale
from guardian.ids import MemberId, new_id
from guardian.journal import Entry, by_member
from guardian.notices.models import NoticeKind
from guardian.people.models import Group
from guardian.people.permissions import BOARD, BOARD_LIAISON, UseCase, holds_seat
from guardian.services.authorization import require
from guardian.services.context import AppContext, ReadView
from guardian.services.deliberation.tally import apply_tally, find_proposal_awaiting_motion
from guardian.services.motions.motion_reports import MotionReportView, read_motion_report, require_report_read
from guardian.services.notify import notify_office
from rules.policy import Policy
from rules.procedure import Confirmable, may_confirm


@dataclass(frozen=True, slots=True)
class MotionView:
    """What the organisers read before their motion: what is proposed, on whom by code name, and what was recorded."""

    code_name: str
    consequence: Consequence
    person: str
    recorded: bool | None
    may_confirm: bool
    report: MotionReportView | None = None


async def read_motion(app: AppContext, by: MemberId, code_name: str) -> MotionView:
    """Return what waits for the organisers' motion in the case, which is not theirs to read. Policy: P-5.1, P-8.5."""
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.RECORD_BOARD_ANSWER)
        case, proposal = await _require_awaiting_motion(uow, app.policy, by, code_name)
        motion = await uow.deliberation.motion_on(proposal.id)
        person = await uow.people.person(proposal.person) if proposal.person is not None else None
        report = await read_motion_report(uow, case, proposal)
        about = {"case": str(case.id), **({"report": report.id} if report else {})}
        uow.journal.note(Entry(act="motion.was_read", by=by_member(by), authority="P-9.8", about=about, case=case.id))
        return MotionView(
            code_name=case.code_name,
            consequence=proposal.consequence,
            person=person.code_name if person is not None else "",
            recorded=motion.granted if motion is not None else None,
            may_confirm=motion is not None and motion.confirmed_at is None and motion.by != by,
            report=report,
        )


async def record_motion(app: AppContext, by: MemberId, code_name: str, *, granted: bool, read: str) -> str:
    """Record the organisers' motion on the open proposal, until a second of them confirms it. Policy: P-5.1, P-8.5.

    `read` is the report that they had before them, by its id: Stale where another has been sent since, Refused where
    none has been.
    """
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.RECORD_BOARD_ANSWER)
        case, proposal = await _require_awaiting_motion(uow, app.policy, by, code_name)
        await require_report_read(uow, case, proposal, read)
        motion = Motion(id=new_id(), case=case.id, proposal=proposal.id, granted=granted, by=by, at=uow.now)
        await uow.deliberation.add_motion(motion)
        await notify_office(uow, Group.BOARD, None, NoticeKind.BOARD_ANSWER_TO_CONFIRM, {"ask": "motion"}, case)
        about = {"case": str(case.id), "motion": motion.id}
        uow.journal.note(
            Entry(act="motion.was_recorded", by=by_member(by), authority="P-5.1", about=about, case=case.id)
        )
    return "Recorded. A second of the organisers has to confirm it."


async def confirm_motion(
    app: AppContext, by: MemberId, code_name: str, *, read: str, granted: bool | None = None
) -> str:
    """Confirm the motion, which then counts and settles the proposal. Policy: P-5.1, P-8.5.

    `granted` is what they had before them: Stale where something else has been recorded since; `read` as for
    `record_motion`.
    """
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.CONFIRM_BOARD_ANSWER)
        case, proposal = await _require_awaiting_motion(uow, app.policy, by, code_name)
        await require_report_read(uow, case, proposal, read)
        motion = await uow.deliberation.motion_on(proposal.id)
        if motion is None or motion.confirmed_at is not None:
            raise Refused("nothing_recorded", "There is no motion that waits to be confirmed.", "P-5.1")
        require(may_confirm(Confirmable.MOTION, by, motion.by))
        if granted not in (None, motion.granted):
            raise Stale
        await uow.deliberation.save_motion(replace(motion, confirmed_by=by, confirmed_at=uow.now))
        about = {"case": str(case.id), "motion": motion.id}
        uow.journal.note(
            Entry(act="motion.was_confirmed", by=by_member(by), authority="P-5.1", about=about, case=case.id)
        )
        await apply_tally(uow, app.policy, case, proposal)
    return "Confirmed. The group has been told."


async def _require_awaiting_motion(
    view: ReadView, policy: Policy, by: MemberId, code_name: str
) -> tuple[Case, Proposal]:
    """The open proposal of a case that waits for the organisers, for those of them whom the case does not concern."""
    member = await view.people.member(by)
    case = await case_called(view, code_name)
    if member is None or case is None:
        raise NotFound
    is_theirs = any(holds_seat(member, seat, view.now) for seat in (BOARD, BOARD_LIAISON))
    if not is_theirs or is_excluded(by, await view.cases.exclusions_of(case.id)):
        raise NotFound
    proposal = await find_proposal_awaiting_motion(view, policy, case)
    if proposal is None:
        raise NotFound
    return case, proposal
