"""What is remembered about links: disputes, ownership codes, merged people, and who has seen which evidence.

Read `LinkStore` first.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from guardian.ids import AccountId, MemberId, PersonId
from guardian.people.links import Dispute, Merge, OwnershipCode, Turn


class LinkStore(Protocol):
    """Disputes, ownership codes, merges, and whose turn it is. Texts are stored encrypted."""

    async def add_dispute(self, dispute: Dispute) -> None:
        """Add the dispute, which waits to be decided."""
        ...

    async def save_dispute(self, dispute: Dispute) -> Dispute:
        """Save the dispute, one version later; Stale where somebody was quicker."""
        ...

    async def dispute(self, dispute: str) -> Dispute | None:
        """Return the dispute of that id."""
        ...

    async def disputes_of(self, link: AccountId) -> tuple[Dispute, ...]:
        """Return the disputes of the link, settled ones too, oldest first."""
        ...

    async def add_merge(self, merge: Merge) -> None:
        """Add the merge, which waits for a second member."""
        ...

    async def save_merge(self, merge: Merge) -> Merge:
        """Save the merge, one version later; Stale where somebody was quicker."""
        ...

    async def merge(self, merge: str) -> Merge | None:
        """Return the merge of that id."""
        ...

    async def merges_of(self, person: PersonId) -> tuple[Merge, ...]:
        """Return every merge that names the person, ended ones too, oldest first."""
        ...

    async def merged_people(self, person: PersonId) -> tuple[PersonId, ...]:
        """Return everybody who is known to be the same human, the person themselves first."""
        ...

    async def read_ahead(self, people: Collection[PersonId]) -> tuple[PersonId, ...]:
        """Read who is the same human as one of these together, in a view that only reads; returns everybody found."""
        ...

    async def add_ownership_code(self, ownership_code: OwnershipCode) -> None:
        """Add the code, which waits to be written."""
        ...

    async def save_ownership_code(self, ownership_code: OwnershipCode) -> OwnershipCode:
        """Save the code, one version later; Stale where somebody was quicker."""
        ...

    async def ownership_code(self, digest: str) -> OwnershipCode | None:
        """Return the code that has that digest."""
        ...

    async def record_evidence_read(self, subject: str, member: MemberId, at: datetime) -> None:
        """Record that the member has read the evidence of the link or merge; doing so again changes nothing."""
        ...

    async def has_read_evidence(self, subject: str, member: MemberId) -> bool:
        """Return whether the member has read that evidence."""
        ...

    async def next_to_ask(self, now: datetime, limit: int) -> tuple[Turn, ...]:
        """Return the accounts whose turn is next, at most so many: of people on whom something runs outside a raid.

        They go round by the age of the sanction; after the last comes the first again, and nobody twice at once.
        """
        ...

    async def record_asked(self, turn: Turn) -> None:
        """Record that the turn was taken, so that the next one follows it, after a restart too."""
        ...
