"""What the sanctions room needs to have remembered. The storage room implements it; SQL stands there."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from guardian.ids import AccountId, CaseId, IntentId, MemberId, PersonId, Reference, SanctionId, SpaceName
from guardian.people.store import PeopleStore
from guardian.sanctions.models import Adoption, Coverage, Enforcement, Intent, Lifting, Sanction, WorkItem
from guardian.unit_of_work import BaseReadView, BaseUnitOfWork
from rules.brake import PastRestriction
from rules.precedence import AccessLevel


@dataclass(frozen=True, slots=True)
class Lease:
    """One worker's hold on all keys of one person; `epoch` fences what it writes. `taken_over`: its last holder died."""

    person: PersonId
    epoch: int
    inherited: bool


class SanctionStore(Protocol):
    """Sanctions and their liftings, and what machines saw: applications, intents, coverage, the work list."""

    async def add_sanction(self, sanction: Sanction) -> None: ...

    async def save_sanction(self, sanction: Sanction) -> None:
        """Stale where somebody changed it since it was read."""
        ...

    async def add_lifting(self, lifting: Lifting) -> None:
        """Refused by the database where the sanction has one already: Stale."""
        ...

    async def sanction(self, sanction: SanctionId) -> Sanction | None: ...

    async def by_reference(self, reference: Reference) -> Sanction | None: ...

    async def of_person(self, person: PersonId) -> tuple[Sanction, ...]: ...

    async def applying_to(self, person: PersonId) -> tuple[Sanction, ...]:
        """All that holds for the person's accounts: their own, and those of whoever is known to be the same human."""
        ...

    async def merged_people(self, person: PersonId) -> tuple[PersonId, ...]:
        """Everybody who is known to be the same human, the person themselves first."""
        ...

    async def of_case(self, case: CaseId) -> tuple[Sanction, ...]:
        """All sanctions of the case, oldest first; of a raid's many, the one that leads them."""
        ...

    async def unlifted(self) -> tuple[Sanction, ...]:
        """Every sanction without a lifting, oldest first."""
        ...

    # -- the work list

    async def add_work_item(self, item: WorkItem) -> None:
        """The key is there; one that is there already is only looked at no later."""
        ...

    async def schedule_person(self, person: PersonId, at: datetime) -> None:
        """All keys of the person, and of whoever is known to be the same human, are looked at no later than `at`."""
        ...

    async def schedule_account(self, account: AccountId, at: datetime) -> None: ...

    async def schedule_open_intents(self, at: datetime) -> None:
        """Every key with an act that no look has confirmed or refuted yet is looked at no later than `at`."""
        ...

    async def work_item(self, account: AccountId) -> WorkItem | None: ...

    async def work_items_of(self, person: PersonId) -> tuple[WorkItem, ...]: ...

    async def work_items_in(self, space: SpaceName) -> tuple[WorkItem, ...]: ...

    async def blocked_items(self) -> tuple[WorkItem, ...]: ...

    async def save_result(self, item: WorkItem) -> bool:
        """The look's result is kept, and its next look set unless the key was touched since it was read (False)."""
        ...

    async def next_due(self, system_now: datetime) -> datetime | None:
        """The earliest next look of all keys that nobody works on at the wire instant."""
        ...

    async def claim(
        self, now: datetime, system_now: datetime, holder: str, until: datetime, limit: int
    ) -> tuple[Lease, ...]:
        """People with due keys are leased to the holder until the wire instant `until`; never the same to two."""
        ...

    async def renew(self, lease: Lease, until: datetime) -> None:
        """Stale where the lease is another's by now."""
        ...

    async def release(self, lease: Lease) -> None: ...

    async def expire_leases(self) -> int:
        """Every lease is over, its holder being known to be dead; how many there were."""
        ...

    # -- what others placed and is ours now

    async def adoptions_of(self, account: AccountId) -> tuple[Adoption, ...]:
        """The restrictions on the account that were taken over and have not gone since, at most one a kind."""
        ...

    async def add_adoption(self, person: PersonId, adoption: Adoption) -> None: ...

    async def end_adoption(self, account: AccountId, level: AccessLevel) -> None:
        """What was taken over is not there any more."""
        ...

    # -- what was done and seen

    async def enforcements_of(self, account: AccountId) -> tuple[Enforcement, ...]: ...

    async def save_enforcement(self, person: PersonId, enforcement: Enforcement) -> None: ...

    async def open_intents(self, account: AccountId) -> tuple[Intent, ...]: ...

    async def references_of(self, account: AccountId) -> frozenset[Reference]:
        """Every reference that an intent of ours has carried to this account."""
        ...

    async def add_intent(self, person: PersonId, intent: Intent) -> None: ...

    async def close_intent(self, intent: IntentId, at: datetime) -> None: ...

    async def coverage_of(self, person: PersonId) -> tuple[Coverage, ...]: ...

    async def save_coverage(self, coverage: Coverage) -> None: ...

    async def raid_until(self, person: PersonId) -> datetime | None:
        """Until when a raid that names the person counts as announced, the latest of several; None where none does."""
        ...

    async def record_restriction(self, restriction: PastRestriction[PersonId]) -> None: ...

    async def restrictions_since(self, instant: datetime) -> tuple[PastRestriction[PersonId], ...]: ...

    async def approve_reinstatement(self, person: PersonId, by: MemberId, at: datetime) -> None: ...

    async def is_reinstatement_approved(self, person: PersonId) -> bool:
        """Whether a named person has said yes since the person's last bar was placed."""
        ...

    async def withdraw_reinstatement(self, person: PersonId) -> None: ...


class SanctionReadView(BaseReadView, Protocol):
    """A read view, as far as sanctions need it."""

    @property
    def sanctions(self) -> SanctionStore: ...

    @property
    def people(self) -> PeopleStore: ...


class SanctionUnitOfWork(SanctionReadView, BaseUnitOfWork, Protocol):
    """A unit of work, as far as sanctions need it."""
