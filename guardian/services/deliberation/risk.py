"""Mark that somebody's safety is at risk, so that every proposal in the case counts as severe. Read `mark_risk` first."""

from dataclasses import replace

from guardian.cases.access import case_for_member, require_permission
from guardian.cases.case import CaseState
from guardian.cases.risk import RiskMark
from guardian.ids import MemberId
from guardian.journal import Entry, by_member
from guardian.notices.models import News, NoticeKind
from guardian.people.permissions import UseCase
from guardian.services.authorization import require
from guardian.services.case_flow import eligible_members
from guardian.services.context import AppContext
from guardian.services.deliberation.tally import recount
from guardian.services.notify import notify_members
from rules.quorum import may_mark_risk

_PENDING = (CaseState.PROPOSED, CaseState.AGREED)


async def mark_risk(app: AppContext, by: MemberId, code_name: str, *, at_risk: bool, reason: str = "") -> str:
    """Mark the case, count again by the mark what is not enacted yet, and return the case's code name.

    Taking the mark back needs a reason, and waits for an open proposal. Policy: P-3.2, P-5.1.
    """
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.MARK_RISK)
        case = await case_for_member(uow, by, code_name)
        pending = case.state in _PENDING
        eligible = await eligible_members(uow, case)
        require(may_mark_risk(by, eligible, marked=case.safety_risk, at_risk=at_risk, pending=pending, reason=reason))
        case = await uow.cases.save_case(replace(case, safety_risk=at_risk))
        await uow.cases.add_risk_mark(RiskMark(case.id, by, uow.now, at_risk, reason.strip()))
        await notify_members(uow, case, NoticeKind.CASE_NEWS, {"news": News.RISK_MARKED}, besides=[by])
        act = "risk.was_marked" if at_risk else "risk.was_unmarked"
        about = {"case": str(case.id)}
        uow.journal.note(
            Entry(act=act, by=by_member(by), authority="P-3.2", about=about, case=case.id, text=reason.strip() or None)
        )
        await recount(uow, case, app.policy)
    return case.code_name
