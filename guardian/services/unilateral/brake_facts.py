"""What the brake is asked with: what the actor may know when they act, and afterwards what anybody knows.

Read `ask_brake` first. Policy: P-4.2, P-7.5.
"""

from collections.abc import Iterable
from dataclasses import replace

from guardian.cases.access import may_know
from guardian.cases.exclusions import handling_groups
from guardian.cases.unilateral_acts import UnilateralAct, binding_stops, past_acts
from guardian.ids import CaseId, MemberId, PersonId
from guardian.people.models import Group
from guardian.sanctions.models import LiftingCause
from guardian.services.context import AppContext, ReadView
from guardian.services.members import people_behind, role_holders_for_person
from guardian.services.visibility import visible_accounts_with_merged
from rules import brake
from rules.verdict import Verdict

Attempt = brake.IntendedAct[MemberId, PersonId]
_PastAct = brake.PastAct[MemberId, PersonId]


async def ask_brake(app: AppContext, view: ReadView, attempt: Attempt, by: MemberId) -> Verdict:
    """Return whether the act may be taken, by the acts and reversals that this member may know. Policy: P-4.2, P-7.5."""
    acts = [each for each in await view.deliberation.acts() if each.by == by or await _may_know(view, by, each.case)]
    raids = [each for each in await _reversed_raids(view, attempt, (attempt.on,)) if await _may_know(view, by, each[0])]
    return await _ask(app, view, attempt, (*past_acts(acts), *(past for _, past in raids)))


async def was_unaware(app: AppContext, view: ReadView, act: UnilateralAct) -> bool:
    """Return whether what is kept from the actor would have held the act back, or shows that it is on themselves."""
    people = await people_behind(view, act.person)
    holders = await role_holders_for_person(view, act.person)
    acts = [each for each in await view.deliberation.acts() if each.id != act.id]
    acts = [replace(each, person=act.person) if each.person in people else each for each in acts]
    attempt = replace(attempt_of(act), on_leader=bool(holders))
    raids = [past for _, past in await _reversed_raids(view, attempt, people)]
    seen = replace(attempt, on_leader=await is_known_leader(view, act.by, act.person))
    by_all = await _ask(app, view, attempt, (*past_acts(acts), *raids))
    by_actor = await ask_brake(app, view, seen, act.by)
    on_themselves = act.by in {holder.id for holder in holders}
    return on_themselves or _differs(by_actor, by_all)


async def is_known_leader(view: ReadView, by: MemberId, person: PersonId) -> bool:
    """Return whether the person has a role here, by the accounts that the member may know of them."""
    known = {link.account for link in await visible_accounts_with_merged(view, by, person) if link.binding}
    members = [each for each in await view.people.members() if known & set(each.accounts)]
    return any(each.holds_office(group, view.now) for each in members for group in Group)


def attempt_of(act: UnilateralAct) -> Attempt:
    """Return the act as the brake is asked about it."""
    return brake.IntendedAct(by=act.by, on=act.person, ground=act.ground, term=act.term, confirmed_by=act.confirmed_by)


def _differs(by_actor: Verdict, by_all: Verdict) -> bool:
    return bool(by_actor) and by_actor.code != by_all.code


async def _ask(app: AppContext, view: ReadView, attempt: Attempt, acts: Iterable[_PastAct]) -> Verdict:
    groups = handling_groups(await view.people.members(), view.now)
    stops = binding_stops(await view.deliberation.stops())
    return brake.may_act(attempt, acts, groups.members, stops, view.now, app.policy)


async def _reversed_raids(
    view: ReadView, attempt: Attempt, people: Iterable[PersonId]
) -> list[tuple[CaseId, _PastAct]]:
    """A raid that was reversed was an act on each of its people; each with its case."""
    found = []
    for sanction in [each for person in people for each in await view.sanctions.of_person(person)]:
        was_reversed = sanction.lifting is not None and sanction.lifting.cause is LiftingCause.REVERSAL
        if sanction.leader is not None and was_reversed:
            past = brake.PastAct(
                by=attempt.by,
                on=attempt.on,
                at=sanction.enacted_at,
                ground=attempt.ground,
                confirmed_by=attempt.by,
                reviewed=True,
                reversed=True,
            )
            found.append((sanction.case, past))
    return found


async def _may_know(view: ReadView, by: MemberId, case_id: CaseId) -> bool:
    member, case = await view.people.member(by), await view.cases.case(case_id)
    if member is None or case is None:
        return False
    return may_know(member, case, await view.cases.exclusions_of(case_id), view.now)
