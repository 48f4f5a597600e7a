"""From a planned action to a call: what may defer it, the intent stored before it, and what its answer means.

Read `store_intent` and `perform` first.
"""

from dataclasses import replace
from datetime import datetime
from typing import assert_never, overload

from guardian.ids import IntentId, Reference, new_id, new_reference
from guardian.reconciler.actions import Action, Reinstate, Release, Restore, Restrict
from guardian.reconciler.alerts import Alert
from guardian.reconciler.confirmation import Confirmation, merge_entitlements
from guardian.reconciler.record import Deferred, save_confirmation
from guardian.reconciler.snapshot import AccountSnapshot, ReconcilerContext, W
from guardian.retry import Awaited, Failure
from guardian.sanctions.models import CoverageState, Enforcement, Intent, IntentKind, Prior, ReleaseState
from guardian.sanctions.store import Lease, SanctionUnitOfWork
from guardian.spaces.outcomes import Already, Done, Forbidden, Gone, Outcome, Rejected, Requested, Unavailable
from guardian.spaces.port import Entitlement, Entitlements, RestrictionOrder, Space, Unknown
from guardian.spaces.registry import Mode
from rules.brake import PastRestriction, is_in_announced_raid, may_restrict
from rules.policy_sections.source import HOUR
from rules.precedence import AccessLevel

LEASE_FACTOR = 3
_BUSY_POLL_SECONDS = 0.1


def deferral(
    context: ReconcilerContext[W], snapshot: AccountSnapshot, action: Action, now: datetime
) -> Deferred | None:
    """Return why the action may not be made now, by the mode or the clock; None where neither speaks against it.

    The brake is asked later, where the intent is stored.
    """
    if context.spaces.mode(snapshot.item.space) is Mode.OBSERVE:
        return Deferred(CoverageState.OBSERVING, f"would {_describe(action)}", None, None)
    if isinstance(action, Release) and not context.clock.trusted():
        retry_at, alert_after = now + context.retry_policy.brake_delay, context.retry_policy.distrust_notify_after
        return Deferred(CoverageState.OPEN, "the clock is not trusted", Alert.CLOCK_DISTRUSTED, retry_at, alert_after)
    return None


async def _brake_deferral(
    context: ReconcilerContext[W],
    uow: W,
    snapshot: AccountSnapshot,
    confirmation: Confirmation,
    action: Restrict,
) -> Deferred | None:
    """Ask the brake in the transaction that counts the restriction: side by side, many would each see room."""
    raid = is_in_announced_raid(await uow.sanctions.raids_naming(snapshot.item.person), uow.now)
    restrictions = await uow.sanctions.restrictions_since(uow.now - HOUR)
    reapplied = _is_reapplied(snapshot, confirmation, action)
    if may_restrict(snapshot.item.person, restrictions, uow.now, context.policy, reapplied=reapplied, raid=raid):
        if not raid:
            # What two members have announced does not count: it would leave no room for anybody else.
            await uow.sanctions.record_restriction(PastRestriction(snapshot.item.person, uow.now, reapplied))
        return None
    return Deferred(
        CoverageState.OPEN, "the brake holds it back", Alert.BRAKE, uow.now + context.retry_policy.brake_delay
    )


def _is_reapplied(snapshot: AccountSnapshot, confirmation: Confirmation, action: Restrict) -> bool:
    """Return whether this renews or reapplies, rather than restricting somebody anew: ours was never let go of."""
    known = snapshot.enforcements.get(action.level)
    if known is None:
        return False
    removed = (
        bool(known.reapplied_at) and known.confirmed_at is not None and known.reapplied_at[-1] >= known.confirmed_at
    )
    stood = known.confirmed_at is not None and known.release is ReleaseState.OWED
    return known.active or removed or stood or action.level in confirmation.removed_by_others


def _describe(action: Action) -> str:
    match action:
        case Restrict():
            return f"place: {action.level}"
        case Release():
            return f"release: {action.level}"
        case Restore():
            return f"put back: {action.level}"
        case Reinstate():
            return "give back what was taken"
        case _:
            assert_never(action)


async def read_losses_ahead(
    context: ReconcilerContext[W], space: Space, snapshot: AccountSnapshot
) -> Entitlements | Unknown | None:
    """Read what a bar would destroy while the account is observed, where nothing was begun there yet.

    None where no bar is in sight: what a later action destroys is then read before that action.
    """
    known = snapshot.enforcements.get(AccessLevel.BARRED)
    begun = bool(snapshot.intents) or (known is not None and known.active)
    if (
        begun
        or not space.capabilities.destroys
        or snapshot.desired(context.clock.now()).level is not AccessLevel.BARRED
    ):
        return None
    return await space.read_losses(snapshot.known.account)


async def read_losses(
    space: Space, snapshot: AccountSnapshot, action: Action, losses: Entitlements | Unknown | None
) -> tuple[Entitlement, ...] | Unknown:
    """Return what the action will destroy, read before it; `losses` is the answer where it was read ahead."""
    if not isinstance(action, Restrict) or action.level is not AccessLevel.BARRED or not space.capabilities.destroys:
        return ()
    found = await space.read_losses(snapshot.known.account) if losses is None else losses
    return found if isinstance(found, Unknown) else found.entitlements


async def store_intent(
    context: ReconcilerContext[W],
    lease: Lease,
    space: Space,
    snapshot: AccountSnapshot,
    confirmation: Confirmation,
    action: Action,
    losses: tuple[Entitlement, ...],
) -> Intent | Deferred:
    """Store the intent and all that was read before it, under a lease that outlasts the call.

    Deferred where the brake says so: then nothing is stored.
    """
    now = context.clock.now()
    intent = _build_intent(snapshot, action, now)
    async with context.units_of_work.begin() as uow:
        deferred = (
            await _brake_deferral(context, uow, snapshot, confirmation, action)
            if isinstance(action, Restrict)
            else None
        )
        if deferred is not None:
            return deferred
        await uow.sanctions.renew(lease, context.system_time() + space.capabilities.ceiling * LEASE_FACTOR)
        await save_confirmation(context, uow, snapshot, confirmation)
        for other in snapshot.intents:
            if other.id not in confirmation.closed and other.level is intent.level:
                await uow.sanctions.close_intent(other.id, now)
        await uow.sanctions.add_intent(snapshot.item.person, intent)
        if isinstance(action, Restrict):
            await _save_prior(uow, snapshot, confirmation, action, intent, losses)
        uow.journal.note(snapshot.journal_entry("intent.opened", kind=intent.kind, hold=intent.level))
    return intent


def _build_intent(snapshot: AccountSnapshot, action: Action, now: datetime) -> Intent:
    new = IntentId(new_id())
    match action:
        case Restrict():
            return Intent(
                id=new,
                account=snapshot.item.account,
                kind=IntentKind.RESTRICT,
                level=action.level,
                reference=action.reference,
                prior=action.prior,
                opened_at=now,
                until=action.until,
            )
        case Release():
            known = snapshot.enforcements.get(action.level)
            reference = known.reference if known else Reference("")
            return Intent(
                id=new,
                account=snapshot.item.account,
                kind=IntentKind.RELEASE,
                level=action.level,
                reference=reference,
                prior=action.prior,
                opened_at=now,
            )
        case Restore():
            # A reference of its own: what is put back is another's again, not ours to release.
            fresh = new_reference()
            return Intent(
                id=new,
                account=snapshot.item.account,
                kind=IntentKind.RESTORE,
                level=action.level,
                reference=fresh,
                prior=Prior(),
                opened_at=now,
                until=action.until,
            )
        case Reinstate():
            return Intent(
                id=new,
                account=snapshot.item.account,
                kind=IntentKind.REINSTATE,
                level=AccessLevel.OPEN,
                reference=Reference(""),
                prior=Prior(),
                opened_at=now,
            )
        case _:
            assert_never(action)


async def _save_prior(
    uow: SanctionUnitOfWork,
    snapshot: AccountSnapshot,
    confirmation: Confirmation,
    action: Restrict,
    intent: Intent,
    losses: tuple[Entitlement, ...],
) -> None:
    """Keep the first try's prior and losses: a repeated try finds its own doing and must not take it for the prior."""
    enforcements = await uow.sanctions.enforcements_of(snapshot.item.account)
    known = next((a for a in enforcements if a.level is action.level), None)
    if known is None:
        fresh = Enforcement(
            account=snapshot.item.account,
            level=action.level,
            active=False,
            reference=intent.reference,
            prior=action.prior,
            removed_entitlements=losses,
        )
    elif (
        _is_reapplied(snapshot, confirmation, action)
        or _has_open_restriction(snapshot, action.level)
        or known.removed_entitlements
    ):
        fresh = replace(known, removed_entitlements=merge_entitlements(known.removed_entitlements, losses), offers=())
    else:
        fresh = replace(
            known, prior=action.prior, removed_entitlements=losses, restored=False, reference=intent.reference
        )
    fresh = replace(fresh, release=ReleaseState.OWED, released_at=None)
    if fresh != known:
        await uow.sanctions.save_enforcement(snapshot.item.person, fresh)
    if action.level is AccessLevel.BARRED and losses:
        await uow.sanctions.withdraw_reinstatement(snapshot.item.person)


def _has_open_restriction(snapshot: AccountSnapshot, level: AccessLevel) -> bool:
    return any(i.level is level and i.kind is IntentKind.RESTRICT for i in snapshot.intents)


async def perform(
    context: ReconcilerContext[W],
    space: Space,
    snapshot: AccountSnapshot,
    action: Restrict | Restore | Release,
    intent: Intent,
) -> Outcome:
    """Ask the space for what the action says, and return its answer."""
    account = snapshot.known.account
    reason = context.neutral_reason(intent.reference)
    match action:
        case Restrict() | Restore():
            return await space.restrict(
                RestrictionOrder(
                    account=account, level=action.level, reference=intent.reference, reason=reason, until=action.until
                )
            )
        case Release():
            return await space.release(account, action.level, reason)
        case _:
            assert_never(action)


async def wait_for_in_flight(context: ReconcilerContext[W], space: Space, snapshot: AccountSnapshot) -> None:
    """Wait until no call to the account is under way: timed out for us is not over on the wire."""
    while space.has_call_in_flight(snapshot.known.account):
        await context.sleep(_BUSY_POLL_SECONDS)


@overload
def failure_of(answer: Unavailable | Requested | Forbidden | Gone | Rejected | Unknown) -> Failure: ...


@overload
def failure_of(answer: Outcome | Unknown) -> Failure | None: ...


def failure_of(answer: Outcome | Unknown) -> Failure | None:
    """Return why the space did not do or did not show what it was asked; None where it says that it stands so."""
    match answer:
        case Done() | Already():
            return None
        case Unavailable():
            return Failure(answer.reason, cut_off=True, retry_after=answer.after)
        case Requested():
            return Failure(answer.reason, answer.needs, awaited=Awaited(answer.overdue_at, answer.again))
        case Forbidden():
            return Failure("the space refuses us", answer.needs)
        case Gone():
            return Failure("the account is not there any more")
        case Rejected():
            return Failure(answer.reason)
        case Unknown():
            return Failure(answer.reason, answer.needs or "", retry_after=answer.after)
        case _:
            assert_never(answer)
