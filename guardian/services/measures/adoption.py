"""Adopt the restrictions that stood in the spaces before us, with an end, or leave them as they are.

An adoption only ever shortens what stands, so one member's word is enough for it. Read `adopt_restriction` first.
Policy: P-6.2, P-7.2.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from guardian.cases.access import require_permission
from guardian.cases.case import Case, CaseKind, CaseState, Party, PartyRole
from guardian.cases.exclusions import Exclusion, ExclusionKind
from guardian.errors import Refused
from guardian.ids import MemberId, PersonId, SpaceName, new_id, new_reference
from guardian.journal import SERVICE, Entry, by_member
from guardian.people.models import LinkEvidence, Trust
from guardian.people.permissions import UseCase
from guardian.sanctions.adoption import adopt, adoption_of
from guardian.sanctions.foreign import ForeignRestriction, ForeignState, digest_native_id
from guardian.sanctions.imposition import SanctionOrder, impose
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.escalation.local_matters import prepare_case
from guardian.services.identity.linking import (
    FoundAccount,
    exclude_person_everywhere,
    find_account,
    link_account,
    person_for_account,
)
from guardian.services.measures.native_actions import guardian_restrictions, record_baseline
from guardian.services.members import role_holders_for_person
from guardian.services.visibility import account_knowledge
from guardian.spaces.account_text import text_of_id
from guardian.spaces.port import (
    Account,
    ActedBy,
    Attribution,
    Listing,
    Missing,
    Observed,
    ObservedRestriction,
    Space,
    Unknown,
    known_or_none,
)
from rules.precedence import AccessLevel, Restriction

_RESTRICTIONS: Final = {AccessLevel.MUTED: Restriction.MUTED, AccessLevel.BARRED: Restriction.SUSPENDED}
_NO_REASON: Final = "Say in a sentence why it ends then. It is kept with the case."


@dataclass(frozen=True, slots=True)
class ForeignLine:
    """One restriction that is not ours, as its space shows it: for a member who has signed in, and nowhere else."""

    space: SpaceName
    native_id: str
    handle: str
    level: AccessLevel
    since: datetime | None
    until: datetime | None
    said: str


@dataclass(frozen=True, slots=True)
class ForeignPage:
    """Some of the restrictions of a space that are not ours; `count` is how many there are in all."""

    space: SpaceName
    count: int
    lines: tuple[ForeignLine, ...]


@dataclass(frozen=True, slots=True)
class AdoptionResult:
    """A restriction that was adopted: the person's code name, that of the case, and its end."""

    person: str
    code_name: str
    ends: datetime


async def list_foreign(app: AppContext, by: MemberId, name: SpaceName, first: int, most: int) -> ForeignPage:
    """Return the restrictions of the space that are not ours and that nobody has left, by account; journal the reading.

    Each that is shown is asked of the space again, for its handle, its reason and since when it stands.
    """
    async with app.units_of_work.read() as view:
        await require_permission(view, by, UseCase.ADOPT)
    space = _require_space(app, name)
    listing = await _list_restrictions(app, space)
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.ADOPT)
        rows = await _foreign_in(uow, name, listing)
        about = {"space": str(name), "first": str(first), "most": str(most)}
        uow.journal.note(Entry(act="holds.were_listed", by=by_member(by), authority="P-9.8", about=about))
    shown = rows[first : first + most]
    return ForeignPage(
        name,
        len(rows),
        tuple(
            [await _foreign_line(space, native_id, observed_restriction) for native_id, observed_restriction in shown]
        ),
    )


async def adopt_restriction(
    app: AppContext,
    by: MemberId,
    name: SpaceName,
    account: str,
    until: datetime,
    reason: str,
    level: AccessLevel | None = None,
) -> AdoptionResult:
    """Make the restriction on the account ours to release at `until`; nothing changes in the space before.

    Policy: P-6.2.

    `level` says which, where several stand; else the strongest.
    """
    if not reason.strip():
        raise Refused("no_reason", _NO_REASON, "P-6.2")
    async with app.units_of_work.read() as view:
        await require_permission(view, by, UseCase.ADOPT)
        if until <= view.now:
            raise Refused("past", "That day lies in the past. Choose one to come.", "P-6.2")
    found = await find_account(app, name, account)
    observed_restriction, attribution = await _observed_on(app, _require_space(app, name), found.account, level)
    if observed_restriction.until is not None and observed_restriction.until <= until:
        sentence = (
            f"It ends by itself on {observed_restriction.until:%d %B %Y} already: leave it, or choose an earlier day."
        )
        raise Refused("ends_before", sentence, "P-6.2")
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.ADOPT)
        await _refuse_own(uow, found.account, observed_restriction)
        person = await person_for_account(uow, found, by)
        case = await _open_case(uow, by, found, person.id)
        link_evidence = LinkEvidence(case.id, Trust.EVIDENCED, by_member(by), "restricted in the space before us")
        link = await link_account(uow, person, found.account, found.handle, link_evidence)
        await exclude_person_everywhere(uow, app.policy, person.id, by_member(by), unaware=by)
        restriction = _RESTRICTIONS[observed_restriction.level]
        order = SanctionOrder.adopted(person=person.id, case=case.id, restriction=restriction, account=link, ends=until)
        sanction = await impose(uow, order, app.spaces.names)
        await adopt(
            uow, sanction, adoption_of(link.worked_as, observed_restriction, attribution, sanction, by_member(by))
        )
        await _mark_foreign(uow, found.account, observed_restriction.level, ForeignState.ADOPTED)
        about = {"case": str(case.id), "sanction": str(sanction.id), "space": str(name)}
        uow.journal.note(
            Entry(
                act="hold.was_adopted",
                by=by_member(by),
                authority="P-6.2",
                about=about,
                case=case.id,
                text=reason.strip(),
            )
        )
    return AdoptionResult(person.code_name, case.code_name, until)


async def leave_as_is(
    app: AppContext, by: MemberId, name: SpaceName, account: str, level: AccessLevel | None = None
) -> None:
    """Leave the restriction as it is, so that it is not listed any more."""
    async with app.units_of_work.read() as view:
        await require_permission(view, by, UseCase.ADOPT)
        ready = await view.foreign.digest_key(name) is not None
    if not ready:
        await _list_restrictions(app, _require_space(app, name))
    found = await find_account(app, name, account)
    observed_restriction, _ = await _observed_on(app, _require_space(app, name), found.account, level)
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.ADOPT)
        await _refuse_own(uow, found.account, observed_restriction)
        marked = await _mark_foreign(uow, found.account, observed_restriction.level, ForeignState.LEFT)
        about = {"space": str(name), "hold": marked}
        uow.journal.note(Entry(act="hold.was_left", by=by_member(by), authority="P-7.2", about=about))


async def _list_restrictions(app: AppContext, space: Space) -> Listing:
    """Return every restriction in the space; where it has no baseline yet, this is it."""
    listing = await space.list_restrictions()
    if isinstance(listing, Unknown):
        raise Refused("not_seen", f"The space could not be asked: {listing.needs or listing.reason}.", "P-7.2")
    async with app.units_of_work.read() as view:
        foreign = [
            (native_id, observed_restriction.level)
            for native_id, observed_restriction in await _foreign_in(view, space.name, listing)
        ]
    await record_baseline(app, space.name, foreign)
    return listing


def _require_space(app: AppContext, name: SpaceName) -> Space:
    space = app.spaces.get(name)
    if space is None:
        raise Refused("no_such_space", f"There is no space called {name!r} here.", "P-1.3")
    return space


async def _foreign_in(view: ReadView, name: SpaceName, listing: Listing) -> list[tuple[str, ObservedRestriction]]:
    """Return the listed restrictions that no proof says to be ours and that nobody has left, in the order of ids."""
    key = await view.foreign.digest_key(name)
    baseline = await view.foreign.in_space(name)
    left = {at for at, state in baseline.items() if state is ForeignState.LEFT}
    ours = await guardian_restrictions(view, name, listing.restrictions)
    rows = [
        (native_id, observed_restriction)
        for native_id, restrictions in sorted(listing.restrictions.items())
        for observed_restriction in restrictions
    ]
    return [
        (native_id, observed_restriction)
        for native_id, observed_restriction in rows
        if (native_id, observed_restriction.level) not in ours
        and (key is None or (digest_native_id(key, native_id), observed_restriction.level) not in left)
    ]


async def _foreign_line(space: Space, native_id: str, observed_restriction: ObservedRestriction) -> ForeignLine:
    account = Account(space.name, native_id)
    found = known_or_none(await space.find_account(text_of_id(native_id)))
    seen = await space.observe(account)
    shown = (
        seen.find_restriction(observed_restriction.level) if isinstance(seen, Observed) else None
    ) or observed_restriction
    attribution = (await space.attribute(account, observed_restriction.level)).of_standing()
    handle = found[1] if found and found[0] == native_id else native_id
    return ForeignLine(
        space=space.name,
        native_id=native_id,
        handle=handle,
        level=observed_restriction.level,
        since=attribution.at,
        until=shown.until,
        said=shown.reason,
    )


async def _observed_on(
    app: AppContext, space: Space, account: Account, level: AccessLevel | None
) -> tuple[ObservedRestriction, Attribution]:
    """The restriction that stands on the account, and whose its space says that it is."""
    seen = await space.observe(account)
    if isinstance(seen, Unknown):
        raise Refused("not_seen", f"The space could not be asked: {seen.needs or seen.reason}.", "P-7.2")
    kinds = (level,) if level is not None else (AccessLevel.BARRED, AccessLevel.MUTED)
    observed_restriction = (
        None
        if isinstance(seen, Missing)
        else next((h for h in map(seen.find_restriction, kinds) if h is not None), None)
    )
    if observed_restriction is None:
        raise Refused("nothing_held", "Nothing of the kind stands on this account there.", "P-7.2")
    attribution = (await space.attribute(account, observed_restriction.level)).of_standing()
    async with app.units_of_work.read() as view:
        by_us = (
            observed_restriction.reference is not None
            and await view.sanctions.by_reference(observed_restriction.reference) is not None
        )
    if by_us or attribution.acted_by is ActedBy.GUARDIAN:
        raise Refused("ours_already", "This one is ours already, and has its end.", "P-6.2")
    return observed_restriction, attribution


async def _refuse_own(view: ReadView, account: Account, observed_restriction: ObservedRestriction) -> None:
    for link in await view.people.links_of_account(account):
        enforcements = await view.sanctions.enforcements_of(link.id)
        if any(each.active and each.level is observed_restriction.level for each in enforcements):
            raise Refused("ours_already", "This one is ours already, and has its end.", "P-6.2")


async def _open_case(uow: UnitOfWork, by: MemberId, found: FoundAccount, person: PersonId) -> Case:
    """Open a case without a report: it is closed, and keeps who adopted the restriction, and why."""
    fresh = await prepare_case(uow, danger=False)
    outcome = "A restriction from before was given an end."
    case = replace(fresh, kind=CaseKind.REPORT, state=CaseState.CLOSED, closed_at=uow.now, outcome=outcome)
    await uow.cases.add_case(case)
    await uow.cases.add_party(Party(case.id, PartyRole.REPORTED, new_reference(), person=person))
    members = await uow.people.members()
    known = {holder.id for holder in (await account_knowledge(uow, by, found.account)).role_holders}
    known |= {member.id for member in members if found.account in member.accounts}
    if by in known:
        raise Refused("own_account", "This is your own account: another member has to see to it.", "P-4.1")
    concerned = known | {holder.id for holder in await role_holders_for_person(uow, person)}
    for member in sorted(concerned - {by}):
        exclusion = Exclusion(
            case=case.id,
            member=member,
            kind=ExclusionKind.EXCLUDED,
            cause="it was done to them",
            at=uow.now,
            by=SERVICE,
        )
        await uow.cases.add_exclusion(exclusion)
    return case


async def _mark_foreign(uow: UnitOfWork, account: Account, level: AccessLevel, state: ForeignState) -> str:
    """Mark in the baseline what became of the restriction; return its id there, empty where there is no baseline yet."""
    known = await uow.foreign.find(account.space, account.native_id, level)
    if known is not None:
        await uow.foreign.save(replace(known, state=state))
        return known.id
    key = await uow.foreign.digest_key(account.space)
    if key is None:
        return ""
    digest = digest_native_id(key, account.native_id)
    made = ForeignRestriction(
        id=new_id(),
        space=account.space,
        digest=digest,
        level=level,
        state=state,
        observed_at=uow.now,
        native_id=account.native_id,
    )
    await uow.foreign.add(made)
    return made.id
