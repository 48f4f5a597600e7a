"""The call for danger, repeated until a member has the case. Read first: `on_danger_call_due`. Policy: P-3.6."""

from guardian.cases.case import Case, CaseState
from guardian.cases.deadlines import Deadline
from guardian.cases.exclusions import conflict_status_by_member, handling_groups
from guardian.ids import MemberId
from guardian.journal import SERVICE, Entry
from guardian.notices.models import NoticeKind
from guardian.people.models import Group, Office
from guardian.services.case_flow import get_case
from guardian.services.context import AppContext, UnitOfWork
from guardian.services.deadlines import complete, reschedule
from guardian.services.notify import notify_members, notify_office
from rules.conflicts import who_may_know
from rules.routing import danger_call_for


async def on_danger_call_due(app: AppContext, uow: UnitOfWork, deadline: Deadline) -> None:
    """Call everybody who may know again, until somebody has it; after a while the liaison and the Board as well.

    Policy: P-3.6.
    """
    case = await get_case(uow, deadline.case) if deadline.case else None
    if case is None or case.state is CaseState.CLOSED:
        await complete(uow, deadline)
        return
    conflicts = conflict_status_by_member(await uow.cases.exclusions_of(case.id))
    groups = handling_groups(await uow.people.members(), uow.now)
    group = groups.board if case.board_only else groups.members
    eligible: frozenset[MemberId] = who_may_know(group, conflicts)
    call = danger_call_for(
        eligible, groups, conflicts, deadline.since, deadline.completed_at is not None, uow.now, app.policy
    )
    await notify_members(uow, case, NoticeKind.DANGER, only=call.recipients)
    if call.recipients - eligible:
        await _notify_board_of_danger(uow, case)
    await reschedule(uow, deadline, call.repeat_at or uow.now + app.policy.reports.danger_repeat)
    uow.journal.note(
        Entry(act="danger.was_called_again", by=SERVICE, authority="P-3.6", about={"case": str(case.id)}, case=case.id)
    )


async def _notify_board_of_danger(uow: UnitOfWork, case: Case) -> None:
    await notify_office(uow, Group.BOARD, None, NoticeKind.DANGER, {}, case)
    if not case.board_only:
        return
    await notify_office(uow, Group.WORKING_GROUP, Office.BOARD_LIAISON, NoticeKind.DANGER, {}, case)
