"""What the people room needs remembered about links: disputes, codes, joined people, and who has seen which evidence."""

from datetime import datetime
from typing import Protocol

from guardian.ids import AccountId, MemberId, PersonId
from guardian.people.links import Challenge, Dispute, Join


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

    async def add_join(self, join: Join) -> None:
        """The join waits for a second member."""
        ...

    async def save_join(self, join: Join) -> Join:
        """The join stands as given, one version later; Stale where somebody was quicker."""
        ...

    async def join(self, join: str) -> Join | None:
        """The join of that id."""
        ...

    async def joins_of(self, person: PersonId) -> tuple[Join, ...]:
        """Every join that names the person, ended ones too, oldest first."""
        ...

    async def together(self, person: PersonId) -> tuple[PersonId, ...]:
        """Everybody who is known to be the same human, the person themselves first."""
        ...

    async def add_challenge(self, challenge: Challenge) -> None:
        """The code waits to be written."""
        ...

    async def save_challenge(self, challenge: Challenge) -> Challenge:
        """The challenge stands as given, one version later; Stale where somebody was quicker."""
        ...

    async def challenge(self, digest: str) -> Challenge | None:
        """The challenge whose code has that digest."""
        ...

    async def note_seen(self, about: str, member: MemberId, at: datetime) -> None:
        """The member has read the evidence of the link or join; noting it again changes nothing."""
        ...

    async def has_seen(self, about: str, member: MemberId) -> bool:
        """Whether the member has read that evidence."""
        ...
