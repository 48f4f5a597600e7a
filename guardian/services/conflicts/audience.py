"""Let those hear of a report first whom its reporter chose, then open the case to everybody who may know it.

It settles who is notified first and never who decides: see `rules.audience`. Read `restrict_audience` first. Policy:
P-2.5.
"""

from dataclasses import replace

from guardian.cases.access import case_for_member, members_who_may_know, require_permission
from guardian.cases.case import Case
from guardian.cases.deadlines import Deadline, DeadlineKind
from guardian.cases.reports import Audience
from guardian.cases.submissions import Submission
from guardian.ids import MemberId
from guardian.journal import SERVICE, Entry, by_member
from guardian.notices.models import NoticeKind
from guardian.people.permissions import CHAIRS, UseCase, holds_seat
from guardian.services.authorization import require
from guardian.services.case_flow import get_case
from guardian.services.conflicts.exclusions import has_pending_exclusion
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.deadlines import complete, complete_about, start_deadline
from guardian.services.notify import notify_deciders, notify_members
from rules.audience import first_audience, may_open_to_all, open_to_all_at
from rules.policy import Policy


async def restrict_audience(uow: UnitOfWork, policy: Policy, case: Case, submission: Submission) -> Case:
    """Restrict the new case to those who hear first, where its reporter chose some, for a time.

    To be called once the exclusions stand and before anybody is notified. A deadline opens the case to the others.
    """
    if case.board_only or submission.audience is Audience.ALL:
        return case
    may_know = frozenset(member.id for member in await members_who_may_know(uow, case))
    chosen = await _chosen_members(uow, submission)
    audience = first_audience(chosen, may_know, danger=submission.danger)
    if audience is None:
        return case
    until = open_to_all_at(uow.now, policy)
    await start_deadline(uow, DeadlineKind.AUDIENCE, case.id, until, about=str(case.id))
    contact = case.contact if case.contact in audience else min(audience)
    return await uow.cases.save_case(replace(case, audience=tuple(sorted(audience)), contact=contact))


async def open_to_all(app: AppContext, by: MemberId, code_name: str) -> str:
    """Open the case to every member without a conflict, notify them as of a new one, and return its code name."""
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.OPEN_TO_ALL)
        case = await case_for_member(uow, by, code_name)
        require(may_open_to_all(restricted=case.audience is not None))
        await _open_case(uow, case, by_member(by))
        await complete_about(uow, str(case.id), DeadlineKind.AUDIENCE)
        return case.code_name


async def on_audience_due(_app: AppContext, uow: UnitOfWork, deadline: Deadline) -> None:
    """Open a case that nobody has opened in time to everybody who may know it."""
    case = await get_case(uow, deadline.case) if deadline.case else None
    if case is not None and case.audience is not None:
        await _open_case(uow, case, SERVICE)
    await complete(uow, deadline)


async def open_for_danger(uow: UnitOfWork, case: Case, by: str) -> Case:
    """Open the case to every allowed member at once, because danger was said later, whoever was chosen to hear first.

    Policy: P-3.6.
    """
    if case.audience is None:
        return case
    await _open_case(uow, case, by)
    await complete_about(uow, str(case.id), DeadlineKind.AUDIENCE)
    return await get_case(uow, case.id)


async def open_if_unheard(uow: UnitOfWork, case: Case, by: str) -> None:
    """Open the case to the others where nobody of those who hear first is left to know of it. Policy: P-2.5."""
    if case.audience is not None and not await members_who_may_know(uow, case):
        await open_for_danger(uow, case, by)


async def _chosen_members(view: ReadView, submission: Submission) -> frozenset[MemberId]:
    if submission.audience is Audience.CHOSEN:
        return frozenset(submission.audience_members)
    return frozenset(m.id for m in await view.people.members() if holds_seat(m, CHAIRS, view.now))


async def _open_case(uow: UnitOfWork, case: Case, by: str) -> None:
    """Notify the others as of any new report, and those who decide of exclusions that are pending."""
    informed = [member.id for member in await members_who_may_know(uow, case)]
    opened = await uow.cases.save_case(replace(case, audience=None))
    await notify_members(uow, opened, NoticeKind.NEW_REPORT, besides=informed)
    if await has_pending_exclusion(uow, opened):
        await notify_deciders(uow, opened, NoticeKind.EXCLUSION_TO_DECIDE)
    uow.journal.note(
        Entry(act="case.was_widened", by=by, authority="P-2.5", about={"case": str(case.id)}, case=case.id)
    )
