"""What passes between the moderators and the working group, inside an open transaction: who is asked, who is told of it.

Asks no permissions: the use case that calls has done so. Policy: P-8.2.
"""

from guardian.cases.local import Hop, HopState, Way
from guardian.cases.values import Case, CaseState, Promise, PromiseKind
from guardian.desk.desk import View, Work
from guardian.desk.moving import again, case_of, keep, keep_about, promise
from guardian.desk.telling import tell_by_office, tell_deciders
from guardian.ids import SpaceName
from guardian.journal import SERVICE, Entry
from guardian.notices.values import NoticeKind
from guardian.people.permissions import MODERATORS_CHAIR, MODERATORS_LIAISON, Seat, sits
from guardian.people.values import Member
from rules.deadlines import Deadline, due, length
from rules.policy import Policy


async def wait_for_acceptance(work: Work, policy: Policy, hop: Hop) -> None:
    """The hop is remembered, and waits to be accepted by somebody by name. Policy: P-8.2."""
    await work.hops.add_hop(hop)
    until = due(Deadline.ACCEPTANCE, work.now, policy)
    await promise(work, PromiseKind.ACCEPTANCE, hop.target or hop.case, until, about=hop.id)


async def accepted(work: Work, hop: Hop) -> None:
    """Nobody is reminded of the hop any more, and the moderator who passed it on knows that somebody has it."""
    await keep_about(work, hop.id, PromiseKind.ACCEPTANCE)
    await tell_back(work, await case_of(work, hop.case), hop, "accepted")


async def tell_liaisons(work: Work, case: Case, hop: Hop) -> None:
    """The moderators' own liaisons know that something has been passed on, and not what. Policy: P-8.2.

    The group's liaison is a member of it, and hears of the case itself unless it concerns them.
    """
    liaisons = [m for m in await seated(work, MODERATORS_LIAISON) if m.id != hop.by]
    facts = {"hop": str(hop.reference), "space": str(hop.space), "state": "made"}
    await tell_by_office(work, case, liaisons, NoticeKind.ESCALATION_NEWS, facts)


async def tell_of_closing(work: Work, case: Case) -> None:
    """Whoever passed the matter on knows that it is closed, and nothing of how. Policy: P-8.2."""
    for hop in await work.hops.of_case(case.id):
        if hop.way is Way.UP and hop.case == case.id:
            await tell_back(work, case, hop, "closed")
            await keep_about(work, hop.id, PromiseKind.ACCEPTANCE)


async def tell_back(work: Work, case: Case, hop: Hop, state: str) -> None:
    """The moderator who passed the matter on is told how far it has come, unless it concerns them."""
    if hop.way is not Way.UP or hop.by is None:
        return
    member = await work.people.member(hop.by)
    if member is not None:
        facts = {"hop": str(hop.reference), "state": state}
        await tell_by_office(work, case, (member,), NoticeKind.ESCALATION_NEWS, facts)


async def acceptance_by_the_clock(work: Work, policy: Policy, made: Promise) -> None:
    """Nobody has accepted the hop in time: the chairs of both groups are asked to see to it, until somebody does."""
    hop = await work.hops.hop(made.about)
    if hop is None or hop.state is not HopState.WAITING:
        await keep(work, made)
        return
    case = await case_of(work, hop.case)
    target = case if hop.target is None else await case_of(work, hop.target)
    if CaseState.CLOSED in (case.state, target.state):
        await keep(work, made)
        return
    cause = {"cause": "referral"} if hop.way is Way.BACK else {}
    facts = {"due": made.due.isoformat(), "hop": str(hop.reference), **cause}
    await tell_deciders(work, case, NoticeKind.ACCEPTANCE_LATE, facts)
    chairs = await seated(work, MODERATORS_CHAIR, hop.space)
    await tell_by_office(work, target, chairs, NoticeKind.ACCEPTANCE_LATE, facts)
    await again(work, made, work.now + length(Deadline.ACCEPTANCE, policy))
    about = {"case": str(case.id), "hop": hop.id}
    work.journal.note(Entry("acceptance.was_recalled", SERVICE, "P-8.2", about, case.id))


async def waiting_in(view: View, case: Case) -> Hop | None:
    """What was passed up into the case and waits to be accepted, the newest of it."""
    hops = await view.hops.of_case(case.id)
    waiting = [h for h in hops if h.case == case.id and h.way is Way.UP and h.state is HopState.WAITING]
    return waiting[-1] if waiting else None


async def seated(view: View, seat: Seat, space: SpaceName | None = None) -> tuple[Member, ...]:
    """Everybody who has the seat at this instant; one for another space than `space` does not count."""
    wanted = Seat(seat.group, seat.office, space)
    return tuple(member for member in await view.people.members() if sits(member, wanted, view.now))
