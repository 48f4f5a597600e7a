"""Impose what a decision restricts, and notify of it: a sanction without a gap, its words, and the Board's report.

Read `impose_decision` first.
"""

from dataclasses import replace
from datetime import datetime

from guardian.cases.access import members_who_may_know
from guardian.cases.case import Case
from guardian.cases.deadlines import DeadlineKind
from guardian.cases.proposals import Consequence, Decision, ladder_input
from guardian.ids import AccountId, SpaceName
from guardian.notices.models import NoticeKind
from guardian.notices.party_facts import PartyFacts
from guardian.people.models import Departure
from guardian.sanctions import lifting
from guardian.sanctions.coverage import unconfirmed_spaces
from guardian.sanctions.imposition import SanctionOrder, Term, impose, supersede
from guardian.sanctions.models import CoverageState, LiftingCause, Sanction, term_state_at
from guardian.services.case_flow import notify_board_of_result
from guardian.services.case_steps import complete_step, get_steps
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.deadlines import complete_about, start_deadline
from guardian.services.identity.account_owners import notify_owners
from guardian.services.members import role_holders_for_person
from guardian.services.membership.departures import end_places
from guardian.services.notify import notify_members
from rules.ladder import AuthorityKind, ReadmissionRequirement, TermState, on_term_end, readmission_requirement
from rules.membership import LeavingGround
from rules.policy import Policy
from rules.precedence import Restriction
from rules.procedure import Step


async def impose_decision(
    app: AppContext,
    uow: UnitOfWork,
    case: Case,
    decision: Decision,
    effective_from: datetime,
    by: str,
    accounts: frozenset[AccountId] | None = None,
) -> Sanction | None:
    """Impose what the decision restricts in place of what this case restricted before, with no gap; None for nothing.

    `accounts` None: every account of the person; else what those who decide may know of (P-4.2).
    A provisional measure ends with it. What the Board upholds stays as it runs: its term does not begin anew. Policy:
    P-5.7, P-6.3, P-7.4.
    """
    if decision.person is None:
        return None
    upheld = await _upheld_sanction(uow, case, decision)
    if upheld is not None:
        return upheld
    # Asked of the person: what holds somebody together with others is not listed with the case.
    own = await uow.sanctions.of_person(decision.person)
    old = [s for s in own if s.case == case.id and s.lifting is None]
    consequence = decision.consequence
    if consequence.restriction is Restriction.NONE:
        for sanction in old:
            await lifting.lift(uow, sanction, uow.now, LiftingCause.SUPERSEDED, by, decision.id)
        return None
    at_end = on_term_end(AuthorityKind.DECISION, ladder_input(consequence), app.policy)
    order = SanctionOrder.decided(
        person=decision.person,
        case=case.id,
        decision=decision.id,
        restriction=consequence.restriction,
        spaces=consequence.spaces,
        term=Term.starting(uow.now, consequence.term, at_end),
        effective_from=effective_from,
    )
    new = await impose(uow, replace(order, accounts=accounts), app.spaces.names)
    for sanction in old:
        await supersede(uow, sanction, new, by, decision.id)
        await complete_about(uow, sanction.id, DeadlineKind.TERM_END, DeadlineKind.READMISSION_REMINDER)
    if new.ends is not None:
        await start_deadline(uow, DeadlineKind.TERM_END, case.id, new.ends, about=new.id)
    await notify_owners(uow, case, decision.person)
    await _end_roles(app, uow, decision, by)
    return new


async def sanction_for_authority(view: ReadView, authority: str, case: Case) -> Sanction | None:
    """Return the sanction that rests on the decision or act."""
    found = [s for s in await view.sanctions.of_case(case.id) if s.authority.id == authority]
    return found[-1] if found else None


async def sanction_for_decision(view: ReadView, decision: Decision, case: Case) -> Sanction | None:
    """Return the sanction that rests on the decision, or that it upheld."""
    return await sanction_for_authority(view, decision.id, case) or await _upheld_sanction(view, case, decision)


async def report_to_board(uow: UnitOfWork, case: Case, *, enacted: bool = True) -> None:
    """Report the case to the Board, once, without those of it whom the case concerns. Policy: P-8.5."""
    if not (await get_steps(uow, case.id)).is_over(Step.BOARD_REPORT):
        open_in = await _unconfirmed_in(uow, case)
        facts = {"state": "unconfirmed", "spaces": ", ".join(open_in)} if open_in else {}
        await notify_board_of_result(uow, case, NoticeKind.BOARD_REPORT, facts if enacted else {"state": "filed"})
        if enacted:
            await complete_step(uow, case.id, Step.ENACT)
        await complete_step(uow, case.id, Step.BOARD_REPORT)


async def report_once_in_force(uow: UnitOfWork, case: Case) -> None:
    """Report the case to the Board if the spaces show what it restricts; else that is done when they do. Policy: P-5.5.

    A space where the service only observes keeps nobody waiting.
    """
    if not await _unconfirmed_in(uow, case):
        await report_to_board(uow, case)


async def _unconfirmed_in(view: ReadView, case: Case) -> tuple[SpaceName, ...]:
    """The spaces in which something that the case restricts is not confirmed, each once."""
    found: list[SpaceName] = []
    for sanction in await view.sanctions.of_case(case.id):
        if sanction.lifting is not None or term_state_at(sanction, view.now) is TermState.OVER:
            continue
        rows = [row for row in await view.sanctions.coverage_of(sanction.person) if sanction.covers(row.space)]
        found += unconfirmed_spaces(row for row in rows if row.state is not CoverageState.OBSERVING)
    return tuple(dict.fromkeys(found))


async def assign_manual_notification(uow: UnitOfWork, case: Case, sanction: Sanction) -> None:
    """Ask a named member to notify a person whom no message has reached: the contact, else all. Policy: P-6.2."""
    on_the_case = {member.id for member in await members_who_may_know(uow, case)}
    only = [case.contact] if case.contact in on_the_case else None
    await notify_members(uow, case, NoticeKind.NOT_NOTIFIED, {"sanction": str(sanction.id)}, only=only)


def build_decision_facts(decision: Decision, sanction: Sanction | None, policy: Policy) -> PartyFacts:
    """Build what the person is notified of with every decision: choices and instants, and nothing that anybody typed."""
    consequence = decision.consequence
    asks = readmission_requirement(AuthorityKind.DECISION, ladder_input(consequence), policy)
    return {
        "outcome": consequence.outcome,
        "restriction": consequence.restriction,
        "return": asks if sanction else ReadmissionRequirement.NOTHING,
        **({"from": sanction.starts} if sanction else {}),
        **({"ends": sanction.ends} if sanction and sanction.ends else {}),
        **build_scope_facts(consequence.spaces),
    }


def build_scope_facts(spaces: frozenset[SpaceName] | None) -> PartyFacts:
    """Build which spaces a restriction covers, where it is not all of them."""
    return {} if spaces is None else {"spaces": tuple(sorted(spaces))}


async def _upheld_sanction(view: ReadView, case: Case, decision: Decision) -> Sanction | None:
    """Return the running sanction which the Board, asked to reconsider, has left as it was; None for any other answer."""
    before = await view.deliberation.decision(decision.supersedes) if decision.supersedes else None
    if not decision.by_board or before is None or before.enacted_at is None:
        return None
    if _enforced_terms(before.consequence) != _enforced_terms(decision.consequence):
        return None
    sanction = await sanction_for_decision(view, before, case)
    if sanction is not None and sanction.person != decision.person:
        sanction = await _follower_of(view, sanction, decision)
    return sanction if sanction is not None and sanction.lifting is None else None


async def _follower_of(view: ReadView, leader: Sanction, decision: Decision) -> Sanction | None:
    """The decision's own person may be held with others, by a sanction that stands and falls with the leading one."""
    found = await view.sanctions.of_person(decision.person) if decision.person is not None else ()
    return next((each for each in reversed(found) if each.leader == leader.id), None)


def _enforced_terms(consequence: Consequence) -> tuple[object, ...]:
    """Return what of a consequence the spaces enforce, and for how long."""
    return consequence.outcome, consequence.restriction, consequence.term, consequence.spaces, consequence.on_term_end


async def _end_roles(app: AppContext, uow: UnitOfWork, decision: Decision, by: str) -> None:
    """End the access of somebody with a role here whom the decision sanctions, at this instant. Policy: P-1.2."""
    if decision.person is None:
        return
    for member in await role_holders_for_person(uow, decision.person):
        await end_places(app, uow, member, Departure(uow.now, by, LeavingGround.SANCTION), lambda role: True)
