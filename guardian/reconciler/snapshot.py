"""What a look works with and starts from: its tools, and what the database says about one key at one instant."""

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
from guardian.sanctions.models import Adoption, Enforcement, Intent, Sanction, WorkItem
from guardian.sanctions.store import SanctionReadView, SanctionUnitOfWork
from guardian.spaces.registry import SpaceRegistry
from guardian.unit_of_work import UnitOfWorkFactory
from rules.policy import Policy
from rules.precedence import AccessLevel

W = TypeVar("W", bound=SanctionUnitOfWork)
"""The unit of work that the service gives: with the stores that its alerts use, which the reconciler does not know."""


@dataclass(frozen=True, slots=True)
class ReconcilerContext(Generic[W]):
    """What every look works with. `wire` is the machine's instant (for leases), `sleep` sleeps in wire seconds."""

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
    """What the database says about one key, read at one instant."""

    item: WorkItem
    known: LinkedAccount
    sanctions: tuple[Sanction, ...]
    enforcements: Mapping[AccessLevel, Enforcement]
    intents: tuple[Intent, ...]
    references: frozenset[Reference]
    reinstatement_approved: bool
    adoptions: Mapping[AccessLevel, Adoption] = field(default_factory=dict)

    def desired(self, now: datetime) -> DesiredState:
        """What is wanted of this key's space at the instant."""
        return desired_state(self.sanctions, self.item.space, now)

    def has_work(self, now: datetime) -> bool:
        """Whether anything is to be held or released there, as far as the last proof tells."""
        ours = any(a.active or a.removed_entitlements for a in self.enforcements.values())
        return self.desired(now).level is not AccessLevel.OPEN or ours or bool(self.intents)

    def reasons(self, now: datetime) -> tuple[SanctionId, ...]:
        """The sanctions that a notice about this key is about."""
        return self.desired(now).reasons or tuple(s.id for s in self.sanctions[-1:])

    def journal_entry(self, act: str, **more: str) -> Entry:
        """A journal entry about this key: our own ids only."""
        about = {"account": str(self.item.account), "person": str(self.item.person), "space": str(self.item.space)}
        return Entry(act, SERVICE, "reconciler", {**about, **more})


async def load_snapshot(view: SanctionReadView, account: AccountId) -> AccountSnapshot | None:
    """The facts of a key; None where the key or its account is no longer there, or binds nobody."""
    item = await view.sanctions.work_item(account)
    known = await view.people.account(account)
    if item is None or known is None:
        return None
    return AccountSnapshot(
        item,
        known,
        await view.sanctions.applying_to(item.person) if known.binding else (),
        {a.level: a for a in await view.sanctions.enforcements_of(account)},
        await view.sanctions.open_intents(account),
        await view.sanctions.references_of(account),
        # What was taken from somebody whose account was linked by mistake is given back without anybody's yes.
        known.ended_at is not None or await view.sanctions.is_reinstatement_approved(item.person),
        {t.level: t for t in await view.sanctions.adoptions_of(account)},
    )
