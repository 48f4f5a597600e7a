"""How things stand: counts for the operator, an explanation of one account, the roster of running sanctions.

Counts carry no content. An explanation and a roster show a member only what they may know of; both are journalled.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from guardian.cases.access import may_know, require_permission
from guardian.desk.desk import AppContext, ReadView
from guardian.desk.knowing import visible_accounts
from guardian.errors import NotFound
from guardian.ids import MemberId, Reference, SpaceName
from guardian.journal import OPERATOR, Entry, by_member
from guardian.notices.values import NoticeState
from guardian.people.permissions import UseCase
from guardian.people.values import LinkedAccount, Member, Person
from guardian.sanctions.explain import Explanation, explain
from guardian.sanctions.facts import AccountSnapshot, load_snapshot
from guardian.sanctions.values import Sanction, binding_until, term_state_at
from guardian.spaces.port import Account, known_or_none
from rules.ladder import TermState
from rules.precedence import Restriction


@dataclass(frozen=True, slots=True)
class StatusCounts:
    """How many of everything there are, and by which state."""

    cases: Mapping[str, int]
    sanctions: Mapping[str, int]
    notices: Mapping[str, int]
    blocked_keys: Mapping[str, int]
    chair_confirmed: bool


@dataclass(frozen=True, slots=True)
class SanctionReason:
    """One sanction behind what is wanted, by its reference."""

    reference: Reference
    state: str
    ends: datetime | None


@dataclass(frozen=True, slots=True)
class AccountExplanation:
    """One account of a person: why it is restricted, until when, and what the next look will do."""

    person: str
    handle: str
    explanation: Explanation
    because: tuple[SanctionReason, ...]


@dataclass(frozen=True, slots=True)
class RosterAccount:
    """One account that a sanction reaches, and how things stood there at the last look."""

    space: SpaceName
    native_id: str
    handle: str
    state: str


@dataclass(frozen=True, slots=True)
class RosterEntry:
    """One running sanction, with all that somebody needs who must lift it by hand. `ends` None: no end is known."""

    person: str
    reference: Reference
    restriction: Restriction
    starts: datetime
    ends: datetime | None
    ends_by_itself: bool
    accounts: tuple[RosterAccount, ...]


async def status_counts(app: AppContext, chair_unconfirmed: bool) -> StatusCounts:
    """Numbers without content; the look is journalled as the operator's."""
    async with app.units_of_work.begin() as uow:
        cases = Counter(str(case.state) for case in await uow.cases.cases())
        sanctions = Counter(str(term_state_at(each, uow.now)) for each in await uow.sanctions.unlifted())
        notices = {str(state): await uow.notices.count(state) for state in NoticeState}
        blocked = Counter(str(item.space) for item in await uow.sanctions.blocked_items())
        uow.journal.note(Entry("status.was_read", OPERATOR, "P-1.5"))
    return StatusCounts(dict(cases), dict(sanctions), notices, dict(blocked), not chair_unconfirmed)


async def explain_account(app: AppContext, by: MemberId, space: SpaceName, text: str) -> tuple[AccountExplanation, ...]:
    """What holds one account. NotFound for an account that nobody restricted, and for one that is not yours to see."""
    async with app.units_of_work.read() as view:
        await require_permission(view, by, UseCase.EXPLAIN)
    port = app.spaces.get(space)
    found = known_or_none(await port.find_account(text)) if port else None
    async with app.units_of_work.read() as view:
        owners = await view.people.links_of_account(Account(space, found[0] if found else text.strip()))
        known = [seen for owner in owners for seen in await visible_accounts(view, by, owner.person)]
        ours = {owner.id for owner in owners}
        owner = next((seen for seen in known if seen.id in ours and seen.binding), None)
        person = await _require_visible_person(view, by, await view.people.person(owner.person) if owner else None)
    return await _explain_accounts(app, by, person, space)


async def explain_person(app: AppContext, by: MemberId, person_code: str) -> tuple[AccountExplanation, ...]:
    """What holds each account of a person. NotFound for an unknown code name, and for one that is not yours to see."""
    async with app.units_of_work.read() as view:
        await require_permission(view, by, UseCase.EXPLAIN)
        plain = "-".join(person_code.casefold().replace("-", " ").split())
        person = await _require_visible_person(view, by, await view.people.person_by_code_name(plain))
    return await _explain_accounts(app, by, person, None)


async def compile_roster(app: AppContext, by: MemberId) -> tuple[RosterEntry, ...]:
    """Every running sanction that the member may know of, oldest first; the printing is in the journal."""
    async with app.units_of_work.begin() as uow:
        member = await require_permission(uow, by, UseCase.PRINT_ROSTER)
        lines = []
        for sanction in await uow.sanctions.unlifted():
            person = await uow.people.person(sanction.person)
            if person is None or term_state_at(sanction, uow.now) is TermState.OVER:
                continue
            if await may_know_sanction(uow, member, sanction):
                lines.append(await _roster_entry(uow, by, person, sanction))
        about = {"sanctions": str(len(lines))}
        uow.journal.note(Entry("roster.was_printed", by_member(by), "P-9.8", about))
    return tuple(lines)


async def _require_visible_person(view: ReadView, by: MemberId, person: Person | None) -> Person:
    if person is None or not await visible_accounts(view, by, person.id):
        raise NotFound
    return person


async def may_know_sanction(view: ReadView, member: Member, sanction: Sanction) -> bool:
    """Whether the sanction's case is the member's to know; another case of the same person changes nothing (P-2.5)."""
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
            for found in [await load_snapshot(uow, a.id) for a in accounts]
            if found
        ]
        about = {"person": person.id}
        uow.journal.note(Entry("person.was_explained", by_member(by), "P-9.8", about))
    lines = [await _account_explanation(app, person, each) for each in snapshots]
    if not lines:
        raise NotFound
    return tuple(line for line in lines if line is not None)


async def _visible_snapshot(view: ReadView, member: Member, snapshot: AccountSnapshot) -> AccountSnapshot:
    """The facts of a key without the sanctions whose case the member may not know."""
    known = [each for each in snapshot.sanctions if await may_know_sanction(view, member, each)]
    return replace(snapshot, sanctions=tuple(known))


async def _account_explanation(app: AppContext, person: Person, snapshot: AccountSnapshot) -> AccountExplanation | None:
    """The space is looked at here, outside any transaction."""
    space = app.spaces.get(snapshot.item.space)
    if space is None:
        return None
    explanation = await explain(snapshot, space, app.clock.now())
    references = {sanction.id: sanction.reference for sanction in snapshot.sanctions}
    because = tuple(SanctionReason(references[each], state, ends) for each, state, ends in explanation.because)
    return AccountExplanation(person.code_name, snapshot.known.handle, explanation, because)


async def _roster_entry(view: ReadView, by: MemberId, person: Person, sanction: Sanction) -> RosterEntry:
    end = binding_until(sanction)
    return RosterEntry(
        person.code_name,
        sanction.reference,
        sanction.restriction,
        sanction.starts,
        end or sanction.ends,
        end is not None,
        tuple(
            [
                await _roster_account(view, a)
                for a in await visible_accounts(view, by, person.id)
                if _reaches(sanction, a)
            ]
        ),
    )


def _reaches(sanction: Sanction, known: LinkedAccount) -> bool:
    return known.binding and sanction.covers(known.account.space)


async def _roster_account(view: ReadView, known: LinkedAccount) -> RosterAccount:
    item = await view.sanctions.work_item(known.id)
    state = str(item.state) if item and item.state else "not looked at yet"
    return RosterAccount(known.account.space, known.account.native_id, known.handle, state)
