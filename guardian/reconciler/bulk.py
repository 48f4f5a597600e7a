"""Many accounts together: asked for in as few calls as a space has, and confirmed by its list pages, never one by one.

Only the plain ones are done here: strangers who are barred by one sanction and on whom nothing stands yet. Whatever is
not plain is returned, and reconciled by itself like every other work item. Read `BulkReconciler` first.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Generic, assert_never

from guardian.ids import AccountId, IntentId, SpaceName, new_id
from guardian.journal import SERVICE, Entry
from guardian.logs import location_of, logger
from guardian.reconciler.bulk_store import BulkItem, BulkReadView, BulkUnitOfWork, HeldItem, Phase
from guardian.reconciler.execution import failure_of
from guardian.reconciler.snapshot import ReconcilerContext, W
from guardian.retry import SERVICE_FAULT, Failure
from guardian.sanctions.models import Coverage, CoverageState, Enforcement, Intent, IntentKind, Prior
from guardian.spaces.outcomes import Already, Done, Forbidden, Gone, Outcome, Rejected, Requested, Unavailable
from guardian.spaces.port import Account, Entitlement, Entitlements, Listing, RestrictionOrder, Space, Unknown
from guardian.spaces.registry import Mode
from guardian.unit_of_work import UnitOfWorkFactory, WakeupTopic
from rules.bulk import is_plain
from rules.precedence import AccessLevel

log = logger("sanctions")

SINGLE_CALL_CHUNK: Final = 24
"""How many are intended together where each takes a call of its own: so many are reconciled by themselves after a crash."""
WRITE_CHUNK: Final = 200
PARALLEL_CALLS: Final = 4
MAX_TRIES: Final = 3
MAX_REFUSALS: Final = 3
"""A space that refuses so many in a row refuses them all: it is asked again later, and then again with so many."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """What stood in a space when its work began, by list pages, and what a bar would take from whom."""

    seen: Listing
    losses: Mapping[Account, Entitlements]
    accounts: frozenset[Account]

    def losses_of(self, item: BulkItem) -> Entitlements:
        """Return what a bar would take from the item's account."""
        return self.losses.get(item.space_account, Entitlements())


class BulkReconciler(Generic[W]):
    """Works the bulk items: one worker a space, beside the reconciler, which leaves these work items alone."""

    def __init__(
        self, context: ReconcilerContext[W], units_of_work: UnitOfWorkFactory[BulkReadView, BulkUnitOfWork]
    ) -> None:
        self._context, self._units_of_work = context, units_of_work
        self._working: dict[SpaceName, asyncio.Task[None]] = {}
        self._requested: set[SpaceName] = set()
        self._retry_at: dict[SpaceName, datetime] = {}
        self._failing_since: dict[SpaceName, datetime] = {}
        self._baselines: dict[SpaceName, Baseline] = {}
        self._tries_by_account: dict[AccountId, int] = {}
        self._one_by_one: set[SpaceName] = set()
        self._notified_at: dict[SpaceName, datetime] = {}
        # One call serves a bulk of items: what people have to mend is asked for as rarely as what has failed for long.
        self._retry_policy = replace(context.retry_policy, refused_delay=context.retry_policy.max_delay)

    @property
    def active(self) -> int:
        """Return in how many spaces something is being done at this moment."""
        return len(self._working)

    async def run(self, wait: Callable[[datetime | None], Awaitable[None]]) -> None:
        """Work until cancelled."""
        while True:
            await self.start_due()
            await wait(await self.next_due())

    async def next_due(self) -> datetime | None:
        """Return when the first space that gave no usable answer is asked again; None: none is waited for."""
        return min((at for name, at in self._retry_at.items() if name not in self._working), default=None)

    async def start_due(self) -> int:
        """Begin work in every space with something to do; return in how many."""
        now = self._context.clock.now()
        async with self._units_of_work.read() as view:
            names = await view.bulk.spaces_with_items()
        self._retry_at = {name: at for name, at in self._retry_at.items() if name in names and at > now}
        self._requested |= self._working.keys() & set(names)
        due = [name for name in names if name not in self._working and name not in self._retry_at]
        for name in due:
            self._working[name] = asyncio.create_task(self._guarded(name), name=f"bulk in {name}")
        return len(due)

    async def run_until_idle(self) -> None:
        """Do everything that can be done now: for tests and one-off commands."""
        while self._working or await self.start_due():
            await asyncio.gather(*self._working.values())
            async with self._units_of_work.read() as view:
                if not set(await view.bulk.spaces_with_items()) - self._retry_at.keys():
                    return

    async def stop(self) -> None:
        """Stop all work; what was cut off is asked for again."""
        for task in list(self._working.values()):
            task.cancel()
        await asyncio.gather(*self._working.values(), return_exceptions=True)

    async def _guarded(self, name: SpaceName) -> None:
        """Make one pass, and another where something changed meanwhile; a fault is logged, and it is tried again."""
        try:
            self._requested.add(name)
            while name in self._requested and name not in self._retry_at:
                self._requested.discard(name)
                await self._run_space(name)
        except Exception as error:
            log.error("bulk.has_failed", space=name, kind=type(error).__name__, at=location_of(error))
            # It says nothing of what people have to mend: it waits no longer than what the space did not answer.
            await self._back_off(name, replace(SERVICE_FAULT, needs=""))
        finally:
            del self._working[name]
        if name in self._retry_at:
            async with self._units_of_work.begin() as uow:
                uow.wake(WakeupTopic.WORK_ITEMS)

    async def _back_off(self, name: SpaceName, failure: Failure) -> None:
        """Ask the space again soon, then slower with the age of its failure; slowly where people have to mend it.

        What stands there is read anew before: while that fails, nobody's tries are used up.
        """
        policy, now = self._retry_policy, self._context.clock.now()
        self._baselines.pop(name, None)
        since = self._failing_since.setdefault(name, now)
        needs_people = bool(failure.needs)
        self._retry_at[name] = policy.next_try(since, now, needs_people=needs_people, asked_for=failure.retry_after)
        if policy.notify_now(since, self._notified_at.get(name), now, needs_people=needs_people):
            # One of them is reconciled by itself, so that people are notified of the failure as of any other.
            self._notified_at[name] = now
            async with self._units_of_work.read() as view:
                items = await view.bulk.items(name, tuple(Phase), 1)
            await self._return([item.account for item in items])

    # -- one pass over one space

    async def _run_space(self, name: SpaceName) -> None:
        space = self._context.spaces.get(name)
        if space is None or self._context.spaces.mode(name) is Mode.OBSERVE or space.capabilities.ends_natively:
            await self._return_all(name)
            return
        while items := await self._next_items(name, space):
            baseline = await self._baseline(name, space, items)
            if baseline is None:
                return
            ready = await self._prepare(items, baseline)
            if not await self._request_all(name, space, ready, baseline.seen.carries_references):
                return
        await self._confirm(name, space)

    async def _next_items(self, name: SpaceName, space: Space) -> tuple[BulkItem, ...]:
        """Return those to ask for next; none while a bulk call would be spent on a few because more are to come."""
        async with self._units_of_work.read() as view:
            facts = await view.bulk.facts(name)
            items = await view.bulk.items(name, (Phase.WAITING, Phase.REQUESTED), _items_per_pass(space))
            wait = len(items) < _items_per_pass(space) and await view.bulk.expects_more()
        if others := [account for account, known in facts.items() if not is_plain(known)]:
            await self._return(others)
            return await self._next_items(name, space)
        return () if wait else items

    async def _baseline(self, name: SpaceName, space: Space, items: Sequence[BulkItem]) -> Baseline | None:
        """Read what stands there and what would be lost, once for all of them; None where it could not be read."""
        known = self._baselines.get(name)
        if known is not None and {item.space_account for item in items} <= known.accounts:
            return known
        async with self._units_of_work.read() as view:
            accounts = await view.bulk.accounts(name)
        seen = await space.list_restrictions()
        if isinstance(seen, Unknown):
            await self._back_off(name, failure_of(seen))
            return None
        losses = await space.read_losses_bulk(accounts)
        if isinstance(losses, Unknown):
            await self._back_off(name, failure_of(losses))
            return None
        self._baselines[name] = Baseline(seen, losses, frozenset(accounts))
        return self._baselines[name]

    async def _prepare(self, items: Sequence[BulkItem], baseline: Baseline) -> list[BulkItem]:
        """Return those to ask for now: nothing stands there, the space would not refuse, and few tries were made."""
        ready: list[BulkItem] = []
        returned: list[BulkItem] = []
        for item in items:
            is_restricted = item.phase is Phase.WAITING and item.space_account.native_id in baseline.seen.restrictions
            refusal = baseline.losses_of(item).refusal
            self._tries_by_account[item.account] = self._tries_by_account.get(item.account, 0) + 1
            is_ready = not is_restricted and refusal is None and self._tries_by_account[item.account] <= MAX_TRIES
            (ready if is_ready else returned).append(item)
        fresh = [item for item in ready if item.phase is Phase.WAITING]
        losing = [(i.person, _enforcement(i, lost)) for i in fresh if (lost := baseline.losses_of(i).entitlements)]
        async with self._units_of_work.begin() as uow:
            await uow.bulk.return_to_reconciler([item.account for item in returned])
            intents = [(item.person, _intent(item, uow.now)) for item in fresh]
            await uow.bulk.store_intents(ready, intents, losing)
            uow.journal.note(_entry("restrictions.intended", space=items[0].space_account.space, count=len(ready)))
            uow.wake(WakeupTopic.WORK_ITEMS)
        return ready

    async def _request_all(
        self, name: SpaceName, space: Space, ready: Sequence[BulkItem], gives_references: bool
    ) -> bool:
        """Return whether the space could be asked for all of them; else it is left alone for a while."""
        refused_in_a_row = 0
        left = list(ready)
        answered: dict[Account, Outcome] = {}
        while left:
            chunk = self._chunk_size(space)
            part, left = left[:chunk], left[chunk:]
            outcomes = await self._restrict(space, part)
            refused = [outcome for outcome in outcomes.values() if isinstance(outcome, Forbidden)]
            silent = [outcome for outcome in outcomes.values() if isinstance(outcome, Unavailable)]
            if len(refused) == len(part) > PARALLEL_CALLS:
                # The bulk call takes a permission of its own: without it they are asked for one by one.
                self._one_by_one.add(name)
                left = [*part, *left]
                continue
            answered |= outcomes
            refused_in_a_row = refused_in_a_row + len(refused) if len(refused) == len(part) else 0
            if silent or refused_in_a_row >= MAX_REFUSALS:
                await self._back_off(name, failure_of((silent or refused)[0]))
                break
        await self._record_outcomes(
            name, [item for item in ready if item.space_account in answered], answered, gives_references
        )
        if name in self._retry_at:
            return False
        self._failing_since.pop(name, None)
        self._notified_at.pop(name, None)
        return True

    def _chunk_size(self, space: Space) -> int:
        return (
            PARALLEL_CALLS
            if space.name in self._one_by_one or space.capabilities.bulk_size == 1
            else space.capabilities.bulk_size
        )

    async def _restrict(self, space: Space, part: Sequence[BulkItem]) -> Mapping[Account, Outcome]:
        reason = self._context.neutral_reason
        orders = [
            RestrictionOrder(
                account=o.space_account,
                level=AccessLevel.BARRED,
                reference=o.reference,
                reason=reason(o.reference),
                bulk=True,
            )
            for o in part
        ]
        if space.name not in self._one_by_one:
            return await space.restrict_bulk(orders)
        outcomes = await asyncio.gather(*(space.restrict(order) for order in orders))
        return {order.account: outcome for order, outcome in zip(orders, outcomes, strict=True)}

    async def _record_outcomes(
        self, name: SpaceName, part: Sequence[BulkItem], outcomes: Mapping[Account, Outcome], gives_references: bool
    ) -> None:
        """Record what the space said of each; what it did not do for us is reconciled by itself."""
        acknowledged, returned, refuted = [], [], []
        for item in part:
            outcome = outcomes.get(item.space_account, Unavailable("no answer about it"))
            first = item.phase is Phase.WAITING
            match outcome:
                case Done():
                    acknowledged.append(item.account)
                case Rejected() if not first and gives_references:
                    # An earlier call may have done it: the list pages show it by our reference.
                    acknowledged.append(item.account)
                case Already() if first:
                    refuted.append(item.account)
                case Already() | Gone() | Forbidden() | Rejected():
                    returned.append(item.account)
                case Unavailable() | Requested():
                    pass
                case _:
                    assert_never(outcome)
        async with self._units_of_work.begin() as uow:
            await uow.bulk.mark_acknowledged(acknowledged)
            await uow.bulk.return_to_reconciler(returned)
            await uow.bulk.return_to_reconciler(refuted, refuted=True)
            uow.wake(WakeupTopic.WORK_ITEMS)
        log.info("bulk.was_requested", space=name, asked=len(part), done=len(acknowledged))

    async def _confirm(self, name: SpaceName, space: Space) -> None:
        """Save as held what the list pages show to be ours; the rest is reconciled by itself."""
        async with self._units_of_work.read() as view:
            if await view.bulk.expects_more():
                return
            items = await view.bulk.items(name, (Phase.REQUESTED, Phase.ACKNOWLEDGED), _ALL)
        if not items:
            return
        seen = await space.list_restrictions()
        if isinstance(seen, Unknown):
            await self._back_off(name, failure_of(seen))
            return
        confirmed = [item for item in items if is_plain(item.facts) and _is_ours(item, seen)]
        for start in range(0, len(confirmed), WRITE_CHUNK):
            part = confirmed[start : start + WRITE_CHUNK]
            async with self._units_of_work.begin() as uow:
                await uow.bulk.mark_held([_held(item, uow.now) for item in part])
                uow.journal.note(_entry("restrictions.confirmed", space=name, count=len(part)))
                uow.wake(WakeupTopic.WORK_ITEMS)
        ours = {item.account for item in confirmed}
        others = [item.account for item in items if item.account not in ours]
        await self._return(others)
        self._baselines.pop(name, None)
        self._one_by_one.discard(name)
        self._tries_by_account = {each: tries for each, tries in self._tries_by_account.items() if each not in ours}
        log.info("bulk.was_confirmed", space=name, held=len(confirmed), others=len(others))

    async def _return_all(self, name: SpaceName) -> None:
        async with self._units_of_work.read() as view:
            items = await view.bulk.items(name, tuple(Phase), _ALL)
        await self._return([item.account for item in items])

    async def _return(self, accounts: Sequence[AccountId]) -> None:
        if accounts:
            async with self._units_of_work.begin() as uow:
                await uow.bulk.return_to_reconciler(accounts)
                uow.wake(WakeupTopic.WORK_ITEMS)


_ALL: Final = 1_000_000


def _entry(act: str, *, space: SpaceName, count: int) -> Entry:
    """Return a journal entry about bulk items: which, stands in the rows of the same transaction."""
    return Entry(act=act, by=SERVICE, authority="P-7.5", about={"space": str(space), "count": str(count)})


def _intent(item: BulkItem, now: datetime) -> Intent:
    new = IntentId(new_id())
    return Intent(
        id=new,
        account=item.account,
        kind=IntentKind.RESTRICT,
        level=AccessLevel.BARRED,
        reference=item.reference,
        prior=Prior(),
        opened_at=now,
    )


def _enforcement(
    item: BulkItem, losses: tuple[Entitlement, ...] = (), confirmed_at: datetime | None = None
) -> Enforcement:
    """Return our bar at the item's account, where nothing stood before; active once it was confirmed."""
    return Enforcement(
        account=item.account,
        level=AccessLevel.BARRED,
        active=confirmed_at is not None,
        reference=item.reference,
        prior=Prior(),
        removed_entitlements=losses,
        confirmed_at=confirmed_at,
    )


def _held(item: BulkItem, now: datetime) -> HeldItem:
    coverage = Coverage(
        person=item.person, space=item.space_account.space, state=CoverageState.HELD, since=now, detail="held"
    )
    return HeldItem(item, _enforcement(item, confirmed_at=now), coverage)


def _items_per_pass(space: Space) -> int:
    return space.capabilities.bulk_size if space.capabilities.bulk_size > 1 else SINGLE_CALL_CHUNK


def _is_ours(item: BulkItem, seen: Listing) -> bool:
    """Return whether the pages prove it: by our reference, or, where rows have none, by the space's own word before."""
    observed_restriction = next(
        (h for h in seen.restrictions.get(item.space_account.native_id, ()) if h.level is AccessLevel.BARRED),
        None,
    )
    if observed_restriction is None or item.space_account.native_id in seen.still_inside:
        return False
    return (
        observed_restriction.reference == item.reference
        if seen.carries_references
        else item.phase is Phase.ACKNOWLEDGED
    )
