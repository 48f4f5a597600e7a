"""How things stand: counts for the operator, an explanation of one account, the roster of running sanctions.

Counts carry no content. An explanation and a roster show a member only what they may know of; both are journalled.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from guardian.cases.access import acting, may_know
from guardian.desk.desk import Desk, View
from guardian.desk.knowing import accounts_known_to
from guardian.errors import NotFound
from guardian.ids import MemberId, Reference, SpaceName
from guardian.journal import OPERATOR, Entry, by_member
from guardian.notices.values import NoticeState
from guardian.people.permissions import UseCase
from guardian.people.values import KnownAccount, Member, Person
from guardian.sanctions.explain import Explanation, explain
from guardian.sanctions.facts import Facts, read
from guardian.sanctions.values import Sanction, asks_until, state_at
from guardian.spaces.port import Account, named
from rules.ladder import TermState
from rules.precedence import Restriction


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of everything there are, and by which state."""

    cases: Mapping[str, int]
    sanctions: Mapping[str, int]
    notices: Mapping[str, int]
    blocked_keys: Mapping[str, int]
    chair_confirmed: bool


@dataclass(frozen=True, slots=True)
class Because:
    """One sanction behind what is wanted, by its reference."""

    reference: Reference
    state: str
    ends: datetime | None


@dataclass(frozen=True, slots=True)
class Explained:
    """One account of a person: why it is restricted, until when, and what the next look will do."""

    person: str
    handle: str
    explanation: Explanation
    because: tuple[Because, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """One account that a sanction reaches, and how things stood there at the last look."""

    space: SpaceName
    native_id: str
    handle: str
    state: str


@dataclass(frozen=True, slots=True)
class Running:
    """One running sanction, with all that somebody needs who must lift it by hand. `ends` None: no end is known."""

    person: str
    reference: Reference
    restriction: Restriction
    starts: datetime
    ends: datetime | None
    by_itself: bool
    places: tuple[Place, ...]


async def counts(desk: Desk, chair_waits: bool) -> Counts:
    """Numbers without content; the look is journalled as the operator's."""
    async with desk.works.begin() as work:
        cases = Counter(str(case.state) for case in await work.cases.cases())
        sanctions = Counter(str(state_at(each, work.now)) for each in await work.sanctions.unlifted())
        notices = {str(state): await work.notices.count(state) for state in NoticeState}
        blocked = Counter(str(key.space) for key in await work.sanctions.blocked())
        work.journal.note(Entry("status.was_read", OPERATOR, "P-1.5"))
    return Counts(dict(cases), dict(sanctions), notices, dict(blocked), not chair_waits)


async def explain_account(desk: Desk, by: MemberId, space: SpaceName, text: str) -> tuple[Explained, ...]:
    """What holds one account. NotFound for an account that nobody restricted, and for one that is not yours to see."""
    async with desk.works.look() as view:
        await acting(view, by, UseCase.EXPLAIN)
    place = desk.spaces.get(space)
    found = named(await place.find(text)) if place else None
    async with desk.works.look() as view:
        owners = await view.people.owners(Account(space, found[0] if found else text.strip()))
        known = [seen for owner in owners for seen in await accounts_known_to(view, by, owner.person)]
        ours = {owner.id for owner in owners}
        owner = next((seen for seen in known if seen.id in ours and seen.binding), None)
        person = await _seen_person(view, by, await view.people.person(owner.person) if owner else None)
    return await _explained(desk, by, person, space)


async def explain_person(desk: Desk, by: MemberId, person_code: str) -> tuple[Explained, ...]:
    """What holds each account of a person. NotFound for an unknown code name, and for one that is not yours to see."""
    async with desk.works.look() as view:
        await acting(view, by, UseCase.EXPLAIN)
        plain = "-".join(person_code.casefold().replace("-", " ").split())
        person = await _seen_person(view, by, await view.people.person_named(plain))
    return await _explained(desk, by, person, None)


async def roster(desk: Desk, by: MemberId) -> tuple[Running, ...]:
    """Every running sanction that the member may know of, oldest first; the printing is in the journal."""
    async with desk.works.begin() as work:
        member = await acting(work, by, UseCase.PRINT_ROSTER)
        lines = []
        for sanction in await work.sanctions.unlifted():
            person = await work.people.person(sanction.person)
            if person is None or state_at(sanction, work.now) is TermState.OVER:
                continue
            if await _may_know_why(work, member, sanction):
                lines.append(await _running(work, by, person, sanction))
        about = {"sanctions": str(len(lines))}
        work.journal.note(Entry("roster.was_printed", by_member(by), "P-9.8", about))
    return tuple(lines)


async def _seen_person(view: View, by: MemberId, person: Person | None) -> Person:
    if person is None or not await accounts_known_to(view, by, person.id):
        raise NotFound
    return person


async def _may_know_why(view: View, member: Member, sanction: Sanction) -> bool:
    """Whether the sanction's case is the member's to know; another case of the same person changes nothing (P-2.5)."""
    case = await view.cases.case(sanction.case)
    return case is not None and may_know(member, case, await view.cases.walls_of(case.id), view.now)


async def _explained(desk: Desk, by: MemberId, person: Person, only: SpaceName | None) -> tuple[Explained, ...]:
    async with desk.works.begin() as work:
        member = await acting(work, by, UseCase.EXPLAIN)
        known = await accounts_known_to(work, by, person.id)
        accounts = [a for a in known if only in (None, a.account.space)]
        facts = [await _known(work, member, found) for found in [await read(work, a.id) for a in accounts] if found]
        about = {"person": person.id}
        work.journal.note(Entry("person.was_explained", by_member(by), "P-9.8", about))
    lines = [await _line(desk, person, each) for each in facts]
    if not lines:
        raise NotFound
    return tuple(line for line in lines if line is not None)


async def _known(view: View, member: Member, facts: Facts) -> Facts:
    """The facts of a key without the sanctions whose case the member may not know."""
    known = [each for each in facts.sanctions if await _may_know_why(view, member, each)]
    return replace(facts, sanctions=tuple(known))


async def _line(desk: Desk, person: Person, facts: Facts) -> Explained | None:
    """The space is looked at here, outside any transaction."""
    space = desk.spaces.get(facts.key.space)
    if space is None:
        return None
    explanation = await explain(facts, space, desk.clock.now())
    references = {sanction.id: sanction.reference for sanction in facts.sanctions}
    because = tuple(Because(references[each], state, ends) for each, state, ends in explanation.because)
    return Explained(person.code_name, facts.known.handle, explanation, because)


async def _running(view: View, by: MemberId, person: Person, sanction: Sanction) -> Running:
    end = asks_until(sanction)
    return Running(
        person.code_name,
        sanction.reference,
        sanction.restriction,
        sanction.starts,
        end or sanction.ends,
        end is not None,
        tuple([await _place(view, a) for a in await accounts_known_to(view, by, person.id) if _reaches(sanction, a)]),
    )


def _reaches(sanction: Sanction, known: KnownAccount) -> bool:
    return known.binding and sanction.covers(known.account.space)


async def _place(view: View, known: KnownAccount) -> Place:
    key = await view.sanctions.key(known.id)
    state = str(key.state) if key and key.state else "not looked at yet"
    return Place(known.account.space, known.account.native_id, known.handle, state)
