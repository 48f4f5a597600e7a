"""What a reconciliation works with and starts from: its context, and what is stored of one work item at one instant.

Read `load_snapshot` first.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from guardian.clock import Clock
from guardian.ids import AccountId, Reference, SanctionId
from guardian.journal import SERVICE, Entry
from guardian.people.models import LinkedAccount
from guardian.reconciler.alerts import Alerts
from guardian.retry import RetryPolicy
from guardian.sanctions.desired_state import DesiredState, desired_state
from guardian.sanctions.models import Adoption, Enforcement, Intent, ReleaseState, Sanction, WorkItem
from guardian.sanctions.store import SanctionReadView, SanctionUnitOfWork
from guardian.spaces.registry import SpaceRegistry
from guardian.unit_of_work import UnitOfWorkFactory
from rules.policy import Policy
from rules.precedence import AccessLevel

W = TypeVar("W", bound=SanctionUnitOfWork)
"""The unit of work that the service gives: with the stores that its alerts use, which the reconciler does not know."""


@dataclass(frozen=True, slots=True)
class ReconcilerContext(Generic[W]):
    """What every reconciliation works with; `system_time` is for leases, `sleep` takes monotonic seconds."""

    units_of_work: UnitOfWorkFactory[SanctionReadView, W]
    spaces: SpaceRegistry
    policy: Policy
    clock: Clock
    alerts: Alerts[W]
    retry_policy: RetryPolicy
    neutral_reason: Callable[[Reference], str]
    system_time: Callable[[], datetime]
    sleep: Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class AccountSnapshot:
    """What is stored about one work item, read at one instant."""

    item: WorkItem
    known: LinkedAccount
    sanctions: tuple[Sanction, ...]
    enforcements: Mapping[AccessLevel, Enforcement]
    intents: tuple[Intent, ...]
    references: frozenset[Reference]
    reinstatement_approved: bool
    adoptions: Mapping[AccessLevel, Adoption] = field(default_factory=dict)

    def desired(self, now: datetime) -> DesiredState:
        """Return the desired state of this account in its space at the instant."""
        return desired_state(self.sanctions, self.item.space, now)

    def has_work(self, now: datetime) -> bool:
        """Return whether anything is to be restricted or released there, as far as the last proof says."""
        ours = any(
            a.active or a.removed_entitlements or a.release is ReleaseState.OWED for a in self.enforcements.values()
        )
        return self.desired(now).level is not AccessLevel.OPEN or ours or bool(self.intents)

    def reasons(self, now: datetime) -> tuple[SanctionId, ...]:
        """Return the sanctions that a notice about this work item is about."""
        return self.desired(now).reasons or tuple(s.id for s in self.sanctions[-1:])

    def journal_entry(self, act: str, **more: str) -> Entry:
        """Return a journal entry about this work item: our own ids only."""
        about = {"account": str(self.item.account), "person": str(self.item.person), "space": str(self.item.space)}
        return Entry(act=act, by=SERVICE, authority="reconciler", about={**about, **more})


async def load_snapshot(view: SanctionReadView, account: AccountId) -> AccountSnapshot | None:
    """Load what is stored of the account; None where its work item is gone, or it is."""
    item = await view.sanctions.work_item(account)
    known = await view.people.account(account)
    if item is None or known is None:
        return None
    return AccountSnapshot(
        item=item,
        known=known,
        sanctions=await view.sanctions.reaching(account),
        enforcements={a.level: a for a in await view.sanctions.enforcements_of(account)},
        intents=await view.sanctions.open_intents(account),
        references=await view.sanctions.references_of(account),
        # What was taken from somebody whose account was linked by mistake is reinstated without anybody's yes.
        reinstatement_approved=known.ended_at is not None
        or await view.sanctions.is_reinstatement_approved(item.person),
        adoptions={t.level: t for t in await view.sanctions.adoptions_of(account)},
    )
