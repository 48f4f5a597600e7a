"""Who is told of a new report, and when: the first on duty, then the second, then everybody who may know.

Whoever is kept from the case, or away, is passed over in silence. Of danger everybody is told at once, whoever is on duty:
see `reports/danger_calls`. Read `first_called` first. Policy: P-3.6.
"""

from collections.abc import Iterable
from typing import Final

from guardian.cases.access import members_who_may_know
from guardian.cases.case import Case, CaseState
from guardian.cases.deadlines import Deadline, DeadlineKind
from guardian.cases.tasks import TaskKind
from guardian.ids import MemberId
from guardian.notices.models import NoticeKind
from guardian.services.case_flow import get_case
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.deadlines import complete, reschedule, start_deadline
from guardian.services.notify import notify_members
from rules.policy import Policy
from rules.rota import call_order, everybody_called_at, second_call_at
from rules.worklist import oldest_standing

_TOLD_BY: Final = frozenset({NoticeKind.NEW_REPORT, NoticeKind.REPORT_FLOOD, NoticeKind.DANGER})


async def first_called(uow: UnitOfWork, policy: Policy, case: Case) -> frozenset[MemberId] | None:
    """Return who alone is told of the new report at first; None: everybody who may know is told at once.

    The others are told later, by a deadline of its own.
    """
    if case.board_only or case.audience is not None:
        return None
    order = await _order(uow, [member.id for member in await members_who_may_know(uow, case)])
    if not order:
        return None
    until = everybody_called_at(uow.now, policy)
    await start_deadline(
        uow, DeadlineKind.ROTA_CALL, case.id, until, next_at=second_call_at(uow.now, policy), about=str(case.id)
    )
    return frozenset(order[:1])


async def on_call_due(app: AppContext, uow: UnitOfWork, deadline: Deadline) -> None:
    """Tell the second on duty where nobody has the report in hand; at last everybody who has not been told."""
    case = await get_case(uow, deadline.case) if deadline.case else None
    if case is None or case.state is CaseState.CLOSED:
        await complete(uow, deadline)
        return
    told = {notice.to.member for notice in await uow.notices.of_case(case.id) if notice.kind in _TOLD_BY}
    rest = [member.id for member in await members_who_may_know(uow, case) if member.id not in told]
    if uow.now < deadline.due:
        is_in_hand = await _is_in_hand(app, uow, case)
        second = () if is_in_hand else (await _order(uow, rest))[:1]
        if is_in_hand or second:
            await notify_members(uow, case, NoticeKind.NEW_REPORT, only=second)
            await reschedule(uow, deadline, deadline.due)
            return
    await notify_members(uow, case, NoticeKind.NEW_REPORT, only=rest)
    await complete(uow, deadline)


async def _order(view: ReadView, available: Iterable[MemberId]) -> tuple[MemberId, ...]:
    """Those on duty now among the available who are not away."""
    turn = next((turn for turn in await view.rota.turns(view.now) if turn.is_running(view.now)), None)
    if turn is None:
        return ()
    away = {absence.member for absence in await view.rota.absences(view.now) if absence.since <= view.now}
    return call_order(turn.primary, turn.secondary, frozenset(available) - away)


async def _is_in_hand(app: AppContext, view: ReadView, case: Case) -> bool:
    """Whether somebody who may know of it has answered the reporter, or has said that they will."""
    if not await view.deadlines.open_for(case.id, DeadlineKind.FIRST_ANSWER):
        return True
    may_know = {member.id for member in await members_who_may_know(view, case)}
    claims = await view.task_claims.standing_claims(oldest_standing(view.now, app.policy))
    return any(c.case == case.id and c.kind is TaskKind.ANSWER_REPORTER and c.member in may_know for c in claims)
