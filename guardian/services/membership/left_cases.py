"""Cases whose member has left: counted again without them, with another contact, and heard by those who remain.

Read `carry_on_without` first. Policy: P-1.2, P-2.5, P-3.4, P-5.1.
"""

from dataclasses import replace

from guardian.cases.case import Case, CaseKind, CaseState
from guardian.cases.exclusions import handling_groups, must_go_to_board
from guardian.notices.models import News, NoticeKind
from guardian.people.models import Member
from guardian.people.permissions import MEMBERS, holds_seat
from guardian.services.conflicts.audience import open_if_unheard
from guardian.services.conflicts.exclusions import choose_contact, notify_of_exclusions, send_to_board
from guardian.services.context import UnitOfWork
from guardian.services.deliberation.tally import recount
from guardian.services.notify import notify_members, notify_reporters
from rules.policy import Policy


async def carry_on_without(uow: UnitOfWork, policy: Policy, left: Member, by: str) -> None:
    """Let every case that is not closed go on among those who remain; to be called once the member is saved."""
    if holds_seat(left, MEMBERS, uow.now):
        return
    for case in await uow.cases.cases():
        if case.state is not CaseState.CLOSED and case.kind is not CaseKind.LOCAL:
            await _carry_on(uow, policy, case, left, by)


async def _carry_on(uow: UnitOfWork, policy: Policy, case: Case, left: Member, by: str) -> None:
    case = await recount(uow, case, policy)
    exclusions = await uow.cases.exclusions_of(case.id)
    groups = handling_groups(await uow.people.members(), uow.now)
    if not case.board_only and must_go_to_board(groups, exclusions, (), policy):
        await notify_of_exclusions(uow, case, await send_to_board(uow, case, by))
        return
    if case.contact == left.id:
        case = await _replace_contact(uow, policy, case)
    await open_if_unheard(uow, case, by)


async def _replace_contact(uow: UnitOfWork, policy: Policy, case: Case) -> Case:
    """Choose who speaks to the reporter from now on, and tell them; where nobody is, the members are asked."""
    chosen = await choose_contact(uow, replace(case, contact=None), policy)
    changed = await uow.cases.save_case(replace(case, contact=chosen))
    if chosen is None:
        await notify_members(uow, changed, NoticeKind.CASE_NEWS, {"news": News.CONTACT_LEFT})
        return changed
    await notify_members(uow, changed, NoticeKind.YOUR_STEP, {"news": News.CONTACT_CHANGED}, only=(chosen,))
    await notify_reporters(uow, changed, NoticeKind.REPORTER_NEWS, {"news": News.CONTACT_CHANGED})
    return changed
