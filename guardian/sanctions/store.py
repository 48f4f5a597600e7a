"""What sanctions and the reconciler need stored; `guardian.storage` implements it. Read `SanctionStore` first."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from guardian.ids import AccountId, CaseId, IntentId, MemberId, PersonId, Reference, SanctionId, SpaceName
from guardian.people.store import PeopleStore
from guardian.sanctions.models import Adoption, Coverage, Enforcement, Intent, Lifting, Sanction, WorkItem
from guardian.unit_of_work import BaseReadView, BaseUnitOfWork
from rules.brake import NamingRaid, PastRestriction
from rules.precedence import AccessLevel


@dataclass(frozen=True, slots=True)
class Lease:
    """One worker's claim on all work items of one person; `epoch` fences what it writes.

    `inherited`: its last holder died.
    """

    person: PersonId
    epoch: int
    inherited: bool


class SanctionStore(Protocol):
    """Sanctions and their liftings, and what machines observed: enforcements, intents, coverage, work items."""

    async def add_sanction(self, sanction: Sanction) -> None:
        """Add the sanction."""
        ...

    async def save_sanction(self, sanction: Sanction) -> None:
        """Save the sanction; Stale where somebody changed it since it was read."""
        ...

    async def add_lifting(self, lifting: Lifting) -> None:
        """Add the lifting; Stale where the sanction has one already, which the database refuses."""
        ...

    async def sanction(self, sanction: SanctionId) -> Sanction | None:
        """Return the sanction of that id."""
        ...

    async def by_reference(self, reference: Reference) -> Sanction | None:
        """Return the sanction that the reference stands for."""
        ...

    async def of_person(self, person: PersonId) -> tuple[Sanction, ...]:
        """Return the person's own sanctions, oldest first."""
        ...

    async def applying_to(self, person: PersonId) -> tuple[Sanction, ...]:
        """Return all that apply to the person's accounts: also those of whoever is the same human."""
        ...

    async def reaching(self, account: AccountId) -> tuple[Sanction, ...]:
        """Return all that the account's work item carries out: also that of people who are reached through this link."""
        ...

    async def people_reached_through(self, account: AccountId) -> tuple[PersonId, ...]:
        """Return the other people of whom the same account is known, by a link that is reached through this one."""
        ...

    async def merged_people(self, person: PersonId) -> tuple[PersonId, ...]:
        """Return everybody who is known to be the same human, the person themselves first."""
        ...

    async def of_case(self, case: CaseId) -> tuple[Sanction, ...]:
        """Return all sanctions of the case, oldest first; of a raid's, the one that leads them."""
        ...

    async def unlifted(self) -> tuple[Sanction, ...]:
        """Return every sanction without a lifting, oldest first."""
        ...

    async def missing_coverage(self, spaces: Sequence[SpaceName], now: datetime, limit: int) -> tuple[Sanction, ...]:
        """Return what runs everywhere though its person has no total in one of the spaces, oldest first, so many at most."""
        ...

    # -- the work list

    async def add_work_item(self, item: WorkItem) -> None:
        """Add the work item; one that is there already becomes due no later."""
        ...

    async def schedule_person(self, person: PersonId, at: datetime) -> None:
        """Make all work items of the person due no later than `at`.

        Also those of whoever is known to be the same human.
        """
        ...

    async def schedule_account(self, account: AccountId, at: datetime) -> None:
        """Make the account's work item due no later than `at`."""
        ...

    async def schedule_space(self, space: SpaceName, at: datetime) -> None:
        """Make every work item of the space due no later than `at`."""
        ...

    async def schedule_open_intents(self, at: datetime) -> None:
        """Make every work item with an open intent due no later than `at`."""
        ...

    async def work_item(self, account: AccountId) -> WorkItem | None:
        """Return the account's work item."""
        ...

    async def work_items_of(self, person: PersonId) -> tuple[WorkItem, ...]:
        """Return the person's work items."""
        ...

    async def work_items_in(self, space: SpaceName, after: AccountId, limit: int) -> tuple[WorkItem, ...]:
        """Return the first work items of the space after that account, in the order of accounts, `limit` at most."""
        ...

    async def blocked_items(self) -> tuple[WorkItem, ...]:
        """Return the work items that are blocked."""
        ...

    async def save_result(self, item: WorkItem) -> bool:
        """Save what the reconciliation came to; False where the item was touched since it was read.

        Its next `due_at` is then left as it is.
        """
        ...

    async def next_due(self, system_now: datetime) -> datetime | None:
        """Return when the first work item is due that nobody works on at that system time."""
        ...

    async def claim(
        self, now: datetime, system_now: datetime, holder: str, until: datetime, limit: int
    ) -> tuple[Lease, ...]:
        """Lease people with due work items to the holder until that system time; never the same to two."""
        ...

    async def renew(self, lease: Lease, until: datetime) -> None:
        """Renew the lease; Stale where it is another's by now."""
        ...

    async def release(self, lease: Lease) -> None:
        """Give the lease up."""
        ...

    async def expire_leases(self) -> int:
        """End every lease, its holder being known to be dead; return how many there were."""
        ...

    # -- foreign restrictions that are ours now

    async def adoptions_of(self, account: AccountId) -> tuple[Adoption, ...]:
        """Return what was adopted on the account and has not gone since, at most one a level."""
        ...

    async def add_adoption(self, person: PersonId, adoption: Adoption) -> None:
        """Add the adoption."""
        ...

    async def end_adoption(self, account: AccountId, level: AccessLevel) -> None:
        """Record that what was adopted is not there any more."""
        ...

    # -- what was done and seen

    async def enforcements_of(self, account: AccountId) -> tuple[Enforcement, ...]:
        """Return what we know of our own doing at the account, at most one a level."""
        ...

    async def save_enforcement(self, person: PersonId, enforcement: Enforcement) -> None:
        """Save the enforcement."""
        ...

    async def restricted_by_us(self, accounts: Sequence[AccountId]) -> frozenset[tuple[AccountId, AccessLevel]]:
        """Return what is ours on these accounts by the last proof, or may be by an intent that is still open."""
        ...

    async def open_intents(self, account: AccountId) -> tuple[Intent, ...]:
        """Return the account's intents that are not closed, oldest first."""
        ...

    async def references_of(self, account: AccountId) -> frozenset[Reference]:
        """Return every reference that an intent of ours has carried to this account."""
        ...

    async def add_intent(self, person: PersonId, intent: Intent) -> None:
        """Add the intent."""
        ...

    async def close_intent(self, intent: IntentId, at: datetime) -> None:
        """Close the intent, which is confirmed, refuted or overtaken."""
        ...

    async def coverage_of(self, person: PersonId) -> tuple[Coverage, ...]:
        """Return the person's totals, one a space."""
        ...

    async def read_coverage_ahead(self, people: Collection[PersonId]) -> None:
        """Read the totals of these people together, in a view that only reads, before they are asked for one by one."""
        ...

    async def people_blocked(self) -> frozenset[PersonId]:
        """Return whom a space does not hold though it should."""
        ...

    async def save_coverage(self, coverage: Coverage) -> None:
        """Save the total."""
        ...

    async def raids_naming(self, person: PersonId) -> tuple[NamingRaid, ...]:
        """Return the raids that name the person, in no order."""
        ...

    async def record_restriction(self, restriction: PastRestriction[PersonId]) -> None:
        """Record the restriction, for the brake to count."""
        ...

    async def restrictions_since(self, instant: datetime) -> tuple[PastRestriction[PersonId], ...]:
        """Return the restrictions recorded after that instant, oldest first."""
        ...

    async def approve_reinstatement(self, person: PersonId, by: MemberId, at: datetime) -> None:
        """Record a named person's yes."""
        ...

    async def is_reinstatement_approved(self, person: PersonId) -> bool:
        """Return whether a named person has said yes since the person's last bar."""
        ...

    async def withdraw_reinstatement(self, person: PersonId) -> None:
        """Forget the yes."""
        ...


class SanctionReadView(BaseReadView, Protocol):
    """A read view, as far as sanctions need it."""

    @property
    def sanctions(self) -> SanctionStore:
        """Return the store of sanctions."""
        ...

    @property
    def people(self) -> PeopleStore:
        """Return the store of people."""
        ...


class SanctionUnitOfWork(SanctionReadView, BaseUnitOfWork, Protocol):
    """A unit of work, as far as sanctions need it."""
