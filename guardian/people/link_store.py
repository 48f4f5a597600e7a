"""What the people room needs remembered about links: disputes, codes, joined people, and who has seen which evidence."""

from datetime import datetime
from typing import Protocol

from guardian.ids import AccountId, MemberId, PersonId
from guardian.people.links import Dispute, Merge, OwnershipCode


class LinkStore(Protocol):
    """Disputes, codes and joins. Texts are kept sealed."""

    async def add_dispute(self, dispute: Dispute) -> None:
        """The dispute waits for a look."""
        ...

    async def save_dispute(self, dispute: Dispute) -> Dispute:
        """The dispute stands as given, one version later; Stale where somebody was quicker."""
        ...

    async def dispute(self, dispute: str) -> Dispute | None:
        """The dispute of that id."""
        ...

    async def disputes_of(self, link: AccountId) -> tuple[Dispute, ...]:
        """The disputes of the link, settled ones too, oldest first."""
        ...

    async def add_merge(self, merge: Merge) -> None:
        """The join waits for a second member."""
        ...

    async def save_merge(self, merge: Merge) -> Merge:
        """The join stands as given, one version later; Stale where somebody was quicker."""
        ...

    async def merge(self, merge: str) -> Merge | None:
        """The join of that id."""
        ...

    async def merges_of(self, person: PersonId) -> tuple[Merge, ...]:
        """Every join that names the person, ended ones too, oldest first."""
        ...

    async def merged_people(self, person: PersonId) -> tuple[PersonId, ...]:
        """Everybody who is known to be the same human, the person themselves first."""
        ...

    async def add_ownership_code(self, ownership_code: OwnershipCode) -> None:
        """The code waits to be written."""
        ...

    async def save_ownership_code(self, ownership_code: OwnershipCode) -> OwnershipCode:
        """The challenge stands as given, one version later; Stale where somebody was quicker."""
        ...

    async def ownership_code(self, digest: str) -> OwnershipCode | None:
        """The challenge whose code has that digest."""
        ...

    async def record_evidence_read(self, subject: str, member: MemberId, at: datetime) -> None:
        """The member has read the evidence of the link or join; noting it again changes nothing."""
        ...

    async def has_read_evidence(self, subject: str, member: MemberId) -> bool:
        """Whether the member has read that evidence."""
        ...
