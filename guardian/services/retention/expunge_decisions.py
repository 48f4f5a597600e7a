"""The end of the yearly look at what has no date: two members agree that the case need not be kept any longer.

One proposes it with a reason, another agrees; until the day that follows, any of them keeps it after all. Read
`propose_expunging` first. Policy: P-9.5, P-5.6.
"""

from dataclasses import replace

from guardian.cases.access import members_who_may_know
from guardian.cases.case import Case
from guardian.cases.retention import ExpungeDecision
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId, new_id
from guardian.journal import Entry, by_member
from guardian.notices.models import News, NoticeKind
from guardian.services.authorization import require
from guardian.services.context import AppContext, UnitOfWork
from guardian.services.notify import notify_members
from guardian.services.retention.dates import is_without_day, shown_retention
from guardian.services.retention.holds import case_to_change, decision_for, require_reason
from rules.policy import Policy
from rules.retention import may_let_go


async def propose_expunging(app: AppContext, by: MemberId, code_name: str, reason: str) -> str:
    """Propose that a case without a date is expunged; nothing changes before another member has agreed."""
    require_reason(app, reason, "Say in a sentence why the case need not be kept any longer.")
    async with app.units_of_work.begin() as uow:
        member, case = await case_to_change(uow, by, code_name)
        require(may_let_go(await shown_retention(uow, member, case, app.policy)))
        if await uow.retention.expunge_decision(case.id) is not None:
            raise Refused("proposed", "Somebody has proposed that already.", "P-9.5")
        decision = ExpungeDecision(id=new_id(), case=case.id, by=by, at=uow.now, reason=reason.strip())
        await uow.retention.add_expunge_decision(decision)
        await _tell(uow, case, News.EXPUNGING_PROPOSED, by, app.policy)
        _note(uow, "expunging.was_proposed", by, case)
    return f"Proposed. {case.code_name} is kept until another member has agreed."


async def agree_to_expunge(app: AppContext, by: MemberId, code_name: str, decision_id: str) -> str:
    """Agree, as another member than the one who proposed it, that the case is expunged."""
    async with app.units_of_work.begin() as uow:
        member, case = await case_to_change(uow, by, code_name)
        decision = await decision_for(uow, member, case, app.policy)
        if decision is None or decision.id != decision_id or decision.agreed_at is not None:
            raise NotFound
        require(may_let_go(await shown_retention(uow, member, case, app.policy)))
        if decision.by == by:
            raise Refused("own_proposal", "Another member has to agree with what you have proposed.", "P-5.6")
        await uow.retention.save_expunge_decision(replace(decision, agreed_by=by, agreed_at=uow.now))
        await _tell(uow, case, News.EXPUNGING_AGREED, by, app.policy)
        _note(uow, "expunging.was_agreed", by, case)
        day = uow.now + app.policy.retention.let_go_after
    return f"Agreed. {case.code_name} is expunged on {day:%d %B %Y}, unless somebody keeps it until then."


async def _tell(uow: UnitOfWork, case: Case, news: News, by: MemberId, policy: Policy) -> None:
    """Tell whoever may know that the case has no date by itself: of anybody else it would tell another case (P-4.2)."""
    every = [(each, await is_without_day(uow, each, case, policy)) for each in await members_who_may_know(uow, case)]
    told = [member.id for member, may_know_why in every if may_know_why]
    await notify_members(uow, case, NoticeKind.CASE_NEWS, {"news": news}, only=told, besides=(by,))


def _note(uow: UnitOfWork, act: str, by: MemberId, case: Case) -> None:
    about = {"case": str(case.id)}
    uow.journal.note(Entry(act=act, by=by_member(by), authority="P-9.5", about=about, case=case.id))
