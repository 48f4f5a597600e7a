"""What people do with a space's own menu: found by observing, never believed from an event. Policy: P-7.2.

Read first: `inspect_accounts`. What is recorded of it is in `native_records`; what stood before us is left as it is,
see `adoption`.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, assert_never

from guardian.errors import Stale
from guardian.ids import SpaceName, new_id
from guardian.journal import SERVICE, Entry
from guardian.logs import logger
from guardian.people.models import Member
from guardian.people.permissions import MEMBERS, MODERATORS, Seat, holds_seat
from guardian.reconciler.ownership import Ownership
from guardian.reconciler.reconciliation import observe
from guardian.reconciler.resync import AT_ONCE, batched
from guardian.reconciler.snapshot import AccountSnapshot, load_snapshot
from guardian.sanctions.foreign import ForeignRestriction, ForeignState, digest_native_id
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.failed_items import isolate
from guardian.services.identity.linking import FoundAccount
from guardian.services.measures.native_records import (
    NativeRestriction,
    ask_about_unknown,
    find_account_or_id,
    forget_released,
    record_members_act,
    record_unexplained,
)
from guardian.spaces.port import (
    Account,
    ActedBy,
    Listing,
    Missing,
    Observed,
    ObservedRestriction,
    Space,
    Unknown,
)
from rules.precedence import AccessLevel

log = logger("services")

_MOST_INSPECTIONS: Final = 50
"""How many new restrictions are inspected in one resync; the rest wait for the next."""


async def inspect_accounts(app: AppContext, name: SpaceName, native_ids: Iterable[str]) -> None:
    """Observe the accounts, and treat a restriction that is new and not ours as whose it is asks for.

    Nothing is done before the space's baseline stands: what is there by then is not an act of today.
    """
    space = app.spaces.get(name)
    async with app.units_of_work.read() as view:
        ready = await view.foreign.digest_key(name) is not None
    if space is None or not ready:
        return
    for native_id in dict.fromkeys(native_ids):
        # Where somebody else noticed it in the same moment, or works on the account, the next resync observes it again.
        await isolate(app, f"a restriction found on {name}", native_id, _inspect_account(app, space, native_id))


async def compare_listing(app: AppContext, name: SpaceName, listing: Listing, started_at: datetime) -> None:
    """Compare the space's list pages with its baseline: inspect what is new, forget what is gone.

    The first time, all that stands and is not ours becomes the baseline. `started_at` is when the pages were asked for.
    """
    async with app.units_of_work.read() as view:
        key = await view.foreign.digest_key(name)
        ours = await guardian_restrictions(view, name, listing.restrictions)
        baseline = await view.foreign.in_space(name) if key else {}
    listed = [
        (native_id, each.level) for native_id, restrictions in listing.restrictions.items() for each in restrictions
    ]
    foreign = [each for each in listed if each not in ours]
    if key is None:
        await record_baseline(app, name, foreign)
        return
    present = {(digest_native_id(key, native_id), level): native_id for native_id, level in foreign}
    unsaid = ForeignState.AUTHOR_UNKNOWN
    new = [native_id for at, native_id in present.items() if baseline.get(at, unsaid) is unsaid]
    gone = [at for at in baseline if at not in present]
    if gone:
        async with app.units_of_work.begin() as uow:
            await uow.foreign.forget(name, gone, started_at)
    await inspect_accounts(app, name, new[:_MOST_INSPECTIONS])
    if len(new) > _MOST_INSPECTIONS:
        log.warning("native_actions.were_postponed", space=name, count=len(new) - _MOST_INSPECTIONS)


async def _inspect_account(app: AppContext, space: Space, native_id: str) -> None:
    account = Account(space.name, native_id)
    async with app.units_of_work.read() as view:
        snapshot = await _snapshot_of(view, account)
    if snapshot is not None and snapshot.item.bulk_id is not None:
        # One of many whom we restrict just now: observing each would take as many calls as the restriction itself.
        return
    seen = await _foreign_restrictions_on(app, space, account, snapshot)
    if seen is None:
        return
    await _forget_released(app, account, [observed_restriction.level for observed_restriction in seen])
    for observed_restriction in seen:
        restriction = NativeRestriction(
            account,
            observed_restriction,
            (await space.attribute(account, observed_restriction.level)).of_standing(),
        )
        if restriction.attribution.acted_by is not ActedBy.GUARDIAN:
            await _handle_restriction(app, restriction)


async def _handle_restriction(app: AppContext, restriction: NativeRestriction) -> None:
    """Treat the restriction as whose it is asks for, once; one that stood there already is left alone."""
    async with app.units_of_work.read() as view:
        known = await view.foreign.find(
            restriction.account.space, restriction.account.native_id, restriction.observed_restriction.level
        )
        author = await _author_of(view, restriction)
        is_members = author is not None and holds_seat(author, MEMBERS, view.now)
        is_moderators = author is not None and holds_seat(
            author, Seat(MODERATORS.group, space=restriction.account.space), view.now
        )
    if known is not None and not _is_new(known, restriction):
        return
    needs_name = author is not None and (is_members or is_moderators)
    found = await find_account_or_id(app, restriction.account) if needs_name else FoundAccount(restriction.account, "")
    async with app.units_of_work.begin() as uow:
        still_known = await uow.foreign.find(
            restriction.account.space, restriction.account.native_id, restriction.observed_restriction.level
        )
        if still_known != known:
            return
        if known is not None:
            await uow.foreign.forget(known.space, [(known.digest, known.level)], uow.now + timedelta(microseconds=1))
        foreign = await _new_foreign(uow, restriction)
        if author is not None and is_members:
            await record_members_act(app, uow, restriction, foreign, author, found)
        elif author is not None and is_moderators:
            await record_unexplained(app, uow, restriction, foreign, author, found)
        elif restriction.attribution.acted_by is ActedBy.PLATFORM:
            # An automatic rule of the space acts by itself and many times: it stands as it is, and nobody is asked.
            await uow.foreign.add(replace(foreign, state=ForeignState.LEFT))
        elif restriction.attribution.acted_by is ActedBy.UNKNOWN and known is None:
            # The space's records may be a moment behind; a later observation asks, or knows.
            await uow.foreign.add(replace(foreign, state=ForeignState.AUTHOR_UNKNOWN))
        else:
            await ask_about_unknown(uow, foreign)


async def record_baseline(app: AppContext, name: SpaceName, foreign: Iterable[tuple[str, AccessLevel]]) -> None:
    """Record what others restrict in the space, by native id, as what stood there before us; one that stands is kept."""
    restrictions = tuple(foreign)
    async with app.units_of_work.begin() as uow:
        if await uow.foreign.digest_key(name) is None:
            await uow.foreign.record_baseline(name, restrictions, uow.now)
            about = {"space": str(name), "holds": str(len(restrictions))}
            uow.journal.note(Entry(act="picture.was_taken", by=SERVICE, authority="P-7.2", about=about))


async def _foreign_restrictions_on(
    app: AppContext, space: Space, account: Account, snapshot: AccountSnapshot | None
) -> tuple[ObservedRestriction, ...] | None:
    """Return what others restrict on the account just now; None where the space did not say."""
    if snapshot is not None:
        seen, ownership = await observe(space, snapshot)
        if not isinstance(seen, Observed):
            return None
        return tuple(
            observed_restriction
            for observed_restriction in seen.restrictions
            if ownership.get(observed_restriction.level) is Ownership.FOREIGN
        )
    found = await space.observe(account)
    match found:
        case Unknown() | Missing():
            return None
        case Observed():
            return await _without_our_reference(app, found.restrictions)
        case _:
            assert_never(found)


async def _without_our_reference(
    app: AppContext, restrictions: tuple[ObservedRestriction, ...]
) -> tuple[ObservedRestriction, ...]:
    """Nobody else's restriction carries a reference of ours."""
    async with app.units_of_work.read() as view:
        return tuple(
            [
                observed_restriction
                for observed_restriction in restrictions
                if observed_restriction.reference is None
                or await view.sanctions.by_reference(observed_restriction.reference) is None
            ]
        )


async def _forget_released(app: AppContext, account: Account, remaining: list[AccessLevel]) -> None:
    async with app.units_of_work.begin() as uow:
        for kind in (AccessLevel.MUTED, AccessLevel.BARRED):
            known = await uow.foreign.find(account.space, account.native_id, kind)
            if known is not None and kind not in remaining and known.state is not ForeignState.ADOPTED:
                await forget_released(uow, known)


def _is_new(known: ForeignRestriction, restriction: NativeRestriction) -> bool:
    """Whether what stands was placed after what we knew of: lifted and placed again, or its author is said only now."""
    if known.state is ForeignState.AUTHOR_UNKNOWN:
        return True
    at = restriction.attribution.at
    return at is not None and at > known.observed_at and at != known.restricted_at


async def _new_foreign(uow: UnitOfWork, restriction: NativeRestriction) -> ForeignRestriction:
    key = await uow.foreign.digest_key(restriction.account.space)
    if key is None:
        raise Stale
    return ForeignRestriction(
        id=new_id(),
        space=restriction.account.space,
        digest=digest_native_id(key, restriction.account.native_id),
        level=restriction.observed_restriction.level,
        state=ForeignState.AUTHOR_UNKNOWN,
        observed_at=uow.now,
        native_id=restriction.account.native_id,
        author=restriction.attribution.by or restriction.observed_restriction.author,
        restricted_at=restriction.attribution.at,
        until=restriction.observed_restriction.until,
    )


async def _author_of(view: ReadView, restriction: NativeRestriction) -> Member | None:
    """The member who did it, as the space's own records say."""
    if restriction.attribution.acted_by is not ActedBy.OTHER or restriction.attribution.by is None:
        return None
    return await view.people.member_with_account(Account(restriction.account.space, restriction.attribution.by))


async def _snapshot_of(view: ReadView, account: Account) -> AccountSnapshot | None:
    """What we know of the account where a sanction may have reached it."""
    links = [link for link in await view.people.links_of_account(account) if link.binding or link.ended_at is not None]
    # What was linked by mistake may still bear what we placed, until it is released.
    return await load_snapshot(view, sorted(links, key=lambda link: not link.binding)[0].worked_as) if links else None


async def guardian_restrictions(
    view: ReadView, name: SpaceName, native_ids: Iterable[str]
) -> frozenset[tuple[str, AccessLevel]]:
    """Return which restrictions on these accounts are ours, by the last proof or by an intent that is still open."""
    ours: set[tuple[str, AccessLevel]] = set()
    for part in batched(native_ids, AT_ONCE):
        known = await view.people.ids_of_accounts(name, part)
        ours |= {(known[account], level) for account, level in await view.sanctions.restricted_by_us(tuple(known))}
    return frozenset(ours)
