"""What is stored of matters that pass between the groups. Every text is stored encrypted. Read `HandoffStore` first."""

from collections.abc import Collection
from typing import Protocol

from guardian.cases.handoffs import Handoff
from guardian.ids import CaseId, PersonId, Reference


class HandoffStore(Protocol):
    """Every handoff of a matter between the moderators and the working group."""

    async def add_handoff(self, handoff: Handoff) -> None:
        """Store a new handoff; its reference, and the code name of its matter, are taken for good."""
        ...

    async def save_handoff(self, handoff: Handoff) -> Handoff:
        """Store the handoff as given, one version later; Stale where somebody was quicker."""
        ...

    async def handoff(self, handoff: str) -> Handoff | None:
        """Return the handoff of that id."""
        ...

    async def by_reference(self, reference: Reference) -> Handoff | None:
        """Return the handoff that the moderators know by that reference."""
        ...

    async def all_handoffs(self) -> tuple[Handoff, ...]:
        """Return every handoff, oldest first."""
        ...

    async def of_case(self, case: CaseId) -> tuple[Handoff, ...]:
        """Return the handoffs of a case of the working group, and of a local matter that came from one, oldest first."""
        ...

    async def read_ahead(self, cases: Collection[CaseId]) -> None:
        """Read the handoffs of these cases together, in a view that only reads, before they are asked for one by one."""
        ...

    async def of_person(self, person: PersonId) -> tuple[Handoff, ...]:
        """Return the handoffs about that person, oldest first."""
        ...
