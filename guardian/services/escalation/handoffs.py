"""What passes to the working group, and back from it, inside an open transaction: who is asked, who is notified.

Asks no permissions: the use case that calls has done so. Read `mark_accepted` first. Policy: P-8.2.
"""

from guardian.cases.case import Case, CaseState
from guardian.cases.deadlines import Deadline, DeadlineKind
from guardian.cases.handoffs import Direction, Handoff, HandoffState
from guardian.ids import SpaceName
from guardian.journal import SERVICE, Entry
from guardian.notices.models import NoticeKind
from guardian.people.models import Member
from guardian.people.permissions import MODERATORS_CHAIR, MODERATORS_LIAISON, Seat, holds_seat
from guardian.services.case_flow import get_case
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.deadlines import complete, complete_about, reschedule
from guardian.services.notify import notify_deciders, notify_officeholders
from rules.deadlines import TimeLimit, length


async def mark_accepted(uow: UnitOfWork, handoff: Handoff) -> None:
    """Stop reminding of the handoff, and notify the moderator who passed it on that somebody has it."""
    await complete_about(uow, handoff.id, DeadlineKind.ACCEPTANCE)
    await notify_sender(uow, await get_case(uow, handoff.case), handoff, "accepted")


async def notify_liaisons(uow: UnitOfWork, case: Case, handoff: Handoff) -> None:
    """Notify the moderators' own liaisons that something has been passed on, and not what. Policy: P-8.2.

    The group's liaison is a member of it, and is notified of the case itself unless it concerns them.
    """
    liaisons = [m for m in await holders_of(uow, MODERATORS_LIAISON) if m.id != handoff.by]
    facts = {"hop": str(handoff.reference), "space": str(handoff.space), "state": "made"}
    await notify_officeholders(uow, case, liaisons, NoticeKind.ESCALATION_NEWS, facts)


async def notify_of_closing(uow: UnitOfWork, case: Case) -> None:
    """Notify whoever passed the matter on that it is closed, and of nothing else. Policy: P-8.2."""
    for handoff in await uow.handoffs.of_case(case.id):
        if handoff.direction is not Direction.BACK and handoff.case == case.id:
            await notify_sender(uow, case, handoff, "closed")
            await complete_about(uow, handoff.id, DeadlineKind.ACCEPTANCE)


async def notify_sender(uow: UnitOfWork, case: Case, handoff: Handoff, state: str) -> None:
    """Notify whoever passed the matter on of how far it has come, unless it concerns them."""
    if handoff.direction is Direction.BACK or handoff.by is None:
        return
    member = await uow.people.member(handoff.by)
    if member is not None:
        outside = {} if handoff.origin is None else {"cause": "outside"}
        facts = {"hop": str(handoff.reference), "state": state, **outside}
        await notify_officeholders(uow, case, (member,), NoticeKind.ESCALATION_NEWS, facts)


async def on_acceptance_due(app: AppContext, uow: UnitOfWork, deadline: Deadline) -> None:
    """Ask the chairs to see to a handoff that nobody has accepted in time, until somebody does.

    Of both groups, where it passed between them.
    """
    handoff = await uow.handoffs.handoff(deadline.about)
    if handoff is None or handoff.state is not HandoffState.WAITING:
        await complete(uow, deadline)
        return
    case = await get_case(uow, handoff.case)
    target = case if handoff.target is None else await get_case(uow, handoff.target)
    if CaseState.CLOSED in (case.state, target.state):
        await complete(uow, deadline)
        return
    if handoff.direction is Direction.IN:
        # It did not come from the moderators, who are told nothing of it.
        await notify_deciders(uow, case, NoticeKind.ACCEPTANCE_LATE, {"due": deadline.due.isoformat()})
    else:
        await _notify_both_chairs(uow, case, target, handoff, deadline)
    await reschedule(uow, deadline, uow.now + length(TimeLimit.ACCEPTANCE, app.policy))
    about = {"case": str(case.id), "hop": handoff.id}
    uow.journal.note(Entry(act="acceptance.was_recalled", by=SERVICE, authority="P-8.2", about=about, case=case.id))


async def _notify_both_chairs(uow: UnitOfWork, case: Case, target: Case, handoff: Handoff, deadline: Deadline) -> None:
    cause = {"cause": "referral"} if handoff.direction is Direction.BACK else {}
    facts = {"due": deadline.due.isoformat(), "hop": str(handoff.reference), **cause}
    await notify_deciders(uow, case, NoticeKind.ACCEPTANCE_LATE, facts)
    chairs = await holders_of(uow, MODERATORS_CHAIR, handoff.space)
    await notify_officeholders(uow, target, chairs, NoticeKind.ACCEPTANCE_LATE, facts)


async def pending_handoff(view: ReadView, case: Case) -> Handoff | None:
    """Return the newest handoff that came into the case, from moderators or from outside, and waits to be accepted."""
    handoffs = await view.handoffs.of_case(case.id)
    waiting = [
        h
        for h in handoffs
        if h.case == case.id and h.direction is not Direction.BACK and h.state is HandoffState.WAITING
    ]
    return waiting[-1] if waiting else None


async def holders_of(view: ReadView, seat: Seat, space: SpaceName | None = None) -> tuple[Member, ...]:
    """Return everybody who has the seat at this instant; one for another space than `space` does not count."""
    exact_seat = Seat(seat.group, seat.office, space)
    return tuple(member for member in await view.people.members() if holds_seat(member, exact_seat, view.now))
