"""What a reconciliation came to, stored in one transaction: work item, total, enforcements, and what people must know.

Read `record_result` first.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from guardian.ids import PersonId, SpaceName
from guardian.journal import SERVICE
from guardian.logs import logger
from guardian.reconciler.actions import Plan
from guardian.reconciler.alerts import Alert
from guardian.reconciler.confirmation import Confirmation
from guardian.reconciler.snapshot import AccountSnapshot, ReconcilerContext, W
from guardian.retry import Failure
from guardian.sanctions.coverage import total_coverage
from guardian.sanctions.models import (
    Coverage,
    CoverageState,
    Enforcement,
    Lifting,
    LiftingCause,
    ReleaseState,
    WorkItem,
)
from guardian.sanctions.store import SanctionUnitOfWork
from guardian.spaces.port import Account
from rules.brake import are_lifts_alarming
from rules.precedence import AccessLevel

log = logger("sanctions")

AT_ONCE = timedelta()
_RELEASED = (CoverageState.RETURNED, CoverageState.MEMBERSHIP_OPEN, CoverageState.OTHERS_STAND)


@dataclass(frozen=True, slots=True)
class Deferred:
    """An action that is right but may not be made now: the mode, the clock, or the brake says so.

    People are notified by `alert` once it has lasted for `alert_after`, in case time.
    """

    state: CoverageState
    detail: str
    alert: Alert | None
    retry_at: datetime | None
    alert_after: timedelta = AT_ONCE


async def save_confirmation(
    context: ReconcilerContext[W], uow: W, snapshot: AccountSnapshot, confirmation: Confirmation
) -> None:
    """Save what was confirmed, with its journal entries, and follow up what was lifted by others."""
    for enforcement in confirmation.changed:
        await uow.sanctions.save_enforcement(snapshot.item.person, enforcement)
    for intent in confirmation.closed:
        await uow.sanctions.close_intent(intent, uow.now)
    for level in confirmation.newly_confirmed:
        uow.journal.note(snapshot.journal_entry("restriction.confirmed", hold=level))
    for level in confirmation.newly_gone:
        uow.journal.note(snapshot.journal_entry("restriction.gone", hold=level))
    await _end_released_adoptions(uow, snapshot, confirmation)
    for level in confirmation.removed_by_others:
        await _record_manual_lift(context, uow, snapshot, level, confirmation.lifted_by)


async def _end_released_adoptions(uow: W, snapshot: AccountSnapshot, confirmation: Confirmation) -> None:
    """Forget what was adopted once it is released: that it was not seen for once leaves it ours to release."""
    for level in snapshot.adoptions:
        known = confirmation.enforcements.get(level)
        if known is not None and not known.active and known.release is not ReleaseState.OWED:
            await uow.sanctions.end_adoption(snapshot.item.account, level)


async def _record_manual_lift(
    context: ReconcilerContext[W],
    uow: W,
    snapshot: AccountSnapshot,
    level: AccessLevel,
    lifted_by: tuple[str, ...],
) -> None:
    """Follow a manual lift by the authority behind the sanction (architecture 5.13): reapply and ask, or end it.

    Only a lift that the space's own records name somebody for ends it: an observation that was behind must end nothing.
    """
    desired = snapshot.desired(uow.now)
    if desired.level is AccessLevel.OPEN:
        return
    if not desired.binding and (lifted_by or desired.adopted):
        for sanction in (s for s in snapshot.sanctions if s.id in desired.reasons):
            lifting = Lifting(
                sanction=sanction.id,
                effective_from=uow.now,
                cause=LiftingCause.LIFTED_MANUALLY,
                by=SERVICE,
                authority="lifted by hand",
                recorded_at=uow.now,
            )
            await uow.sanctions.add_lifting(lifting)
        return
    enforcement = next(a for h, a in snapshot.enforcements.items() if h is level)
    lifts = (*enforcement.reapplied_at, uow.now)
    after = None if lifted_by else enforcement.confirmed_at or uow.now
    current = next(a for a in await uow.sanctions.enforcements_of(snapshot.item.account) if a.level is level)
    await uow.sanctions.save_enforcement(
        snapshot.item.person, replace(current, reapplied_at=lifts, unnamed_lift_after=after)
    )
    alert = Alert.LIFTED_AGAIN if are_lifts_alarming(lifts, uow.now, context.policy) else Alert.LIFTED_MANUALLY
    await context.alerts.raise_alert(uow, alert, snapshot.item.person, snapshot.item.space, desired.reasons)
    for native_id in lifted_by:
        await context.alerts.ask_lifter(uow, Account(snapshot.item.space, native_id))


async def record_unexplained_absence(
    context: ReconcilerContext[W], snapshot: AccountSnapshot, confirmation: Confirmation
) -> None:
    """Record that ours is not seen and that nobody is named yet: neither ended nor put back, and looked at again soon."""
    now = context.clock.now()
    levels = confirmation.removed_by_others
    missed = [replace(e, missed_at=e.missed_at or now) for h, e in snapshot.enforcements.items() if h in levels]
    since = min(e.missed_at for e in missed if e.missed_at is not None)
    item = replace(
        snapshot.item,
        state=CoverageState.OPEN,
        detail="not there, and the space's records do not say yet by whom",
        due_at=context.retry_policy.next_try(since, now),
        observed_at=now,
    )
    async with context.units_of_work.begin() as uow:
        for enforcement in missed:
            if enforcement != snapshot.enforcements[enforcement.level]:
                await uow.sanctions.save_enforcement(snapshot.item.person, enforcement)
        await _save_item(context, uow, item)


async def record_lifter(
    context: ReconcilerContext[W], snapshot: AccountSnapshot, enforcement: Enforcement, by: str | None
) -> None:
    """Ask whoever lifted it, whom the space's records name by now; None: they have not in all that time."""
    async with context.units_of_work.begin() as uow:
        await uow.sanctions.save_enforcement(snapshot.item.person, replace(enforcement, unnamed_lift_after=None))
        if by is not None:
            await context.alerts.ask_lifter(uow, Account(snapshot.item.space, by))


def _unnamed_lift_check_at(context: ReconcilerContext[W], confirmation: Confirmation, now: datetime) -> datetime | None:
    """Return when the records are asked again for whoever lifted what was put back."""
    open_ = [e for e in confirmation.enforcements.values() if e.unnamed_lift_after is not None and e.reapplied_at]
    return min((context.retry_policy.next_try(e.reapplied_at[-1], now) for e in open_), default=None)


async def record_ended_manually(
    context: ReconcilerContext[W], snapshot: AccountSnapshot, confirmation: Confirmation
) -> None:
    """Record that a moderator's own measure was lifted by hand, which ends it (architecture 5.13).

    Nothing is reapplied.
    """
    async with context.units_of_work.begin() as uow:
        await save_confirmation(context, uow, snapshot, confirmation)


async def record_result(
    context: ReconcilerContext[W],
    snapshot: AccountSnapshot,
    confirmation: Confirmation,
    planned: Plan,
    *,
    cut: bool = False,
) -> None:
    """Record what the reconciliation came to.

    A call that was cut off, or that a dead worker made, may still land (`cut`): then it is reconciled once more. Until
    then its intent stays open, since in a space without reasons nothing else would prove what lands to be ours.
    """
    now = context.clock.now()
    retry_at = context.retry_policy.next_try(None, now) if cut else None
    named_at = _unnamed_lift_check_at(context, confirmation, now)
    due_at = min((i for i in (planned.due_at, retry_at, named_at) if i is not None), default=None)
    recovered = snapshot.item.notified_at is not None
    released = planned.state in _RELEASED
    item = replace(
        snapshot.item,
        # An account that was linked by mistake and is let go counts for nobody any more.
        state=CoverageState.NO_ACCOUNT if released and snapshot.known.ended_at is not None else planned.state,
        detail=planned.detail,
        due_at=due_at,
        failures=0,
        blocked_since=None,
        notified_at=None,
        needs="",
        observed_at=now,
    )
    async with context.units_of_work.begin() as uow:
        await save_confirmation(context, uow, snapshot, confirmation)
        if not cut:
            await _close_superseded(uow, snapshot, confirmation, planned)
        if recovered:
            await context.alerts.raise_alert(uow, Alert.HEALED, item.person, item.space, snapshot.reasons(now))
        if released and snapshot.item.state not in (None, CoverageState.NO_ACCOUNT, *_RELEASED):
            await context.alerts.report_released(uow, snapshot.known.id)
        await _save_item(context, uow, item)
        if planned.alert is not None and planned.detail != snapshot.item.detail:
            # The work item first: whoever is notified reads there what it is about.
            await context.alerts.raise_alert(uow, planned.alert, item.person, item.space, snapshot.reasons(now))


async def _close_superseded(
    uow: SanctionUnitOfWork, snapshot: AccountSnapshot, confirmation: Confirmation, planned: Plan
) -> None:
    """Close intents that are still open although nothing is left to do: the desired state has overtaken them."""
    if planned.action is None and planned.state is not CoverageState.OPEN:
        for intent in snapshot.intents:
            if intent.id not in confirmation.closed:
                await uow.sanctions.close_intent(intent.id, uow.now)


async def record_deferral(
    context: ReconcilerContext[W],
    snapshot: AccountSnapshot,
    confirmation: Confirmation,
    planned: Plan,
    deferred: Deferred,
) -> None:
    """Record that the action waits, because of the mode, the clock or the brake."""
    now = context.clock.now()
    alert = deferred.alert
    first = snapshot.item.detail != deferred.detail
    since = now if first or snapshot.item.blocked_since is None else snapshot.item.blocked_since
    notified_at = None if first else snapshot.item.notified_at
    notify = alert is not None and notified_at is None and now - since >= deferred.alert_after
    item = replace(
        snapshot.item,
        state=deferred.state,
        detail=deferred.detail,
        due_at=min((i for i in (planned.due_at, deferred.retry_at) if i is not None), default=None),
        blocked_since=since if alert is not None else None,
        notified_at=now if notify else notified_at,
        observed_at=now,
    )
    async with context.units_of_work.begin() as uow:
        await save_confirmation(context, uow, snapshot, confirmation)
        if first:
            uow.journal.note(snapshot.journal_entry("step.held_back", why=deferred.detail))
        if notify and alert is not None:
            await context.alerts.raise_alert(uow, alert, item.person, item.space, snapshot.reasons(uow.now))
        await _save_item(context, uow, item)


async def record_failure(
    context: ReconcilerContext[W], snapshot: AccountSnapshot, confirmation: Confirmation | None, failure: Failure
) -> None:
    """Record the failure; where work waits, the item is blocked, put to people, and tried, slowly, for ever."""
    now = context.clock.now()
    has_work = snapshot.has_work(now)
    since = snapshot.item.blocked_since or now
    is_awaited = failure.awaited is not None and now < failure.awaited.overdue_at
    blocked = replace(
        snapshot.item,
        state=CoverageState.BLOCKED if has_work else snapshot.item.state,
        detail=failure.reason,
        needs=failure.needs,
        failures=snapshot.item.failures + 1,
        blocked_since=since if has_work and not is_awaited else None,
    )
    # Of a cause that people can mend they are notified, even where they were notified of the failure before.
    newly_needed = (
        bool(failure.needs) and failure.needs != snapshot.item.needs and snapshot.item.notified_at is not None
    )
    notify = has_work and not is_awaited and (newly_needed or _is_to_be_told(context, blocked, failure, now))
    retry = context.retry_policy.next_try(
        blocked.blocked_since, now, needs_people=bool(blocked.needs), asked_for=failure.retry_after
    )
    if failure.awaited is not None:
        retry = max(retry, failure.awaited.again)
    item = replace(blocked, due_at=retry, notified_at=now if notify else blocked.notified_at)
    log.warning("work_item.blocked", account=item.account, space=item.space, failures=item.failures, needs=item.needs)
    async with context.units_of_work.begin() as uow:
        if confirmation is not None:
            await save_confirmation(context, uow, snapshot, confirmation)
        await _save_item(context, uow, item)
        if notify:
            # The work item first: whoever is notified reads there what is missing.
            uow.journal.note(snapshot.journal_entry("key.blocked", needs=failure.needs))
            alert = Alert.BLOCKED if failure.awaited is None else Alert.UNCONFIRMED
            await context.alerts.raise_alert(uow, alert, item.person, item.space, snapshot.reasons(now))


def _is_to_be_told(context: ReconcilerContext[W], item: WorkItem, failure: Failure, now: datetime) -> bool:
    """Return whether people are notified now: what somebody was asked to do by hand is put to them once it is late."""
    needs_people = bool(item.needs) or failure.awaited is not None
    return context.retry_policy.notify_now(item.blocked_since, item.notified_at, now, needs_people=needs_people)


async def record_missing(context: ReconcilerContext[W], snapshot: AccountSnapshot) -> None:
    """Record that there is no such account just now, and forget nothing of ours for it.

    GitHub hides accounts that it flags, and one that comes back with our restriction on it must still be released.
    While anything is pending it is observed again, slowly.
    """
    now = context.clock.now()
    retry_at = now + context.retry_policy.missing_delay if snapshot.has_work(now) else None
    due_at = min((i for i in (snapshot.desired(now).changes_at, retry_at) if i is not None), default=None)
    item = replace(
        snapshot.item,
        state=CoverageState.NO_ACCOUNT,
        detail="there is no such account just now",
        due_at=due_at,
        failures=0,
        blocked_since=None,
        notified_at=None,
        observed_at=now,
    )
    async with context.units_of_work.begin() as uow:
        await _save_item(context, uow, item)
        if snapshot.item.state is CoverageState.NO_ACCOUNT:
            return
        uow.journal.note(snapshot.journal_entry("account.not_found"))
        if snapshot.desired(now).level is not AccessLevel.OPEN:
            # Merged into another, deleted, or hidden: whoever it was may be there under another account by now.
            await context.alerts.raise_alert(uow, Alert.ACCOUNT_GONE, item.person, item.space, snapshot.reasons(now))


async def _save_item(context: ReconcilerContext[W], uow: W, item: WorkItem) -> None:
    """Save the work item with the totals of its person and of whoever is known to be the same human."""
    await uow.sanctions.save_result(item)
    people = await uow.sanctions.merged_people(item.person)
    items = [k for person in people for k in await uow.sanctions.work_items_of(person) if k.space == item.space]
    for person in people:
        await _update_coverage(context, uow, person, item.space, items)
    for person in await uow.sanctions.people_reached_through(item.account):
        own = [k for k in await uow.sanctions.work_items_of(person) if k.space == item.space]
        await _update_coverage(context, uow, person, item.space, [*own, item])


async def _update_coverage(
    context: ReconcilerContext[W], uow: W, person: PersonId, space: SpaceName, items: list[WorkItem]
) -> None:
    rows = await uow.sanctions.coverage_of(person)
    known = next((row for row in rows if row.space == space), None)
    total = total_coverage(person, space, items, known, uow.now)
    if total == known:
        return
    await uow.sanctions.save_coverage(total)
    after: tuple[Coverage, ...] = (*(row for row in rows if row.space != space), total)
    await context.alerts.report_coverage_change(uow, person, rows, after)
