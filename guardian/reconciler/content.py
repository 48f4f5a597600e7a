"""Restrictions of single contents: a conversation locked, a message hidden, for a while. Read `reconcile_due` first.

As for accounts, but small: each reconciliation computes the desired state from the clock, asks the space, acts, and
asks again. A foreign restriction that stood before us is left; ours is released at its end and by nobody's memory; of
what cannot be done people are notified, and it is tried for ever.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Generic, Protocol, TypeVar

from guardian.clock import Clock
from guardian.errors import Stale
from guardian.journal import SERVICE, Entry
from guardian.logs import logger
from guardian.reconciler.content_store import (
    ContentReadView,
    ContentRestriction,
    ContentRestrictionState,
    ContentUnitOfWork,
)
from guardian.reconciler.execution import failure_of
from guardian.retry import SERVICE_FAULT, Failure, RetryPolicy
from guardian.spaces.content import ContentPort, ObservedContent
from guardian.spaces.outcomes import Already, Gone, Outcome
from guardian.spaces.port import Missing, Unknown
from guardian.spaces.registry import Mode, SpaceRegistry
from guardian.unit_of_work import UnitOfWorkFactory, WakeupTopic

log = logger("sanctions")

_DAILY: Final = timedelta(days=1)
_MAX_ATTEMPTS: Final = 4
_UNSEEN_FOR: Final = timedelta(minutes=5)
"""How long ours has to be out of sight until it is taken for lifted by hand: an observation may be behind."""
_OURS: Final = (
    ContentRestrictionState.TRYING,
    ContentRestrictionState.HELD,
    ContentRestrictionState.UNSEEN,
    ContentRestrictionState.RELEASING,
)
_PER_PASS: Final = 50


W = TypeVar("W", bound=ContentUnitOfWork)
W_contra = TypeVar("W_contra", bound=ContentUnitOfWork, contravariant=True)


class ContentAlertPort(Protocol[W_contra]):
    """Puts something to people, in the transaction that records it. Services word and address it."""

    async def blocked(self, uow: W_contra, restriction: ContentRestriction) -> None:
        """Take note that the restriction cannot be placed, or cannot be released."""
        ...

    async def lifted_manually(self, uow: W_contra, restriction: ContentRestriction) -> None:
        """Take note that somebody lifted it before its time, which ends it (architecture 5.13)."""
        ...


@dataclass(frozen=True, slots=True)
class ContentContext(Generic[W]):
    """What every reconciliation of content works with."""

    units_of_work: UnitOfWorkFactory[ContentReadView, W]
    spaces: SpaceRegistry
    clock: Clock
    alerts: ContentAlertPort[W]
    retry_policy: RetryPolicy


async def reconcile_due(context: ContentContext[W]) -> datetime | None:
    """Reconcile every content restriction that is due; return when the next one is."""
    async with context.units_of_work.read() as view:
        due = await view.content_restrictions.due(view.now, _PER_PASS)
    for restriction in due:
        await _reconcile_guarded(context, restriction.id)
    async with context.units_of_work.read() as view:
        return await view.content_restrictions.next_due()


async def end(uow: ContentUnitOfWork, restriction_id: str) -> None:
    """End the restriction now: what we placed is released at once."""
    restriction = await uow.content_restrictions.restriction(restriction_id)
    if restriction is not None and not restriction.is_over:
        await uow.content_restrictions.save(replace(restriction, until=min(restriction.until, uow.now), due_at=uow.now))
        uow.wake(WakeupTopic.CONTENT)


async def _reconcile_guarded(context: ContentContext[W], restriction_id: str) -> None:
    """Reconcile so that one bad row never stops the others: a fault is logged, and it is tried again later."""
    try:
        await _reconcile(context, restriction_id)
    except Stale:
        log.info("content.overtaken", restriction=restriction_id)
    except Exception:
        log.exception("content.failed", restriction=restriction_id)
        async with context.units_of_work.read() as view:
            restriction = await view.content_restrictions.restriction(restriction_id)
        if restriction is not None:
            await _block(context, restriction, SERVICE_FAULT)


async def _reconcile(context: ContentContext[W], restriction_id: str) -> None:
    """Observe and act until the content is at rest, or has to wait."""
    for _ in range(_MAX_ATTEMPTS):
        async with context.units_of_work.read() as view:
            restriction = await view.content_restrictions.restriction(restriction_id)
        if restriction is None or restriction.is_over:
            return
        content = context.spaces.content(restriction.content.space)
        if content is None:
            await _block(context, restriction, Failure("this space's messages cannot be reached any more"))
            return
        if not await _attempt(context, content, restriction):
            return
    async with context.units_of_work.read() as view:
        restriction = await view.content_restrictions.restriction(restriction_id)
    if restriction is not None:
        await _block(context, restriction, Failure("the space has not confirmed it yet"))


async def _attempt(context: ContentContext[W], content: ContentPort, restriction: ContentRestriction) -> bool:
    """Observe once and act at most once; return whether to observe again."""
    seen = await content.observe(restriction.content)
    if isinstance(seen, Unknown):
        await _block(context, restriction, failure_of(seen))
        return False
    if isinstance(seen, Missing):
        await _finish(context, restriction, ContentRestrictionState.GONE)
        return False
    if context.clock.now() < restriction.until:
        return await _reconcile_restricted(context, content, restriction, seen)
    return await _reconcile_released(context, content, restriction, seen)


async def _reconcile_restricted(
    context: ContentContext[W], content: ContentPort, restriction: ContentRestriction, seen: ObservedContent
) -> bool:
    stands = restriction.restriction in seen.restrictions
    if stands and restriction.state in (ContentRestrictionState.NEW, ContentRestrictionState.HELD_BY_OTHERS):
        await _settle(context, restriction, ContentRestrictionState.HELD_BY_OTHERS)
        return False
    if stands:
        await _settle(
            context,
            replace(
                restriction, restricted_by=restriction.restricted_by or seen.placed_by.get(restriction.restriction)
            ),
            ContentRestrictionState.HELD,
        )
        return False
    if restriction.state is ContentRestrictionState.HELD:
        due_at = min(restriction.until, context.clock.now() + _UNSEEN_FOR)
        await _save(context, replace(restriction, state=ContentRestrictionState.UNSEEN, due_at=due_at))
        return False
    if restriction.state is ContentRestrictionState.UNSEEN:
        await _end_lifted(context, restriction)
        return True
    if context.spaces.mode(restriction.content.space) is Mode.OBSERVE:
        await _settle(context, restriction, restriction.state, detail=f"would place: {restriction.restriction}")
        return False
    return await _restrict(context, content, restriction)


async def _restrict(context: ContentContext[W], content: ContentPort, restriction: ContentRestriction) -> bool:
    """Restrict, having recorded that nothing stood there: what stands after it, whatever happens to us, is ours."""
    first = restriction.state is not ContentRestrictionState.TRYING
    trying = await _save(
        context, replace(restriction, state=ContentRestrictionState.TRYING), "thing.is_to_be_held" if first else None
    )
    outcome = await content.restrict(restriction.content, restriction.restriction)
    if isinstance(outcome, Already) and first:
        # Somebody was quicker in between: it is theirs.
        await _settle(context, trying, ContentRestrictionState.HELD_BY_OTHERS)
        return False
    return await _handle_outcome(context, trying, outcome)


async def _reconcile_released(
    context: ContentContext[W], content: ContentPort, restriction: ContentRestriction, seen: ObservedContent
) -> bool:
    ours = restriction.state in _OURS
    by = seen.placed_by.get(restriction.restriction)
    is_anothers = restriction.restricted_by is not None and by is not None and by != restriction.restricted_by
    # What was never released is asked to be, also where it does not show: the observation may be behind.
    is_gone = restriction.restriction not in seen.restrictions and (
        restriction.state is ContentRestrictionState.RELEASING or bool(restriction.failures)
    )
    if not ours or is_gone or is_anothers:
        if ours and restriction.failures:
            # A call that was cut off may still land: it is observed once more before it is taken for over.
            await _save(
                context,
                replace(restriction, failures=0, due_at=context.retry_policy.next_try(None, context.clock.now())),
            )
        else:
            await _finish(context, restriction, ContentRestrictionState.RELEASED)
        return False
    if context.spaces.mode(restriction.content.space) is Mode.OBSERVE:
        await _settle(context, restriction, restriction.state, detail=f"would take away: {restriction.restriction}")
        return False
    if not context.clock.trusted():
        distrusted = Failure("the clock is not trusted", retry_after=context.retry_policy.brake_delay)
        await _block(context, restriction, distrusted)
        return False
    outcome = await content.release(restriction.content, restriction.restriction)
    if failure_of(outcome) is not None:
        return await _handle_outcome(context, restriction, outcome)
    await _save(context, replace(restriction, state=ContentRestrictionState.RELEASING))
    return True


async def _handle_outcome(context: ContentContext[W], restriction: ContentRestriction, outcome: Outcome) -> bool:
    """Return whether to observe again now; else it waits, and the row says why."""
    if isinstance(outcome, Gone):
        # Content that is gone needs no restriction any more: unlike an account, it does not come back.
        await _finish(context, restriction, ContentRestrictionState.GONE)
        return False
    failure = failure_of(outcome)
    if failure is not None:
        await _block(context, restriction, failure)
    return failure is None


async def _settle(
    context: ContentContext[W], restriction: ContentRestriction, state: ContentRestrictionState, *, detail: str = ""
) -> None:
    """Save that all is as it should be; it is reconciled daily, and at its end."""
    next_check = context.clock.now() + _DAILY
    due_at = min(restriction.until, next_check) if restriction.until > context.clock.now() else next_check
    settled = replace(
        restriction, state=state, due_at=due_at, failures=0, blocked_since=None, notified_at=None, detail=detail
    )
    await _save(context, settled, f"thing.{state.replace(' ', '_')}" if state is not restriction.state else None)


async def _finish(context: ContentContext[W], restriction: ContentRestriction, state: ContentRestrictionState) -> None:
    ended = replace(restriction, state=state, due_at=None, blocked_since=None, detail="")
    await _save(context, ended, f"thing.was_{state}")


async def _end_lifted(context: ContentContext[W], restriction: ContentRestriction) -> None:
    """End what somebody has lifted; it is released all the same, in case that it only did not show."""
    async with context.units_of_work.begin() as uow:
        ended = replace(restriction, due_at=uow.now, until=uow.now)
        await uow.content_restrictions.save(ended)
        uow.journal.note(_entry("thing.was_lifted_by_hand", restriction))
        await context.alerts.lifted_manually(uow, ended)


async def _block(context: ContentContext[W], restriction: ContentRestriction, failure: Failure) -> None:
    """Let it wait and try again, slowly, for ever; people are notified once of each failure."""
    policy, now = context.retry_policy, context.clock.now()
    since = restriction.blocked_since or now
    needs = failure.needs
    notify = policy.notify_now(since, restriction.notified_at, now, needs_people=bool(needs))
    # There are few of these: what people have to mend is asked for as often as anything else.
    retry_at = policy.next_try(since, now, asked_for=failure.retry_after)
    detail = f"{failure.reason}: {needs}" if needs else failure.reason
    failures = restriction.failures + 1
    waiting = replace(restriction, blocked_since=since, failures=failures, detail=detail, due_at=retry_at)
    log.warning(
        "content.blocked", restriction=restriction.id, space=restriction.content.space, failures=failures, needs=needs
    )
    async with context.units_of_work.begin() as uow:
        await uow.content_restrictions.save(replace(waiting, notified_at=now) if notify else waiting)
        if notify:
            uow.journal.note(_entry("thing.was_blocked", restriction))
            await context.alerts.blocked(uow, waiting)


async def _save(
    context: ContentContext[W], restriction: ContentRestriction, act: str | None = None
) -> ContentRestriction:
    async with context.units_of_work.begin() as uow:
        if act is not None:
            uow.journal.note(_entry(act, restriction))
        return await uow.content_restrictions.save(restriction)


def _entry(act: str, restriction: ContentRestriction) -> Entry:
    about = {"measure": restriction.id, "space": str(restriction.content.space), "hold": restriction.restriction.value}
    return Entry(act=act, by=SERVICE, authority="reconciler", about=about, case=restriction.case)
