"""The restrictions that stood in the spaces before us: listed to a member, taken over with an end, or left as they are.

An adoption only ever shortens what stands, so one member's word is enough for it. Policy: P-6.2, P-7.2.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from guardian.cases.access import acting
from guardian.cases.values import Case, CaseKind, CaseState, Party, PartyRole, Wall, WallKind
from guardian.desk.acting import roles_of
from guardian.desk.desk import Desk, View, Work
from guardian.desk.linking import Found, find_account, link_account, person_behind, wall_off_person
from guardian.desk.matters import fresh_case
from guardian.desk.native import first_picture
from guardian.errors import Refused
from guardian.ids import MemberId, PersonId, SpaceName, new_id, new_reference
from guardian.journal import SERVICE, Entry, by_member
from guardian.people.permissions import UseCase
from guardian.people.values import Naming, Trust
from guardian.sanctions import enactment
from guardian.sanctions.foreign import ForeignHold, ForeignState, digest_of
from guardian.sanctions.takeover import as_taken, take_over
from guardian.spaces.port import Account, Hand, Held, Missing, Seen, Space, Sweep, Trace, Unknown, named
from rules.precedence import Hold, Restriction

_RESTRICTIONS: Final = {Hold.MUTED: Restriction.MUTED, Hold.BARRED: Restriction.SUSPENDED}
_NO_REASON: Final = "Say in a sentence why it ends then. It is kept with the case."


@dataclass(frozen=True, slots=True)
class StandingHold:
    """One restriction that is not ours, as its space shows it: for the terminal of a member, and for nothing else."""

    space: SpaceName
    native_id: str
    handle: str
    hold: Hold
    since: datetime | None
    until: datetime | None
    said: str


@dataclass(frozen=True, slots=True)
class StandingPage:
    """Some of the restrictions of a space that are not ours; `count` is how many there are in all."""

    space: SpaceName
    count: int
    lines: tuple[StandingHold, ...]


@dataclass(frozen=True, slots=True)
class Adopted:
    """A restriction that was taken over: the person's code name, that of the case, and its end."""

    person: str
    code_name: str
    ends: datetime


async def listed(desk: Desk, by: MemberId, name: SpaceName, first: int, most: int) -> StandingPage:
    """The restrictions of the space that are not ours and that nobody has left, by account; the reading is journalled.

    Each that is shown is asked of the space again, for its handle, its reason and since when it stands.
    """
    async with desk.works.look() as view:
        await acting(view, by, UseCase.ADOPT)
    space = _space(desk, name)
    found = await _swept(desk, space)
    async with desk.works.begin() as work:
        await acting(work, by, UseCase.ADOPT)
        rows = await _not_ours(work, name, found)
        about = {"space": str(name), "first": str(first), "most": str(most)}
        work.journal.note(Entry("holds.were_listed", by_member(by), "P-9.8", about))
    shown = rows[first : first + most]
    return StandingPage(name, len(rows), tuple([await _line(space, native_id, held) for native_id, held in shown]))


async def adopt(
    desk: Desk, by: MemberId, name: SpaceName, account: str, until: datetime, reason: str, hold: Hold | None = None
) -> Adopted:
    """The restriction on the account is ours to let go at `until`; nothing changes in the space before. Policy: P-6.2.

    `hold` says which, where several stand; else the strongest.
    """
    if not reason.strip():
        raise Refused("no_reason", _NO_REASON, "P-6.2")
    async with desk.works.look() as view:
        await acting(view, by, UseCase.ADOPT)
        if until <= view.now:
            raise Refused("past", "That day lies in the past. Choose one to come.", "P-6.2")
    found = await find_account(desk, name, account)
    held, trace = await _standing_on(desk, _space(desk, name), found.account, hold)
    if held.until is not None and held.until <= until:
        sentence = f"It ends by itself on {held.until:%d %B %Y} already: leave it, or choose an earlier day."
        raise Refused("ends_before", sentence, "P-6.2")
    async with desk.works.begin() as work:
        await acting(work, by, UseCase.ADOPT)
        await _refuse_ours(work, found.account, held)
        person = await person_behind(work, found)
        case = await _open(work, by, found, person.id)
        naming = Naming(case.id, Trust.EVIDENCED, by_member(by), "restricted in the space before us")
        link = await link_account(work, person, found.account, found.handle, naming)
        await wall_off_person(work, desk.policy, person.id, by_member(by))
        restriction = _RESTRICTIONS[held.hold]
        sanction = await enactment.adopt(work, person.id, case.id, restriction, name, until, desk.spaces.names)
        await take_over(work, sanction, as_taken(link.id, held, trace, sanction, by_member(by)))
        await _mark(work, found.account, held.hold, ForeignState.TAKEN_OVER)
        about = {"case": str(case.id), "sanction": str(sanction.id), "space": str(name)}
        work.journal.note(Entry("hold.was_adopted", by_member(by), "P-6.2", about, case.id, reason.strip()))
    return Adopted(person.code_name, case.code_name, until)


async def leave(desk: Desk, by: MemberId, name: SpaceName, account: str, hold: Hold | None = None) -> None:
    """The restriction stays as it is, and is not listed any more."""
    async with desk.works.look() as view:
        await acting(view, by, UseCase.ADOPT)
        ready = await view.foreign.key_of(name) is not None
    if not ready:
        await _swept(desk, _space(desk, name))
    found = await find_account(desk, name, account)
    held, _ = await _standing_on(desk, _space(desk, name), found.account, hold)
    async with desk.works.begin() as work:
        await acting(work, by, UseCase.ADOPT)
        await _refuse_ours(work, found.account, held)
        marked = await _mark(work, found.account, held.hold, ForeignState.LEFT)
        about = {"space": str(name), "hold": marked}
        work.journal.note(Entry("hold.was_left", by_member(by), "P-7.2", about))


async def _swept(desk: Desk, space: Space) -> Sweep:
    """Everything that the space holds; where it has no picture yet, this is the first."""
    found = await space.sweep()
    if isinstance(found, Unknown):
        raise Refused("not_seen", f"The space could not be asked: {found.needs or found.why}.", "P-7.2")
    async with desk.works.look() as view:
        foreign = [(native_id, held.hold) for native_id, held in await _not_ours(view, space.name, found)]
    await first_picture(desk, space.name, foreign)
    return found


def _space(desk: Desk, name: SpaceName) -> Space:
    space = desk.spaces.get(name)
    if space is None:
        raise Refused("no_such_space", f"There is no space called {name!r} here.", "P-1.3")
    return space


async def _not_ours(view: View, name: SpaceName, found: Sweep) -> list[tuple[str, Held]]:
    """The holds of the sweep that no proof says to be ours and that nobody has left, in the order of ids."""
    key = await view.foreign.key_of(name)
    picture = await view.foreign.in_space(name)
    left = {at for at, state in picture.items() if state is ForeignState.LEFT}
    ours = {
        (known.account.native_id, each.hold)
        for known in await view.people.accounts_in(name)
        if known.account.native_id in found.holds
        for each in await view.sanctions.applications_of(known.id)
        if each.placed
    }
    rows = [(native_id, held) for native_id, holds in sorted(found.holds.items()) for held in holds]
    return [
        (native_id, held)
        for native_id, held in rows
        if (native_id, held.hold) not in ours and (key is None or (digest_of(key, native_id), held.hold) not in left)
    ]


async def _line(space: Space, native_id: str, held: Held) -> StandingHold:
    account = Account(space.name, native_id)
    found = named(await space.find(native_id))
    seen = await space.observe(account)
    shown = (seen.held(held.hold) if isinstance(seen, Seen) else None) or held
    trace = await space.trace(account, held.hold)
    handle = found[1] if found and found[0] == native_id else native_id
    return StandingHold(space.name, native_id, handle, held.hold, trace.at, shown.until, shown.said)


async def _standing_on(desk: Desk, space: Space, account: Account, hold: Hold | None) -> tuple[Held, Trace]:
    """The restriction that stands on the account, and whose its space says that it is."""
    seen = await space.observe(account)
    if isinstance(seen, Unknown):
        raise Refused("not_seen", f"The space could not be asked: {seen.needs or seen.why}.", "P-7.2")
    kinds = (hold,) if hold is not None else (Hold.BARRED, Hold.MUTED)
    held = None if isinstance(seen, Missing) else next((h for h in map(seen.held, kinds) if h is not None), None)
    if held is None:
        raise Refused("nothing_held", "Nothing of the kind stands on this account there.", "P-7.2")
    trace = await space.trace(account, held.hold)
    async with desk.works.look() as view:
        by_us = held.reference is not None and await view.sanctions.by_reference(held.reference) is not None
    if by_us or trace.hand is Hand.OURS:
        raise Refused("ours_already", "This one is ours already, and has its end.", "P-6.2")
    return held, trace


async def _refuse_ours(view: View, account: Account, held: Held) -> None:
    for link in await view.people.owners(account):
        kept = await view.sanctions.applications_of(link.id)
        if any(each.placed and each.hold is held.hold for each in kept):
            raise Refused("ours_already", "This one is ours already, and has its end.", "P-6.2")


async def _open(work: Work, by: MemberId, found: Found, person: PersonId) -> Case:
    """A case that holds no report: it is closed, and keeps who took the restriction over, and why."""
    fresh = await fresh_case(work, danger=False)
    outcome = "A restriction from before was given an end."
    case = replace(fresh, kind=CaseKind.REPORT, state=CaseState.CLOSED, closed_at=work.now, outcome=outcome)
    await work.cases.add_case(case)
    await work.cases.add_party(Party(case.id, PartyRole.REPORTED, new_reference(), person=person))
    members = await work.people.members()
    concerned = {leader.id for leader in await roles_of(work, person)}
    concerned |= {member.id for member in members if found.account in member.accounts}
    if by in concerned:
        raise Refused("own_account", "This is your own account: another member has to see to it.", "P-4.1")
    for member in sorted(concerned):
        wall = Wall(case.id, member, WallKind.EXCLUDED, "it was done to them", work.now, SERVICE)
        await work.cases.add_wall(wall)
    return case


async def _mark(work: Work, account: Account, hold: Hold, state: ForeignState) -> str:
    """The picture says what became of the hold; the id under which it does, empty where there is no picture yet."""
    known = await work.foreign.find(account.space, account.native_id, hold)
    if known is not None:
        await work.foreign.save(replace(known, state=state))
        return known.id
    key = await work.foreign.key_of(account.space)
    if key is None:
        return ""
    digest = digest_of(key, account.native_id)
    made = ForeignHold(new_id(), account.space, digest, hold, state, work.now, account.native_id)
    await work.foreign.add(made)
    return made.id
