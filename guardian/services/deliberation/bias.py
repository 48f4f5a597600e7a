"""Whether whoever leads a case has told the group what may bias them: asked of a new shepherd, required of a proposal.

Read `require_bias_stated` first. Policy: P-3.4.
"""

from guardian.cases.case import Case
from guardian.cases.notes import bias_stated_by
from guardian.ids import MemberId
from guardian.notices.models import News, NoticeKind
from guardian.services.authorization import require
from guardian.services.context import UnitOfWork
from guardian.services.notify import notify_members
from rules.policy import Policy
from rules.routing import may_lead


async def ask_for_bias(uow: UnitOfWork, policy: Policy, case: Case) -> None:
    """Ask whoever has just become the shepherd of the case what may bias them, unless they have said so in it."""
    stated = bias_stated_by(await uow.notes.notes_of(case.id), case.contact)
    if case.contact is not None and not may_lead(has_stated_bias=stated is not None, policy=policy):
        await notify_members(uow, case, NoticeKind.YOUR_STEP, {"news": News.BIAS_TO_STATE}, only=(case.contact,))


async def require_bias_stated(uow: UnitOfWork, policy: Policy, case: Case, by: MemberId) -> None:
    """Refuse a proposal of a shepherd who has not told the group yet what may bias them."""
    stated = bias_stated_by(await uow.notes.notes_of(case.id), by)
    require(may_lead(has_stated_bias=stated is not None, policy=policy))
