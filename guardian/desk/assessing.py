"""Assessing a case: a member marks that somebody's safety is at risk, and every proposal in it counts as severe."""

from dataclasses import replace

from guardian.cases.access import acting, case_for
from guardian.cases.concerns import RiskMark
from guardian.cases.values import CaseState
from guardian.desk.counting import recount
from guardian.desk.desk import Desk
from guardian.desk.moving import counted, insist
from guardian.desk.telling import tell_members
from guardian.ids import MemberId
from guardian.journal import Entry, by_member
from guardian.notices.values import News, NoticeKind
from guardian.people.permissions import UseCase
from rules.quorum import may_mark_risk

_PENDING = (CaseState.PROPOSED, CaseState.AGREED)


async def mark_risk(desk: Desk, by: MemberId, code_name: str, *, at_risk: bool, reason: str = "") -> str:
    """The case stands as marked, and what is not enacted yet is counted again by it; its code name is the answer.

    Taking the mark back needs a reason, and waits for an open proposal. Policy: P-3.2, P-5.1.
    """
    async with desk.works.begin() as work:
        await acting(work, by, UseCase.MARK_RISK)
        case = await case_for(work, by, code_name)
        pending = case.state in _PENDING
        eligible = await counted(work, case)
        insist(may_mark_risk(by, eligible, marked=case.safety_risk, at_risk=at_risk, pending=pending, reason=reason))
        case = await work.cases.save_case(replace(case, safety_risk=at_risk))
        await work.cases.add_risk_mark(RiskMark(case.id, by, work.now, at_risk, reason.strip()))
        await tell_members(work, case, NoticeKind.CASE_NEWS, {"news": News.RISK_MARKED}, besides=[by])
        act = "risk.was_marked" if at_risk else "risk.was_unmarked"
        about = {"case": str(case.id)}
        work.journal.note(Entry(act, by_member(by), "P-3.2", about, case.id, reason.strip() or None))
        await recount(work, case, desk.policy)
    return case.code_name
