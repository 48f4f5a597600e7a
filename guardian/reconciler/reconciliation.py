"""One work item reconciled: read, observe, act, observe again, record. Spaces are asked outside any transaction.

Read `reconcile` first.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from guardian.errors import Stale
from guardian.ids import AccountId
from guardian.logs import logger
from guardian.reconciler.actions import Action, Plan, Reinstate, Release, Restrict
from guardian.reconciler.confirmation import Confirmation, confirm
from guardian.reconciler.execution import (
    deferral,
    failure_of,
    perform,
    read_losses,
    read_losses_ahead,
    store_intent,
    wait_for_in_flight,
)
from guardian.reconciler.lifting_records import (
    RECORDS_LAG,
    Absence,
    is_being_replaced,
    judge_absence,
    named_lifters,
)
from guardian.reconciler.ownership import Ownership, OwnershipEvidence, needs_attribution, owner_of
from guardian.reconciler.plan import STILL_INSIDE, Situation, plan
from guardian.reconciler.record import (
    Deferred,
    record_deferral,
    record_ended_manually,
    record_failure,
    record_lifter,
    record_missing,
    record_result,
    record_unexplained_absence,
)
from guardian.reconciler.release_records import (
    record_appraisal,
    record_reinstatement,
    record_release,
    record_released_by_others,
)
from guardian.reconciler.snapshot import AccountSnapshot, ReconcilerContext, W, load_snapshot
from guardian.retry import SERVICE_FAULT, Failure
from guardian.sanctions.models import IntentKind
from guardian.sanctions.store import Lease
from guardian.spaces.outcomes import Unavailable
from guardian.spaces.port import (
    Account,
    ActedBy,
    Attribution,
    Entitlements,
    Missing,
    Observed,
    Presence,
    Space,
    Unknown,
)
from rules.precedence import AccessLevel

log = logger("sanctions")

MAX_ATTEMPTS = 8
_QUICK_RETRIES = 2


@dataclass(frozen=True, slots=True)
class Attempt:
    """One round of a reconciliation: what the last action was, what failure it met, and whether any call was cut off."""

    action: Action | None = None
    failure: Failure | None = None
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Assessment:
    """An observation, taken into account: what it proves, and what to do next."""

    snapshot: AccountSnapshot
    confirmation: Confirmation
    planned: Plan
    is_member: bool


async def reconcile(context: ReconcilerContext[W], lease: Lease, account: AccountId) -> None:
    """Bring the account to its desired state, or record why not and when it is tried again."""
    last: Attempt | None = Attempt()
    for _ in range(MAX_ATTEMPTS):
        snapshot = await _load(context, account)
        if snapshot is None:
            return
        space = context.spaces.get(snapshot.item.space)
        if space is None:
            await record_failure(context, snapshot, None, Failure("this space is not configured any more"))
            return
        last = await _attempt(context, lease, space, snapshot, last or Attempt())
        if last is None:
            return
    snapshot = await _load(context, account)
    if snapshot is not None:
        await record_failure(context, snapshot, None, Failure("the space did not come to rest"))


async def reconcile_guarded(context: ReconcilerContext[W], lease: Lease, account: AccountId) -> None:
    """Reconcile so that one bad row never stops the others: a fault is logged, and it is tried again later."""
    try:
        await reconcile(context, lease, account)
    except Stale:
        log.info("reconciliation.overtaken", account=account)
        await _retry_soon(context, account)
    except asyncio.CancelledError:
        raise
    except Exception:
        log.exception("reconciliation.failed", account=account)
        await _record_fault(context, account)


async def _record_fault(context: ReconcilerContext[W], account: AccountId) -> None:
    """Record a fault of our own; one that somebody overtakes meanwhile is no fault of the person's other accounts."""
    try:
        snapshot = await _load(context, account)
        if snapshot is not None:
            await record_failure(context, snapshot, None, SERVICE_FAULT)
    except Stale:
        await _retry_soon(context, account)


async def _retry_soon(context: ReconcilerContext[W], account: AccountId) -> None:
    """Read the work item anew after a moment, since somebody else wrote meanwhile: two must never chase each other."""
    async with context.units_of_work.begin() as uow:
        item = await uow.sanctions.work_item(account)
        if item is not None:
            await uow.sanctions.save_result(replace(item, due_at=context.retry_policy.next_try(None, uow.now)))


async def _attempt(
    context: ReconcilerContext[W], lease: Lease, space: Space, snapshot: AccountSnapshot, last: Attempt
) -> Attempt | None:
    """Observe once and act at most once; None once the work item is at rest or has to wait."""
    (seen, ownership), losses = await asyncio.gather(
        observe(space, snapshot, _just_restricted(last)), read_losses_ahead(context, space, snapshot)
    )
    if isinstance(seen, Missing):
        await record_missing(context, snapshot)
        return None
    if isinstance(seen, Unknown):
        await record_failure(context, snapshot, None, failure_of(seen))
        return None
    if await _ask_named_lifters(context, space, snapshot):
        return Attempt(cut=last.cut)
    assessment = await _judge_lifters(space, snapshot, _assess(context, space, snapshot, seen, ownership))
    absence = judge_absence(snapshot, assessment.confirmation, context.clock.now())
    if absence is Absence.NOT_KNOWN_YET:
        await record_unexplained_absence(context, snapshot, assessment.confirmation)
        return None
    if absence is Absence.ENDED:
        await record_ended_manually(context, assessment.snapshot, assessment.confirmation)
        return Attempt(cut=last.cut)
    action = assessment.planned.action
    if action is None or action == last.action:
        await _finish(context, lease, snapshot, assessment, last)
        return None
    taken = await _take_action(context, lease, space, assessment, action, losses)
    return None if taken is None else replace(taken, cut=last.cut or taken.cut)


async def _ask_named_lifters(context: ReconcilerContext[W], space: Space, snapshot: AccountSnapshot) -> bool:
    """Ask whoever lifted what was put back at once, now that the space's records name them; return whether any did."""
    now = context.clock.now()
    for level, known in snapshot.enforcements.items():
        if known.unnamed_lift_after is None:
            continue
        named = named_lifters(await space.attribute(snapshot.known.account, level), known.unnamed_lift_after)
        is_over = not known.reapplied_at or now >= known.reapplied_at[-1] + RECORDS_LAG
        if named or is_over:
            await record_lifter(context, snapshot, known, named[0] if named else None)
            return True
    return False


async def _judge_lifters(space: Space, snapshot: AccountSnapshot, assessment: Assessment) -> Assessment:
    """Add whoever took away what was ours, as far as the space's own records name them.

    Nobody has, where they name nobody and an intent of ours that was cut off lifts it before it places it anew.
    """
    named = {
        level: named_lifters(
            await space.attribute(snapshot.known.account, level), snapshot.enforcements[level].confirmed_at
        )
        for level in assessment.confirmation.removed_by_others
    }
    removed = tuple(level for level, by in named.items() if by or not is_being_replaced(space, snapshot, level))
    lifters = tuple(each for by in named.values() for each in by)
    return replace(
        assessment, confirmation=replace(assessment.confirmation, removed_by_others=removed, lifted_by=lifters)
    )


async def _finish(
    context: ReconcilerContext[W], lease: Lease, snapshot: AccountSnapshot, assessment: Assessment, last: Attempt
) -> None:
    """Record the result, or a failure to be tried again later where the action just made has not shown."""
    if assessment.planned.action is None:
        cut = lease.inherited or last.cut
        await record_result(context, snapshot, assessment.confirmation, assessment.planned, cut=cut)
    else:
        failure = last.failure or _unconfirmed_failure(snapshot, assessment.planned)
        await record_failure(context, snapshot, assessment.confirmation, failure)


def _unconfirmed_failure(snapshot: AccountSnapshot, planned: Plan) -> Failure:
    """Return why an action that the space took does not show; people are called once quick retries do not help."""
    if planned.detail != STILL_INSIDE:
        return Failure("the space has not confirmed it yet")
    needs = "somebody who removes them from the space by hand" if snapshot.item.failures >= _QUICK_RETRIES else ""
    return Failure(STILL_INSIDE, needs)


async def _take_action(
    context: ReconcilerContext[W],
    lease: Lease,
    space: Space,
    assessment: Assessment,
    action: Action,
    losses: Entitlements | Unknown | None,
) -> Attempt | None:
    snapshot, confirmation = assessment.snapshot, assessment.confirmation
    if isinstance(action, Release) and action.unseen and await _is_changed_by_others(space, snapshot, action.level):
        await record_released_by_others(context, snapshot, action.level)
        return Attempt()
    deferred = deferral(context, snapshot, action, context.clock.now())
    if deferred is not None:
        await record_deferral(context, snapshot, confirmation, assessment.planned, deferred)
        return None
    if isinstance(action, Reinstate):
        appraisal = await space.appraise(action.entitlements)
        if isinstance(appraisal, Unknown):
            await record_failure(context, snapshot, confirmation, failure_of(appraisal))
            return None
        # Judged at the moment of giving: what has become powerful, out of reach or gone meanwhile is planned anew.
        if await record_appraisal(context, snapshot, action.entitlements, appraisal):
            return Attempt()
    losses_found = await read_losses(space, snapshot, action, losses)
    if isinstance(losses_found, Unknown):
        await record_failure(context, snapshot, confirmation, failure_of(losses_found))
        return None
    intent = await store_intent(context, lease, space, snapshot, confirmation, action, losses_found)
    if isinstance(intent, Deferred):
        await record_deferral(context, snapshot, confirmation, assessment.planned, intent)
        return None
    if isinstance(action, Reinstate):
        failure = await _give_back(context, space, assessment, action)
    else:
        outcome = await perform(context, space, snapshot, action, intent)
        await wait_for_in_flight(context, space, snapshot)
        if isinstance(action, Release):
            await record_release(context, snapshot, action.level, outcome)
        failure = failure_of(outcome)
    return Attempt(action, failure, cut=failure is not None and failure.cut_off)


async def _give_back(
    context: ReconcilerContext[W], space: Space, assessment: Assessment, action: Reinstate
) -> Failure | None:
    """Give back item by item; return a failure that passes by itself, since a refusal waits for people."""
    snapshot = assessment.snapshot
    outcomes = await space.reinstate(snapshot.known.account, action.entitlements)
    await wait_for_in_flight(context, space, snapshot)
    await record_reinstatement(context, snapshot, outcomes, is_member=assessment.is_member)
    passing = (failure_of(outcome) for outcome in outcomes.values() if isinstance(outcome, Unavailable))
    return next(passing, None)


async def _is_changed_by_others(space: Space, snapshot: AccountSnapshot, level: AccessLevel) -> bool:
    """Return whether the space's records name somebody else for a change after ours was placed.

    They have lifted ours, or placed theirs where ours stood. A record that is older than ours says nothing yet.
    """
    attribution = await space.attribute(snapshot.known.account, level)
    opened = [i.opened_at for i in snapshot.intents if i.level is level and i.kind is IntentKind.RESTRICT]
    confirmed = snapshot.enforcements[level].confirmed_at
    placed_at = max([*opened, *([confirmed] if confirmed is not None else [])], default=None)
    return (
        attribution.acted_by is ActedBy.OTHER
        and attribution.at is not None
        and placed_at is not None
        and attribution.at >= placed_at
    )


async def _load(context: ReconcilerContext[W], account: AccountId) -> AccountSnapshot | None:
    async with context.units_of_work.read() as view:
        return await load_snapshot(view, account)


def _assess(
    context: ReconcilerContext[W],
    space: Space,
    snapshot: AccountSnapshot,
    seen: Observed,
    ownership: Mapping[AccessLevel, Ownership],
) -> Assessment:
    now = context.clock.now()
    hidden = invisible_levels(space, seen)
    confirmation = confirm(snapshot.item.account, seen, ownership, snapshot.enforcements, snapshot.intents, now, hidden)
    known = replace(snapshot, enforcements=confirmation.enforcements)
    planned = plan(build_situation(space, known, seen, ownership, now))
    return Assessment(known, confirmation, planned, seen.presence is Presence.MEMBER)


def invisible_levels(space: Space, seen: Observed) -> frozenset[AccessLevel]:
    """Return what this observation could not have shown.

    What only members can be under, for somebody who is none just now.
    """
    return frozenset() if seen.presence is Presence.MEMBER else space.capabilities.needs_presence


def build_situation(
    space: Space, snapshot: AccountSnapshot, seen: Observed, ownership: Mapping[AccessLevel, Ownership], now: datetime
) -> Situation:
    """Return everything that a plan for this work item is made from."""
    capabilities = space.capabilities
    desired = snapshot.desired(now)
    return Situation(
        desired=desired,
        seen=seen,
        ownership=ownership,
        enforcements=snapshot.enforcements,
        capabilities=capabilities,
        now=now,
        reinstatement_approved=snapshot.reinstatement_approved,
        native_end=capabilities.ends_natively,
    )


def _just_restricted(last: Attempt) -> AccessLevel | None:
    """Return the level that the space has just said that it enforces for us."""
    return last.action.level if isinstance(last.action, Restrict) and last.failure is None else None


async def observe(
    space: Space, snapshot: AccountSnapshot, just_restricted: AccessLevel | None = None
) -> tuple[Observed | Unknown | Missing, Mapping[AccessLevel, Ownership]]:
    """Observe the account, and return whose each restriction is as well.

    Where the space has just taken an order of ours, its records are asked at the same time; else only once something is
    seen.
    """
    expected = None if just_restricted in space.capabilities.carries_reference else just_restricted
    account = snapshot.known.account
    seen, early_attribution = await asyncio.gather(space.observe(account), _attribute(space, account, expected))
    if not isinstance(seen, Observed):
        return seen, {}
    ownership: dict[AccessLevel, Ownership] = {}
    for observed_restriction in seen.restrictions:
        evidence = _gather_evidence(space, snapshot, observed_restriction.level, None)
        if needs_attribution(observed_restriction, evidence):
            attribution = (
                early_attribution
                if observed_restriction.level is expected
                else await space.attribute(account, observed_restriction.level)
            )
            evidence = _gather_evidence(space, snapshot, observed_restriction.level, attribution)
        ownership[observed_restriction.level] = owner_of(observed_restriction, evidence)
    return seen, ownership


async def _attribute(space: Space, account: Account, level: AccessLevel | None) -> Attribution | None:
    return None if level is None else await space.attribute(account, level)


def _gather_evidence(
    space: Space, snapshot: AccountSnapshot, level: AccessLevel, attribution: Attribution | None
) -> OwnershipEvidence:
    intent = next((i for i in reversed(snapshot.intents) if i.level is level), None)
    carries_reference, adoption = level in space.capabilities.carries_reference, snapshot.adoptions.get(level)
    return OwnershipEvidence(
        enforcement=snapshot.enforcements.get(level),
        intent=intent,
        references=snapshot.references,
        carries_reference=carries_reference,
        attribution=attribution,
        adoptions=adoption,
    )
