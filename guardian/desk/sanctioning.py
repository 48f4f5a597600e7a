"""What a decision restricts, and who hears that it does: a sanction without a gap, its words, and the Board's report."""

from dataclasses import replace
from datetime import datetime

from guardian.cases.access import members_who_may_know
from guardian.cases.deliberation import for_ladder
from guardian.cases.values import Case, Consequence, Decision, PromiseKind, StepKind
from guardian.desk.desk import Desk, View, Work
from guardian.desk.moving import finish, keep_about, promise, steps_of, tell_board
from guardian.desk.owners import tell_owners
from guardian.desk.telling import tell_members
from guardian.ids import PersonId, SpaceName
from guardian.journal import Entry
from guardian.notices.values import NoticeKind
from guardian.sanctions import enactment, lifting
from guardian.sanctions.totals import still_open
from guardian.sanctions.values import CoverageState, LiftingCause, Sanction, state_at
from guardian.spaces.port import Account
from rules.ladder import Authority, ReadmissionAsks, TermState, on_term_end, readmission_asks
from rules.policy import Policy
from rules.precedence import Restriction


async def decide_sanction(
    desk: Desk, work: Work, case: Case, decision: Decision, holds_from: datetime, by: str
) -> Sanction | None:
    """What the decision restricts stands in place of what this case restricted before, with no gap; None for nothing.

    A provisional measure ends with it. What the Board upholds stays as it runs: its term does not begin anew.
    Policy: P-5.7, P-6.3, P-7.4.
    """
    if decision.person is None:
        return None
    upheld = await _upheld(work, case, decision)
    if upheld is not None:
        return upheld
    old = [s for s in await work.sanctions.of_case(case.id) if s.person == decision.person and s.lifting is None]
    consequence = decision.consequence
    if consequence.restriction is Restriction.NONE:
        for sanction in old:
            await lifting.lift(work, sanction, work.now, LiftingCause.SUPERSEDED, by, decision.id)
        return None
    new = await enactment.enact(
        work,
        decision.person,
        case.id,
        decision.id,
        consequence.restriction,
        consequence.spaces,
        consequence.term,
        on_term_end(Authority.DECISION, for_ladder(consequence), desk.policy),
        holds_from,
        desk.spaces.names,
    )
    for sanction in old:
        await enactment.supersede(work, sanction, new, by, decision.id)
        await keep_about(work, sanction.id, PromiseKind.TERM_END, PromiseKind.ASK_REMINDER)
    if new.ends is not None:
        await promise(work, PromiseKind.TERM_END, case.id, new.ends, about=new.id)
    await tell_owners(work, case, decision.person)
    await _end_roles(work, decision, by)
    return new


async def sanction_of(view: View, authority: str, case: Case) -> Sanction | None:
    """The sanction that rests on the decision or act."""
    found = [s for s in await view.sanctions.of_case(case.id) if s.authority.id == authority]
    return found[-1] if found else None


async def sanction_by(view: View, decision: Decision, case: Case) -> Sanction | None:
    """The sanction that rests on the decision, or that it upheld."""
    return await sanction_of(view, decision.id, case) or await _upheld(view, case, decision)


async def report_to_board(work: Work, case: Case, *, enacted: bool = True) -> None:
    """The Board has its report of the case, once, without those of it whom the case concerns. Policy: P-8.5."""
    if not (await steps_of(work, case.id)).is_over(StepKind.BOARD_REPORT):
        await tell_board(work, case, NoticeKind.BOARD_REPORT, {})
        if enacted:
            await finish(work, case.id, StepKind.ENACT)
        await finish(work, case.id, StepKind.BOARD_REPORT)


async def report_once_in_force(work: Work, case: Case) -> None:
    """The Board has its report where the spaces show what the case restricts; else it has it when they do. Policy: P-5.5.

    A space where the service only observes keeps nobody waiting.
    """
    for sanction in await work.sanctions.of_case(case.id):
        if sanction.lifting is not None or state_at(sanction, work.now) is TermState.OVER:
            continue
        rows = [row for row in await work.sanctions.coverage_of(sanction.person) if sanction.covers(row.space)]
        if still_open(row for row in rows if row.state is not CoverageState.OBSERVING):
            return
    await report_to_board(work, case)


async def ask_somebody_to_tell(work: Work, case: Case, sanction: Sanction) -> None:
    """A named member has the task of telling a person whom no message has reached: the contact, else all. Policy: P-6.2."""
    on_the_case = {member.id for member in await members_who_may_know(work, case)}
    only = [case.contact] if case.contact in on_the_case else None
    await tell_members(work, case, NoticeKind.NOT_TOLD, {"sanction": str(sanction.id)}, only=only)


def decision_facts(decision: Decision, sanction: Sanction | None, policy: Policy) -> dict[str, str]:
    """What the person is told of the decision in the standard text."""
    consequence = decision.consequence
    asks = readmission_asks(Authority.DECISION, for_ladder(consequence), policy)
    return {
        "outcome": consequence.outcome,
        "restriction": consequence.restriction,
        "from": sanction.starts.isoformat() if sanction else "",
        "ends": sanction.ends.isoformat() if sanction and sanction.ends else "",
        "return": asks if sanction else ReadmissionAsks.NOTHING,
        "conditions": consequence.conditions,
        **scope_facts(consequence.spaces),
    }


def scope_facts(spaces: frozenset[SpaceName] | None) -> dict[str, str]:
    """Which spaces a restriction covers, where it is not all of them."""
    return {} if spaces is None else {"spaces": ", ".join(sorted(spaces))}


async def binding_accounts(view: View, person: PersonId | None) -> tuple[Account, ...]:
    """The accounts that a sanction on the person reaches."""
    if person is None:
        return ()
    return tuple(known.account for known in await view.people.accounts_of(person) if known.binding)


async def _upheld(view: View, case: Case, decision: Decision) -> Sanction | None:
    """The running sanction which the Board, asked to look again, has left as it was decided; None for any other answer."""
    before = await view.deliberation.decision(decision.supersedes) if decision.supersedes else None
    if not decision.by_board or before is None or before.enacted_at is None:
        return None
    if _enforced(before.consequence) != _enforced(decision.consequence):
        return None
    sanction = await sanction_by(view, before, case)
    return sanction if sanction is not None and sanction.lifting is None else None


def _enforced(consequence: Consequence) -> tuple[object, ...]:
    """What of a consequence the spaces hold, and for how long."""
    return consequence.outcome, consequence.restriction, consequence.term, consequence.spaces, consequence.on_term_end


async def _end_roles(work: Work, decision: Decision, by: str) -> None:
    """A sanction on somebody with a role here ends the role's access at this instant. Policy: P-1.2."""
    if decision.person is None:
        return
    accounts = set(await binding_accounts(work, decision.person))
    for member in await work.people.members():
        is_theirs = member.person == decision.person or bool(accounts & set(member.accounts))
        if is_theirs and member.ended_at is None:
            await work.people.save_member(replace(member, ended_at=work.now))
            work.journal.note(Entry("member.has_ended", by, "P-1.2", {"member": str(member.id)}))
