"""Explain one account or one person: what restricts them, since when, and what is done next.

An explanation shows a member only what they may know of, and is journalled. Read `explain_account` first.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from guardian.cases.access import may_know, require_permission
from guardian.errors import NotFound
from guardian.ids import MemberId, Reference, SpaceName
from guardian.journal import Entry, by_member
from guardian.people.models import Member, Person
from guardian.people.permissions import UseCase
from guardian.reconciler.explanation import Explanation, explain
from guardian.reconciler.snapshot import AccountSnapshot, load_snapshot
from guardian.sanctions.models import Sanction
from guardian.services.context import AppContext, ReadView
from guardian.services.visibility import visible_accounts
from guardian.spaces.port import Account, known_or_none


@dataclass(frozen=True, slots=True)
class SanctionReason:
    """One sanction behind the desired state, by its reference."""

    reference: Reference
    state: str
    ends: datetime | None


@dataclass(frozen=True, slots=True)
class AccountExplanation:
    """One account of a person: why it is restricted, until when, and what its next reconciliation will do."""

    person: str
    handle: str
    explanation: Explanation
    because: tuple[SanctionReason, ...]


async def explain_account(app: AppContext, by: MemberId, space: SpaceName, text: str) -> tuple[AccountExplanation, ...]:
    """Explain what restricts one account; NotFound for one that nobody restricts, and for one that is not yours to see."""
    async with app.units_of_work.read() as view:
        await require_permission(view, by, UseCase.EXPLAIN)
    port = app.spaces.get(space)
    found = known_or_none(await port.find_account(text)) if port else None
    async with app.units_of_work.read() as view:
        owners = await view.people.links_of_account(Account(space, found[0] if found else text.strip()))
        if found is None:
            # The space gave no answer, or knows nobody by that: what the account was called when it was last observed.
            owners += await view.people.links_with_handle(space, text.strip().removeprefix("@"))
        known = [seen for owner in owners for seen in await visible_accounts(view, by, owner.person)]
        ours = {owner.id for owner in owners}
        owner = next((seen for seen in known if seen.id in ours and seen.binding), None)
        person = await _require_visible_person(view, by, await view.people.person(owner.person) if owner else None)
    return await _explain_accounts(app, by, person, space)


async def explain_person(app: AppContext, by: MemberId, person_code: str) -> tuple[AccountExplanation, ...]:
    """Explain what restricts each account of a person; NotFound for one who is not there or not yours to see."""
    async with app.units_of_work.read() as view:
        await require_permission(view, by, UseCase.EXPLAIN)
        plain = "-".join(person_code.casefold().replace("-", " ").split())
        person = await _require_visible_person(view, by, await view.people.person_by_code_name(plain))
    return await _explain_accounts(app, by, person, None)


async def _require_visible_person(view: ReadView, by: MemberId, person: Person | None) -> Person:
    if person is None or not await visible_accounts(view, by, person.id):
        raise NotFound
    return person


async def may_know_sanction(view: ReadView, member: Member, sanction: Sanction) -> bool:
    """Return whether the sanction's case is the member's to know; another case of the person changes nothing (P-2.5)."""
    case = await view.cases.case(sanction.case)
    return case is not None and may_know(member, case, await view.cases.exclusions_of(case.id), view.now)


async def _explain_accounts(
    app: AppContext, by: MemberId, person: Person, only: SpaceName | None
) -> tuple[AccountExplanation, ...]:
    async with app.units_of_work.begin() as uow:
        member = await require_permission(uow, by, UseCase.EXPLAIN)
        known = await visible_accounts(uow, by, person.id)
        accounts = [a for a in known if only in (None, a.account.space)]
        snapshots = [
            await _visible_snapshot(uow, member, found)
            for found in [await load_snapshot(uow, a.worked_as) for a in accounts]
            if found
        ]
        about = {"person": person.id}
        uow.journal.note(Entry(act="person.was_explained", by=by_member(by), authority="P-9.8", about=about))
    lines = [await _account_explanation(app, person, each) for each in snapshots]
    if not lines:
        raise NotFound
    return tuple(line for line in lines if line is not None)


async def _visible_snapshot(view: ReadView, member: Member, snapshot: AccountSnapshot) -> AccountSnapshot:
    """Return the facts of a work item without the sanctions whose case the member may not know."""
    known = [each for each in snapshot.sanctions if await may_know_sanction(view, member, each)]
    return replace(snapshot, sanctions=tuple(known))


async def _account_explanation(app: AppContext, person: Person, snapshot: AccountSnapshot) -> AccountExplanation | None:
    """Observe the account in its space, outside any transaction."""
    space = app.spaces.get(snapshot.item.space)
    if space is None:
        return None
    explanation = await explain(snapshot, space, app.clock.now())
    references = {sanction.id: sanction.reference for sanction in snapshot.sanctions}
    because = tuple(SanctionReason(references[each], state, ends) for each, state, ends in explanation.because)
    return AccountExplanation(person.code_name, snapshot.known.handle, explanation, because)
