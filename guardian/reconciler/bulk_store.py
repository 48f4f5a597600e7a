"""What is stored of accounts that are worked in bulk. Read `BulkStore` first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from guardian.ids import AccountId, PersonId, Reference, SpaceName
from guardian.people.models import LinkedAccount, Person
from guardian.sanctions.models import Coverage, Enforcement, Intent, Sanction, WorkItem
from guardian.spaces.port import Account
from guardian.unit_of_work import BaseReadView, BaseUnitOfWork
from rules.bulk import BulkFacts


class Phase(StrEnum):
    """How far a bulk item has come."""

    WAITING = "waiting"
    REQUESTED = "requested"  # the intent is stored, and what came of the call is not known
    ACKNOWLEDGED = "acknowledged"  # the space has said that it is done


@dataclass(frozen=True, slots=True)
class BulkItem:
    """An account that is worked in bulk, and what has happened to it since its raid was announced."""

    account: AccountId
    person: PersonId
    space_account: Account
    reference: Reference
    ends: datetime
    phase: Phase
    facts: BulkFacts
    version: int


@dataclass(frozen=True, slots=True)
class HeldItem:
    """An item that its space was seen to hold for us: the enforcement that this confirms, and the person's coverage."""

    item: BulkItem
    enforcement: Enforcement
    coverage: Coverage


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account that nobody knew: the person behind it, the sanction that reaches it, totals and work item."""

    person: Person
    account: LinkedAccount
    sanction: Sanction
    totals: tuple[Coverage, ...]
    work_item: WorkItem


class BulkStore(Protocol):
    """The work items that are worked in bulk."""

    async def add_accounts(self, new_accounts: Sequence[NewAccount]) -> None:
        """Add each as a person with an account, a sanction, a total in each space of its scope, and a work item."""
        ...

    async def spaces_with_items(self) -> tuple[SpaceName, ...]:
        """Return the spaces in which there is any bulk item."""
        ...

    async def expects_more(self) -> bool:
        """Return whether more of them are about to be added."""
        ...

    async def accounts(self, space: SpaceName) -> tuple[Account, ...]:
        """Return every account there that is a bulk item, or about to be."""
        ...

    async def facts(self, space: SpaceName) -> Mapping[AccountId, BulkFacts]:
        """Return what has happened meanwhile to the items there, of those to whom anything has."""
        ...

    async def items(self, space: SpaceName, phases: Sequence[Phase], limit: int) -> tuple[BulkItem, ...]:
        """Return the first bulk items in these phases, `limit` at most."""
        ...

    async def store_intents(
        self,
        items: Sequence[BulkItem],
        new_intents: Sequence[tuple[PersonId, Intent]],
        new_enforcements: Sequence[tuple[PersonId, Enforcement]],
    ) -> None:
        """Store the intents and enforcements before the action, and move the items to REQUESTED."""
        ...

    async def mark_acknowledged(self, accounts: Sequence[AccountId]) -> None:
        """Mark of these that the space has said that it is done."""
        ...

    async def mark_held(self, held: Sequence[HeldItem]) -> None:
        """Save what was confirmed, close the open intents, and let the work items rest until their sanction ends.

        An enforcement that is stored already keeps its losses and becomes active; a work item that was touched since it
        was read stays due.
        """
        ...

    async def return_to_reconciler(self, accounts: Sequence[AccountId], *, refuted: bool = False) -> None:
        """Make these due now, like every other work item.

        `refuted`: what was intended was not done by us.
        """
        ...


class BulkReadView(BaseReadView, Protocol):
    """A read view, as far as bulk needs it."""

    @property
    def bulk(self) -> BulkStore:
        """Return the store of bulk items."""
        ...


class BulkUnitOfWork(BulkReadView, BaseUnitOfWork, Protocol):
    """A unit of work, as far as bulk needs it."""
