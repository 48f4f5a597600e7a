"""What passing matters between the groups needs remembered. The storage room keeps every text sealed."""

from typing import Protocol

from guardian.cases.local import Hop
from guardian.ids import CaseId, PersonId, Reference


class HopStore(Protocol):
    """Every hop of a matter between the moderators and the working group."""

    async def add_hop(self, hop: Hop) -> None:
        """The hop is remembered; its reference, and the code name of its matter, are taken for good."""
        ...

    async def save_hop(self, hop: Hop) -> Hop:
        """The hop stands as given, one version later; Stale where somebody was quicker."""
        ...

    async def hop(self, hop: str) -> Hop | None:
        """The hop of that id."""
        ...

    async def by_reference(self, reference: Reference) -> Hop | None:
        """The hop that the moderators know by that reference."""
        ...

    async def all_hops(self) -> tuple[Hop, ...]:
        """Every hop, oldest first."""
        ...

    async def of_case(self, case: CaseId) -> tuple[Hop, ...]:
        """The hops of a case of the working group, and of a local matter that came from one, oldest first."""
        ...

    async def of_person(self, person: PersonId) -> tuple[Hop, ...]:
        """The hops about that person, oldest first."""
        ...
