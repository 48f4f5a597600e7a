"""What passing matters between the groups needs remembered. The storage room keeps every text sealed."""

from typing import Protocol

from guardian.cases.handoffs import Handoff
from guardian.ids import CaseId, PersonId, Reference


class HandoffStore(Protocol):
    """Every hop of a matter between the moderators and the working group."""

    async def add_handoff(self, handoff: Handoff) -> None:
        """The hop is remembered; its reference, and the code name of its matter, are taken for good."""
        ...

    async def save_handoff(self, handoff: Handoff) -> Handoff:
        """The hop stands as given, one version later; Stale where somebody was quicker."""
        ...

    async def handoff(self, handoff: str) -> Handoff | None:
        """The hop of that id."""
        ...

    async def by_reference(self, reference: Reference) -> Handoff | None:
        """The hop that the moderators know by that reference."""
        ...

    async def all_handoffs(self) -> tuple[Handoff, ...]:
        """Every hop, oldest first."""
        ...

    async def of_case(self, case: CaseId) -> tuple[Handoff, ...]:
        """The hops of a case of the working group, and of a local matter that came from one, oldest first."""
        ...

    async def of_person(self, person: PersonId) -> tuple[Handoff, ...]:
        """The hops about that person, oldest first."""
        ...
